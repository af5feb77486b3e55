/** My work: everything that waits for me, across all kinds of record, in groups. J and K move, Enter opens. */
import { Button } from '@mantine/core';
import { entityOf } from '@shared/entities/registry';
import { WORK_GROUPS, type WorkGroup, type WorkLine } from '@shared/wire/collab';
import { useMemo, useRef, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { Card } from '../../components/Card';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { OfflineNote } from '../../components/OfflineNote';
import { Page, ViewTabs } from '../../components/Page';
import { OptionPill } from '../../components/Pill';
import { SkeletonRows } from '../../components/Skeleton';
import { optionOf } from '../../entities/access';
import { usePeople } from '../../entities/api';
import { Screen } from '../../entities/parts/Screen';
import { detailPath, readingPath } from '../../entities/paths';
import { useConnection } from '../../lib/connection';
import { formatDate, formatInstant, formatNumber } from '../../lib/format';
import { useShortcuts } from '../../lib/use-shortcuts';
import { useWork } from './useWork';
import css from './WorkPage.module.css';
import { daysWords, GROUP_WORDS } from './words';

export function WorkPage() {
  return (
    <Screen>
      <MyWork />
    </Screen>
  );
}

function MyWork() {
  const navigate = useNavigate();
  const connection = useConnection();
  const work = useWork();
  const [params, setParams] = useSearchParams();
  const asked = WORK_GROUPS.find((group) => group === params.get('group')) ?? 'all';
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => {
    const lines = work.data?.lines ?? [];
    return WORK_GROUPS.map((group) => ({ group, lines: lines.filter((line) => line.group === group) })).filter(
      ({ group, lines: own }) => own.length > 0 && (asked === 'all' || asked === group),
    );
  }, [work.data, asked]);
  const shown = groups.flatMap((each) => each.lines);
  const move = (by: 1 | -1) => () => {
    if (shown.length === 0) return;
    const next = Math.min(Math.max(at + by, 0), shown.length - 1);
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>('[data-line]')[next]?.focus();
  };
  useShortcuts('My work', [
    { keys: 'J', label: 'Next line', hint: 'move', enabled: shown.length > 0, run: move(1) },
    { keys: 'K', label: 'Previous line', enabled: shown.length > 0, run: move(-1) },
    { keys: 'R', label: 'Read again', hint: 'refresh', run: () => void work.refetch() },
  ]);
  const total = (group: WorkGroup) => work.data?.counts[group] ?? 0;
  const all = WORK_GROUPS.reduce((sum, group) => sum + total(group), 0);
  return (
    <Page
      title="My work"
      note={work.data === undefined ? undefined : all === 0 ? undefined : `${formatNumber(all)} things wait for you`}
      tabs={
        <ViewTabs
          label="Groups of my work"
          value={asked}
          onChange={(key) => {
            setAt(0);
            setParams(key === 'all' ? {} : { group: key }, { replace: true });
          }}
          views={[
            { key: 'all', label: 'All', count: work.data === undefined ? null : all },
            ...WORK_GROUPS.filter((group) => total(group) > 0 || group === asked).map((group) => ({
              key: group,
              label: GROUP_WORDS[group].title,
              count: total(group),
            })),
          ]}
        />
      }
    >
      <div className={css.page} ref={list} data-testid="my-work">
        <OfflineNote connection={connection} />
        {work.data === undefined && work.error === null ? <SkeletonRows label="Your work is gathered" /> : null}
        {work.data === undefined && work.error !== null ? (
          <ErrorState error={work.error} onRetry={() => void work.refetch()} />
        ) : null}
        {work.data !== undefined && groups.length === 0 ? (
          <EmptyState
            icon="inbox"
            title={asked === 'all' ? 'Nothing waits for you' : `Nothing under “${GROUP_WORDS[asked].title}”`}
            text="What is assigned to you, due, ready for your review, changed after it, or asked of you comes together here."
            starts={[
              {
                icon: 'dashboard',
                title: 'Go home',
                text: 'See how everything stands',
                keys: 'G H',
                run: () => void navigate('/'),
              },
            ]}
          />
        ) : null}
        {groups.map(({ group, lines }) => (
          <Card
            key={group}
            title={GROUP_WORDS[group].title}
            note={`${formatNumber(total(group))} · ${GROUP_WORDS[group].note}`}
            flush
            actions={
              asked === 'all' && lines.length < total(group) ? (
                <Button variant="transparent" onClick={() => setParams({ group })}>
                  All {formatNumber(total(group))}
                </Button>
              ) : undefined
            }
          >
            <ul className={css.lines}>
              {lines.map((line) => (
                <Line key={`${line.entity}${line.id}${line.at}`} line={line} onFocus={() => setAt(shown.indexOf(line))} />
              ))}
            </ul>
            {lines.length < total(group) ? (
              <p className={css.more}>The first {formatNumber(lines.length)} are shown; the lists hold the rest.</p>
            ) : null}
          </Card>
        ))}
      </div>
    </Page>
  );
}

const TABS: Readonly<Partial<Record<WorkGroup, string>>> = { mentions: 'discussion', changed: 'history' };

function Line({ line, onFocus }: { readonly line: WorkLine; readonly onFocus: () => void }) {
  const people = usePeople();
  const definition = entityOf(line.entity);
  const stateField = definition.states === undefined ? undefined : definition.fields[definition.states.field];
  const tab = TABS[line.group];
  const tone = line.days === null ? 'plain' : line.days < 0 ? 'late' : line.days <= 7 ? 'soon' : 'plain';
  const person = line.personId === null ? null : people.name(line.personId);
  const asks =
    line.group === 'approvals' && stateField !== undefined ? (optionOf(stateField, line.detail)?.label ?? line.detail) : null;
  return (
    <li>
      <Link
        className={css.line}
        data-line
        onFocus={onFocus}
        to={
          line.group === 'acknowledge'
            ? readingPath(line.id)
            : `${detailPath(line.entity, line.id)}${tab === undefined ? '' : `?tab=${tab}`}`
        }
      >
        <span className={css.when} data-tone={tone}>
          {line.days === null || line.dueDate === null ? (
            <>
              <Icon name="calendar" size={14} />
              No date
            </>
          ) : (
            <>
              <Icon name={tone === 'late' ? 'alert-filled' : tone === 'soon' ? 'clock' : 'calendar'} size={14} />
              <span title={formatDate(line.dueDate)}>
                {Math.abs(line.days) <= 30 ? daysWords(line.days) : formatDate(line.dueDate)}
              </span>
            </>
          )}
        </span>
        <span className={css.kind} title={definition.label.one}>
          <Icon name={definition.icon} size={15} label={definition.label.one} />
        </span>
        <span className={css.ref}>{line.ref}</span>
        <span className={css.title}>
          {line.title}
          {line.group === 'mentions' ? <span className={css.quote}>“{line.detail}”</span> : null}
          {asks === null ? null : <span className={css.quote}>approval for “{asks}”</span>}
        </span>
        <span>{stateField === undefined ? null : <OptionPill options={stateField.options ?? []} value={line.state} bare />}</span>
        <span className={css.who}>
          {person === null ? '' : `${person}, `}
          {formatInstant(line.at)}
        </span>
      </Link>
    </li>
  );
}
