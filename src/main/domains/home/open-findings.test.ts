/** Quarters as calendars have them. */
import { expect, it } from 'vitest';
import { quarterStart } from './open-findings';

it.each([
  ['2026-01-01', '2026-01-01'],
  ['2026-03-31', '2026-01-01'],
  ['2026-04-01', '2026-04-01'],
  ['2026-12-31', '2026-10-01'],
])('%s lies in the quarter from %s', (day, start) => {
  expect(quarterStart(day)).toBe(start);
});
