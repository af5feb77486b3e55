/** Weeks without gaps that lose no minute, whatever the dates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditWeeks, mondayOf } from './weeks';

const day = fc
  .integer({ min: 0, max: 100 })
  .map((by) => new Date(Date.UTC(2026, 8, 1) + by * 86_400_000).toISOString().slice(0, 10));

describe('weeks of an audit', () => {
  it('begin on Mondays', () => {
    expect(mondayOf('2026-11-29')).toBe('2026-11-23');
    expect(mondayOf('2026-11-23')).toBe('2026-11-23');
    expect(mondayOf('1969-12-31')).toBe('1969-12-29');
    fc.assert(
      fc.property(day, (date) => {
        expect(new Date(`${mondayOf(date)}T00:00:00Z`).getUTCDay()).toBe(1);
      }),
    );
  });

  it('follow each other, add up to what was spent, and never plan more than the budget', () => {
    const week = fc.record({ week: day.map(mondayOf), spentMinutes: fc.nat(3000), tested: fc.nat(20) });
    const input = fc.record({
      weeks: fc.uniqueArray(week, { selector: (one) => one.week, maxLength: 10 }),
      from: fc.option(day),
      to: fc.option(day),
      budgetMinutes: fc.option(fc.nat(10_000)),
      today: day,
    });
    fc.assert(
      fc.property(input, (given) => {
        const weeks = auditWeeks(given);
        expect(weeks.at(-1)?.sum ?? 0).toBe(given.weeks.reduce((sum, one) => sum + one.spentMinutes, 0));
        weeks.forEach((one, at) => {
          const before = weeks[at - 1];
          if (before !== undefined) {
            expect(Date.parse(one.week) - Date.parse(before.week)).toBe(7 * 86_400_000);
            expect(one.sum).toBeGreaterThanOrEqual(before.sum);
            expect(one.planned ?? 0).toBeGreaterThanOrEqual(before.planned ?? 0);
          }
          expect(one.planned ?? 0).toBeLessThanOrEqual(given.budgetMinutes ?? 0);
        });
      }),
    );
  });

  it('are none where nothing was done or planned', () => {
    expect(auditWeeks({ weeks: [], from: null, to: null, budgetMinutes: 60, today: '2026-11-29' })).toEqual([]);
  });
});
