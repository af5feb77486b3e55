/** Approvals: asked for, given, refused, taken back. The rules are the database's (migrations/tenant/0066). */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import {
  type AskApprovalInput,
  askApprovalInputSchema,
  type DecideApprovalInput,
  decideApprovalInputSchema,
  type WithdrawApprovalInput,
  withdrawApprovalInputSchema,
} from '@shared/wire/collab';
import { functionOn, perform, WORKING } from './command';

/** Asks for the approval of the record as the person saw it. CONTENT_CHANGED where it moved on, DUPLICATE where it is asked already. */
export async function askApproval(ctx: EntityContext, input: AskApprovalInput): Promise<void> {
  const asked = parseInput(askApprovalInputSchema, input);
  const { table, access } = entityOf(asked.entity);
  await perform(ctx, 'askApproval', asked, functionOn(ctx, asked.entity, access.update), (tx) =>
    tx.query('SELECT request_approval($1::uuid, $2::text, $3::uuid, $4::text, $5::integer, $6::text)', [
      ...[asked.approvalId, table, asked.recordId, asked.step, asked.baseVersion, asked.note],
    ]),
  );
}

/** Approves or refuses. APPROVAL_OWN, CONTENT_CHANGED, REASON_REQUIRED, STATE_FORBIDS (closed), ROLE_FORBIDS. */
export async function decideApproval(ctx: EntityContext, input: DecideApprovalInput): Promise<void> {
  const asked = parseInput(decideApprovalInputSchema, input);
  const by = (entityOf(asked.entity).approval ?? []).flatMap((rule) => rule.by);
  if (by.length === 0) throw new CodedError('ROLE_FORBIDS', { entity: asked.entity, functions: ctx.session.functions });
  await perform(ctx, 'decideApproval', asked, functionOn(ctx, asked.entity, by), (tx) =>
    tx.query('SELECT decide_approval($1::uuid, $2::text, $3::text, $4::text)', [
      ...[asked.approvalId, asked.decision, asked.sha256, asked.reason],
    ]),
  );
}

export async function withdrawApproval(ctx: EntityContext, input: WithdrawApprovalInput): Promise<void> {
  const asked = parseInput(withdrawApprovalInputSchema, input);
  await perform(ctx, 'withdrawApproval', asked, functionOn(ctx, asked.entity, WORKING), (tx) =>
    tx.query('SELECT withdraw_approval($1::uuid, $2::text)', [asked.approvalId, asked.reason]),
  );
}
