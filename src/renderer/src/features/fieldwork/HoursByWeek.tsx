/** Hours of an audit week by week against its budget: a burn-up above, and below it the figures that it is drawn from. */
import { formatDate, todayHere } from '@renderer/lib/format';
import type { WeekProgress } from '@shared/wire/progress';
import css from './HoursByWeek.module.css';
import { hours } from './MarksCard';
import { type AuditWeek, auditWeeks } from './weeks';

export interface HoursByWeekProps {
  readonly weeks: readonly WeekProgress[];
  readonly from: string | null;
  readonly to: string | null;
  readonly budgetMinutes: number | null;
}

export function HoursByWeek(props: HoursByWeekProps) {
  const weeks = auditWeeks({ ...props, today: todayHere() });
  if (weeks.length === 0)
    return (
      <p className={css.none}>No time is written down yet, and the audit has no dates. Each test takes time on its sheet.</p>
    );
  const budget = props.budgetMinutes;
  const top = Math.max(60, budget ?? 0, weeks.at(-1)?.sum ?? 0) * 1.08;
  const busiest = Math.max(60, ...weeks.map(({ spentMinutes }) => spentMinutes));
  const columns = { gridTemplateColumns: `repeat(${weeks.length}, minmax(0, 1fr))` };
  return (
    <div className={css.chart}>
      <div className={css.plot}>
        <Lines weeks={weeks} top={top} />
        {budget === null || budget === 0 ? null : (
          <span className={css.budget} style={{ bottom: `${(budget / top) * 100}%` }}>
            <span>budget {hours(budget)}</span>
          </span>
        )}
      </div>
      <ol className={css.weeks} style={columns}>
        {weeks.map((one) => (
          <li key={one.week} data-ahead={one.ahead || undefined} title={`Week of ${formatDate(one.week)}`}>
            <span className={css.column} aria-hidden="true">
              <span style={{ height: `${(one.spentMinutes / busiest) * 100}%` }} />
            </span>
            <span className={css.figure}>{one.spentMinutes === 0 ? (one.ahead ? '' : '0 h') : short(one.spentMinutes)}</span>
            <span className={css.second}>{one.tested === 0 ? '' : `${one.tested} tested`}</span>
            <span className={css.second}>{formatDate(one.week).replace(/ \d{4}$/, '')}</span>
          </li>
        ))}
      </ol>
      <ul className={css.legend}>
        <li data-look="sum">spent, added up</li>
        {weeks.some(({ planned }) => planned !== null) ? <li data-look="planned">budget over the fieldwork</li> : null}
        <li data-look="week">spent in the week</li>
      </ul>
    </div>
  );
}

/** `12.5 h`: short enough to stand under a narrow column. */
function short(minutes: number): string {
  return `${Math.round(minutes / 6) / 10} h`;
}

function Lines({ weeks, top }: { readonly weeks: readonly AuditWeek[]; readonly top: number }) {
  const at = (index: number) => ((index + 1) / weeks.length) * 100;
  const up = (minutes: number) => 100 - (minutes / top) * 100;
  const path = (points: readonly (readonly [number, number])[]) => points.map(([x, y]) => `${x},${y}`).join(' ');
  const reached = weeks.filter(({ ahead }) => !ahead);
  const before = (weeks[0]?.sum ?? 0) - (weeks[0]?.spentMinutes ?? 0);
  const sum: (readonly [number, number])[] = [[0, up(before)], ...reached.map((one, index) => [at(index), up(one.sum)] as const)];
  const planned = weeks.flatMap((one, index) => (one.planned === null ? [] : [[at(index), up(one.planned)] as const]));
  const last = sum.at(-1) ?? [0, 100];
  return (
    <svg className={css.lines} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <polygon className={css.area} points={`0,100 ${path(sum)} ${last[0]},100`} />
      {planned.length === 0 ? null : <polyline className={css.planned} points={`0,100 ${path(planned)}`} />}
      <polyline className={css.sum} points={path(sum)} />
    </svg>
  );
}
