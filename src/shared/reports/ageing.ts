/**
 * How old findings are, how long they are overdue, and how many were opened and settled in each month. Calendar days, so no time zone
 * shifts them; whoever asks gives today's date.
 */
export interface AgedFinding {
  readonly severity: string;
  /** The day on which it was raised, and the one on which it was settled; null while it is open. */
  readonly openedOn: string;
  readonly settledOn: string | null;
  readonly dueDate: string | null;
}

/** Days from which a bucket counts; the last has no end. */
export const AGE_BUCKETS = [
  { from: 0, label: 'to 30 days' },
  { from: 31, label: '31 to 60' },
  { from: 61, label: '61 to 90' },
  { from: 91, label: '91 to 180' },
  { from: 181, label: 'over 180' },
] as const;

/** Whole days from one date to another, `YYYY-MM-DD`; negative where the second lies before the first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Days open: until it was settled, or until today. Never below zero, for clocks differ. */
export function daysOpen(finding: AgedFinding, today: string): number {
  return Math.max(0, daysBetween(finding.openedOn, finding.settledOn ?? today));
}

/** Days past the due date, for what is open; 0 where it is not overdue. */
export function daysOverdue(finding: AgedFinding, today: string): number {
  return finding.settledOn !== null || finding.dueDate === null ? 0 : Math.max(0, daysBetween(finding.dueDate, today));
}

/** The place in AGE_BUCKETS of an age in days. */
export function bucketOf(days: number): number {
  let at = 0;
  for (const [nth, { from }] of AGE_BUCKETS.entries()) if (days >= from) at = nth;
  return at;
}

export interface Month {
  /** `2026-11`. */
  readonly month: string;
  readonly opened: number;
  readonly settled: number;
  /** How many were open at its end (today, in the last one). */
  readonly open: number;
}

/** The last `count` months up to today's, oldest first. */
export function monthsOf(findings: readonly AgedFinding[], today: string, count: number): Month[] {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  return Array.from({ length: count }, (_, nth) => {
    const at = year * 12 + (month - 1) - (count - 1 - nth);
    const name = `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
    const within = (date: string | null) => date !== null && date.slice(0, 7) === name;
    const by = (date: string | null) => date !== null && date.slice(0, 7) <= name;
    return {
      month: name,
      opened: findings.filter((one) => within(one.openedOn)).length,
      settled: findings.filter((one) => within(one.settledOn)).length,
      open: findings.filter((one) => by(one.openedOn) && !by(one.settledOn)).length,
    };
  });
}
