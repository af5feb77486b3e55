/**
 * Audits side by side in time: planned, fieldwork, report, milestones as marks. The figures stand beside; the drawing alone says
 * nothing that is not there as text. Arrows go from audit to audit, Enter opens one, Ctrl with left and right moves the window in time.
 */
import { Button } from '@mantine/core';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { Page } from '@renderer/components/Page';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { usePeople } from '@renderer/entities/api';
import { formatDate, todayHere } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import { PLAN_STATUS } from '@shared/entities/auditops/options';
import type { TimelinePlan } from '@shared/wire/progress';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { hours } from './MarksCard';
import css from './TimelinePage.module.css';
import { monthsBetween, type Span, shareOf, windowAround } from './timeline';

const WORDS: readonly {
  readonly key: string;
  readonly label: string;
  readonly from: (plan: TimelinePlan) => string | null;
  readonly to: (plan: TimelinePlan) => string | null;
}[] = [
  { key: 'planned', label: 'planned', from: (plan) => plan.startDate, to: (plan) => plan.endDate },
  { key: 'fieldwork', label: 'fieldwork', from: (plan) => plan.fieldworkStart, to: (plan) => plan.fieldworkEnd },
];

export function TimelinePage() {
  const query = useQuery(trpc.fieldwork.timeline.queryOptions());
  const [shift, setShift] = useState(0);
  const plans = query.data ?? [];
  const today = todayHere();
  const span = windowAround(today, shift);
  return (
    <Page
      title="Audit calendar"
      note={`${formatDate(span.from)} to ${formatDate(span.to)}`}
      flush
      actions={
        <>
          <Button variant="default" aria-label="Earlier" onClick={() => setShift(shift - 3)}>
            <Icon name="chevron-left" size={15} />
          </Button>
          <Button variant="default" disabled={shift === 0} onClick={() => setShift(0)}>
            Today
          </Button>
          <Button variant="default" aria-label="Later" onClick={() => setShift(shift + 3)}>
            <Icon name="chevron-right" size={15} />
          </Button>
        </>
      }
    >
      {query.isPending ? <SkeletonRows label="Reading the audits" rows={8} /> : null}
      {query.isError && !query.data ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && plans.length === 0 ? (
        <EmptyState
          icon="calendar-check"
          title="No audit is planned"
          text="Audits stand here with their fieldwork, report and milestones, as soon as they have dates."
        />
      ) : null}
      {plans.length > 0 ? (
        <ul className={css.legend} aria-hidden="true">
          {LEGEND.map(([look, label]) => (
            <li key={look}>
              <span className={css[look === 'done' ? 'milestone' : look]} data-done={look === 'done' || undefined} />
              {label}
            </li>
          ))}
        </ul>
      ) : null}
      {plans.length > 0 ? <Chart plans={plans} span={span} today={today} onShift={(by) => setShift(shift + by)} /> : null}
    </Page>
  );
}

interface ChartProps {
  readonly plans: readonly TimelinePlan[];
  readonly span: Span;
  readonly today: string;
  readonly onShift: (by: number) => void;
}

