/** The further steps of onboarding: what it begins with, its licence and first administrator, and the last look. */
import { PasswordInput, Radio, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { Icon } from '../../components/Icon';
import { Refusal } from '../../components/Refusal';
import { formatDate, formatNumber } from '../../lib/format';
import { PASSWORD_LENGTH } from '../people/words';
import { LicenceFields } from './LicenceFields';
import css from './NewTenant.module.css';
import { type AdministratorDraft, type Faults, FEATURE_WORDS, FEATURES, type LicenceDraft, type TenantDraft } from './words';

interface StepProps {
  readonly draft: TenantDraft;
  readonly onChange: (patch: Partial<TenantDraft>) => void;
}

export function StartStep({ draft, onChange }: StepProps) {
  const zones = useMemo(() => [...new Set(['UTC', draft.timeZone, ...Intl.supportedValuesOf('timeZone')])], [draft.timeZone]);
  return (
    <>
      <Radio.Group
        label="It begins with"
        value={draft.starter}
        onChange={(starter) => onChange({ starter: starter === 'none' ? 'none' : 'standard' })}
      >
        <div className={css.kinds}>
          <Radio
            value="standard"
            label="The standard set"
            description="A control set with common controls and policies in outline, to change as they like."
          />
          <Radio value="none" label="Nothing" description="An empty tenant, for a first load or an import." />
        </div>
      </Radio.Group>
      <Select
        label="Time zone for legal dates"
        description="Where the days of deadlines begin and end. It can be changed in the settings."
        data={zones}
        value={draft.timeZone}
        onChange={(timeZone) => onChange({ timeZone: timeZone ?? draft.timeZone })}
        searchable
        limit={100}
        maxDropdownHeight={260}
        rightSection={<Icon name="selector" size={14} />}
        maw={320}
      />
      <p className={css.note}>Every other setting follows the platform until the tenant has a value of its own.</p>
    </>
  );
}

interface AdministratorStepProps extends StepProps {
  readonly licenceFaults: Faults<LicenceDraft>;
  readonly administratorFaults: Faults<AdministratorDraft>;
}

export function AdministratorStep({ draft, licenceFaults, administratorFaults, onChange }: AdministratorStepProps) {
  const { administrator } = draft;
  const set = (patch: Partial<AdministratorDraft>) => onChange({ administrator: { ...administrator, ...patch } });
  return (
    <>
      <h2 className={css.part}>Licence</h2>
      <LicenceFields draft={draft.licence} faults={licenceFaults} onChange={(licence) => onChange({ licence })} />
      <h2 className={css.part}>First administrator</h2>
      <div className={css.names}>
        <TextInput
          label="First name"
          maxLength={100}
          value={administrator.firstName}
          onChange={(event) => set({ firstName: event.currentTarget.value })}
        />
        <TextInput
          label="Last name"
          maxLength={100}
          value={administrator.lastName}
          onChange={(event) => set({ lastName: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          type="email"
          description="What they sign in with"
          withAsterisk
          spellCheck={false}
          value={administrator.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
          error={administratorFaults.email}
        />
        <PasswordInput
          label="First password"
          withAsterisk
          description={`At least ${PASSWORD_LENGTH} characters`}
          autoComplete="new-password"
          value={administrator.password}
          onChange={(event) => set({ password: event.currentTarget.value })}
          error={administratorFaults.password}
          visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eye-off' : 'eye'} />}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        />
      </div>
      <p className={css.note}>
        Hand the password over in person; they change it under Settings. Only a verifier of it leaves this machine.
      </p>
    </>
  );
}

export function CheckStep({ draft, failure }: { readonly draft: TenantDraft; readonly failure: unknown }) {
  const { identity, licence, administrator } = draft;
  const off = FEATURES.filter((feature) => !licence.features.includes(feature));
  const limits = [
    licence.users === '' ? 'any number of people' : `${formatNumber(Number(licence.users))} people`,
    licence.storage === '' ? 'evidence without limit' : `${licence.storage} GB of evidence`,
  ];
  const facts: readonly (readonly [string, string])[] = [
    ['Name', identity.name.trim()],
    ['Domain', identity.domain.trim().toLowerCase()],
    ['Kind', identity.kind === 'training' ? 'Training' : 'Production'],
    ['Begins with', draft.starter === 'standard' ? 'the standard set' : 'nothing'],
    ['Time zone', draft.timeZone],
    ['Licence', `${licence.type.trim()}, ${formatDate(licence.start)} to ${formatDate(licence.end)}`],
    ['Limits', limits.join(', ')],
    ['Work', off.length === 0 ? 'all of it' : `without ${off.map((feature) => FEATURE_WORDS[feature]).join(', ')}`],
    [
      'Administrator',
      [administrator.firstName.trim(), administrator.lastName.trim(), administrator.email.trim()].filter(Boolean).join(' '),
    ],
  ];
  return (
    <>
      <Refusal error={failure} />
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={css.note}>It is made in one go: after it there is a tenant that somebody can sign in to, or nothing.</p>
    </>
  );
}
