/**
 * What keeps a person out of the wrong tenant: colour, weave and two-letter sign, together in a small mark, in the block top left
 * and in the band across the window. No other part of the app uses a tenant's colour.
 */
import type { Workspace } from '@shared/ipc';
import { Icon } from './Icon';
import css from './TenantMark.module.css';

/** The part of a workspace that shows. */
export type TenantLook = Pick<Workspace, 'name' | 'kind' | 'place' | 'sign' | 'colour' | 'weave'>;

function ground(tenant: TenantLook | null): string {
  if (tenant === null) return `${css.ground} ${css.platform}`;
  const weave = tenant.kind === 'training' ? css.training : tenant.weave === 'plain' ? '' : css[tenant.weave];
  return `${css.ground} ${css[tenant.colour]} ${weave}`;
}

/** `Production · Frankfurt`, `Training, made-up data`. */
export function tenantKind(tenant: TenantLook): string {
  if (tenant.kind === 'training') return 'Training, made-up data';
  return tenant.place ? `Production · ${tenant.place}` : 'Production';
}

export interface TenantMarkProps {
  readonly tenant: TenantLook;
  readonly size?: 20 | 26 | 32;
}

export function TenantMark({ tenant, size = 26 }: TenantMarkProps) {
  return (
    <span className={`${ground(tenant)} ${css.mark}`} data-size={size} aria-hidden="true">
      {tenant.sign}
    </span>
  );
}

export interface TenantBlockProps {
  /** Null: platform work, no tenant is open. */
  readonly tenant: TenantLook | null;
  /** Without it the block is no button: there is nothing to switch to. */
  readonly onSwitch?: () => void;
}

export function TenantBlock({ tenant, onSwitch }: TenantBlockProps) {
  const inner = (
    <>
      <span className={css.sign} aria-hidden="true">
        {tenant?.sign ?? 'K'}
      </span>
      <span className={css.words}>
        <span className={css.name}>{tenant?.name ?? (onSwitch ? 'Platform' : 'KOMPL.AI')}</span>
        <span className={css.kind}>{tenant ? tenantKind(tenant) : 'No tenant is open'}</span>
      </span>
      {onSwitch ? <Icon name="selector" size={14} /> : null}
    </>
  );
  const className = `${ground(tenant)} ${css.block}`;
  if (onSwitch === undefined) return <div className={className}>{inner}</div>;
  return (
    <button
      type="button"
      className={className}
      onClick={onSwitch}
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+Shift+T"
      data-testid="tenant-block"
    >
      {inner}
      <span className="k-visually-hidden">Switch tenant</span>
    </button>
  );
}

/** Four pixels of the tenant's colour across the window. */
export function TenantBand({ tenant }: { readonly tenant: TenantLook | null }) {
  return <div className={`${ground(tenant)} ${css.band}`} aria-hidden="true" data-testid="tenant-band" />;
}
