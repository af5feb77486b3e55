/**
 * One cell of a file as a value of its field, or the reason why it is none. Files come from many countries' spreadsheets: dates
 * and decimals are read where only one reading is possible, and refused where two are.
 */
import { fieldFault } from '@main/entities/faults';
import { normalValue } from '@main/entities/values';
import { type LoadField, plainName } from './shapes';
import { BadCell } from './source/types';

/** What a reader found in a cell: CSV knows text only, JSON and XLSX more; null is an empty cell. */
export type Cell = unknown;

export type DateOrder = 'dmy' | 'mdy';

export type CellValue = { readonly value: unknown } | { readonly fault: string };

const TRUE = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'wahr', 'oui', 'vrai']);
const FALSE = new Set(['false', 'no', 'n', '0', 'nein', 'falsch', 'non', 'faux']);
/** Names of records and people are looked up, not judged; longer than any column is no name. */
const LONGEST_NAME = 600;

const fault = (reason: string): CellValue => ({ fault: reason });

/** Reads a cell. References and persons stay the names that the file gives. */
export function readCell(field: LoadField, cell: Cell, order: DateOrder | null): CellValue {
  if (cell === null || cell === undefined || cell === '') {
    return field.required && field.initial === undefined ? fault('needs a value') : { value: null };
  }
  if (cell instanceof BadCell) return fault(cell.reason);
  const read = byKind(field, cell, order);
  if ('fault' in read) return read;
  if (field.kind === 'reference' || field.kind === 'person') return read;
  const value = normalValue(field.field, read.value);
  if (value === null) return field.required && field.initial === undefined ? fault('needs a value') : { value: null };
  const reason = fieldFault(field.field, value);
  return reason === null ? { value } : fault(reason);
}

function byKind(field: LoadField, cell: unknown, order: DateOrder | null): CellValue {
  switch (field.kind) {
    case 'integer':
      return typeof cell === 'number' ? { value: cell } : integerOf(String(cell).trim());
    case 'decimal':
      return typeof cell === 'number' ? { value: cell } : decimalOf(String(cell).trim());
    case 'boolean':
      return booleanOf(cell);
    case 'date':
      return dateOf(String(cell).trim(), order);
    case 'instant':
      return instantOf(String(cell).trim());
    case 'enum':
      return choiceOf(field, String(cell).trim());
    case 'tags':
      return tagsOf(cell);
    case 'json':
      return jsonOf(cell);
    case 'reference':
    case 'person': {
      const name = String(cell).trim();
      if (typeof cell === 'object') return fault('is not a name');
      return name.length > LONGEST_NAME
        ? fault(`has more than ${LONGEST_NAME} characters`)
        : { value: name === '' ? null : name };
    }
    case 'text':
      return typeof cell === 'object' ? fault('is not text') : { value: unguarded(String(cell).trim()) };
    default:
      return typeof cell === 'object' ? fault('is not text') : { value: unguarded(String(cell).replace(/\r\n?/g, '\n')) };
  }
}

/** Takes off the apostrophe that exports put before text that begins like a formula. No cell is ever calculated. */
function unguarded(text: string): string {
  return /^'[=+\-@\t\r\n]/.test(text) ? text.slice(1) : text;
}

/** Spaces and apostrophes between thousands go; what is left must be digits. */
const ungrouped = (text: string) => text.replace(/(?<=\d)[\s\u00A0\u202F'’](?=\d{3}(\D|$))/gu, '');

function integerOf(text: string): CellValue {
  const plain = ungrouped(text).replace(/^([-+]?\d+)[.,]0{1,2}$/, '$1');
  if (/^[-+]?\d{1,16}$/.test(plain)) return { value: Number(plain) };
  return fault(/^[-+]?\d+[.,]\d+$/.test(plain) ? 'is not a whole number without separators' : 'is not a whole number');
}

function decimalOf(text: string): CellValue {
  const plain = ungrouped(text);
  const [, sign = '', whole = '', fraction] =
    /^([-+]?)(\d+)(?:[.,](\d+))?$/.exec(plain) ?? /^([-+]?)(\d{1,3}(?:[.,]\d{3})+)[.,](\d+)$/.exec(plain) ?? [];
  if (whole === '') return fault('is not a number');
  if (/^[-+]?\d{1,3},\d{3}$/.test(plain)) return fault('may be read as thousands or as a fraction; write it with a point');
  return { value: Number(`${sign}${whole.replace(/[.,]/g, '')}${fraction === undefined ? '' : `.${fraction}`}`) };
}

function booleanOf(cell: unknown): CellValue {
  if (typeof cell === 'boolean') return { value: cell };
  const word = String(cell).trim().toLowerCase();
  if (TRUE.has(word)) return { value: true };
  return FALSE.has(word) ? { value: false } : fault('is neither yes nor no');
}

function dateOf(text: string, order: DateOrder | null): CellValue {
  const [, iso] = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d.*)?$/.exec(text) ?? [];
  if (iso !== undefined) return { value: iso };
  const [, a = '', separator, b = '', year = ''] = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})$/.exec(text) ?? [];
  if (separator === undefined) return fault('is not a date (YYYY-MM-DD)');
  // With points only the day comes first; with strokes both are in use.
  const known = separator === '.' ? 'dmy' : Number(a) > 12 ? 'dmy' : Number(b) > 12 ? 'mdy' : a === b ? 'dmy' : order;
  if (known === null)
    return fault('may be read with the day or the month first; write YYYY-MM-DD or say which by the date order');
  const [day, month] = known === 'dmy' ? [a, b] : [b, a];
  return { value: `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` };
}

function instantOf(text: string): CellValue {
  const spaced = text.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d)/, '$1T$2');
  // A moment without a zone is UTC: the file cannot say where it was written.
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(spaced) ? spaced : /T\d\d:\d\d/.test(spaced) ? `${spaced}Z` : `${spaced}T00:00:00Z`;
  const full = zoned.replace(/T(\d\d:\d\d)(?=Z|[+-])/, 'T$1:00');
  return { value: full };
}

function choiceOf(field: LoadField, text: string): CellValue {
  const plain = plainName(text);
  const found = field.options?.find((option) => plainName(option.value) === plain || plainName(option.label) === plain);
  if (found !== undefined) return { value: found.value };
  const choices = (field.options ?? []).map((option) => option.value).join(', ');
  return fault(`is not one of the choices: ${choices}`);
}

function tagsOf(cell: unknown): CellValue {
  if (Array.isArray(cell)) return { value: cell };
  const text = String(cell).trim();
  if (text.startsWith('[')) {
    const parsed = jsonOf(text);
    return 'fault' in parsed ? fault('is not a list of words') : parsed;
  }
  return { value: text.split(/[;|\n]/) };
}

function jsonOf(cell: unknown): CellValue {
  if (typeof cell !== 'string') return { value: cell };
  try {
    return { value: JSON.parse(cell) as unknown };
  } catch {
    return fault('is not JSON');
  }
}
