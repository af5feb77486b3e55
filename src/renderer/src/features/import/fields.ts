/** What the columns of a file may become: the fields of a definition that a person gives, and the key of a former system. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import type { ImportMap, InspectedColumn } from '@shared/wire/imports';

/** Files of evidence are bytes and come in one by one; what hangs on other records comes with them. */
export const IMPORTABLE: readonly EntityName[] = ENTITY_NAMES.filter(
  (name) => entityOf(name).domain !== 'workspace' && name !== 'evidenceFiles' && entityOf(name).form.length > 0,
);

export interface ImportField {
  readonly key: string;
  readonly label: string;
  readonly field: Field;
}

export function importFields(definition: Entity): readonly ImportField[] {
  return Object.entries(definition.fields)
    .filter(([, { writable }]) => writable === 'both' || writable === 'create')
    .map(([key, field]) => ({ key, label: field.label, field }));
}

/** Where the database numbers the records itself, a reference in the file is the key of the former system. */
export function isNumbered(definition: Entity): boolean {
  return definition.refField === 'ref' && definition.allFields.ref?.writable === 'never';
}

export function keyLabel(definition: Entity): string {
  return isNumbered(definition) ? 'Ref or key of the former system' : 'Key of the former system';
}

/** Fields that a new record needs and that no column becomes: to be said once for all rows. */
export function missingFields(definition: Entity, map: ImportMap): readonly ImportField[] {
  const taken = new Set(map.columns.map(({ field }) => field));
  return importFields(definition).filter(
    ({ key, field }) =>
      field.required &&
      field.kind !== 'boolean' &&
      field.kind !== 'tags' &&
      key !== definition.states?.field &&
      !HAVE_DEFAULTS.has(key) &&
      !taken.has(key),
  );
}

/** What the import itself gives to a record of a tree. */
const HAVE_DEFAULTS = new Set(['orderIndex', 'depth', 'kind']);

/** Columns whose dates may be read both ways and of which nobody has said how. */
export function openQuestions(
  definition: Entity,
  map: ImportMap,
  columns: readonly InspectedColumn[],
): readonly InspectedColumn[] {
  return columns.filter((column) => {
    const { field, dateOrder = null } = map.columns[column.at] ?? { field: null };
    const isDate = field !== null && definition.fields[field]?.kind === 'date';
    return isDate && dateOrder === null && (column.dates === 'ask' || column.dates === 'mixed');
  });
}

/** The words of a column of choices that are none of the choices' own values or labels. */
export function strangeWords(
  field: Field,
  column: InspectedColumn,
  values: Readonly<Record<string, string | null>> = {},
): readonly string[] {
  if (field.kind !== 'enum' || column.values === null) return [];
  const plain = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '');
  const known = new Set((field.options ?? []).flatMap(({ value, label }) => [plain(value), plain(label)]));
  const said = new Set(Object.keys(values).map(plain));
  return column.values.map(({ text }) => text).filter((text) => !known.has(plain(text)) && !said.has(plain(text)));
}
