/** An audit's weeks as a burn-up: hours of each week, their sum, and what the budget would have by then. Calendar dates only; no clock. */
import type { WeekProgress } from '@shared/wire/progress';

const DAY_MS = 86_400_000;
/** More weeks than a card has room for; the latest are shown. */
const SHOWN = 16;

export interface AuditWeek extends WeekProgress {
  /** Minutes up to the end of this week. */
  readonly sum: number;
  /** What the budget spread over the fieldwork has by the end of this week, in minutes; null without a budget or dates. */
  readonly planned: number | null;
  /** The week has not begun yet. */
  readonly ahead: boolean;
}

export interface WeeksInput {
  readonly weeks: readonly WeekProgress[];
  /** `YYYY-MM-DD`; the budget is spread evenly over the days between, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly budgetMinutes: number | null;
  readonly today: string;
}

const dayOf = (date: string) => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
const dateOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The Monday of a date's week. 1 January 1970 was a Thursday. */
export function mondayOf(date: string): string {
  const day = dayOf(date);
  return dateOf(day - ((((day + 3) % 7) + 7) % 7));
}

/** Every week from the first in which something was done or planned to the last, without gaps. */
export function auditWeeks({ weeks, from, to, budgetMinutes, today }: WeeksInput): readonly AuditWeek[] {
  const marks = [...weeks.map(({ week }) => week), ...[from, to].filter((date) => date !== null).map(mondayOf)].sort();
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined) return [];
  const done = new Map(weeks.map((one) => [one.week, one]));
  const all: AuditWeek[] = [];
  let sum = 0;
  for (let day = dayOf(first); day <= dayOf(last); day += 7) {
    const week = dateOf(day);
    const { spentMinutes = 0, tested = 0 } = done.get(week) ?? {};
    sum += spentMinutes;
    all.push({ week, spentMinutes, tested, sum, planned: plannedBy(day + 6), ahead: week > today });
  }
  return all.slice(-SHOWN);

  function plannedBy(day: number): number | null {
    if (budgetMinutes === null || from === null || to === null || to < from) return null;
    const whole = dayOf(to) - dayOf(from) + 1;
    return budgetMinutes * Math.min(1, Math.max(0, (day - dayOf(from) + 1) / whole));
  }
}
