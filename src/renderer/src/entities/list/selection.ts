/** Which rows are selected, apart from which one the cursor is on. Plain data, so that every key and click can be tested. */
import type { GenericRow } from '../rows';

/** Selected rows as they were when they were selected, by id. */
export type Selection = ReadonlyMap<string, GenericRow>;

export const NONE: Selection = new Map();

export function toggled(selection: Selection, row: GenericRow): Selection {
  const next = new Map(selection);
  if (!next.delete(row.id)) next.set(row.id, row);
  return next;
}

/** Selects every row between two places that is known; what is selected stays. */
export function withRange(
  selection: Selection,
  from: number,
  to: number,
  rowAt: (index: number) => GenericRow | undefined,
): Selection {
  const next = new Map(selection);
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
    const row = rowAt(index);
    if (row !== undefined) next.set(row.id, row);
  }
  return next;
}

/** Where the cursor goes; it never leaves the rows. */
export function movedCursor(cursor: number, by: number, total: number): number {
  return Math.max(0, Math.min(total - 1, cursor + by));
}
