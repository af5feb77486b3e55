/** A year of days as shares of a width. Calendar dates only; no clock, no time zone. */

export interface Span {
  /** `YYYY-MM-DD`, the first of a month. */
  readonly from: string;
  /** The last day shown. */
  readonly to: string;
}

const DAY_MS = 86_400_000;
const MONTHS_SHOWN = 12;
const MONTHS_BEFORE = 4;
const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOf = (year: number, month: number, day: number) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

/** Twelve months with `today` in the fifth, moved by so many months. */
export function windowAround(today: string, shift: number): Span {
  const [year = 0, month = 1] = today.split('-').map(Number);
  const first = month - 1 - MONTHS_BEFORE + shift;
  return { from: dateOf(year, first, 1), to: dateOf(year, first + MONTHS_SHOWN, 0) };
}

/** Where a date lies: 0 at the beginning of the span, 1 at its end; outside of both beyond it. */
export function shareOf(span: Span, date: string): number {
  const from = dayOf(span.from);
  return (dayOf(date) - from) / (dayOf(span.to) + 1 - from);
}

/** The months of a span with the place where each begins; the year beside January and the first. */
export function monthsBetween(span: Span): readonly { readonly key: string; readonly label: string; readonly at: number }[] {
  const [year = 0, month = 1] = span.from.split('-').map(Number);
  return Array.from({ length: MONTHS_SHOWN }, (_, nth) => {
    const key = dateOf(year, month - 1 + nth, 1);
    const [ofYear = '', ofMonth = '1'] = key.split('-');
    const name = NAMES[Number(ofMonth) - 1] ?? '';
    return { key, label: nth === 0 || ofMonth === '01' ? `${name} ${ofYear}` : name, at: shareOf(span, key) };
  });
}

/** Events by their day, the newest day first; within a day as they came. */
export function eventsByDay<E extends { readonly day: string }>(
  events: readonly E[],
): readonly { readonly day: string; readonly events: readonly E[] }[] {
  const days = new Map<string, E[]>();
  for (const event of events) {
    const others = days.get(event.day);
    if (others) others.push(event);
    else days.set(event.day, [event]);
  }
  return [...days].sort(([a], [b]) => b.localeCompare(a)).map(([day, own]) => ({ day, events: own }));
}
