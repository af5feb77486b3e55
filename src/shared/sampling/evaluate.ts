/** What the tested items of a sample say of its population: deviation rate and limit, or projected misstatement and limit. */
import { amountOf } from './amounts';
import { poissonFactor, upperDeviationLimit, upperDeviationLimitFinite } from './statistics';

export interface TestedItem {
  readonly result: string;
  readonly amount: string | null;
  readonly auditedAmount: string | null;
  readonly stratum: string | null;
}

/** How far the test of the items is. */
export interface Counts {
  readonly open: number;
  readonly pass: number;
  readonly exception: number;
  readonly notApplicable: number;
}

export function countsOf(items: readonly Pick<TestedItem, 'result'>[]): Counts {
  const count = (result: string) => items.filter((item) => item.result === result).length;
  return { open: count('open'), pass: count('pass'), exception: count('exception'), notApplicable: count('not_applicable') };
}

export interface DeviationEstimate {
  readonly tested: number;
  readonly deviations: number;
  readonly rate: number;
  /** Clopper–Pearson, for a population without end. */
  readonly upperLimit: number;
  /** Hypergeometric, for the population as large as it is. */
  readonly upperLimitFinite: number;
}

/** Null until an item is tested. Items that do not apply count neither way. */
export function deviationEstimate(
  items: readonly TestedItem[],
  population: number,
  confidence: number,
): DeviationEstimate | null {
  const { pass, exception } = countsOf(items);
  const tested = pass + exception;
  if (tested === 0) return null;
  return {
    tested,
    deviations: exception,
    rate: exception / tested,
    upperLimit: upperDeviationLimit(exception, tested, confidence),
    upperLimitFinite: upperDeviationLimitFinite(exception, tested, Math.max(population, tested), confidence),
  };
}

/** The name of the stratum of items at or above the interval, all of which are drawn. */
export const HIGH_VALUE = 'high value';
export const BY_INTERVAL = 'by interval';

export interface MisstatementEstimate {
  /** Overstatements projected to the population, in the amount's own unit. */
  readonly projected: number;
  /** Understatements, projected alike and shown apart: the limit is one of overstatement. */
  readonly understated: number;
  readonly basicPrecision: number;
  readonly incrementalAllowance: number;
  readonly upperLimit: number;
  /** Exceptions whose audited amount nobody has given yet; the estimate leaves them out. */
  readonly withoutAmount: number;
}

/**
 * Ratio projection with the Stringer bound. An item below the interval stands for the interval: its tainting (book − audited over
 * book) times the interval is its projection. An item of the high-value stratum stands for itself. The limit is the projection,
 * the basic precision (interval × factor for no error), and the incremental allowance: taintings in falling order, each times the
 * interval times (growth of the factor − 1).
 */
export function misstatementEstimate(items: readonly TestedItem[], interval: string, confidence: number): MisstatementEstimate {
  const step = Number(amountOf(interval)) / 10_000;
  const taintings: number[] = [];
  let projected = 0;
  let understated = 0;
  let withoutAmount = 0;
  for (const item of items) {
    if (item.result !== 'exception') continue;
    if (item.auditedAmount === null || item.amount === null) {
      withoutAmount += 1;
      continue;
    }
    const book = Number(amountOf(item.amount)) / 10_000;
    const error = book - Number(amountOf(item.auditedAmount)) / 10_000;
    const projection = item.stratum === HIGH_VALUE ? error : (error / book) * step;
    if (projection < 0) understated -= projection;
    else projected += projection;
    if (item.stratum !== HIGH_VALUE && error > 0) taintings.push(Math.min(1, error / book));
  }
  const basicPrecision = step * poissonFactor(0, confidence);
  const incrementalAllowance = taintings
    .sort((a, b) => b - a)
    .reduce((sum, tainting, at) => {
      const growth = poissonFactor(at + 1, confidence) - poissonFactor(at, confidence);
      return sum + tainting * step * (growth - 1);
    }, 0);
  return {
    projected,
    understated,
    basicPrecision,
    incrementalAllowance,
    upperLimit: projected + basicPrecision + incrementalAllowance,
    withoutAmount,
  };
}
