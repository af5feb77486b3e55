/**
 * Findings by age: bars by age and severity, the heat of what is overdue, and what came and went by month. Every figure stands as text
 * and opens the list of what it counts.
 */
import { Card } from '@renderer/components/Card';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Page } from '@renderer/components/Page';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { type RouterOutputs, trpc } from '@renderer/lib/trpc';
import { SEVERITY } from '@shared/entities/auditops/options';
import { AGE_BUCKETS } from '@shared/reports/ageing';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import css from './AgeingPage.module.css';

type Ageing = RouterOutputs['reports']['ageing'];
type Filter = readonly [field: string, op: string, value: string];

/** The address of the open findings that pass the filters. */
function listOf(...filters: readonly Filter[]): string {
  const params = new URLSearchParams({ view: 'open' });
  for (const [field, op, value] of filters) params.append('f', `${field}~${op}~${JSON.stringify(value)}`);
  return `/r/findings?${params.toString()}`;
}

function daysAgo(today: string, days: number): string {
  const at = new Date(`${today}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - days);
  return at.toISOString().slice(0, 10);
}

/** Dates from which to which a bucket reaches, as filters on `field`: whole days, for a moment lies within its day. */
function within(field: string, nth: number, today: string, least = 0): Filter[] {
  const from = Math.max(least, AGE_BUCKETS[nth]?.from ?? 0);
  const next = AGE_BUCKETS[nth + 1]?.from;
  const until: Filter = [field, 'lt', daysAgo(today, from - 1)];
  return next === undefined ? [until] : [until, [field, 'gte', daysAgo(today, next - 1)]];
}

export function AgeingPage() {
  const query = useQuery(trpc.reports.ageing.queryOptions());
  return (
    <Page title="Findings ageing">
      {query.data ? (
        <Figures ageing={query.data} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonRows label="Counting findings" rows={10} />
      )}
    </Page>
  );
}

function Figures({ ageing }: { readonly ageing: Ageing }) {
  const { today, bySeverity, months } = ageing;
  if (months.every(({ open, opened, settled }) => open + opened + settled === 0))
    return <EmptyState icon="flag" title="No findings yet" text="They show here by age as soon as there are some." />;
  const tallest = Math.max(1, ...AGE_BUCKETS.map((_, nth) => bySeverity.reduce((sum, { age }) => sum + (age[nth] ?? 0), 0)));
  const busiest = Math.max(1, ...months.flatMap(({ opened, settled }) => [opened, settled]));
  return (
    <div className={css.page}>
      <dl className={css.figures}>
        <Figure label="Open" value={String(ageing.open)} to={listOf()} />
        <Figure label="Overdue" value={String(ageing.overdue)} to="/r/findings?view=overdue" alarm={ageing.overdue > 0} />
        <Figure label="Median age" value={`${ageing.median} days`} />
        <Figure label="Oldest" value={`${ageing.oldest} days`} />
      </dl>
      <Card title="Open findings by age and severity">
        <table className={css.bars}>
          <thead>
            <tr>
              <th scope="col">Days open</th>
              <th scope="col">By severity</th>
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {AGE_BUCKETS.map(({ label }, nth) => {
              const all = bySeverity.reduce((sum, { age }) => sum + (age[nth] ?? 0), 0);
              return (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td>
                    <div className={css.bar}>
                      {bySeverity.map(({ severity, age }) =>
                        (age[nth] ?? 0) > 0 ? (
                          <Link
                            key={severity}
                            className={css.part}
                            data-level={severity}
                            style={{ width: `${(100 * (age[nth] ?? 0)) / tallest}%` }}
                            to={listOf(['severity', 'eq', severity], ...within('createdAt', nth, today))}
                            aria-label={`${age[nth]} ${severity}, ${label} days`}
                          >
                            {age[nth]}
                          </Link>
                        ) : null,
                      )}
                    </div>
                  </td>
                  <td className={css.sum}>{all}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Card>
      <Card title="Days past the due date">
        <table className={css.heat}>
          <thead>
            <tr>
              <th scope="col">Severity</th>
              {AGE_BUCKETS.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bySeverity.map(({ severity, overdue }) => (
              <tr key={severity}>
                <th scope="row">
                  <OptionPill options={SEVERITY} value={severity} />
                </th>
                {AGE_BUCKETS.map(({ label }, nth) => {
                  const count = overdue[nth] ?? 0;
                  return (
                    <td key={label} data-heat={count === 0 ? undefined : Math.min(3, nth)}>
                      {count === 0 ? (
                        <span className={css.none}>0</span>
                      ) : (
                        <Link
                          to={listOf(['severity', 'eq', severity], ...within('dueDate', nth, today, 1))}
                          aria-label={`${count} ${severity}, ${label} days overdue`}
                        >
                          {count}
                        </Link>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card title="Opened and settled by month" className={css.wide}>
        <table className={css.trend}>
          <thead>
            <tr>
              <td />
              {months.map(({ month }) => (
                <th key={month} scope="col">
                  {monthName(month)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                <span className="k-visually-hidden">As columns</span>
              </th>
              {months.map(({ month, opened, settled }) => (
                <td key={month}>
                  <div className={css.columns}>
                    <span className={css.column} data-look="opened" style={{ height: `${(100 * opened) / busiest}%` }} />
                    <span className={css.column} data-look="settled" style={{ height: `${(100 * settled) / busiest}%` }} />
                  </div>
                </td>
              ))}
            </tr>
            {(
              [
                ['Opened', 'opened'],
                ['Settled', 'settled'],
                ['Open at the end', 'open'],
              ] as const
            ).map(([label, key]) => (
              <tr key={key}>
                <th scope="row">
                  {key === 'open' ? null : <span className={css.swatch} data-look={key} />}
                  {label}
                </th>
                {months.map((one) => (
                  <td key={one.month} data-none={one[key] === 0 || undefined}>
                    {one[key]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    </div>
  );
}

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `Nov`, with the year where it begins. */
const monthName = (month: string) =>
  month.endsWith('-01') ? `Jan ${month.slice(0, 4)}` : (NAMES[Number(month.slice(5)) - 1] ?? '');

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly to?: string;
  readonly alarm?: boolean;
}

function Figure({ label, value, to, alarm }: FigureProps) {
  return (
    <div className={css.figure} data-alarm={alarm || undefined}>
      <dt>{label}</dt>
      <dd>{to ? <Link to={to}>{value}</Link> : value}</dd>
    </div>
  );
}
