/**
 * Three ways: what the library said when the tenant took it in, what it says now, and what the tenant has. Where the tenant did
 * not change a field, the library's comes; where it did, the tenant's stays, and that it stays is reported. Nothing here knows a database.
 */
import { jsonEqual } from '@main/entities/canonical';
import type { LibraryCounts, LibraryDifference, LibraryRecord } from '@shared/wire/library';

export type Values = Readonly<Record<string, unknown>>;

export interface Merged {
  /** The fields to write; empty where nothing changes. */
  readonly write: Values;
  readonly kept: readonly string[];
}

/** `base` null: the tenant has a record of that name of its own, so that only what is empty may be filled. */
export function mergeRecord(base: Values | null, library: Values, tenant: Values): Merged {
  const write: Record<string, unknown> = {};
  const kept: string[] = [];
  for (const [field, value] of Object.entries(library)) {
    const own = tenant[field] ?? null;
    const wanted = value ?? null;
    if (jsonEqual(own, wanted)) continue;
    const before = base === null ? null : (base[field] ?? null);
    if (jsonEqual(own, before)) write[field] = wanted;
    else kept.push(field);
  }
  return { write, kept };
}

const MAX_RECORDS = 500;

export function difference(records: readonly LibraryRecord[]): LibraryDifference {
  const count = (change: LibraryRecord['change']) => records.filter((record) => record.change === change).length;
  const counts: LibraryCounts = {
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    kept: count('kept'),
  };
  return { counts, records: records.filter((record) => record.change !== 'unchanged').slice(0, MAX_RECORDS) };
}

/** A record that is written and keeps something counts as updated; one that only keeps, as kept. */
export function changeOf({ write, kept }: Merged): LibraryRecord['change'] {
  if (Object.keys(write).length > 0) return 'updated';
  return kept.length > 0 ? 'kept' : 'unchanged';
}
