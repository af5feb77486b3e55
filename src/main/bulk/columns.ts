/** From a file's header to the fields of its shape: by key, column, label, or the map that the person gave. */
import type { LoadField, LoadShape } from './shapes';
import { plainName } from './shapes';

/** For files whose columns are called otherwise: header → field key, or null for a column to leave out. By file stem or entity. */
export type HeaderMap = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

export interface ColumnMap {
  /** Place of the cell and its field, in the order of the file. */
  readonly fields: readonly { readonly at: number; readonly header: string; readonly field: LoadField }[];
  /** Place of the key of the former system; null where the file has none. */
  readonly key: { readonly at: number; readonly header: string } | null;
}

export interface HeaderFault {
  readonly column: string | null;
  readonly reason: string;
}

const KEY_NAMES = new Set(['key', 'sourcekey', 'externalid', 'id']);

/** Reads a header. Everything that it says must be understood; what is not, is a fault. */
export function mapColumns(
  shape: LoadShape,
  header: readonly string[],
  given: Readonly<Record<string, string | null>> = {},
): { readonly map: ColumnMap; readonly faults: readonly HeaderFault[] } {
  const faults: HeaderFault[] = [];
  const fields: { at: number; header: string; field: LoadField }[] = [];
  let key: ColumnMap['key'] = null;
  const taken = new Map<string, string>();
  for (const [at, name] of header.entries()) {
    const wanted = Object.hasOwn(given, name) ? given[name] : name;
    if (wanted === null || wanted === undefined) continue;
    if (wanted === '') {
      faults.push({ column: null, reason: `column ${at + 1} has no name` });
      continue;
    }
    const field = fieldNamed(shape, wanted);
    const isKey = field === undefined && (KEY_NAMES.has(plainName(wanted)) || (shape.numbered && plainName(wanted) === 'ref'));
    const known = field?.key ?? (isKey ? 'key' : null);
    if (known === null) {
      faults.push({ column: name, reason: `is no column of ${shape.many}; known are ${knownNames(shape)}` });
    } else if (taken.has(known)) {
      faults.push({ column: name, reason: `means the same as the column “${taken.get(known)}”` });
    } else {
      taken.set(known, name);
      if (field) fields.push({ at, header: name, field });
      else key = { at, header: name };
    }
  }
  const missing = shape.key.filter((part) => needsValue(shape, part) && !taken.has(part));
  if (key === null && (shape.key.length === 0 || missing.length > 0)) {
    const wanted = missing.length > 0 ? `the column ${missing.map((part) => labelOf(shape, part)).join(' and ')}, or ` : '';
    faults.push({ column: null, reason: `needs ${wanted}a column “key” by which a second load finds each row again` });
  }
  return { map: { fields, key }, faults };
}

/** Parts of a natural key without which it names nothing: all but versions and references that may be empty. */
export function needsValue(shape: LoadShape, part: string): boolean {
  const field = shape.fields.find((one) => one.key === part);
  return part !== 'version' && !(field?.kind === 'reference' && !field.required);
}

function fieldNamed(shape: LoadShape, name: string): LoadField | undefined {
  const plain = plainName(name);
  return (
    shape.fields.find((field) => plainName(field.key) === plain) ??
    shape.fields.find((field) => plainName(field.label) === plain) ??
    // `owner` and `control set` for a field that holds an id
    shape.fields.find((field) => field.key.endsWith('Id') && plainName(field.key.slice(0, -2)) === plain)
  );
}

function labelOf(shape: LoadShape, key: string): string {
  return `“${shape.fields.find((field) => field.key === key)?.column ?? key}”`;
}

function knownNames(shape: LoadShape): string {
  return [...shape.fields.map((field) => field.column.replace(/_id$/, '')), shape.numbered ? 'ref' : 'key'].join(', ');
}
