/** Days of a year as shares of a width. */
import { describe, expect, it } from 'vitest';
import { monthsBetween, shareOf, windowAround } from './timeline';

describe('the window of the audit calendar', () => {
  it('shows twelve months with today in the fifth, over the turn of years', () => {
    expect(windowAround('2026-11-29', 0)).toEqual({ from: '2026-07-01', to: '2027-06-30' });
    expect(windowAround('2026-01-31', 0)).toEqual({ from: '2025-09-01', to: '2026-08-31' });
    expect(windowAround('2026-11-29', -3)).toEqual({ from: '2026-04-01', to: '2027-03-31' });
    expect(windowAround('2028-02-29', 5)).toEqual({ from: '2028-03-01', to: '2029-02-28' });
  });

  it('places dates by their days', () => {
    const span = windowAround('2026-11-29', 0);
    expect(shareOf(span, '2026-07-01')).toBe(0);
    expect(shareOf(span, '2026-07-02')).toBeCloseTo(1 / 365, 12);
    expect(shareOf(span, '2027-07-01')).toBe(1);
    expect(shareOf(span, '2026-06-30')).toBeLessThan(0);
  });

  it('names its months, with the year where it begins', () => {
    const labels = monthsBetween(windowAround('2026-11-29', 0)).map((month) => month.label);
    expect(labels).toEqual(['Jul 2026', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'Jan 2027', 'Feb', 'Mar', 'Apr', 'May', 'Jun']);
  });
});
