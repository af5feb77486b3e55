/** Reads an operation's result back from the ledger; the shape is ours, yet a row of the database is checked like any input. */
import { CodedError } from '@shared/errors';
import type { OperationResult } from '@shared/operations';
import { z } from 'zod';

const resultSchema: z.ZodType<OperationResult> = z.discriminatedUnion('status', [
  z.object({
    status: z.enum(['applied', 'merged', 'unchanged']),
    entityId: z.guid(),
    rowVersion: z.int(),
    automatic: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    status: z.literal('conflict'),
    entityId: z.guid(),
    rowVersion: z.int(),
    conflicts: z.array(
      z.object({
        field: z.string(),
        base: z.unknown(),
        mine: z.unknown(),
        theirs: z.unknown(),
      }),
    ),
    changedBy: z.guid().nullable(),
    changedAt: z.string(),
  }),
]);

export function parseOperationResult(stored: unknown): OperationResult {
  return parseStored(resultSchema, stored);
}

/** INTERNAL where a stored result has not the shape that this program wrote. */
export function parseStored<T>(schema: z.ZodType<T>, stored: unknown): T {
  const parsed = schema.safeParse(stored);
  if (!parsed.success) throw new CodedError('INTERNAL', { reference: 'ledger-result' }, { cause: parsed.error });
  return parsed.data;
}
