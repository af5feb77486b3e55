// Counts of a test run, read from the runners' JSON reports. A run that broke without
// saying which test failed counts as one failure: nothing is green by silence.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @returns {Counts} */
export const counts = (passed = 0, failed = 0, skipped = 0) => ({ passed, failed, skipped });

/** @param {Counts[]} all */
export const sum = (all) =>
  all.reduce((a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped), counts());

/** The closing line that CI reads. */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/**
 * @param {unknown} report vitest's JSON report
 * @returns {Counts} files that could not be loaded count as one failure each
 */
export function vitestCounts(report) {
  const unloadable = (report.testResults ?? []).filter(
    (file) => file.status === 'failed' && (file.assertionResults ?? []).length === 0,
  ).length;
  return counts(
    report.numPassedTests ?? 0,
    (report.numFailedTests ?? 0) + unloadable,
    (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  );
}

/**
 * @param {unknown} report Playwright's JSON report
 * @returns {Counts} errors outside of tests count as failures; a test that passed at its second try counts as passed, and Playwright names it
 */
export function playwrightCounts(report) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report.stats ?? {};
  return counts(expected + flaky, unexpected + (report.errors ?? []).length, skipped);
}

/**
 * The counts of a finished run.
 * @param {string} file the report; absent when the runner broke before it wrote one
 * @param {number} code the runner's exit code
 * @param {(report: unknown) => Counts} read
 */
export function countsOf(file, code, read) {
  let found = counts();
  if (existsSync(file)) {
    try {
      found = read(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return counts(0, 1); // a report that was cut off
    }
  } else return counts(0, 1);
  return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}
