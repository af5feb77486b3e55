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
  readonly result: unknown;
}

/**
 * How often a device number that is taken already is drawn anew; it happens where a laptop was restored from a backup, and the
 * device's count goes on from there.
 */
const SEQUENCE_ATTEMPTS = 50;

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
      async (tx): Promise<LedgerOutcome<Result> | 'not mine'> => {
        if (await claim(tx, ctx, entry, hash, sequence)) {
          const result = await work(tx);
          await tx.query('UPDATE sync_ops SET result = $2::jsonb WHERE op_id = $1::uuid', [entry.opId, JSON.stringify(result)]);
          return { result, repeated: false };
        }
        const stored = await ownRow(tx, entry.opId);
        if (!stored) return 'not mine';
        if (stored.body_sha256 !== hash) throw new CodedError('OPERATION_REUSED', { opId: entry.opId });
        return { result: parseResult(stored.result), repeated: true };
      },
    );
    if (outcome !== 'not mine') return outcome;
    // Either the device's number is taken, or somebody else used the id; a person sees only their own rows of the ledger.
    if (attempt === 1 && (await isForeignId(ctx, entry, hash))) throw new CodedError('OPERATION_REUSED', { opId: entry.opId });
  }
  throw new CodedError('CONFLICT', { opId: entry.opId, device: ctx.device.id });
}

async function claim(tx: SqlClient, ctx: EntityContext, entry: LedgerEntry, hash: string, sequence: number): Promise<boolean> {
  const { rows } = await tx.query(
    `INSERT INTO sync_ops (op_id, device_id, device_seq, body_sha256, entity, entity_id)
     VALUES ($1::uuid, $2::text, $3::bigint, $4::text, $5::text, $6::uuid) ON CONFLICT DO NOTHING RETURNING op_id`,
    [entry.opId, ctx.device.id, sequence, hash, entry.entity, entry.entityId],
  );
  return rows.length === 1;
}

/** The person's own row under this id; row security hides those of others. */
async function ownRow(tx: SqlClient, opId: string): Promise<LedgerRow | undefined> {
  const { rows } = await tx.query<LedgerRow>('SELECT body_sha256, result FROM sync_ops WHERE op_id = $1::uuid', [opId]);
  return rows[0];
}

/** Whether the id stands in the ledger under another person. The trial row never stays: its transaction is rolled back. */
async function isForeignId(ctx: EntityContext, entry: LedgerEntry, hash: string): Promise<boolean> {
  const { tenantId, personId } = ctx.session;
  let taken: boolean | undefined;
  const trial = ctx.database.withTenant({ tenantId, personId, function: entry.function, source: ctx.source }, async (tx) => {
    const { rows } = await tx.query(
      `INSERT INTO sync_ops (op_id, device_id, device_seq, body_sha256, entity, entity_id)
       VALUES ($1::uuid, $2::text, 0, $3::text, $4::text, $5::uuid) ON CONFLICT (op_id) DO NOTHING RETURNING op_id`,
      [entry.opId, `trial-${entry.opId}`, hash, entry.entity, entry.entityId],
    );
    taken = rows.length === 0;
    throw new CodedError('CONFLICT', { opId: entry.opId });
  });
  try {
    await trial;
  } catch (error) {
    if (taken === undefined) throw error;
  }
  return taken === true;
}
