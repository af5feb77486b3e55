/**
 * The ledger: one row of `sync_ops` for each operation, in the same transaction as its effect, so that an operation sent once,
 * twice or twenty times at once takes effect exactly once and always gets the same answer (DESIGN.md, section 5).
 *
 * A refusal (an error) rolls the row back with everything else, so a corrected retry is free to use the id again. A conflict is an
 * answer, not an error: it is kept.
 */
import { bodyHash } from '@main/entities/canonical';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';

export interface LedgerEntry {
  readonly opId: string;
  /** What the operation asks for; its hash tells a repetition from another operation under the same id. */
  readonly body: unknown;
  /** The record or kind of record that the operation is about, for the ledger's own reader. */
  readonly entity: string;
  readonly entityId: string | null;
  readonly reason?: string;
  /** The database role to take on. */
  readonly function: TenantFunction;
}

export interface LedgerOutcome<Result> {
  readonly result: Result;
  /** True where the answer comes from an earlier run of the same operation. */
  readonly repeated: boolean;
}

interface LedgerRow extends Record<string, unknown> {
  readonly body_sha256: string;
  readonly person_id: string | null;
  readonly result: unknown;
}

/** How often a device number that is taken already (a restored backup of a laptop, for example) is drawn anew. */
const SEQUENCE_ATTEMPTS = 20;

/**
 * Runs `work` once for this operation id. The ledger row goes first, so that a second runner waits for the first one's end and
 * then reads its answer. `parseResult` checks what a repetition reads back.
 * Throws OPERATION_REUSED where the id was used for another body or by another person; whatever `work` throws rolls all back.
 */
export async function withLedger<Result>(
  ctx: EntityContext,
  entry: LedgerEntry,
  parseResult: (stored: unknown) => Result,
  work: (tx: SqlClient) => Promise<Result>,
): Promise<LedgerOutcome<Result>> {
  const hash = bodyHash(entry.body);
  for (let attempt = 1; attempt <= SEQUENCE_ATTEMPTS; attempt++) {
    const sequence = await ctx.device.nextSeq();
    const outcome = await ctx.database.withTenant(
      {
        tenantId: ctx.session.tenantId,
        function: entry.function,
        personId: ctx.session.personId,
        source: ctx.source,
        opId: entry.opId,
        ...(entry.reason === undefined ? {} : { reason: entry.reason }),
      },
      async (tx): Promise<LedgerOutcome<Result> | 'sequence taken'> => {
        if (await claim(tx, ctx, entry, hash, sequence)) {
          const result = await work(tx);
          await tx.query('UPDATE sync_ops SET result = $2::jsonb WHERE op_id = $1::uuid', [entry.opId, JSON.stringify(result)]);
          return { result, repeated: false };
        }
        const stored = await earlier(tx, entry.opId);
        if (!stored) return 'sequence taken';
        if (stored.body_sha256 !== hash || stored.person_id !== ctx.session.personId) {
          throw new CodedError('OPERATION_REUSED', { opId: entry.opId });
        }
        return { result: parseResult(stored.result), repeated: true };
      },
    );
    if (outcome !== 'sequence taken') return outcome;
  }
  throw new CodedError('CONFLICT', { opId: entry.opId, device: ctx.device.id });
}

async function claim(tx: SqlClient, ctx: EntityContext, entry: LedgerEntry, hash: string, sequence: number): Promise<boolean> {
  const { rows } = await tx.query(
    `INSERT INTO sync_ops (op_id, device_id, device_seq, body_sha256, entity, entity_id, person_id)
     VALUES ($1::uuid, $2::text, $3::bigint, $4::text, $5::text, $6::uuid, $7::uuid)
     ON CONFLICT DO NOTHING RETURNING op_id`,
    [entry.opId, ctx.device.id, sequence, hash, entry.entity, entry.entityId, ctx.session.personId],
  );
  return rows.length === 1;
}

async function earlier(tx: SqlClient, opId: string): Promise<LedgerRow | undefined> {
  const { rows } = await tx.query<LedgerRow>('SELECT body_sha256, person_id, result FROM sync_ops WHERE op_id = $1::uuid', [
    opId,
  ]);
  return rows[0];
}
