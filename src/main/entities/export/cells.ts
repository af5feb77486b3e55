/**
 * Rows as the cells of a file: what the person sees, with kinds kept, so that a date stays a date. Choices by their words, people
 * and references by their names; columns that hold personal data are not to be had.
 */

import type { WorkbookCell } from '@main/reports/workbook';
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { optionLabel } from '@shared/entities/option-label';
import { fieldOf } from '../columns';
import { invalid } from '../faults';
import { type CheckedGroupBy, groupField } from '../list-order';
import type { Values } from '../merge';

/** As a workbook has them; nothing of a list is set in bold. */
export type Cell = Exclude<WorkbookCell, { readonly strong: string }>;

export interface ExportColumn {
  /** For formats whose rows name their values. */
  readonly key: string;
  readonly label: string;
}

export interface CellNames {
  person(id: string): string | null;
  record(id: string): string | null;
}

/** Fields that stand in lists; INPUT_INVALID for others, and for personal data, which leaves by reveal only. */
export function checkedColumns(entity: Entity, keys: readonly string[]): readonly (readonly [string, Field])[] {
  return [...new Set(keys)].map((key, at) => {
    const field = fieldOf(entity, key);
    if (!field || field.heavy) throw invalid([{ path: `columns.${at}.${key}`, message: 'is no column of this list' }]);
    if (field.personal) throw invalid([{ path: `columns.${at}.${key}`, message: 'holds personal data, which is not exported' }]);
    return [key, field] as const;
  });
}

/** The file's columns: that of the grouping first, then as chosen. */
export function exportColumns(entity: Entity, keys: readonly string[], by: CheckedGroupBy | null): readonly ExportColumn[] {
  const own = checkedColumns(entity, keys).map(([key, field]) => ({ key, label: field.label }));
  if (by === null) return own;
  const field = groupField(entity, by.field);
  const month = isMonth(field);
  const group = { key: month ? `${by.field}Month` : by.field, label: month ? `${field.label} (month)` : field.label };
  return [group, ...own.filter(({ key }) => key !== group.key)];
}

const isMonth = (field: Field) => field.kind === 'date' || field.kind === 'instant';

/** A function that turns a row into the cells of these columns. */
export function cellReader(entity: Entity, columns: readonly ExportColumn[], names: CellNames): (row: Values) => readonly Cell[] {
  const readers = columns.map(({ key }) => {
    const field = fieldOf(entity, key);
    if (field) return (row: Values) => cellOf(field, row[key], names);
    const source = key.slice(0, -'Month'.length);
    return (row: Values) => (typeof row[source] === 'string' ? row[source].slice(0, 7) : null);
  });
  return (row) => readers.map((read) => read(row));
}

export function cellOf(field: Field, value: unknown, names: CellNames): Cell {
  if (value === null || value === undefined || value === '') {
    return field.whenEmpty === undefined ? null : optionLabel(field.options, field.whenEmpty);
  }
  switch (field.kind) {
    case 'enum':
      return optionLabel(field.options, String(value));
    case 'person':
      return names.person(String(value)) ?? 'Unknown person';
    case 'reference':
      return names.record(String(value)) ?? 'Record out of reach';
    case 'date':
      return { day: String(value) };
    case 'instant':
      return { moment: String(value) };
    case 'integer':
      return typeof value === 'number' ? value : String(value);
    case 'boolean':
      return value === true;
    case 'tags':
      return Array.isArray(value) && value.length > 0 ? { words: value.map(String) } : null;
    case 'json':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}
