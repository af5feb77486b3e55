/**
 * One change to many records: an operation a record, each with its own id and base version, so that what succeeds stands and
 * what does not is named. Nothing is retried behind the person's back; asking again for the rest is safe.
 */
import type { Entity } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import type { ErrorCode } from '@shared/errors';
import type { Operation, OperationResult } from '@shared/operations';
import { isDropped, toErrorData } from '../../lib/errors';
import { isWritable } from '../access';
import { updateBody } from '../form/operation';
import { type GenericRow, sameValue } from '../rows';

export interface BulkChange {
  readonly field: string;
  readonly value: Json;
  readonly reason: string;
}

export interface BulkOutcome {
  readonly changed: readonly string[];
  readonly same: readonly string[];
  /** Records that somebody else changed meanwhile. */
  readonly conflicts: readonly string[];
  readonly refused: readonly { readonly id: string; readonly code: ErrorCode }[];
  /** Not tried, because the server went away or the session ended. */
  readonly left: readonly string[];
}

/** Fields that make sense for many records at once: choices, persons, dates, boxes; never ratings, which are asked one by one. */
export function bulkFields(definition: Entity): readonly (readonly [string, Field])[] {
  return Object.entries(definition.fields).filter(
    ([, field]) =>
      isWritable(field, 'update') && field.merge !== 'ask' && ['enum', 'person', 'date', 'boolean'].includes(field.kind),
  );
}

export interface BulkInput {
  readonly definition: Entity;
  readonly rows: readonly GenericRow[];
  readonly change: BulkChange;
  readonly makeId: () => string;
  readonly apply: (operation: Operation) => Promise<OperationResult>;
  readonly onProgress?: (done: number) => void;
}

export async function runBulk({ definition, rows, change, makeId, apply, onProgress }: BulkInput): Promise<BulkOutcome> {
  const changed: string[] = [];
  const same: string[] = [];
  const conflicts: string[] = [];
  const refused: { id: string; code: ErrorCode }[] = [];
  const left: string[] = [];
  let stopped = false;
  for (const [at, row] of rows.entries()) {
    if (stopped) left.push(row.id);
    else if (sameValue(row[change.field], change.value)) same.push(row.id);
    else {
      try {
        const body = updateBody(definition, row, { [change.field]: change.value }, change.reason);
        const result = await apply({ opId: makeId(), ...body });
        if (result.status === 'conflict') conflicts.push(row.id);
        else if (result.status === 'unchanged') same.push(row.id);
        else changed.push(row.id);
      } catch (error) {
        const { code } = toErrorData(error);
        if (isDropped(error) || ['SERVER_UNREACHABLE', 'SERVER_CLOSED', 'SERVER_TIMEOUT', 'NOT_SIGNED_IN'].includes(code)) {
          stopped = true;
          left.push(row.id);
        } else refused.push({ id: row.id, code });
      }
    }
    onProgress?.(at + 1);
  }
  return { changed, same, conflicts, refused, left };
}

/** The outcome in one sentence a line. */
export function bulkWords(outcome: BulkOutcome): string {
  const part = (count: number, one: string, many: string) =>
    count === 0 ? '' : count === 1 ? one : many.replace('#', String(count));
  return [
    part(outcome.same.length, '1 said so already.', '# said so already.'),
    part(
      outcome.conflicts.length,
      '1 was changed by somebody else meanwhile; look at it and choose.',
      '# were changed by somebody else meanwhile; look at them and choose.',
    ),
    part(outcome.refused.length, '1 stays as it is: the step is not allowed.', '# stay as they are: the step is not allowed.'),
    part(
      outcome.left.length,
      '1 was not tried, because the server stopped answering. It stays selected.',
      '# were not tried, because the server stopped answering. They stay selected.',
    ),
  ]
    .filter((text) => text !== '')
    .join(' ');
}
