/** How the records are called that a form refers to. */
import type { Entity } from '@shared/entities/define';
import { useTitles } from '../values/names';

/** Titles of the records that the form refers to, before and after. */
export function useFormTitles(
  definition: Entity,
  ...values: readonly Readonly<Record<string, unknown>>[]
): Readonly<Record<string, string>> {
  const wanted: Record<string, string[]> = {};
  for (const [key, field] of Object.entries(definition.fields)) {
    if (field.kind !== 'reference' || field.target === undefined) continue;
    for (const each of values) {
      const id = each[key];
      if (typeof id === 'string') wanted[field.target] = [...(wanted[field.target] ?? []), id];
    }
  }
  return useTitles(wanted);
}
