/** A date with what it means: late in red with a sign, soon in amber with a clock, otherwise plain; a dash-word where there is none. */
import { daysUntil, formatDate, formatDayShort, todayHere } from '../lib/format';
import css from './DateText.module.css';
import { Icon } from './Icon';

export interface DateTextProps {
  /** `YYYY-MM-DD`, or null. */
  readonly date: string | null | undefined;
  /** Whether the date asks for something; a date in the past of a closed record does not. */
  readonly due?: boolean;
  /** From how many days before it counts as soon. */
  readonly soonDays?: number;
  /** `Mon 30 Nov` instead of `30 Nov 2026`. */
  readonly short?: boolean;
  /** Sign before the date, as in lists of what is due. */
  readonly iconFirst?: boolean;
  readonly empty?: string;
  readonly today?: string;
}

export function DateText({
  date,
  due = false,
  soonDays = 7,
  short = false,
  iconFirst = false,
  empty = 'Not planned',
  today = todayHere(),
}: DateTextProps) {
  if (!date) return <span className={css.none}>{empty}</span>;
  const days = due ? daysUntil(date, today) : null;
  const tone = days === null ? 'plain' : days < 0 ? 'late' : days <= soonDays ? 'soon' : 'plain';
  const text = short ? formatDayShort(date, today) : formatDate(date);
  const label = tone === 'late' ? 'late' : tone === 'soon' ? 'due soon' : undefined;
  const sign =
    tone === 'plain' ? (
      iconFirst ? (
        <Icon name="calendar" size={14} />
      ) : null
    ) : (
      <Icon name={tone === 'late' ? 'alert-filled' : 'clock'} size={14} label={label} />
    );
  return (
    <time className={css.date} dateTime={date} data-tone={tone}>
      {iconFirst ? sign : null}
      <span>{text}</span>
      {iconFirst ? null : sign}
    </time>
  );
}

/** `3 days late`, `today`, `in 7 days`. */
export function dueWords(date: string, today: string): string {
  const days = daysUntil(date, today);
  if (days === null) return date;
  if (days === 0) return 'today';
  if (days === -1) return '1 day late';
  if (days < 0) return `${-days} days late`;
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
