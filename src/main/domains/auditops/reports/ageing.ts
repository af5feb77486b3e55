/** How old and how overdue the findings are that a person sees, counted by severity, and how many came and went in each month. */
import type { EntityContext } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { AGE_BUCKETS, type AgedFinding, bucketOf, daysOpen, daysOverdue, type Month, monthsOf } from '@shared/reports/ageing';

const MONTHS = 12;

export interface FindingsAgeing {
  readonly today: string;
  readonly open: number;
  readonly overdue: number;
  /** Days; 0 where nothing is open. */
  readonly oldest: number;
  readonly median: number;
  /** Open findings by severity, and in it by AGE_BUCKETS: age, and days past the due date (what is not overdue is in neither). */
  readonly bySeverity: readonly {
    readonly severity: string;
    readonly age: readonly number[];
    readonly overdue: readonly number[];
  }[];
  readonly months: readonly Month[];
}

/** The day of settlement is the one that the database wrote when the finding reached a settled state. */
export async function findingsAgeing(ctx: EntityContext): Promise<FindingsAgeing> {
  const today = ctx.clock.today();
  const { rows } = await ctx.database.withTenant(readScope(ctx, ['findings']), (tx) =>
    tx.query<AgedFinding & Record<string, unknown>>(
      `SELECT f.severity, (f.created_at AT TIME ZONE 'UTC')::date::text AS "openedOn", f.due_date::text AS "dueDate",
         (f.settled_at AT TIME ZONE 'UTC')::date::text AS "settledOn"
       FROM findings f WHERE f.archived_at IS NULL`,
    ),
  );
  const open = rows.filter(({ settledOn }) => settledOn === null);
  const ages = open.map((one) => daysOpen(one, today)).sort((a, b) => a - b);
  return {
    today,
    open: open.length,
    overdue: open.filter((one) => daysOverdue(one, today) > 0).length,
    oldest: ages.at(-1) ?? 0,
    median: ages[Math.floor((ages.length - 1) / 2)] ?? 0,
    bySeverity: ['critical', 'high', 'medium', 'low'].map((severity) => {
      const own = open.filter((one) => one.severity === severity);
      const late = own.map((one) => daysOverdue(one, today)).filter((days) => days > 0);
      return { severity, age: counted(own.map((one) => daysOpen(one, today))), overdue: counted(late) };
    }),
    months: monthsOf(rows, today, MONTHS),
  };
}

function counted(days: readonly number[]): number[] {
  const buckets = AGE_BUCKETS.map(() => 0);
  for (const one of days) buckets[bucketOf(one)] = (buckets[bucketOf(one)] ?? 0) + 1;
  return buckets;
}
