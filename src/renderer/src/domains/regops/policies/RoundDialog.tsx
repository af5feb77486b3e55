/** Putting the version in force to people: whom, by when, with what words; how many people that is stands there before it is done. */
import { Checkbox, MultiSelect, Radio, Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Refusal } from '@renderer/components/Refusal';
import { applyOperation, usePeople } from '@renderer/entities/api';
import { count, todayHere } from '@renderer/lib/format';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useAction } from '@renderer/lib/use-action';
import { uuidv7 } from '@renderer/lib/uuid';
import { FUNCTION_LABELS, TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import type { AudienceInput } from '@shared/wire/policies';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DayField } from '../assessments/DayField';
import css from './RoundDialog.module.css';
import type { Policy, Version } from './records';

/** By itself people get two weeks. */
const DAYS_TO_READ = 14;
/** More names than this are not read; the number is. */
const NAMES_SHOWN = 12;

function inDays(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return todayHere(day);
}

interface RoundDialogProps {
  readonly policy: Policy;
  readonly version: Version;
  readonly onClose: () => void;
}

export function RoundDialog({ policy, version, onClose }: RoundDialogProps) {
  const people = usePeople();
  const [audience, setAudience] = useState<AudienceInput['audience']>('everyone');
  const [functions, setFunctions] = useState<readonly TenantFunction[]>([]);
  const [named, setNamed] = useState<readonly string[]>([]);
  const [dueDate, setDueDate] = useState(() => inDays(DAYS_TO_READ));
  const [note, setNote] = useState('');
  const { busy, failure, run } = useAction(() => recordsChanged(['policyAcknowledgements']));
  const [opId, setOpId] = useState(() => uuidv7());
  const input: AudienceInput = {
    versionId: version.id,
    audience,
    functions: audience === 'functions' ? [...functions] : [],
    people: audience === 'people' ? [...named] : [],
  };
  const chosen = audience === 'everyone' || (audience === 'functions' ? functions.length > 0 : named.length > 0);
  const reach = useQuery(trpc.policies.audience.queryOptions(input, { enabled: chosen, placeholderData: (before) => before }));
  const asked = chosen ? (reach.data?.asked ?? null) : [];
  const past = dueDate !== '' && dueDate < todayHere();
  const why = !chosen
    ? audience === 'functions'
      ? 'Choose at least one function.'
      : 'Name at least one person.'
    : asked !== null && asked.length === 0
      ? 'Nobody is left to ask: all of them acknowledged this major version, or are asked already.'
      : null;

  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      // another content is another operation
      setOpId(uuidv7());
      set(value);
    };
  const send = () =>
    applyOperation({
      opId,
      entity: 'policyRounds',
      entityId: opId,
      kind: 'create',
      baseVersion: null,
      base: {},
      patch: {
        versionId: version.id,
        audience,
        functions: input.functions ?? [],
        people: input.people ?? [],
        dueDate,
        note: note.trim() === '' ? null : note.trim(),
      },
    });
  const put = async () => {
    const done = `${count(asked?.length ?? 0, 'person is', 'people are')} asked to acknowledge ${version.label}`;
    if (await run(send, done)) onClose();
  };
  const number = asked === null ? '' : ` to ${count(asked.length, 'person', 'people')}`;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Put ${policy.name} ${version.label} to people`}
      action={`Put it${number}`}
      onAction={() => void put()}
      busy={busy}
      disabled={why !== null || asked === null || dueDate === '' || past}
      size={560}
    >
      <Radio.Group
        label="Who is asked"
        value={audience}
        onChange={(value) => change(setAudience)(value === 'functions' || value === 'people' ? value : 'everyone')}
      >
        <div className={css.options}>
          <Radio value="everyone" label="Everyone" description="All who work in this tenant, readers too" />
          <Radio value="functions" label="By function" />
          {audience === 'functions' ? (
            <Checkbox.Group
              aria-label="Functions"
              value={[...functions]}
              onChange={(values) => change(setFunctions)(TENANT_FUNCTIONS.filter((fn) => values.includes(fn)))}
            >
              <div className={css.functions}>
                {TENANT_FUNCTIONS.map((fn) => (
                  <Checkbox key={fn} value={fn} label={FUNCTION_LABELS[fn]} />
                ))}
              </div>
            </Checkbox.Group>
          ) : null}
          <Radio value="people" label="Named people" />
          {audience === 'people' ? (
            <MultiSelect
              aria-label="People"
              className={css.named}
              data={people.list.filter(({ active }) => active).map(({ id, displayName }) => ({ value: id, label: displayName }))}
              value={[...named]}
              onChange={change(setNamed)}
              searchable
              placeholder={named.length === 0 ? 'Type a name' : undefined}
              nothingFoundMessage="Nobody of this tenant is called so."
              maxDropdownHeight={200}
            />
          ) : null}
        </div>
      </Radio.Group>
      <DayField label="To be acknowledged by" required value={dueDate} onChange={change(setDueDate)} />
      {past ? <p className={css.fault}>This day has passed. Choose a later one.</p> : null}
      <Textarea
        label="Note to the people"
        description="Stands above the text that they read"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={4_000}
        value={note}
        onChange={(event) => change(setNote)(event.currentTarget.value)}
      />
      <div className={css.reach} aria-live="polite">
        {why !== null ? (
          <p className={css.second}>{why}</p>
        ) : asked === null ? (
          reach.isError ? (
            <Refusal error={reach.error} />
          ) : (
            <p className={css.second}>Counting …</p>
          )
        ) : (
          <>
            <p>
              <strong>{count(asked.length, 'person is', 'people are')} asked.</strong>
              {(reach.data?.already ?? 0) > 0
                ? ` ${count(reach.data?.already ?? 0, 'other', 'others')} acknowledged this major version, or are asked already.`
                : ''}
            </p>
            <p className={css.second}>
              {asked
                .slice(0, NAMES_SHOWN)
                .map(({ name }) => name)
                .join(', ')}
              {asked.length > NAMES_SHOWN ? ` and ${asked.length - NAMES_SHOWN} more` : ''}
            </p>
          </>
        )}
      </div>
      <Refusal error={failure} />
    </Dialog>
  );
}
