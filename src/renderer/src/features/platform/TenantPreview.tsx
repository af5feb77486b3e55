/** How the new tenant will look, and what the last step makes. */
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { TenantBand, TenantBlock, type TenantLook, TenantMark } from '../../components/TenantMark';
import css from './NewTenant.module.css';
import type { IdentityDraft } from './words';

const MADE = [
  'A schema of its own with its tables',
  'Six roles, none of which sees another tenant',
  'Its licence and its settings',
  'Its start set and its first administrator',
] as const;

export function TenantPreview({ draft, making }: { readonly draft: IdentityDraft; readonly making: boolean }) {
  const name = draft.name.trim() === '' ? 'New tenant' : draft.name.trim();
  const look: TenantLook = { ...draft, name, place: draft.place.trim() || null, sign: draft.sign.trim() || '?' };
  return (
    <div className={css.previews}>
      <Card title="So it will look">
        <p className={css.note}>Window</p>
        <div className={css.window}>
          <TenantBand tenant={look} />
          <div className={css.windowHead}>
            <div className={css.windowTenant}>
              <TenantBlock tenant={look} />
            </div>
            <span>Home</span>
          </div>
        </div>
        <p className={css.note}>Dialog that writes</p>
        <div className={css.window}>
          <TenantBand tenant={look} />
          <p className={css.dialog}>
            <TenantMark tenant={look} size={20} />
            <strong>Archive 3 controls in {name}</strong>
          </p>
        </div>
      </Card>
      <Card title="What the last step makes">
        <ul className={css.made}>
          {MADE.map((line) => (
            <li key={line}>
              <Icon name={making ? 'circle-dashed' : 'circle'} size={14} />
              {line}
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
