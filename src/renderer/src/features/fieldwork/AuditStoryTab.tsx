/**
 * What happened in an audit, and when: a band over its period with a lane a kind, and below it the events by day, newest first. The
 * drawing says nothing that is not below as text; an event opens its record, arrows go from one to the next.
 */
import { Card } from '@renderer/components/Card';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { detailPath } from '@renderer/entities/paths';
import { formatDate, formatTime } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import { type AuditStory, STORY_KINDS, type StoryEvent, type StoryKind } from '@shared/wire/story';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Link } from 'react-router';
import css from './AuditStoryTab.module.css';
import { eventsByDay, shareOf } from './timeline';

const ICON_OF: Readonly<Record<StoryKind, string>> = {
  plan: 'calendar',
  test: 'clipboard-check',
  finding: 'flag',
  evidence: 'paperclip',
  request: 'send',
  signOff: 'seal',
  report: 'document',
};

export function AuditStoryTab(props: DetailExtraProps) {
  const plan = recordOf('auditPlans', props).row;
  const query = useQuery(trpc.audits.story.queryOptions({ planId: plan.id }));
  const [kinds, setKinds] = useState<readonly string[]>([]);
  const list = useRef<HTMLDivElement>(null);
  if (!query.data) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <SkeletonRows label="Reading what happened" rows={10} />;
  }
  const story = query.data;
  if (story.events.length === 0)
    return (
      <EmptyState
        icon="history"
        title="Nothing has happened yet"
        text="Give the audit its dates and a programme. Tests, findings, evidence, requests and sign-offs then stand here by day."
      />
    );
  const shown = story.events.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
  const days = eventsByDay(shown);
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    if (by === 0) return;
    const links: Element[] = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = document.activeElement === null ? -1 : links.indexOf(document.activeElement);
    const next = links[at + by];
    if (!next) return;
    event.preventDefault();
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <div className={css.story}>
      <Card title="Over its period" note={period(story)}>
        <Band story={story} />
      </Card>
      <fieldset className={css.chips} aria-label="Show only">
        {STORY_KINDS.map(({ value, label }) => {
          const count = story.events.filter(({ kind }) => kind === value).length;
          const on = kinds.includes(value);
          return count === 0 ? null : (
            <button
              key={value}
              type="button"
              className={css.chip}
              aria-pressed={on}
              onClick={() => setKinds(on ? kinds.filter((one) => one !== value) : [...kinds, value])}
            >
              {label} <span className={css.count}>{count}</span>
            </button>
          );
        })}
        {story.cut ? (
          <span className={css.second}>The newest {story.events.length}; earlier ones stand on their records.</span>
        ) : null}
      </fieldset>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows go between the links inside, which have the focus */}
      <div ref={list} className={css.days} onKeyDown={onKey}>
        {days.map(({ day, events }) => (
          <section key={day} className={css.day} data-ahead={day > story.today || undefined} aria-label={formatDate(day)}>
            <h3>
              {formatDate(day)}
              {day > story.today ? <span className={css.second}>ahead</span> : null}
            </h3>
            <ul>
              {events.map((event) => (
                <li key={`${event.entity} ${event.id} ${event.what} ${event.at ?? ''}`}>
                  <Icon name={ICON_OF[event.kind]} size={14} />
                  <span className={css.what} data-weighs={event.weighs || undefined}>
                    {event.what}
                  </span>
                  <Link to={detailPath(event.entity, event.id)}>{event.title}</Link>
                  <span className={css.second}>{[event.by, event.at && formatTime(event.at)].filter(Boolean).join(', ')}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

function period({ from, to }: AuditStory): string | undefined {
  return from === null || to === null ? undefined : `${formatDate(from)} to ${formatDate(to)}`;
}

/** A lane for each kind that something happened of; a mark stands for the events of a day. */
function Band({ story }: { readonly story: AuditStory }) {
  const { from, to, fieldworkStart, fieldworkEnd, today, events } = story;
  if (from === null || to === null) return null;
  const span = { from, to };
  const place = (day: string) => `${Math.max(0, Math.min(1, shareOf(span, day))) * 100}%`;
  const lanes = STORY_KINDS.map(({ value, label }) => ({ value, label, days: marksOf(events, value) })).filter(
    ({ days }) => days.length > 0,
  );
  return (
    <div className={css.band} aria-hidden="true">
      <div className={css.lanes}>
        {fieldworkStart !== null && fieldworkEnd !== null ? (
          <span
            className={css.fieldwork}
            style={{ left: place(fieldworkStart), width: `calc(${place(fieldworkEnd)} - ${place(fieldworkStart)})` }}
          />
        ) : null}
        {today >= from && today <= to ? <span className={css.today} style={{ left: place(today) }} /> : null}
      </div>
      {lanes.map(({ value, label, days }) => (
        <div key={value} className={css.lane}>
          <span className={css.laneName}>{label}</span>
          <span className={css.laneMarks}>
            {days.map(({ day, count, weighs }) => (
              <span
                key={day}
                className={css.mark}
                data-weighs={weighs || undefined}
                data-ahead={day > today || undefined}
                style={{ left: place(day), height: `${Math.min(14, 5 + 3 * Math.log2(1 + count))}px` }}
              />
            ))}
          </span>
        </div>
      ))}
      <div className={css.ends}>
        <span>{formatDate(from)}</span>
        <span>{formatDate(to)}</span>
      </div>
    </div>
  );
}

function marksOf(events: readonly StoryEvent[], kind: StoryKind) {
  const days = new Map<string, { day: string; count: number; weighs: boolean }>();
  for (const event of events) {
    if (event.kind !== kind) continue;
    const mark = days.get(event.day) ?? { day: event.day, count: 0, weighs: false };
    days.set(event.day, { day: event.day, count: mark.count + 1, weighs: mark.weighs || event.weighs });
  }
  return [...days.values()];
}
