/** What stands between the form and being saved, named, with the way to each. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { FieldFault } from '@shared/errors';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import css from './FaultBanner.module.css';
import { REASON_FIELD } from './validate';

/** Brings a field into sight and the cursor into it. */
export function focusField(path: string): void {
  const mark = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`);
  const input = mark?.matches('input, textarea') ? mark : mark?.querySelector<HTMLElement>('input, textarea, button');
  mark?.scrollIntoView({ block: 'center' });
  input?.focus({ preventScroll: true });
}

export interface FaultBannerProps {
  readonly definition: Entity;
  readonly faults: readonly FieldFault[];
  readonly onNext: () => void;
}

export function FaultBanner({ definition, faults, onNext }: FaultBannerProps) {
  const label = (path: string) => (path === REASON_FIELD ? 'Reason' : (definition.fields[path]?.label ?? path));
  return (
    <div className={css.banner} role="alert" data-testid="fault-banner">
      <Icon name="alert-filled" />
      <p className={css.text}>
        {faults.length === 1 ? '1 field needs' : `${faults.length} fields need`} a change before this can be saved:{' '}
        {faults.map((fault, at) => (
          <span key={fault.path}>
            {at === 0 ? '' : at === faults.length - 1 ? ' and ' : ', '}
            <button type="button" className={css.link} onClick={() => focusField(fault.path)}>
              {label(fault.path)}
            </button>
          </span>
        ))}
      </p>
      <Button onClick={onNext} rightSection={<KeyCap keys="F8" />}>
        Go to the first
      </Button>
    </div>
  );
}
