/** What a copy of a record begins with: metadata of the definition (`copy`), the same for duplicates, their parts and templates. */
import type { EntityDefinition } from './define';

/** True where records of this kind are made from others. */
export function isCopied(definition: EntityDefinition): boolean {
  return definition.copy !== false && definition.form.length > 0 && definition.access.create.length > 0;
}

/**
 * Fields whose value goes into a copy: what a person gives at creation, without the state, what people quote it by, what the definition
 * lets begin afresh, and whatever else would make the copy a second one of the same (a natural key of one field).
 */
export function copiedFields(definition: EntityDefinition): readonly string[] {
  const afresh = new Set<string>(definition.copy ? (definition.copy.afresh ?? []) : []);
  return Object.entries(definition.fields)
    .filter(
      ([key, field]) =>
        (field.writable === 'both' || field.writable === 'create') &&
        key !== definition.states?.field &&
        key !== definition.refField &&
        !afresh.has(key) &&
        !(definition.naturalKey.length === 1 && definition.naturalKey[0] === key && key !== definition.titleField),
    )
    .map(([key]) => key);
}

/** The values of a copy. Empty ones are left out. */
export function copiedValues(definition: EntityDefinition, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    copiedFields(definition).flatMap((key) => {
      const value = row[key];
      return value === null || value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}

/** `Access review` → `Access review (copy)`, within the length of its field. */
export function copiedTitle(definition: EntityDefinition, row: Readonly<Record<string, unknown>>): string | null {
  const field = definition.fields[definition.titleField];
  const title = row[definition.titleField];
  if (field === undefined || field.kind === 'enum' || typeof title !== 'string') return null;
  const suffix = ' (copy)';
  return `${title.slice(0, (field.maxLength ?? 255) - suffix.length)}${suffix}`;
}
