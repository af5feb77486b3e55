/**
 * How entities and their fields are called, for sentences about them. The registry tells it when it is loaded, so that a screen
 * that shows no records, the sign-in above all, need not load every definition for its sentences.
 */

interface Named {
  readonly name: string;
  readonly label: { readonly one: string };
  readonly fields: Readonly<Record<string, { readonly label: string }>>;
}

const known = new Map<string, Named>();

export function tellEntityNames(entities: readonly Named[]): void {
  for (const entity of entities) known.set(entity.name, entity);
}

/** `finding` for `findings`; null for a name that nobody has told. */
export function entityLabel(name: unknown): string | null {
  return typeof name === 'string' ? (known.get(name)?.label.one.toLowerCase() ?? null) : null;
}

/** The label of an entity's field; null where either is unknown. */
export function fieldLabel(entity: unknown, field: string): string | null {
  const fields = typeof entity === 'string' ? known.get(entity)?.fields : undefined;
  return fields && Object.hasOwn(fields, field) ? (fields[field]?.label ?? null) : null;
}
