/** Which columns an entry of the trail changed: for the row of a list, drawn in main, and for the whole entry, drawn in the window. */
import type { TrailChange } from './wire/trail';

type Values = Readonly<Record<string, unknown>> | null;

/** The system writes these with every change; they say nothing of their own. */
const OWN = new Set(['id', 'tenant_id', 'row_version', 'created_at', 'updated_at', 'created_by', 'updated_by']);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Every column that differs, in the order in which the values name them. */
export function changesOf(entry: { readonly oldValues: Values; readonly newValues: Values }): TrailChange[] {
  const { oldValues, newValues } = entry;
  const columns = [...new Set([...Object.keys(newValues ?? {}), ...Object.keys(oldValues ?? {})])];
  return columns
    .filter((column) => !OWN.has(column))
    .map((column) => ({ column, before: oldValues?.[column] ?? null, after: newValues?.[column] ?? null }))
    .filter(({ before, after }) => !same(before, after));
}
