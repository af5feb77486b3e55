/**
 * The person's choice, field by field, made into a new operation on the other side's version. Nothing is lost on the way:
 * fields that did not collide keep the change they had.
 */
import type { Json } from '@shared/entities/fields';
import type { FieldConflict, Operation, OperationResult } from '@shared/operations';
import type { OperationBody } from '../form/operation';
import { jsonValue, sameValue } from '../rows';

export type ConflictResult = Extract<OperationResult, { status: 'conflict' }>;

/** `text` is a wording of the person's own (both sides' changes, edited). */
export type Choice = { readonly take: 'base' | 'mine' | 'theirs' } | { readonly take: 'both'; readonly value: Json };

export type Choices = Readonly<Record<string, Choice>>;

export function chosenValue(conflict: FieldConflict, choice: Choice): Json {
  if (choice.take === 'both') return choice.value;
  return jsonValue(conflict[choice.take]);
}

/** Fields without a choice yet, in the order of the conflict. */
export function undecided(result: ConflictResult, choices: Choices): readonly string[] {
  return result.conflicts.map((conflict) => conflict.field).filter((field) => !Object.hasOwn(choices, field));
}

/**
 * The operation that carries the choices out, or null where theirs stands everywhere and nothing is left to write.
 * Throws while a field is undecided: an unanswered question must never become an answer.
 */
export function resolvedBody(sent: Operation, result: ConflictResult, choices: Choices): OperationBody | null {
  const patch: Record<string, Json> = { ...sent.patch };
  const base: Record<string, Json> = { ...sent.base };
  for (const conflict of result.conflicts) {
    const choice = choices[conflict.field];
    if (choice === undefined) throw new TypeError(`${conflict.field} is undecided`);
    const value = chosenValue(conflict, choice);
    if (sameValue(value, conflict.theirs)) {
      delete patch[conflict.field];
      delete base[conflict.field];
    } else {
      patch[conflict.field] = value;
      base[conflict.field] = jsonValue(conflict.theirs);
    }
  }
  if (Object.keys(patch).length === 0) return null;
  const { opId: _spent, ...rest } = sent;
  return { ...rest, baseVersion: result.rowVersion, base, patch };
}
