/**
 * Earlier versions of a record from its history, and what bringing one back means now: an ordinary change against the present version,
 * with everything that cannot come back named with its reason. Pure.
 */
import type { Entity } from '@shared/entities/define';
import type { Json } from '@shared/entities/fields';
import type { HistoryEntry } from '@shared/listing';
import { isWritable, optionOf } from '../access';
import { type GenericRow, jsonValue, sameValue } from '../rows';

/** The values after the entry at `index` (0 is the newest): the present ones with everything newer taken back. */
export function valuesAt(row: GenericRow, history: readonly HistoryEntry[], index: number): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...row };
  for (const entry of history.slice(0, index)) {
    // a record's first entry has nothing before it
    if (entry.action === 'update') for (const change of entry.changes) values[change.field] = change.before;
  }
  return values;
}

export interface Restoration {
  /** What the operation would write. */
  readonly patch: Readonly<Record<string, Json>>;
  /** What differs and stays as it is, each with its reason. */
  readonly left: readonly { readonly field: string; readonly why: string }[];
}

/**
 * What of `values` comes back. The state only where a step leads there from the present one; what the system writes, what was fixed
 * when the record was made and what is empty now but needed never does.
 */
export function restoration(
  definition: Entity,
  row: GenericRow,
  values: Readonly<Record<string, unknown>>,
  steps: readonly string[],
  fields: readonly string[] = Object.keys(definition.fields),
): Restoration {
  const patch: Record<string, Json> = {};
  const left: { field: string; why: string }[] = [];
  for (const key of fields) {
    const field = definition.fields[key];
    const value = values[key] ?? null;
    if (field === undefined || sameValue(row[key], value)) continue;
    const leave = (why: string) => left.push({ field: key, why });
    if (key === definition.states?.field) {
      if (typeof value === 'string' && steps.includes(value)) patch[key] = value;
      else leave(`no step leads to “${optionOf(field, value)?.label ?? String(value)}” from here`);
    } else if (!isWritable(field, 'update')) {
      leave(field.writable === 'never' ? 'the system writes it' : 'it was fixed when the record was made');
    } else if (!field.schema.safeParse(value).success) {
      leave(value === null ? 'it needs a value' : 'the field no longer takes this value');
    } else patch[key] = jsonValue(value);
  }
  return { patch, left };
}
