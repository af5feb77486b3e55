/** The statements of a list: a page of rows, its total, the counts of all its views at once. */
import type { Entity, ListView } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { entityOf, isEntityName } from '@shared/entities/registry';
import type { listQuerySchema } from '@shared/listing';
import type { z } from 'zod';
import { type Candidates, indexedTotal, pageCondition, totalCondition } from './candidates';
import { columnOf, fieldOf, naturalOrder, Parameters, quoted, selectList, tableOf } from './columns';
import { invalid } from './faults';
import { type FilterFacts, filterCondition, searchCondition } from './filters';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export type CheckedListQuery = z.output<typeof listQuerySchema>;

const ROW = 't';

/** Rows in the order asked for (the definition's own where none is), always ending with the id so that pages never overlap. */
export function pageStatement(
  entity: Entity,
  query: CheckedListQuery,
  facts: FilterFacts,
  candidates: Candidates | null = null,
): Statement {
  const parameters = new Parameters();
  const where = `${pageCondition(candidates, ROW, parameters)} AND ${whereClause(entity, query, facts, parameters, candidates?.ids === null)}`;
  const order = orderClause(entity, query.sort, parameters);
  const text =
    `SELECT ${selectList(entity, ROW, false)} FROM ${tableOf(entity)} ${ROW} ${order.joins} WHERE ${where} ` +
    `ORDER BY ${order.terms} LIMIT ${parameters.add(query.limit, 'integer')} OFFSET ${parameters.add(query.offset, 'bigint')}`;
  return { text, values: parameters.values };
}

export function totalStatement(
  entity: Entity,
  query: CheckedListQuery,
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

/** One pass over the table that counts every saved view; column `v0` is the first view, and so on. */
export function countsStatement(entity: Entity, facts: FilterFacts): Statement {
  const parameters = new Parameters();
  const counts = entity.list.views.map((view: ListView, at) => {
    const condition = filterCondition(entity, view.filter, ROW, parameters, facts);
    return `count(*) FILTER (WHERE ${condition})::integer AS v${at}`;
  });
  return {
    text: `SELECT ${counts.join(', ')} FROM ${tableOf(entity)} ${ROW} WHERE ${ROW}.archived_at IS NULL`,
    values: parameters.values,
  };
}

function whereClause(
  entity: Entity,
  query: CheckedListQuery,
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

interface Order {
  readonly joins: string;
  readonly terms: string;
}

function orderClause(entity: Entity, asked: CheckedListQuery['sort'], parameters: Parameters): Order {
  const sort = asked.length > 0 ? asked : entity.list.sort;
  const joins: string[] = [];
  const terms = sort.map(({ field: key, dir }, at) => {
    const field = fieldOf(entity, key);
    if (!field || field.kind === 'json') throw invalid([{ path: `sort.${at}.${key}`, message: 'cannot be sorted by' }]);
    const expression = orderExpression(entity, key, field, at, joins, parameters);
    return `${expression} ${dir === 'desc' ? 'DESC NULLS LAST' : 'ASC NULLS LAST'}`;
  });
  const idDirection = sort[0]?.dir === 'desc' ? 'DESC' : 'ASC';
  return { joins: joins.join(' '), terms: [...terms, `${ROW}.id ${idDirection}`].join(', ') };
}

/** What people expect of an order: choices in their own order, persons and references by name, AC-2 before AC-10. */
function orderExpression(entity: Entity, key: string, field: Field, at: number, joins: string[], parameters: Parameters): string {
  const column = `${ROW}.${columnOf(key)}`;
  if (field.kind === 'enum') {
    const values = (field.options ?? []).map((option) => option.value);
    return `array_position(${parameters.add(values, 'text[]')}, ${column})`;
  }
  if (field.kind === 'person') {
    joins.push(`LEFT JOIN people p${at} ON p${at}.id = ${column}`);
    return `lower(p${at}.display_name)`;
  }
  if (field.kind === 'reference' && field.target && isEntityName(field.target)) {
    const target = entityOf(field.target);
    joins.push(`LEFT JOIN ${tableOf(target)} r${at} ON r${at}.id = ${column}`);
    return target.refField ? naturalOrder(`r${at}.${columnOf(target.refField)}`) : `lower(r${at}.${columnOf(target.titleField)})`;
  }
  if (key === entity.refField) return naturalOrder(column);
  return column;
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
