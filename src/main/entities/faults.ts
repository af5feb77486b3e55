/** Checks what a person gave against an entity's definition and says what is wrong in words that stand beside a field. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { CodedError, type FieldFault } from '@shared/errors';
import type { z } from 'zod';
import type { Values } from './merge';
import { normalValue } from './values';

type Issue = z.core.$ZodIssue;

/** Keys that would reach an object's prototype; no field, and no member of a JSON value, may be called so. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses input that could pollute a prototype or is nested beyond reason. Looks at own keys only, before any schema copies
 * the value. Throws INPUT_INVALID.
 */
export function refusePollution(value: unknown, path = '', depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > 64) throw invalid([{ path, message: 'is nested too deeply' }]);
  for (const key of Object.getOwnPropertyNames(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (FORBIDDEN_KEYS.has(key)) throw invalid([{ path: at, message: 'is not a name that may be used' }]);
    refusePollution(Reflect.get(value, key), at, depth + 1);
  }
}

/** INPUT_INVALID with its faults. */
export function invalid(faults: readonly FieldFault[]): CodedError {
  return new CodedError('INPUT_INVALID', {}, { faults });
}

/** Parses with any schema; what is wrong leaves as INPUT_INVALID with one fault an issue. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  refusePollution(input);
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => issueFaults(issue, input, undefined)));
}

/** Values for a new record, in normal form. System-made fields are FIELD_FORBIDDEN, other faults INPUT_INVALID. */
export function checkCreation(entity: Entity, patch: Values): Record<string, unknown> {
  return check(entity, patch, entity.createSchema, (field) => field.writable === 'both' || field.writable === 'create');
}

/** Values for a change, in normal form. What is set at creation only, or by the system, is FIELD_FORBIDDEN. */
export function checkChange(entity: Entity, patch: Values): Record<string, unknown> {
  return check(
    entity,
    patch,
    entity.updateSchema,
    (field) => (field.writable === 'both' || field.writable === 'update') && field.merge !== 'immutable',
  );
}

function check(
  entity: Entity,
  patch: Values,
  schema: z.ZodType<Record<string, unknown>>,
  mayWrite: (field: Field) => boolean,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    const field = Object.hasOwn(entity.allFields, key) ? entity.allFields[key] : undefined;
    if (!field) throw invalid([{ path: key, message: 'is not a field of this record' }]);
    if (!mayWrite(field)) throw new CodedError('FIELD_FORBIDDEN', { entity: entity.name, field: key });
    values[key] = normalValue(field, value);
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => issueFaults(issue, values, entity)));
}

/** What is wrong with one value in normal form, to be read after the field's label; null where nothing is. */
export function fieldFault(field: Field, value: unknown): string | null {
  const parsed = field.schema.safeParse(value);
  const [issue] = parsed.success ? [] : parsed.error.issues;
  return issue === undefined ? null : sentence(issue, value, field);
}

function issueFaults(issue: Issue, input: unknown, entity: Entity | undefined): FieldFault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: key, message: 'is not known here' }));
  const path = issue.path.map(String).join('.');
  const key = String(issue.path[0] ?? '');
  const field = entity && Object.hasOwn(entity.allFields, key) ? entity.allFields[key] : undefined;
  return [{ path, message: sentence(issue, valueAt(input, issue.path), field) }];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** What is wrong, to be read after the field's label. */
function sentence(issue: Issue, value: unknown, field: Field | undefined): string {
  if (value === undefined || value === null) return 'needs a value';
  switch (issue.code) {
    case 'invalid_type':
      return kindSentence(field);
    case 'too_big':
      return issue.origin === 'string'
        ? `has more than ${issue.maximum} characters`
        : issue.origin === 'array'
          ? `has more than ${issue.maximum} entries`
          : `is more than ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'needs a value' : `is less than ${issue.minimum}`;
    case 'invalid_value':
      return 'is not one of the choices';
    case 'custom':
      return issue.message;
    default:
      return kindSentence(field);
  }
}

function kindSentence(field: Field | undefined): string {
  switch (field?.kind) {
    case 'date':
      return 'is not a date (YYYY-MM-DD)';
    case 'instant':
      return 'is not a moment in time (ISO 8601)';
    case 'integer':
      return 'is not a whole number';
    case 'boolean':
      return 'is neither yes nor no';
    case 'enum':
      return 'is not one of the choices';
    case 'reference':
    case 'person':
      return 'is not the id of a record';
    case 'tags':
      return 'is not a list of words';
    case 'hash':
      return 'is not a SHA-256 hash';
    case 'text':
    case 'longText':
      return 'is not text';
    default:
      return 'is not valid';
  }
}
