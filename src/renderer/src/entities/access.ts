/**
 * What the signed-in functions may do, so that screens offer only what will succeed. It explains and never guards:
 * the service and PostgreSQL decide.
 */
import { type Access, type EntityDefinition, type StateMachine, needsReason as stepNeedsReason } from '@shared/entities/define';
import type { EnumOption, Field } from '@shared/entities/fields';
import type { TenantFunction } from '@shared/roles';

export function may(access: Access, what: keyof Access, functions: readonly TenantFunction[]): boolean {
  return functions.some((fn) => access[what].includes(fn));
}

/** Whether a form for this purpose lets the person type into the field. */
export function isWritable(field: Field, purpose: 'create' | 'update'): boolean {
  if (field.kind === 'json') return false;
  if (field.writable === 'never') return false;
  if (purpose === 'create') return field.writable !== 'update';
  return field.writable !== 'create' && field.merge !== 'immutable';
}

/** Why a field cannot be typed into, as a short remark beside its label. */
export function readOnlyReason(field: Field, purpose: 'create' | 'update'): string | null {
  if (isWritable(field, purpose)) return null;
  if (field.kind === 'json') return 'comes with its source';
  if (field.writable === 'never') return 'kept by the system';
  if (purpose === 'update') return 'fixed when the record was made';
  return 'can be given once the record exists';
}

/** The states a record in `current` may go to, in the order of the options; null where the entity has no machine. */
export function legalStates(machine: StateMachine | undefined, current: string | null): readonly string[] {
  if (machine === undefined) return [];
  if (current === null) return [machine.initial];
  return machine.steps[current] ?? [];
}

/** True where going from `current` (null: a new record) to `next` must say why. */
export function needsReason(definition: EntityDefinition, current: unknown, next: unknown): boolean {
  if (definition.states === undefined || typeof next !== 'string') return false;
  return stepNeedsReason(definition.states, typeof current === 'string' ? current : null, next);
}

export function optionOf(field: Field, value: unknown): EnumOption | null {
  return field.options?.find((option) => option.value === value) ?? null;
}
