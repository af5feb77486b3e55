/** Which records a reference offers: what its definition says, with the values that stand in the form. */
import type { Field } from '@shared/entities/fields';
import type { Filter } from '@shared/listing';

/** What the definition offers of a reference's target, beside this record's own values. */
export function offered({ among = [] }: Field, values: Readonly<Record<string, unknown>>): Filter[] {
  return among.flatMap((one): Filter[] => {
    const value = 'is' in one ? one.is : values[one.from];
    return typeof value === 'string' && value !== '' ? [{ field: one.field, op: 'eq', value }] : [];
  });
}
