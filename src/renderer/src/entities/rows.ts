/** The general type of a record, for screens that draw every entity alike. */
import type { Json } from '@shared/entities/fields';

/** A record as the server sends it; heavy fields may be absent from list rows. */
export interface GenericRow {
  readonly id: string;
  readonly rowVersion: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
  readonly [field: string]: unknown;
}

/** True for what the wire can carry as a field's value. */
export function isJson(value: unknown): value is Json {
  if (value === null) return true;
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value === 'object') return Object.values(value).every(isJson);
  return false;
}

/** A field's value for the wire; what is absent reads as null. */
export function jsonValue(value: unknown): Json {
  return isJson(value) ? value : null;
}

/** Whether two field values say the same. Tags are compared as sets, for their order means nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  const left = a === undefined || a === '' ? null : a;
  const right = b === undefined || b === '' ? null : b;
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    const has = new Set(left.map((entry) => JSON.stringify(entry)));
    return left.length === right.length && right.every((entry) => has.has(JSON.stringify(entry)));
  }
  if (typeof left === 'object' && typeof right === 'object') return JSON.stringify(left) === JSON.stringify(right);
  return false;
}
