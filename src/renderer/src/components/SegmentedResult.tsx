/** The choice of a result in segments (Effective, Partly, Ineffective …): nothing is chosen until somebody chooses. */
import type { EnumOption } from '@shared/entities/fields';
import { useId } from 'react';
import css from './SegmentedResult.module.css';

export interface SegmentedResultProps {
  /** What is rated, for a screen reader. */
  readonly label: string;
  readonly options: readonly EnumOption[];
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  readonly fullWidth?: boolean;
}

export function SegmentedResult({ label, options, value, onChange, disabled = false, fullWidth = true }: SegmentedResultProps) {
  const name = useId();
  return (
    <fieldset className={css.group} data-full={fullWidth || undefined} disabled={disabled}>
      <legend className="k-visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={css.segment} data-chosen={option.value === value || undefined}>
          <input
            type="radio"
            className={css.input}
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
