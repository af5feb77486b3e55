/** Dates, numbers and sizes as the app writes them: `14 Dec 2026`, `1,189`, `18.2 MB`. British short forms, whatever the system. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const MONTHS_LONG = [
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
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const DAYS_LONG = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const DAY_MS = 86_400_000;

const integerFormat = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `1,189` */
export function formatNumber(value: number): string {
  return integerFormat.format(value);
}

/** Whole per cent of a part, `80 %`; `–` where there is nothing to divide. */
export function formatPercent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
}

const two = (value: number): string => String(value).padStart(2, '0');

interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Reads `YYYY-MM-DD` without a time zone; null where it is not a date. */
function calendarDay(date: string): CalendarDay | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 ? { year, month, day } : null;
}

/** Days since 1970 of a calendar date, so that differences never meet a clock change. */
function dayNumber(date: CalendarDay): number {
  return Date.UTC(date.year, date.month - 1, date.day) / DAY_MS;
}

/** A calendar date, `14 Dec 2026`; the text itself where it is no date. */
export function formatDate(date: string): string {
  const parts = calendarDay(date);
  return parts === null ? date : `${parts.day} ${MONTHS[parts.month - 1]} ${parts.year}`;
}

/** `Mon 30 Nov`, with the year where it is not this one. */
export function formatDayShort(date: string, today: string): string {
  const parts = calendarDay(date);
  if (parts === null) return date;
  const weekday = DAYS[new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).getUTCDay()];
  const year = date.slice(0, 4) === today.slice(0, 4) ? '' : ` ${parts.year}`;
  return `${weekday} ${parts.day} ${MONTHS[parts.month - 1]}${year}`;
}

/** `Monday 23 November 2026` */
export function formatDayLong(date: string): string {
  const parts = calendarDay(date);
  if (parts === null) return date;
  const weekday = DAYS_LONG[new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).getUTCDay()];
  return `${weekday} ${parts.day} ${MONTHS_LONG[parts.month - 1]} ${parts.year}`;
}

/** Today's calendar date here, `YYYY-MM-DD`. */
export function todayHere(now: Date = new Date()): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Days from `today` to `date`; negative is past. Null where either is no date. */
export function daysUntil(date: string, today: string): number | null {
  const a = calendarDay(date);
  const b = calendarDay(today);
  return a === null || b === null ? null : Math.round(dayNumber(a) - dayNumber(b));
}

/** A moment in local time, `12 Nov 2026, 15:20`. */
export function formatInstant(instant: string): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return instant;
  return `${formatDate(todayHere(time))}, ${formatTime(instant)}`;
}

/** The local time of a moment, `15:20`, with seconds where asked. */
export function formatTime(instant: string, seconds = false): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return instant;
  const base = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return seconds ? `${base}:${two(time.getSeconds())}` : base;
}

/** How long ago in the largest whole unit: `just now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date. */
export function formatAgo(instant: string, now: Date = new Date()): string {
  const time = new Date(instant).getTime();
  if (Number.isNaN(time)) return instant;
  const minutes = Math.floor((now.getTime() - time) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days === 1) return 'yesterday';
  return days < 14 ? `${days} days ago` : formatDate(todayHere(new Date(time)));
}

/** `412 kB`, `18.2 MB`; decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = value >= 100 || unit === 0 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${units[unit]}`;
}

/** `3 changes`, `1 change`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}

/** `an audit plan`, `a control`: the noun in small letters with its article. */
export function aOrAn(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun.toLowerCase()}`;
}
