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

/** Methods that give every item of the population the same chance, so that an exception stands for its like. */
const EQUAL_CHANCE: readonly string[] = ['random', 'systematic', 'attribute'];

/**
 * How many items of the population one exception of a sample stands for, itself among them: the population over what was tested.
 * Null where the method gives items different chances, or nothing is tested yet.
 */
export function itemsStoodFor(method: string, items: readonly Pick<TestedItem, 'result'>[], population: number): number | null {
  const { pass, exception } = countsOf(items);
  const tested = pass + exception;
  return !EQUAL_CHANCE.includes(method) || tested === 0 ? null : Math.max(population, tested) / tested;
}

/** The name of the stratum of items at or above the interval, all of which are drawn. */
export const HIGH_VALUE = 'high value';
export const BY_INTERVAL = 'by interval';

const plain = (amount: string) => Number(amountOf(amount)) / 10_000;

/**
 * The misstatement of the population that one exception of a monetary-unit sample stands for: its tainting times the interval, or its own
 * error where it was drawn for its value. Negative where it is understated; null until both amounts are known, and for a book amount of
 * nothing, which no unit of money lies in.
 */
export function projectionOf(item: Omit<TestedItem, 'result'>, interval: string): number | null {
  if (item.auditedAmount === null || item.amount === null) return null;
  const book = plain(item.amount);
  if (book === 0) return null;
  const error = book - plain(item.auditedAmount);
  return item.stratum === HIGH_VALUE ? error : (error / book) * plain(interval);
}

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
  const step = plain(interval);
  const taintings: number[] = [];
  let projected = 0;
  let understated = 0;
  let withoutAmount = 0;
  for (const item of items) {
    if (item.result !== 'exception') continue;
    const projection = projectionOf(item, interval);
    if (projection === null) {
      withoutAmount += 1;
      continue;
    }
    if (projection < 0) understated -= projection;
    else projected += projection;
    if (item.stratum !== HIGH_VALUE && projection > 0) taintings.push(Math.min(1, projection / step));
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
