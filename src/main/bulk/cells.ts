/**
 * One cell of a file as a value of its field, or the reason why it is none. Files come from many countries' spreadsheets: dates
 * and decimals are read where only one reading is possible, and refused where two are.
 */
import { fieldFault } from '@main/entities/faults';
import { normalValue } from '@main/entities/values';
import { type DateOrder, dateOf } from './dates';
import { type LoadField, plainName } from './shapes';
import { BadCell } from './source/types';

/** What a reader found in a cell: CSV knows text only, JSON and XLSX more; null is an empty cell. */
export type Cell = unknown;

/** How a column is written, where a person or its other cells have said so. */
export interface CellReading {
  /** Of dates such as 3/4/2026. Null: each is read by itself, and refused where it could be two dates. */
  readonly dateOrder: DateOrder | null;
  /** What stands before the fraction; the other one groups thousands. */
  readonly decimal?: 'point' | 'comma' | null;
  /** What the file's words mean, by the word in plain letters: the choice's value, or null to leave the field empty. */
  readonly values?: ReadonlyMap<string, string | null>;
}

export const AS_IT_STANDS: CellReading = { dateOrder: null };

export type CellValue = { readonly value: unknown } | { readonly fault: string };

export type { DateOrder };

const TRUE = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'wahr', 'oui', 'vrai']);
const FALSE = new Set(['false', 'no', 'n', '0', 'nein', 'falsch', 'non', 'faux']);
/** Names of records and people are looked up, not judged; longer than any column is no name. */
const LONGEST_NAME = 600;

const fault = (reason: string): CellValue => ({ fault: reason });

/** Reads a cell. References and persons stay the names that the file gives. */
export function readCell(field: LoadField, cell: Cell, reading: CellReading): CellValue {
  if (cell === null || cell === undefined || cell === '') return empty(field);
  if (cell instanceof BadCell) return fault(cell.reason);
  const unreadable = unreadableText(cell);
  if (unreadable !== null) return fault(unreadable);
  const word = reading.values?.get(plainName(String(cell)));
  if (word === null) return empty(field);
  const read = byKind(field, word ?? cell, reading);
  if ('fault' in read) return read;
  if (field.kind === 'reference' || field.kind === 'person') return read.value === null ? empty(field) : read;
  const value = normalValue(field.field, read.value);
  if (value === null) return empty(field);
  const reason = fieldFault(field.field, value);
  return reason === null ? { value } : fault(reason);
}

function empty(field: LoadField): CellValue {
  return field.required && field.initial === undefined ? fault('needs a value') : { value: null };
}

/** Half a character, what an earlier program already failed to read, and the one character that the database cannot hold. */
const UNREADABLE = /[\uD800-\uDFFF\uFFFD]/u;
const MAX_DEPTH = 64;

/** Why the text of a cell, or any text inside of it, cannot be kept as it is; null where it can. */
export function unreadableText(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) return 'holds a NUL character, which no text can keep';
    return UNREADABLE.test(value) ? 'holds a character that could not be read (�)' : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth > MAX_DEPTH) return 'is nested too deeply';
  for (const [key, inner] of Object.entries(value)) {
    const reason = unreadableText(key, depth + 1) ?? unreadableText(inner, depth + 1);
    if (reason !== null) return reason;
  }
  return null;
}

function byKind(field: LoadField, cell: unknown, reading: CellReading): CellValue {
  switch (field.kind) {
    case 'integer':
      return typeof cell === 'number' ? { value: cell } : integerOf(String(cell).trim(), reading.decimal ?? null);
    case 'decimal':
      return typeof cell === 'number' ? { value: cell } : decimalOf(String(cell).trim(), reading.decimal ?? null);
    case 'boolean':
      return booleanOf(cell);
    case 'date':
      return dateOf(cell, reading.dateOrder);
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

type Decimal = NonNullable<CellReading['decimal']> | null;

/** Without the marks between thousands, and with a point before the fraction. Text that breaks the rule stays as it is, and is refused. */
function withPoint(text: string, decimal: Decimal): string {
  if (decimal === null) return text;
  const [group, point] = decimal === 'comma' ? ['\\.', ','] : [',', '\\.'];
  const shape = new RegExp(`^([-+]?)(\\d{1,3}(?:${group}\\d{3})*|\\d+)(?:${point}(\\d+))?$`);
  const [, sign = '', whole, fraction] = shape.exec(text) ?? [];
  return whole === undefined ? text : `${sign}${whole.replace(/[.,]/g, '')}${fraction === undefined ? '' : `.${fraction}`}`;
}

function integerOf(text: string, decimal: Decimal): CellValue {
  const plain = withPoint(ungrouped(text), decimal).replace(/^([-+]?\d+)[.,]0{1,2}$/, '$1');
  if (/^[-+]?\d{1,16}$/.test(plain)) return { value: Number(plain) };
  return fault(/^[-+]?\d+[.,]\d+$/.test(plain) ? 'is not a whole number without separators' : 'is not a whole number');
}

function decimalOf(text: string, decimal: Decimal): CellValue {
  const plain = withPoint(ungrouped(text), decimal);
  if (decimal !== null) return /^[-+]?\d+(\.\d+)?$/.test(plain) ? { value: Number(plain) } : fault('is not a number');
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
  const choices = (field.options ?? []).map((option) => option.label).join(', ');
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
    const value: unknown = JSON.parse(cell);
    const unreadable = unreadableText(value);
    return unreadable === null ? { value } : fault(unreadable);
  } catch {
    return fault('is not JSON');
  }
}
