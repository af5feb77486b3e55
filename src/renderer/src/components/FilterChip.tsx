/** A filter as a round chip: name, value, and a cross that takes it away; and the dashed chip that adds one. */
import { type ComponentPropsWithRef, forwardRef } from 'react';
import css from './FilterChip.module.css';
import { Icon } from './Icon';
import { KeyCap } from './KeyCap';

export interface FilterChipProps {
  readonly name: string;
  readonly value: string;
  readonly onEdit?: () => void;
  readonly onRemove: () => void;
}

export function FilterChip({ name, value, onEdit, onRemove }: FilterChipProps) {
  return (
    <span className={css.chip}>
      <button type="button" className={css.body} onClick={onEdit} aria-label={`Change filter ${name}: ${value}`}>
        <span className={css.name}>{name}</span>
        <span className={css.value}>{value}</span>
      </button>
      <button type="button" className={css.remove} onClick={onRemove} aria-label={`Remove filter ${name}`}>
        <Icon name="x" size={14} />
      </button>
    </span>
  );
}

/** Opens the choice of filters; takes a ref and button props, so that it can be a menu's target. */
export const AddFilterChip = forwardRef<HTMLButtonElement, ComponentPropsWithRef<'button'>>(function AddFilterChip(props, ref) {
  return (
    <button type="button" {...props} ref={ref} className={css.add}>
      <Icon name="plus" size={14} />
      <span>Filter</span>
      <KeyCap keys="F" />
    </button>
  );
});
