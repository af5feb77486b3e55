/** What happened to a record, newest first: who, when, through what, why, and each field before and after. */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { HistoryEntry } from '@shared/listing';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { SkeletonRows } from '../../components/Skeleton';
import { formatInstant } from '../../lib/format';
import { historyOptions, usePeople } from '../api';
import { BeforeAfter } from '../values/BeforeAfter';
import { type Labels, useNames, useTitles } from '../values/names';
import css from './History.module.css';

export function History({
  name,
  definition,
  id,
}: {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly id: string;
}) {
  const history = useQuery(historyOptions(name, id));
  if (history.error !== null && history.data === undefined)
    return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  if (history.data === undefined) return <SkeletonRows label="The history is read" />;
  if (history.data.length === 0) return <p className={css.none}>Nothing is recorded yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long history is scrolled by keys
    <ol className={css.timeline} data-testid="history" aria-label="History" tabIndex={0}>
      {history.data.map((entry) => (
        <li key={`${entry.at}${entry.action}${entry.actorId}`} className={css.entry}>
          <span className={css.sign} data-action={entry.action}>
            <Icon name={entry.action === 'insert' ? 'plus' : entry.action === 'delete' ? 'trash' : 'pencil'} size={14} />
          </span>
          <HistoryLine definition={definition} entry={entry} />
        </li>
      ))}
    </ol>
  );
}

export interface HistoryLineProps {
  readonly definition: Entity;
  readonly entry: HistoryEntry;
  /** How many fields are shown; all by itself. */
  readonly most?: number;
}

export function HistoryLine({ definition, entry, most }: HistoryLineProps) {
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
