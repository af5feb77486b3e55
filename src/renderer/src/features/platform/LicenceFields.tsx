/** The terms of a licence, in the wizard and when they change: kind, days, limits, and which work it opens. */
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DateField } from '../../entities/form/DateField';
import css from './Platform.module.css';
import { type Faults, FEATURE_WORDS, FEATURES, type LicenceDraft } from './words';

export interface LicenceFieldsProps {
  readonly draft: LicenceDraft;
  readonly faults: Faults<LicenceDraft>;
  readonly onChange: (draft: LicenceDraft) => void;
}

export function LicenceFields({ draft, faults, onChange }: LicenceFieldsProps) {
  const [typed, setTyped] = useState<{ readonly start?: string; readonly end?: string }>({});
  const set = (patch: Partial<LicenceDraft>) => onChange({ ...draft, ...patch });
  const day = (which: 'start' | 'end', label: string) => (
    <DateField
      label={label}
      withAsterisk
      value={draft[which]}
      typed={typed[which]}
      error={typed[which] === undefined ? faults[which] : 'A date, such as 31 Dec 2026'}
      onChange={(value, text) => {
        setTyped({ ...typed, [which]: text });
        // what is no date yet must not pass for the one before
        set({ [which]: text === undefined && typeof value === 'string' ? value : '' });
      }}
    />
  );
  return (
    <div className={css.form}>
      <TextInput
        label="Kind"
        withAsterisk
        maxLength={50}
        value={draft.type}
        onChange={(event) => set({ type: event.currentTarget.value })}
        error={faults.type}
      />
      <div className={css.pair}>
        {day('start', 'First day')}
        {day('end', 'Last day')}
        <TextInput
          label="People at most"
          description="Empty: no limit"
          inputMode="numeric"
          value={draft.users}
          onChange={(event) => set({ users: event.currentTarget.value.trim() })}
          error={faults.users}
        />
        <TextInput
          label="Evidence at most, in GB"
          description="Empty: no limit"
          inputMode="decimal"
          value={draft.storage}
          onChange={(event) => set({ storage: event.currentTarget.value.trim() })}
          error={faults.storage}
        />
      </div>
      <fieldset className={css.group}>
        <legend className={css.label}>
          Work that it opens
          <span className={css.labelNote}>What is switched off can be read and no longer written, in the database too.</span>
        </legend>
        <div className={css.checks}>
          {FEATURES.map((feature) => (
            <Checkbox
              key={feature}
              label={FEATURE_WORDS[feature]}
              checked={draft.features.includes(feature)}
              onChange={(event) =>
                set({
                  features: event.currentTarget.checked
                    ? [...draft.features, feature]
                    : draft.features.filter((one) => one !== feature),
                })
              }
            />
          ))}
        </div>
      </fieldset>
    </div>
  );
}
