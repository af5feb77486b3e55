/** The effectiveness of a control over time, from its tests: pure figures for the chart and the table beside it. */
import type { EntityRow } from '@shared/entities/registry';

export interface HistoryPoint {
  readonly id: string;
  readonly ref: string | null;
  readonly date: string;
  readonly result: string;
  /** Height on the chart, 0 to 1; null where the result says nothing of it. */
  readonly level: number | null;
}

const LEVELS: Readonly<Record<string, number>> = { effective: 1, partially_effective: 0.5, ineffective: 0 };

/** Tests with a result, oldest first. */
export function historyOf(tests: readonly EntityRow<'controlTests'>[]): HistoryPoint[] {
  return tests
    .filter(({ testResult }) => testResult !== 'not_tested')
    .map(({ id, ref, testDate, testResult }) => ({
      id,
      ref,
      date: testDate,
      result: testResult,
      level: LEVELS[testResult] ?? null,
    }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : (a.ref ?? '').localeCompare(b.ref ?? '')));
}

/** How many of the tests were effective, and for how many in a row up to now. */
export function streak(points: readonly HistoryPoint[]): {
  readonly effective: number;
  readonly rated: number;
  readonly inARow: number;
} {
  const rated = points.filter(({ level }) => level !== null);
  let inARow = 0;
  for (let at = rated.length - 1; at >= 0 && rated[at]?.level === 1; at--) inARow++;
  return { effective: rated.filter(({ level }) => level === 1).length, rated: rated.length, inARow };
}
