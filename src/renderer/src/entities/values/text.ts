/** A field's value as plain words: for CSV, chips, differences and screen readers. */
import type { Field } from '@shared/entities/fields';
import { formatBytes, formatDate, formatInstant, formatNumber } from '../../lib/format';

/** Names of persons and titles of records, by id. */
export interface Names {
  person(id: string): string | null;
  record(id: string): string | null;
}

export const NO_NAMES: Names = { person: () => null, record: () => null };

/** What stands where a field has no value: “No owner”, “Not planned”, “Not set”. */
export function emptyWords(field: Field): string {
  // “No owner”, yet “Nobody” under “Assigned to”
  if (field.kind === 'person') return / (to|by)$/.test(field.label) ? 'Nobody' : `No ${field.label.toLowerCase()}`;
  if (field.kind === 'date') return 'Not planned';
  return 'Not set';
}

export function isEmptyValue(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The words of a value; '' where there is none. */
export function valueText(field: Field, value: unknown, names: Names): string {
  if (isEmptyValue(value)) return '';
  switch (field.kind) {
    case 'enum':
      return field.options?.find((option) => option.value === value)?.label ?? String(value);
    case 'person':
      return names.person(String(value)) ?? 'Unknown person';
    case 'reference':
      return names.record(String(value)) ?? 'Record out of reach';
    case 'date':
      return formatDate(String(value));
    case 'instant':
      return formatInstant(String(value));
    case 'integer':
      return typeof value === 'number' ? integerText(field, value) : String(value);
    case 'boolean':
      return value === true ? 'Yes' : 'No';
    case 'tags':
      return Array.isArray(value) ? value.join(', ') : String(value);
    case 'json':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

/** A size reads as a size; any other number as a number. */
function integerText(field: Field, value: number): string {
  return field.label === 'Size' ? formatBytes(value) : formatNumber(value);
}
