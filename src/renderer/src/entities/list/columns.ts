/**
 * Which columns a list shows and in what order. Only names of columns are kept (no tenant's data), per entity, on this laptop.
 */
import type { EntityDefinition, ListColumn } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';

/** Just what is used of the browser's store, so that tests can bring their own. */
export interface ColumnStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const DEFAULT_WIDTH: Readonly<Record<Field['kind'], number>> = {
  text: 160,
  longText: 260,
  integer: 84,
  boolean: 96,
  date: 120,
  instant: 150,
  enum: 140,
  reference: 200,
  person: 150,
  tags: 180,
  json: 120,
  hash: 140,
};

/** Every column a list could show, apart from large values. */
export function possibleColumns(definition: EntityDefinition): readonly string[] {
  const own = Object.entries(definition.fields)
    .filter(([, field]) => field.kind !== 'json' && field.heavy !== true && field.personal !== true)
    .map(([key]) => key);
  return [...own, 'createdAt', 'updatedAt', 'updatedBy'];
}

/** Columns that name the record always stay, so that no row is anonymous. */
export function fixedColumns(definition: EntityDefinition): readonly string[] {
  return [...(definition.refField === null ? [] : [definition.refField]), definition.titleField];
}

export function defaultColumns(definition: EntityDefinition): readonly string[] {
  return definition.list.columns.map((column) => column.field);
}

/** Brings a wished order into one that can be drawn: known names once each, the naming columns first and always there. */
export function arrangeColumns(definition: EntityDefinition, wished: readonly string[]): readonly string[] {
  const possible = new Set(possibleColumns(definition));
  const shown = [...new Set(wished)].filter((key) => possible.has(key));
  const fixed = fixedColumns(definition).filter((key) => possible.has(key));
  return [...fixed, ...shown.filter((key) => !fixed.includes(key))];
}

/** Moves a column by one place; the naming columns keep theirs. */
export function moveColumn(definition: EntityDefinition, columns: readonly string[], key: string, by: -1 | 1): readonly string[] {
  const from = columns.indexOf(key);
  const to = from + by;
  const first = fixedColumns(definition).length;
  if (from < first || to < first || to >= columns.length) return columns;
  const next = [...columns];
  next.splice(from, 1);
  next.splice(to, 0, key);
  return next;
}

export function columnWidth(definition: EntityDefinition, key: string): number | null {
  const listed: ListColumn | undefined = definition.list.columns.find((column) => column.field === key);
  if (listed !== undefined) return listed.width ?? null;
  const kind = definition.fields[key]?.kind ?? (key === 'updatedBy' ? 'person' : 'instant');
  return DEFAULT_WIDTH[kind];
}

const storeKey = (definition: EntityDefinition) => `kompl.columns.${definition.name}`;

/** The kept choice, or the definition's own columns. */
export function loadColumns(definition: EntityDefinition, store: ColumnStore): readonly string[] {
  const kept = store.getItem(storeKey(definition));
  if (kept === null) return defaultColumns(definition);
  const names = kept.split(',').filter((name) => name !== '');
  return arrangeColumns(definition, names);
}

export function saveColumns(definition: EntityDefinition, columns: readonly string[] | null, store: ColumnStore): void {
  if (columns === null) store.removeItem(storeKey(definition));
  else store.setItem(storeKey(definition), columns.join(','));
}
