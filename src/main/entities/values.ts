/** Values of fields: one normal form for each kind, and equality that follows what a value means. */
import type { Field } from '@shared/entities/fields';
import { jsonEqual } from './canonical';

/**
 * The form in which a value is compared and written: instants in UTC with milliseconds, tags trimmed and each once, an empty
 * optional text as null. Values that are not of the field's kind pass through and are refused by its schema.
 */
export function normalValue(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  switch (field.kind) {
    case 'text':
    case 'longText':
      if (typeof value !== 'string') return value;
      return value === '' && !field.required ? null : value;
    case 'instant': {
      if (typeof value !== 'string' || !field.schema.safeParse(value).success) return value;
      const at = new Date(value);
      return Number.isNaN(at.getTime()) ? value : at.toISOString();
    }
    case 'tags':
      if (!isTextList(value)) return value;
      return [...new Set(value.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
    case 'reference':
    case 'person':
      return typeof value === 'string' ? value.toLowerCase() : value;
    default:
      return value;
  }
}

/** Equality of two normal values; the order of tags means nothing. */
export function sameValue(field: Field, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (field.kind === 'tags' && isTextList(a) && isTextList(b)) {
    const other = new Set(b);
    return new Set(a).size === other.size && a.every((tag) => other.has(tag));
  }
  return jsonEqual(a, b);
}

export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
