/** Why a state changes; it goes to the audit trail with the change. */
import { TextInput } from '@mantine/core';
import { REASON_FIELD } from './validate';

export interface ReasonInputProps {
  readonly value: string;
  readonly fault: string | null;
  readonly onChange: (reason: string) => void;
  readonly autoFocus?: boolean;
  /** It may stay empty. */
  readonly optional?: boolean;
}

export function ReasonInput({ value, fault, onChange, autoFocus, optional = false }: ReasonInputProps) {
  return (
    <TextInput
      label="Reason"
      description="written to the audit trail"
      withAsterisk={!optional}
      maxLength={2000}
      value={value}
      error={fault ?? undefined}
      data-field={REASON_FIELD}
      data-autofocus={autoFocus || undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
