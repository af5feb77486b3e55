/**
 * A reminder: a comment on each acknowledgement that is still open, naming the person, so that it stands in their bell and their work
 * and is settled by itself when they answer (tenant/0120). One command, one entry of the ledger: sent twice, it reminds once.
 */
import { functionFor } from '@main/entities/access';
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type RemindInput, type RemindResult, remindInputSchema } from '@shared/wire/policies';
import { z } from 'zod';

const resultSchema: z.ZodType<RemindResult> = z.object({ reminded: z.int() });

/** NOT_FOUND (no such round), STATE_FORBIDS (it is closed), ROLE_FORBIDS (who cannot open rounds reminds of none). */
export async function remind(ctx: EntityContext, input: RemindInput): Promise<RemindResult> {
  const wanted = parseInput(remindInputSchema, input);
  const today = ctx.clock.today();
  const { result, repeated } = await withLedger<RemindResult>(
    ctx,
    {
      opId: wanted.opId,
      body: { command: 'policies.remind', ...wanted },
      entity: 'policyRounds',
      entityId: wanted.roundId,
      function: functionFor(ctx.session, [['policyRounds', 'update']]),
    },
    (stored) => parseStored(resultSchema, stored),
    async (tx) => {
      const found = await readRow<EntityRow<'policyRounds'>>(tx, 'policyRounds', wanted.roundId);
      if (!found) throw new CodedError('NOT_FOUND', { entity: 'policyRounds', id: wanted.roundId });
      if (found.row.status !== 'open') throw new CodedError('STATE_FORBIDS', { entity: 'policyRounds', state: found.row.status });
      const { rowCount } = await tx.query(
        `INSERT INTO comments (resource_type, resource_id, body, mentions)
         SELECT 'policy_acknowledgements', a.id, $2::text, ARRAY[a.person_id]
         FROM policy_acknowledgements a JOIN people p ON p.id = a.person_id AND p.active
         WHERE a.round_id = $1::uuid AND a.status = 'open' AND a.archived_at IS NULL AND ($3::date IS NULL OR a.due_date < $3::date)
         ORDER BY a.id`,
        [wanted.roundId, wanted.words, wanted.whom === 'overdue' ? today : null],
      );
      return { reminded: rowCount ?? 0 };
    },
  );
  if (!repeated) ctx.onChanged?.(['policyRounds', 'policyAcknowledgements']);
  return result;
}
