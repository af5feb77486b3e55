/**
 * The statements of a list: a page of rows, its total, the counts of all its views at once.
 *
 * A page far down is found by ids first and read afterwards, so that what is passed over is never read whole; past the middle of
 * a list whose length is known it is counted from the end, so that the end of a hundred thousand rows is as near as their beginning.
 */
import type { Entity, Filter } from '@shared/entities/define';
import { entityOf, isEntityName } from '@shared/entities/registry';
import type { listQuerySchema } from '@shared/listing';
import type { z } from 'zod';
import { type Candidates, indexedTotal, pageCondition, totalCondition } from './candidates';
import { columnOf, Parameters, quoted, selectList, tableOf } from './columns';
import { type FilterFacts, filterCondition, searchCondition } from './filters';
import { orderClause, ROW } from './list-order';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export type CheckedListQuery = z.output<typeof listQuerySchema>;

/** Passing over fewer rows than this costs less than finding the page by its ids first. */
const FAR = 600;

/** Rows in the order asked for (the definition's own where none is), always ending with the id so that pages never overlap. */
export function pageStatement(
  entity: Entity,
  query: CheckedListQuery,
  facts: FilterFacts,
  candidates: Candidates | null = null,
): Statement {
  const parameters = new Parameters();
  const where = `${pageCondition(candidates, ROW, parameters)} AND ${whereClause(entity, query, facts, parameters, candidates?.ids === null)}`;
  const { offset, limit, known } = query;
  const backwards = known !== undefined && offset > known / 2;
  const order = orderClause(entity, query.sort, parameters, { backwards });
  // Counted from the end: the page's last row is the first that is met.
  const last = backwards ? Math.min(known, offset + limit) : 0;
  const skip = parameters.add(backwards ? known - last : offset, 'bigint');
  const most = parameters.add(backwards ? Math.max(0, last - offset) : limit, 'integer');
  const from = `FROM ${tableOf(entity)} ${ROW} ${order.joins} WHERE ${where} ORDER BY ${order.terms} LIMIT ${most} OFFSET ${skip}`;
  if (offset < FAR) return { text: `SELECT ${selectList(entity, ROW, false)} ${from}`, values: parameters.values };
  const text =
    `SELECT ${selectList(entity, ROW, false)} FROM unnest(ARRAY(SELECT ${ROW}.id ${from})) WITH ORDINALITY AS place (id, nth) ` +
    `JOIN ${tableOf(entity)} ${ROW} ON ${ROW}.id = place.id ORDER BY place.nth ${backwards ? 'DESC' : 'ASC'}`;
  return { text, values: parameters.values };
}

/** A search is counted so far ahead of the rows that are asked for, in steps, so that who goes on down the list meets no end. */
const COUNTED_AHEAD = 10_000;
const COUNTED_STEP = 5_000;

/** How many hits of a search are counted for a page: `total` of the page at most. */
export function countedAtMost({ offset }: Pick<CheckedListQuery, 'offset'>): number {
  return Math.floor(offset / COUNTED_STEP) * COUNTED_STEP + COUNTED_AHEAD;
}

export function totalStatement(
  entity: Entity,
  query: Pick<CheckedListQuery, 'filter' | 'search' | 'archived'>,
  facts: FilterFacts,
  candidates: Candidates | null = null,
): Statement {
  const parameters = new Parameters();
  const indexed = indexedTotal(candidates, parameters);
  if (indexed) return { text: indexed, values: parameters.values };
  const where = `${totalCondition(candidates, ROW, parameters)} AND ${whereClause(entity, query, facts, parameters)}`;
  return {
    text: `SELECT count(*)::integer AS total FROM ${tableOf(entity)} ${ROW} WHERE ${where}`,
    values: parameters.values,
  };
}

/** One pass over the table that counts every set of filters; column `v0` is the first, and so on. */
export function countsStatement(entity: Entity, filters: readonly (readonly Filter[])[], facts: FilterFacts): Statement {
  const parameters = new Parameters();
  const counts = filters.map((filter, at) => {
    const condition = filterCondition(entity, filter, ROW, parameters, facts);
    return `count(*) FILTER (WHERE ${condition})::integer AS v${at}`;
  });
  return {
    text: `SELECT ${counts.join(', ')} FROM ${tableOf(entity)} ${ROW} WHERE ${ROW}.archived_at IS NULL`,
    values: parameters.values,
  };
}

/** The condition of the rows `t` that a query means, without its page. */
export function whereClause(
  entity: Entity,
  query: Pick<CheckedListQuery, 'filter' | 'search' | 'archived'>,
  facts: FilterFacts,
  parameters: Parameters,
  common = false,
): string {
  return [
    `${ROW}.archived_at IS ${query.archived ? 'NOT NULL' : 'NULL'}`,
    filterCondition(entity, query.filter, ROW, parameters, facts),
    searchCondition(entity, query.search, ROW, parameters, common),
  ].join(' AND ');
}

/** For each reference field: the distinct ids that the rows hold, by target entity. */
export function referencedIds(entity: Entity, rows: readonly Readonly<Record<string, unknown>>[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const [key, field] of Object.entries(entity.allFields)) {
    if (field.kind !== 'reference' || !field.target) continue;
    const ids = wanted.get(field.target) ?? new Set<string>();
    for (const row of rows) {
      const id = row[key];
      if (typeof id === 'string') ids.add(id);
    }
    if (ids.size > 0) wanted.set(field.target, ids);
  }
  return wanted;
}

/**
 * `id` and `label` (`F-031 Break-glass accounts`) of all the records wanted, in one statement; null where none is. A record whose
 * title is its reference is named once.
 */
export function labelsStatement(wanted: ReadonlyMap<string, ReadonlySet<string>>): Statement | null {
  const parameters = new Parameters();
  const parts: string[] = [];
  for (const [name, ids] of wanted) {
    if (!isEntityName(name)) continue;
    const target = entityOf(name);
    const title = `coalesce(r.${columnOf(target.titleField)}, '')`;
    const ref = target.refField ? `r.${columnOf(target.refField)}` : null;
    const label = ref ? `concat_ws(' ', ${ref}, nullif(nullif(${title}, ''), ${ref}))` : title;
    parts.push(
      `SELECT r.id, ${label} AS label FROM ${quoted(target.table)} r WHERE r.id = ANY(${parameters.add([...ids], 'uuid[]')})`,
    );
  }
  return parts.length === 0 ? null : { text: parts.join(' UNION ALL '), values: parameters.values };
}
