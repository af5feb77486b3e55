/** The order of a list: what people expect of each kind of field, forwards and backwards, perhaps within groups. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { entityOf, isEntityName } from '@shared/entities/registry';
import type { groupBySchema } from '@shared/listing';
import type { z } from 'zod';
import { columnOf, fieldOf, naturalOrder, type Parameters, tableOf } from './columns';
import { invalid } from './faults';

/** The alias of a list's own table. */
export const ROW = 't';

export type CheckedGroupBy = z.output<typeof groupBySchema>;

interface SortKey {
  readonly field: string;
  readonly dir: 'asc' | 'desc';
}

export interface Order {
  readonly joins: string;
  readonly terms: string;
}

export interface OrderOptions {
  /** From the last row to the first. */
  readonly backwards?: boolean;
  /** The rows of a group stand together, in the groups' own order. */
  readonly by?: CheckedGroupBy | null;
}

/** Empty values come last, forwards. Always ends with the id. Throws INPUT_INVALID for a field without an order. */
export function orderClause(
  entity: Entity,
  asked: readonly SortKey[],
  parameters: Parameters,
  { backwards = false, by = null }: OrderOptions = {},
): Order {
  const sort = asked.length > 0 ? asked : entity.list.sort;
  const joins: string[] = [];
  const descending = (dir: SortKey['dir']) => (dir === 'desc') !== backwards;
  const term = (expression: string, dir: SortKey['dir']) =>
    `${expression} ${descending(dir) ? 'DESC' : 'ASC'} NULLS ${backwards ? 'FIRST' : 'LAST'}`;
  const terms = sort.map(({ field: key, dir }, at) => {
    const field = fieldOf(entity, key);
    if (!field || field.kind === 'json') throw invalid([{ path: `sort.${at}.${key}`, message: 'cannot be sorted by' }]);
    return term(orderExpression(entity, key, field, at, joins, parameters), dir);
  });
  if (by !== null) {
    const field = groupField(entity, by.field);
    const month = field.kind === 'date' || field.kind === 'instant';
    const expression = month
      ? groupExpression(by.field, field)
      : orderExpression(entity, by.field, field, sort.length, joins, parameters);
    // two people of one name are two groups
    terms.unshift(term(expression, by.dir), `${groupExpression(by.field, field)} ${descending(by.dir) ? 'DESC' : 'ASC'}`);
  }
  const idDirection = descending(sort[0]?.dir ?? 'asc') ? 'DESC' : 'ASC';
  return { joins: joins.join(' '), terms: [...terms, `${ROW}.id ${idDirection}`].join(', ') };
}

/** What people expect of an order: choices in their own order, persons and references by name, AC-2 before AC-10. */
function orderExpression(entity: Entity, key: string, field: Field, at: number, joins: string[], parameters: Parameters): string {
  const column = `${ROW}.${columnOf(key)}`;
  if (field.kind === 'enum') return choiceOrder(field, column, parameters);
  if (field.kind === 'person') {
    joins.push(`LEFT JOIN people p${at} ON p${at}.id = ${column}`);
    return `lower(p${at}.display_name)`;
  }
  if (field.kind === 'reference' && field.target && isEntityName(field.target)) {
    joins.push(`LEFT JOIN ${tableOf(entityOf(field.target))} r${at} ON r${at}.id = ${column}`);
    return recordOrder(entityOf(field.target), `r${at}`);
  }
  if (key === entity.refField) return naturalOrder(column);
  return column;
}

/** Choices as their definition lists them. */
export function choiceOrder(field: Field, expression: string, parameters: Parameters): string {
  const values = (field.options ?? []).map((option) => option.value);
  return `array_position(${parameters.add(values, 'text[]')}, ${expression})`;
}

/** Records as people count them: by reference where there is one, else by title. */
export function recordOrder(target: Entity, alias: string): string {
  return target.refField
    ? naturalOrder(`${alias}.${columnOf(target.refField)}`)
    : `lower(${alias}.${columnOf(target.titleField)})`;
}

const GROUPED: readonly Field['kind'][] = ['enum', 'boolean', 'person', 'reference', 'date', 'instant'];

/** The field of a grouping; INPUT_INVALID for one whose values make no groups. */
export function groupField(entity: Pick<Entity, 'allFields'>, key: string): Field {
  const field = fieldOf(entity, key);
  if (!field || !GROUPED.includes(field.kind) || field.personal || field.heavy)
    throw invalid([{ path: `by.${key}`, message: 'cannot be grouped by' }]);
  return field;
}

/** The value that the rows of a group share, as text or as it is; a date and a moment (in UTC, as filters read it) by month. */
export function groupExpression(key: string, field: Field): string {
  const column = `${ROW}.${columnOf(key)}`;
  if (field.kind === 'date') return `to_char(${column}, 'YYYY-MM')`;
  if (field.kind === 'instant') return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM')`;
  return column;
}
