/** Raises a finding from a control test, with its first action and the exceptions that led to it: one operation, all or nothing. */
import { functionFor } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import type { HookTable } from '@main/entities/hooks';
import type { Values } from '@main/entities/merge';
import { readRow } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { createWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type RaiseFindingResult, raiseFindingInputSchema } from '@shared/wire/audits';
import { z } from 'zod';

type Input = z.output<typeof raiseFindingInputSchema>;

const resultSchema: z.ZodType<RaiseFindingResult> = z.object({
  findingId: z.guid(),
  findingRef: z.string(),
  actionId: z.guid().nullable(),
  actionRef: z.string().nullable(),
});

/**
 * The finding takes its test, control and plan from the test, the action its owner and due date from the finding, wherever the
 * person gave none. Throws what creating either record throws; a fault of the action is named `action.<field>`. REFERENCE_MISSING for an
 * exception that is not of the test, or that leads to another finding already.
 */
export async function raiseFinding(ctx: EntityContext, hooks: HookTable, input: Input): Promise<RaiseFindingResult> {
  const asked = parseInput(raiseFindingInputSchema, input);
  const exceptions = asked.exceptionIds ?? [];
  const { result, repeated } = await withLedger<RaiseFindingResult>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'raiseFinding', ...asked },
      entity: 'findings',
      entityId: asked.findingId,
      function: functionFor(ctx.session, [
        ['findings', 'create'],
        ...(asked.action ? ([['actions', 'create']] as const) : []),
        ...(exceptions.length > 0 ? ([['testExceptions', 'update']] as const) : []),
      ]),
    },
    (stored) => parseStored(resultSchema, stored),
    (tx) => raise(tx, ctx, hooks, asked),
  );
  if (!repeated) {
    ctx.onChanged?.([
      'findings',
      ...(asked.action ? (['actions'] as const) : []),
      ...(exceptions.length > 0 ? (['testExceptions'] as const) : []),
    ]);
  }
  return result;
}

async function raise(tx: SqlClient, ctx: EntityContext, hooks: HookTable, asked: Input): Promise<RaiseFindingResult> {
  const found = await readRow<EntityRow<'controlTests'>>(tx, 'controlTests', asked.controlTestId);
  if (!found) throw new CodedError('REFERENCE_MISSING', { entity: 'findings', field: 'controlTestId' });
  const test = found.row;
  const origin = { controlTestId: test.id, controlId: test.controlId, auditPlanId: test.auditPlanId };
  const finding = await createWithin(
    tx,
    ctx,
    { entity: 'findings', id: asked.findingId, hooks: hooks.findings },
    withDefaults(asked.finding, origin),
  );
  const findingRef = String(finding.row.ref);
  await linkExceptions(tx, asked);
  if (!asked.action) return { findingId: asked.findingId, findingRef, actionId: null, actionRef: null };
  const inherited = { findingId: asked.findingId, ownerId: finding.row.ownerId, dueDate: finding.row.dueDate };
  const action = await createAction(tx, ctx, hooks, asked.action.id, withDefaults(asked.action.fields, inherited));
  return { findingId: asked.findingId, findingRef, actionId: asked.action.id, actionRef: String(action.row.ref) };
}

async function linkExceptions(tx: SqlClient, { findingId, controlTestId, exceptionIds = [] }: Input): Promise<void> {
  const ids = [...new Set(exceptionIds)];
  if (ids.length === 0) return;
  const { rows } = await tx.query(
    `UPDATE test_exceptions SET finding_id = $1::uuid
     WHERE id = ANY($2::uuid[]) AND control_test_id = $3::uuid AND archived_at IS NULL AND finding_id IS NULL RETURNING id`,
    [findingId, ids, controlTestId],
  );
  if (rows.length < ids.length) throw new CodedError('REFERENCE_MISSING', { entity: 'findings', field: 'exceptionIds' });
}

async function createAction(tx: SqlClient, ctx: EntityContext, hooks: HookTable, id: string, values: Values) {
  try {
    return await createWithin(tx, ctx, { entity: 'actions', id, hooks: hooks.actions }, values);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const faults = error.faults.map((fault) => ({ ...fault, path: `action.${fault.path}` }));
    throw new CodedError(error.code, error.details, { faults, cause: error });
  }
}

/** What the person gave, and the default for each field that they did not. */
function withDefaults(given: Values, defaults: Values): Values {
  const values: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== null && value !== undefined && !Object.hasOwn(given, key)) values[key] = value;
  }
  return values;
}
