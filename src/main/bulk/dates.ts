/**
 * Calendar dates as spreadsheets of many countries write them. ISO, years first, points and months by name have one reading; days
 * and months with strokes or hyphens have two, and are read as their column is, or refused. Never guessed.
 */

export type DateOrder = 'dmy' | 'mdy';

type DateRead = { readonly value: string } | { readonly fault: string };

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const refused = (fault: string): DateRead => ({ fault });

/** A cell as `YYYY-MM-DD`, or why it is no date. `order` is how its column is written; null where nobody said. */
export function dateOf(cell: unknown, order: DateOrder | null): DateRead {
  if (typeof cell === 'number')
    return refused('is a number and not a date; let the spreadsheet show it as a date, or write YYYY-MM-DD');
  const text = String(cell).trim();
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d\d:\d\d.*)?$/.exec(text) ?? [];
  if (isoYear !== undefined) return dated(isoYear, isoMonth, isoDay);
  const [, dayFirst, nameSecond, yearLast] = /^(\d{1,2})\.?[\s-]+([A-Za-z]{3,9})\.?[\s,-]+(\d{4})$/.exec(text) ?? [];
  if (nameSecond !== undefined) return byName(yearLast, nameSecond, dayFirst, text);
  const [, nameFirst, daySecond, itsYear] = /^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$/.exec(text) ?? [];
  if (nameFirst !== undefined) return byName(itsYear, nameFirst, daySecond, text);
  const [, a = '', separator, b = '', year = ''] =
    /^(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})(?:[T ]\d\d:\d\d.*)?$/.exec(text) ?? [];
  if (separator === undefined) return refused('is not a date (YYYY-MM-DD)');
  if (year.length === 2) return refused('has a year of two digits; write all four');
  const known = separator === '.' ? 'dmy' : (order ?? orderOf(text) ?? (a === b ? 'dmy' : null));
  if (known === null)
    return refused('may be read with the day or the month first; write YYYY-MM-DD or say which by the date order');
  return known === 'dmy' ? dated(year, b, a, 'day') : dated(year, a, b, 'month');
}

/** Which order a date with strokes or hyphens proves by itself: one of its numbers is no month. Null where it proves nothing. */
export function orderOf(text: string): DateOrder | null {
  const [, a = '', b = ''] = /^\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}\b/.exec(text) ?? [];
  if (a === '') return null;
  if (Number(a) > 12 && Number(b) <= 12) return 'dmy';
  return Number(b) > 12 && Number(a) <= 12 ? 'mdy' : null;
}

/** True for a date that may be read in two ways. */
export function isEitherOrder(text: string): boolean {
  const [, a = '', b = ''] = /^\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}\b/.exec(text) ?? [];
  return a !== '' && a !== b && Number(a) <= 12 && Number(b) <= 12;
}

function byName(year = '', name: string, day = '', text: string): DateRead {
  const month = MONTHS.findIndex((one) => one.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()) && isMonth(one, name));
  return month < 0 ? refused(`is not a date: “${text.slice(0, 40)}” names no month`) : dated(year, String(month + 1), day);
}

const isMonth = (month: string, name: string) =>
  name.length === 3 || name === 'Sept' || month.toLowerCase() === name.toLowerCase();

function dated(year: string, month = '', day = '', first?: 'day' | 'month'): DateRead {
  const m = Number(month);
  const d = Number(day);
  if (m < 1 || m > 12)
    return refused(`is not a date: there is no month ${m}${first === undefined ? '' : `, read with the ${first} first`}`);
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), m, 0)).getUTCDate();
  if (d < 1 || d > days) return refused(`is not a date: ${MONTHS[m - 1]} ${year} has ${days} days`);
  return { value: `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` };
}