function Chart({ plans, span, today, onShift }: ChartProps) {
  const [current, setCurrent] = useState(0);
  const rows = useRef<HTMLTableSectionElement>(null);
  const navigate = useNavigate();
  const people = usePeople();
  const months = monthsBetween(span);
  const now = shareOf(span, today);
  const onKey = (event: KeyboardEvent<HTMLTableRowElement>, at: number) => {
    if (event.target !== event.currentTarget) return;
    const go = (to: number) => {
      const next = Math.max(0, Math.min(plans.length - 1, to));
      setCurrent(next);
      rows.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus();
    };
    if (event.ctrlKey && event.key === 'ArrowRight') onShift(1);
    else if (event.ctrlKey && event.key === 'ArrowLeft') onShift(-1);
    else if (event.key === 'ArrowDown' || event.key === 'j') go(at + 1);
    else if (event.key === 'ArrowUp' || event.key === 'k') go(at - 1);
    else if (event.key === 'Enter') void navigate(`/r/auditPlans/${plans[at]?.id}`);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <table className={css.chart} aria-label="Audits in time">
      <thead>
        <tr>
          <th scope="col" className={css.name}>
            Audit
          </th>
          <th scope="col" className={css.figures}>
            Tested
          </th>
          <th scope="col" className={css.figures}>
            Hours
          </th>
          <th scope="col" className={css.lane}>
            <div className={css.months}>
              {months.map((month) => (
                <span key={month.key} style={{ left: `${month.at * 100}%` }}>
                  <MonthLabel label={month.label} />
                </span>
              ))}
            </div>
          </th>
        </tr>
      </thead>
      <tbody ref={rows}>
        {plans.map((plan, at) => (
          <tr
            key={plan.id}
            data-at={at}
            data-current={at === current || undefined}
            tabIndex={at === current ? 0 : -1}
            onFocus={() => setCurrent(at)}
            onKeyDown={(event) => onKey(event, at)}
          >
            <th scope="row" className={css.name}>
              <Link to={`/r/auditPlans/${plan.id}`} tabIndex={-1}>
                {plan.ref} {plan.auditName}
              </Link>
              <span className={css.second}>
                <OptionPill options={PLAN_STATUS} value={plan.status} bare />{' '}
                {plan.leadId ? people.name(plan.leadId) : 'no lead yet'}
              </span>
            </th>
            <td className={css.figures}>{plan.tests === 0 ? 'no programme' : `${plan.tested} of ${plan.tests}`}</td>
            <td
              className={css.figures}
              data-over={(plan.budgetHours !== null && plan.spentMinutes > plan.budgetHours * 60) || undefined}
            >
              {hours(plan.spentMinutes)}
              {plan.budgetHours === null ? '' : ` of ${plan.budgetHours} h`}
            </td>
            <td className={css.lane}>
              <Lane plan={plan} span={span} />
              {now >= 0 && now <= 1 ? <span className={css.today} style={{ left: `${now * 100}%` }} /> : null}
              <span className={css.words}>{wordsOf(plan)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `Jan 2027` on two lines: a month has little room. */
function MonthLabel({ label }: { readonly label: string }) {
  const [month, year] = label.split(' ');
  return (
    <>
      {month}
      {year === undefined ? null : <small>{year}</small>}
    </>
  );
}

const LEGEND = [
  ['planned', 'planned'],
  ['fieldwork', 'fieldwork'],
  ['report', 'report due'],
  ['milestone', 'milestone'],
  ['done', 'milestone, done'],
] as const;

function Lane({ plan, span }: { readonly plan: TimelinePlan; readonly span: Span }) {
  return (
    <div className={css.bars} aria-hidden="true">
      {WORDS.map(({ key, from, to }) => {
        const [start, end] = [from(plan), to(plan)];
        if (start === null || end === null) return null;
        const [left, right] = [Math.max(0, shareOf(span, start)), Math.min(1, shareOf(span, end))];
        if (right <= 0 || left >= 1 || right < left) return null;
        return (
          <span
            key={key}
            className={css[key]}
            style={{ left: `${left * 100}%`, width: `${Math.max(0.4, (right - left) * 100)}%` }}
          />
        );
      })}
      {plan.reportDate !== null && inside(span, plan.reportDate) ? (
        <span
          className={css.report}
          title={`Report ${formatDate(plan.reportDate)}`}
          style={{ left: `${shareOf(span, plan.reportDate) * 100}%` }}
        />
      ) : null}
      {plan.milestones
        .filter((milestone) => inside(span, milestone.dueDate))
        .map((milestone) => (
          <span
            key={milestone.id}
            className={css.milestone}
            data-done={milestone.done || undefined}
            title={`${milestone.title} ${formatDate(milestone.dueDate)}`}
            style={{ left: `${shareOf(span, milestone.dueDate) * 100}%` }}
          />
        ))}
    </div>
  );
}

function inside(span: Span, date: string): boolean {
  return date >= span.from && date <= span.to;
}

/** The dates as text, for who does not see the drawing. */
function wordsOf(plan: TimelinePlan): string {
  const spans = WORDS.flatMap(({ label, from, to }) => {
    const [start, end] = [from(plan), to(plan)];
    return start === null && end === null
      ? []
      : [`${label} ${start === null ? '' : formatDate(start)} to ${end === null ? '' : formatDate(end)}`];
  });
  const report = plan.reportDate === null ? [] : [`report ${formatDate(plan.reportDate)}`];
  const milestones = plan.milestones.map((one) => `${one.title} ${formatDate(one.dueDate)}${one.done ? ', done' : ''}`);
  return [...spans, ...report, ...milestones].join('; ') || 'no dates yet';
}
