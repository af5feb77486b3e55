/** Evidence requests: asked in bulk, answered by the person asked whatever their function, decided by somebody else. */
import { functionFor } from '@main/entities/access';
import { naturalOrder } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import type { HookTable } from '@main/entities/hooks';
import { readScope, recordIdSchema } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { createWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import { CodedError } from '@shared/errors';
import { operationIdSchema } from '@shared/operations';
import {
  type AskInput,
  answerInputSchema,
  askInputSchema,
  type DecideInput,
  decideInputSchema,
  type RequestSuggestion,
} from '@shared/wire/requests';
import { z } from 'zod';
import { fileFactsSchema } from './attach-evidence';

const askedSchema = z.object({ requestIds: z.array(z.guid()) });
type Asked = z.output<typeof askedSchema>;

/** Makes all the requests or none. Throws what creating one throws, a fault named by its place: `requests.3.askedOf`. */
export async function askForEvidence(ctx: EntityContext, hooks: HookTable, input: AskInput): Promise<Asked> {
  const asked = parseInput(askInputSchema, input);
  const { result, repeated } = await withLedger<Asked>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'askForEvidence', ...asked },
      entity: 'evidenceRequests',
      entityId: asked.requests[0]?.id ?? null,
      function: functionFor(ctx.session, [['evidenceRequests', 'create']]),
    },
    (stored) => parseStored(askedSchema, stored),
    async (tx) => {
      for (const [at, { id, ...values }] of asked.requests.entries()) await askOne(tx, ctx, hooks, id, values, at);
      return { requestIds: asked.requests.map(({ id }) => id) };
    },
  );
  if (!repeated) ctx.onChanged?.(['evidenceRequests']);
  return result;
}

async function askOne(tx: SqlClient, ctx: EntityContext, hooks: HookTable, id: string, given: object, at: number): Promise<void> {
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  try {
    await createWithin(tx, ctx, { entity: 'evidenceRequests', id, hooks: hooks.evidenceRequests }, values);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const faults = error.faults.map((fault) => ({ ...fault, path: `requests.${at}.${fault.path}` }));
    throw new CodedError(error.code, { ...error.details, place: at + 1 }, { faults, cause: error });
  }
}

/** What the person gave, with the facts of files that the vault holds by now. */
export const answerSchema = answerInputSchema
  .omit({ files: true, opId: true })
  .extend({ opId: operationIdSchema, files: z.array(fileFactsSchema).max(20).default([]) });
export type AnswerCommand = z.input<typeof answerSchema>;

const answeredSchema = z.object({ evidenceId: z.guid().nullable() });
type Answered = z.output<typeof answeredSchema>;

/** ROLE_FORBIDS for everybody but the person asked; STATE_FORBIDS where the answer is in review or accepted already. */
export async function answerRequest(ctx: EntityContext, input: AnswerCommand): Promise<Answered> {
  const asked = parseInput(answerSchema, input);
  const fn = ctx.session.functions[0];
  if (!fn) throw new CodedError('NO_MEMBERSHIP', {});
  // A second attempt seals the bytes anew under other file ids; it is the same answer all the same.
  const files = asked.files.map(({ fileId: _, ...facts }) => facts);
  const { result, repeated } = await withLedger<Answered>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'answerRequest', ...asked, files },
      entity: 'evidenceRequests',
      entityId: asked.requestId,
      function: fn,
    },
    (stored) => parseStored(answeredSchema, stored),
    async (tx) => {
      const { rows } = await tx.query<{ evidenceId: string | null }>(
        'SELECT answer_request($1::uuid, $2::text, $3::uuid, $4::jsonb, $5::boolean) AS "evidenceId"',
        [asked.requestId, asked.answer, asked.evidenceId, JSON.stringify(asked.files), asked.submit],
      );
      return { evidenceId: rows[0]?.evidenceId ?? null };
    },
  );
  if (!repeated) ctx.onChanged?.(['evidenceRequests', 'auditEvidence', 'evidenceFiles', 'controlTests']);
  return result;
}

const decidedSchema = z.object({ requestId: z.guid() });
type Decided = z.output<typeof decidedSchema>;

/** FOUR_EYES for the person asked, TRANSITION_REFUSED for a step that is none, REASON_REQUIRED for a rejection without one. */
export async function decideRequest(ctx: EntityContext, input: DecideInput): Promise<Decided> {
  const asked = parseInput(decideInputSchema, input);
  const { result, repeated } = await withLedger<Decided>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'decideRequest', ...asked },
      entity: 'evidenceRequests',
      entityId: asked.requestId,
      function: functionFor(ctx.session, [['evidenceRequests', 'update']]),
      ...(asked.reason ? { reason: asked.reason } : {}),
    },
    (stored) => parseStored(decidedSchema, stored),
    async (tx) => {
      await tx.query('SELECT decide_request($1::uuid, $2::text, $3::text)', [asked.requestId, asked.decision, asked.reason]);
      return { requestId: asked.requestId };
    },
  );
  if (!repeated) ctx.onChanged?.(['evidenceRequests', 'auditEvidence']);
  return result;
}

/** Tests of a programme that are not done, with the person likeliest to have their evidence. */
export async function suggestRequests(ctx: EntityContext, planId: string): Promise<RequestSuggestion[]> {
  const id = parseInput(recordIdSchema, planId);
  return ctx.database.withTenant(readScope(ctx, ['controlTests', 'controls', 'evidenceRequests']), async (tx) => {
    const { rows } = await tx.query<RequestSuggestion & Record<string, unknown>>(
      `SELECT t.id AS "testId", t.ref, c.ref AS "controlRef", t.title,
              (SELECT p.id FROM people p WHERE p.id = c.owner_id AND p.active) AS "ownerId",
              (SELECT count(*)::integer FROM evidence_requests r
               WHERE r.control_test_id = t.id AND r.archived_at IS NULL AND r.status NOT IN ('rejected', 'expired')) AS requests
       FROM control_tests t LEFT JOIN controls c ON c.id = t.control_id
       WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL AND t.status <> 'done'
       ORDER BY ${naturalOrder('t.family')} NULLS LAST, ${naturalOrder('c.ref')} NULLS LAST, ${naturalOrder('t.ref')}, t.id`,
      [id],
    );
    return rows;
  });
}
