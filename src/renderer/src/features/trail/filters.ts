/** What the trail's list is asked for: from the chips above it to the question that main answers. Pure. */
import type { TrailQuery } from '@shared/wire/trail';

export type When = 'any' | 'today' | 'week' | 'month' | 'days';

export interface TrailFilters {
  readonly when: When;
  /** `YYYY-MM-DD`, both included; only where `when` is `days`. */
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: string | null;
  readonly actions: readonly string[];
  readonly resourceType: string | null;
  /** One record, with its words for the chip. */
  readonly record: { readonly table: string; readonly id: string; readonly title: string } | null;
}

export const NO_FILTERS: TrailFilters = {
  when: 'any',
  from: null,
  to: null,
  actor: null,
  actions: [],
  resourceType: null,
  record: null,
};

export const WHEN_WORDS: Readonly<Record<When, string>> = {
  any: 'any time',
  today: 'today',
  week: 'last 7 days',
  month: 'last 30 days',
  days: 'from … to …',
};

/** Actions that somebody who answers for data looks at first. */
export const REVEALS: readonly string[] = ['reveal', 'export', 'trail.export'];
export const REFUSALS: readonly string[] = ['denied', 'person.lock'];

const BACK: Readonly<Partial<Record<When, number>>> = { today: 0, week: 6, month: 29 };

/** Midnight, here, of a day so many days after another. */
function midnight(day: string, plus: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plus).toISOString();
}

/** @param today the calendar day here, `YYYY-MM-DD` */
export function toQuery(filters: TrailFilters, today: string): TrailQuery {
  const { when, actor, actions, resourceType, record } = filters;
  const back = BACK[when];
  const days = when === 'days';
  return {
    from: back !== undefined ? midnight(today, -back) : days && filters.from !== null ? midnight(filters.from, 0) : null,
    to: days && filters.to !== null ? midnight(filters.to, 1) : null,
    actor,
    actions: [...actions],
    resourceTypes: record !== null ? [record.table] : resourceType === null ? [] : [resourceType],
    resourceId: record?.id ?? null,
  };
}

export function isFiltered(filters: TrailFilters): boolean {
  return JSON.stringify(filters) !== JSON.stringify(NO_FILTERS);
}

export function sameActions(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((action) => other.includes(action));
}
