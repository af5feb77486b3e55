/**
 * Dates as people type them: `30 Nov 2026`, `30.11.2026`, `2026-11-30`, `30/11`, `today`, `+14`. Day before month, as the
 * workstation writes dates. What cannot be a date is answered with a sentence that says why.
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const MONTH_NAMES = [
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
] as const;

export type TypedDate = { readonly ok: true; readonly value: string | null } | { readonly ok: false; readonly message: string };

/** Days of a month, 1 to 12, in the proleptic Gregorian calendar. */
export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const pad = (value: number, length: number) => String(value).padStart(length, '0');

function shift(today: string, days: number): string {
  const at = new Date(`${today}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

function check(day: number, month: number, year: number): TypedDate {
  const name = MONTH_NAMES[month - 1];
  if (name === undefined) return { ok: false, message: `There is no month ${month}. Write the date like 30 Nov 2026.` };
  if (year < 1900 || year > 2999) return { ok: false, message: 'The year lies outside 1900 to 2999.' };
  const last = daysIn(year, month);
  if (day < 1) return { ok: false, message: 'Days start at 1.' };
  if (day > last) {
    const of = month === 2 ? `${name} ${year}` : name;
    return { ok: false, message: `${of} has ${last} days. Choose ${last} ${name.slice(0, 3)} or another date.` };
  }
  return { ok: true, value: `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` };
}

/** Two-digit years are of this century; no year is this year. */
function fullYear(text: string | undefined, today: string): number {
  if (text === undefined || text === '') return Number(today.slice(0, 4));
  return text.length === 2 ? 2000 + Number(text) : Number(text);
}

/** Reads what was typed. `today` is YYYY-MM-DD in the person's own calendar. Blank is no date. */
export function parseTypedDate(text: string, today: string): TypedDate {
  const typed = text.trim().toLowerCase().replace(/\s+/g, ' ');
  if (typed === '') return { ok: true, value: null };
  if (typed === 'today') return { ok: true, value: today };
  if (typed === 'tomorrow') return { ok: true, value: shift(today, 1) };
  const relative = /^([+-]) ?(\d{1,4})(?: ?d(?:ays?)?)?$/.exec(typed);
  if (relative) return { ok: true, value: shift(today, Number(`${relative[1]}${relative[2]}`)) };
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (iso) return check(Number(iso[3]), Number(iso[2]), Number(iso[1]));
  const digits = /^(\d{1,2})[./-] ?(\d{1,2})(?:[./-] ?(\d{2}|\d{4})?)?$/.exec(typed);
  if (digits) return check(Number(digits[1]), Number(digits[2]), fullYear(digits[3], today));
  const words = /^(?:[a-z]{3},? )?(\d{1,2})\.? ([a-z]{3,9})\.?,?(?: (\d{2}|\d{4}))?$/.exec(typed);
  if (words) {
    const month = MONTH_NAMES.findIndex((name, index) => {
      const word = words[2] ?? '';
      return name.toLowerCase() === word || word === MONTHS[index] || (word === 'sept' && index === 8);
    });
    if (month >= 0) return check(Number(words[1]), month + 1, fullYear(words[3], today));
  }
  return { ok: false, message: 'This is no date. Write it like 30 Nov 2026.' };
}

/** `2026-11-30` → `30 Nov 2026`, the way dates are shown and typed. */
export function writeDate(value: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(value);
  if (!parts) return value;
  return `${Number(parts[3])} ${(MONTH_NAMES[Number(parts[2]) - 1] ?? '').slice(0, 3)} ${parts[1]}`;
}
