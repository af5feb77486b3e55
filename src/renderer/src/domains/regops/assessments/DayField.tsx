/** A date outside of a form: typed as people write it or picked; a text that is no date stays here and changes nothing. */
import { DateField } from '@renderer/entities/form/DateField';
import { useState } from 'react';

export interface DayFieldProps {
  readonly label: string;
  /** `YYYY-MM-DD`, or ''. */
  readonly value: string;
  readonly required?: boolean;
  readonly onChange: (value: string) => void;
}

export function DayField({ label, value, required = false, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  return (
    <DateField
      label={label}
      withAsterisk={required}
      value={value}
      typed={typed}
      error={typed === undefined ? undefined : 'This is no date.'}
      onChange={(next, text) => {
        setTyped(text);
        if (text === undefined) onChange(typeof next === 'string' ? next : '');
      }}
    />
  );
}
