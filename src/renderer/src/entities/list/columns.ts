/**
 * Which columns a list shows, in what order and how wide. Only names and numbers are kept (no tenant's data), for each person in each
 * tenant, on this laptop.
 */
import type { EntityDefinition, ListColumn } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { z } from 'zod';

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

/** Whose choice it is: each person has their own in each tenant. */
export interface LayoutPlace {
  readonly personId: string;
  readonly tenantId: string;
}

/** Columns in their order, and the widths that were dragged, in pixels. */
export interface ColumnLayout {
  readonly columns: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
}

export const LEAST_WIDTH = 60;
export const MOST_WIDTH = 900;

const storeKey = (definition: EntityDefinition, { personId, tenantId }: LayoutPlace) =>
  `kompl.columns/${personId}/${tenantId}/${definition.name}`;

export function defaultLayout(definition: EntityDefinition): ColumnLayout {
  return { columns: defaultColumns(definition), widths: {} };
}

const layoutSchema = z.object({ columns: z.array(z.string()), widths: z.record(z.string(), z.number()) });

/** The kept choice, or the definition's own columns; whatever does not read as one is left out. */
export function loadLayout(definition: EntityDefinition, place: LayoutPlace, store: ColumnStore): ColumnLayout {
  const kept = store.getItem(storeKey(definition, place));
  if (kept === null) return defaultLayout(definition);
  try {
    const layout = layoutSchema.parse(JSON.parse(kept));
    const possible = new Set(possibleColumns(definition));
    const widths = Object.entries(layout.widths).filter(([key]) => possible.has(key));
    return {
      columns: arrangeColumns(definition, layout.columns),
      widths: Object.fromEntries(widths.map(([key, width]) => [key, limitWidth(width)])),
    };
  } catch {
    // Something else wrote there: the list still opens, as defined.
    return defaultLayout(definition);
  }
}

export function saveLayout(
  definition: EntityDefinition,
  place: LayoutPlace,
  layout: ColumnLayout | null,
  store: ColumnStore,
): void {
  const key = storeKey(definition, place);
  if (layout === null) store.removeItem(key);
  else store.setItem(key, JSON.stringify(layout));
}

export function limitWidth(width: number): number {
  return Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
}
