/** What happened to a record, newest first: who, when, through what, why, and each field before and after. */
import { ActionIcon, Button, Select } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { HistoryEntry } from '@shared/listing';
import type { RecordView } from '@shared/wire/records';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { SkeletonRows } from '../../components/Skeleton';
import { errorWords } from '../../lib/error-texts';
import { formatInstant } from '../../lib/format';
import { isWritable, needsReason } from '../access';
import { historyOptions, usePeople } from '../api';
import { ReasonInput } from '../form/ReasonInput';
import type { GenericRow } from '../rows';
import { BeforeAfter } from '../values/BeforeAfter';
import { type Labels, useNames, useTitles } from '../values/names';
import css from './History.module.css';
import { type Restoration, restoration, valuesAt } from './restore';
import type { Change } from './useChange';

export interface HistoryProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
  readonly change: Change;
  readonly called: string;
}

interface Restoring {
  readonly words: string;
  readonly restoration: Restoration;
}

export function History({ name, definition, record, change, called }: HistoryProps) {
  const { row } = record;
  const history = useQuery(historyOptions(name, row.id));
  const people = usePeople();
  const [field, setField] = useState<string | null>(null);
  const [person, setPerson] = useState<string | null>(null);
  const [restoring, setRestoring] = useState<Restoring | null>(null);
  if (history.error !== null && history.data === undefined)
    return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  if (history.data === undefined) return <SkeletonRows label="The history is read" />;
  if (history.data.length === 0) return <p className={css.none}>Nothing is recorded yet.</p>;
  const all = history.data;
  const shown = all
    .map((entry, index) => ({ entry, index }))
    .filter(
      ({ entry }) =>
        (field === null || entry.changes.some((each) => each.field === field)) && (person === null || entry.actorId === person),
    );
  const changed = new Set(all.flatMap((entry) => entry.changes.map((each) => each.field)));
  const fields = Object.entries(definition.fields)
    .filter(([key]) => changed.has(key))
    .map(([value, known]) => ({ value, label: known.label }));
  const actors = [...new Set(all.flatMap(({ actorId }) => (actorId === null ? [] : [actorId])))];
  // the reason stands once, over all of them
  const why = record.archived
    ? 'The record is archived. Restore it first.'
    : record.may.update
      ? null
      : errorWords({ code: record.may.why ?? 'ROLE_FORBIDS', details: {}, faults: [] }).title;
  const begin = (words: string, values: Readonly<Record<string, unknown>>, only?: readonly string[]) =>
    setRestoring({ words, restoration: restoration(definition, row, values, record.steps, only) });
  return (
    <div className={css.history}>
      <div className={css.filters}>
        <Select aria-label="Field" placeholder="Any field" data={fields} value={field} onChange={setField} clearable searchable />
        <Select
          aria-label="Person"
          placeholder="Anybody"
          data={actors.map((value) => ({ value, label: people.name(value) ?? 'Unknown person' }))}
          value={person}
          onChange={setPerson}
          clearable
          searchable
        />
        <span className={css.note} role="status">
          {shown.length === all.length ? `${all.length} changes` : `${shown.length} of ${all.length} changes`}
          {why === null ? '' : `. Nothing is brought back: ${why}`}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long history is scrolled by keys */}
      <ol className={css.timeline} data-testid="history" aria-label="History" tabIndex={0}>
        {shown.map(({ entry, index }) => (
          <li key={`${entry.at}${entry.action}${entry.actorId}${index}`} className={css.entry}>
            <span className={css.sign} data-action={entry.action}>
              <Icon name={entry.action === 'insert' ? 'plus' : entry.action === 'delete' ? 'trash' : 'pencil'} size={14} />
            </span>
            <HistoryLine
              definition={definition}
              entry={entry}
              onField={
                why === null && entry.action === 'update'
                  ? (key, before) =>
                      begin(`“${definition.fields[key]?.label}” of ${called} as it was before`, { ...row, [key]: before }, [key])
                  : undefined
              }
            />
            {why === null && index > 0 ? (
              <Button
                variant="subtle"
                leftSection={<Icon name="restore" />}
                onClick={() => begin(`${called} as of ${formatInstant(entry.at)}`, valuesAt(row, all, index))}
              >
                Bring this version back
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
      {restoring === null ? null : (
        <RestoreDialog {...{ definition, record, change }} {...restoring} onClose={() => setRestoring(null)} />
      )}
    </div>
  );
}

type RestoreDialogProps = Pick<HistoryProps, 'definition' | 'record' | 'change'> & Restoring & { readonly onClose: () => void };

/** Shows what would change before anything does; a change of somebody else meanwhile opens the choice as ever. */
function RestoreDialog({ definition, record, change, words, restoration, onClose }: RestoreDialogProps) {
  const { patch, left } = restoration;
  const [reason, setReason] = useState('');
  const { row } = record;
  const titles = useTitles(
    Object.fromEntries(
      Object.entries(patch).flatMap(([key, value]) => {
        const target = definition.fields[key]?.target;
        return target === undefined || typeof value !== 'string' ? [] : [[target, [value]]];
      }),
    ),
  );
  const names = useNames({ ...titles, ...record.labels });
  const keys = Object.keys(patch);
  const state = definition.states?.field;
  const asks = state !== undefined && needsReason(definition, row[state], patch[state]);
  const restore = async () => {
    // a conflict takes the place of the page, so the dialog has nothing more to say either way
    onClose();
    await change.set(patch, `Brought back: ${words}`, reason.trim() === '' ? undefined : reason.trim());
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Bring back ${words}?`}
      action={keys.length === 1 ? 'Bring 1 field back' : `Bring ${keys.length} fields back`}
      onAction={() => void restore()}
      busy={change.busy}
      disabled={keys.length === 0 || (asks && reason.trim() === '')}
      size={620}
    >
      {keys.length === 0 ? <p>Nothing of it differs that can be brought back.</p> : null}
      <dl className={css.changes}>
        {keys.map((key) => {
          const field = definition.fields[key];
          return field === undefined ? null : (
            <div key={key} className={css.change}>
              <dt>{field.label}</dt>
              <dd>
                <BeforeAfter field={field} before={row[key]} after={patch[key]} names={names} />
              </dd>
            </div>
          );
        })}
      </dl>
      {left.length === 0 ? null : (
        <p className={css.note}>
          Stays as it is: {left.map(({ field, why }) => `${definition.fields[field]?.label} (${why})`).join(', ')}.
        </p>
      )}
      <p className={css.note}>It is a change like any other: the history keeps the present version too.</p>
      {asks || keys.length > 0 ? (
        <ReasonInput value={reason} onChange={setReason} fault={null} autoFocus={asks} optional={!asks} />
      ) : null}
    </Dialog>
  );
}

export interface HistoryLineProps {
  readonly definition: Entity;
  readonly entry: HistoryEntry;
  /** How many fields are shown; all by itself. */
  readonly most?: number;
  /** Offers to bring a field's earlier value back. */
  readonly onField?: (field: string, before: unknown) => void;
}

export function HistoryLine({ definition, entry, most, onField }: HistoryLineProps) {
  const people = usePeople();
  const names = useNames(useChangeTitles(definition, entry));
  const who = entry.actorId === null ? (entry.onBehalfBy ?? 'The system') : (people.name(entry.actorId) ?? 'Unknown person');
  // a new record's values are the record; its first entry only says that it began
  const changes =
    entry.action === 'insert' && most !== undefined
      ? []
      : entry.changes.filter((change) => Object.hasOwn(definition.fields, change.field));
  const shown = most === undefined ? changes : changes.slice(0, most);
  return (
    <div className={css.words}>
      <p className={css.line}>
        <span className={css.who}>{who}</span> {actWords(entry, changes.length)}
        <time className={css.when} dateTime={entry.at}>
          {formatInstant(entry.at)}
        </time>
      </p>
      {entry.onBehalfBy === null || entry.actorId === null ? null : (
        <p className={css.note}>on their behalf by {entry.onBehalfBy}</p>
      )}
      {shown.length === 0 ? null : (
        <dl className={css.changes}>
          {shown.map((change) => {
            const field = definition.fields[change.field];
            return field === undefined ? null : (
              <div key={change.field} className={css.change}>
                <dt>{field.label}</dt>
                <dd>
                  <BeforeAfter field={field} before={change.before} after={change.after} names={names} />
                  {onField === undefined || !isWritable(field, 'update') ? null : (
                    <ActionIcon
                      className={css.back}
                      aria-label={`Bring back ${field.label}`}
                      title={`Bring back ${field.label} as it was before`}
                      onClick={() => onField(change.field, change.before)}
                    >
                      <Icon name="restore" size={14} />
                    </ActionIcon>
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
      {changes.length > shown.length ? <p className={css.note}>and {changes.length - shown.length} more</p> : null}
      {entry.reason === null ? null : <p className={css.reason}>“{entry.reason}”</p>}
      {most === undefined && entry.source !== '' ? <p className={css.note}>{sourceWords(entry.source)}</p> : null}
    </div>
  );
}

/** What somebody did, where the fields alone do not say it. */
export function actWords(entry: HistoryEntry, shownChanges: number): string | null {
  if (entry.action === 'insert') return 'created it';
  if (entry.action === 'delete') return 'deleted it';
  const filed = entry.changes.find((change) => change.field === 'archivedAt');
  if (filed !== undefined) return filed.after === null ? 'restored it' : 'archived it';
  return shownChanges === 0 ? 'touched it' : null;
}

/** `workstation/0.1.0 <device>` as people read it; anything else as it is. */
export function sourceWords(source: string): string {
  const parts = /^([a-z-]+)\/(\S+)(?: (\S+))?$/i.exec(source);
  if (parts === null) return source;
  const [, what = '', version = '', device] = parts;
  const from = `${what.slice(0, 1).toUpperCase()}${what.slice(1)} ${version}`;
  return device === undefined ? from : `${from}, device ${device.slice(0, 8)}`;
}

/** Titles of the records that changed references point to. */
function useChangeTitles(definition: Entity, entry: HistoryEntry): Labels {
  const wanted = useMemo(() => {
    const found: Record<string, string[]> = {};
    for (const change of entry.changes) {
      const target = definition.fields[change.field]?.target;
      if (target === undefined) continue;
      const ids = [change.before, change.after].filter((id) => typeof id === 'string');
      found[target] = [...(found[target] ?? []), ...ids];
    }
    return found;
  }, [definition, entry]);
  return useTitles(wanted);
}
