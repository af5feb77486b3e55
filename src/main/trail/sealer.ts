/**
 * The sealer: takes the settled rows of a chain in batches, signs their Merkle root and files them, each batch in one
 * transaction of two statements. Killed at any moment it leaves the batch sealed or untouched. Any number of sealers may run;
 * the chain's row lock lets one of them at a chain, the chain's key keeps two seals from taking one place.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, inTransaction, queryRows } from '../db/migrate/client';
import type { SealingKey } from './keys';
import { merkleRoot, splitHashes } from './merkle';
import { type SealFacts, sealHash, sealText } from './seal';

/** Rows of one seal at most: a tree that a person can still follow, and a transaction of some tens of milliseconds. */
export const BATCH_ROWS = 1_000;

/** The last seal of each chain as this sealer knows it; it refuses to go on where the database tells another story. */
export interface SealMemory {
  get(chain: string): { readonly seq: number; readonly hash: string } | undefined;
  set(chain: string, head: { readonly seq: number; readonly hash: string }): void;
}

export interface SealOptions {
  readonly key: SealingKey;
  readonly memory?: SealMemory;
  readonly batchRows?: number;
}

const opened = z.object({
  seq: z.coerce.number(),
  previous: z.string(),
  sealedAt: z.string(),
  ids: z.array(z.coerce.string()),
  leaves: z.string(),
  firstTxid: z.string(),
  lastTxid: z.string(),
});

const OPEN = `SELECT seq::text AS seq, previous, sealed_at AS "sealedAt", ids::text[] AS ids, leaves, first_txid AS "firstTxid",
  last_txid AS "lastTxid" FROM private.seal_open($1, $2)`;
const CLOSE = 'SELECT private.seal_close($1, $2, $3::bigint[], $4, $5, $6, $7, $8, $9, $10, $11)';

/**
 * Seals one batch of a chain. Returns how many rows: 0 where there is nothing to seal or another sealer is at it.
 * @throws CodedError TRAIL_BROKEN where the chain does not continue what this sealer has sealed; database errors as they are
 */
export async function sealBatch(client: AdminClient, chain: string, options: SealOptions): Promise<number> {
  const limit = options.batchRows ?? BATCH_ROWS;
  const sealed = await inTransaction(client, async () => {
    const [batch] = await queryRows(client, opened, OPEN, [chain, limit]);
    if (!batch) return null;
    await requireContinuation(client, chain, batch, options.memory);
    const leaves = Buffer.from(batch.leaves, 'hex');
    const facts: SealFacts = {
      chain,
      seq: batch.seq,
      rowCount: batch.ids.length,
      firstTxid: batch.firstTxid,
      firstId: batch.ids[0] ?? '',
      lastTxid: batch.lastTxid,
      lastId: batch.ids.at(-1) ?? '',
      root: merkleRoot(splitHashes(leaves)).toString('hex'),
      previous: batch.previous,
      keyId: options.key.id,
      sealedAt: batch.sealedAt,
    };
    await client.query(CLOSE, [
      chain,
      facts.seq,
      batch.ids,
      facts.firstTxid,
      facts.lastTxid,
      Buffer.from(facts.root, 'hex'),
      leaves,
      Buffer.from(facts.previous, 'hex'),
      facts.keyId,
      facts.sealedAt,
      options.key.sign(sealText(facts)),
    ]);
    return facts;
  });
  if (!sealed) return 0;
  options.memory?.set(chain, { seq: sealed.seq, hash: sealHash(sealed) });
  return sealed.rowCount;
}

/**
 * Seals what of a chain is settled now, in as many batches as it takes. Returns the rows. Ends at the second batch that is not
 * full, so that steady writers do not keep it for ever; the first may have left rows that were restored from elsewhere.
 */
export async function sealChain(client: AdminClient, chain: string, options: SealOptions): Promise<number> {
  const full = options.batchRows ?? BATCH_ROWS;
  let rows = 0;
  for (let small = 0; small < 2; ) {
    const batch = await sealBatch(client, chain, options);
    if (batch === 0) break;
    if (batch < full) small += 1;
    rows += batch;
  }
  return rows;
}

/** Somebody with the rights of a superuser may have cut the chain back and given it another end. */
async function requireContinuation(
  client: AdminClient,
  chain: string,
  batch: z.infer<typeof opened>,
  memory: SealMemory | undefined,
): Promise<void> {
  const known = memory?.get(chain);
  if (!known) return;
  const broken = (): CodedError => new CodedError('TRAIL_BROKEN', { tenant: chain, seal: known.seq });
  if (batch.seq <= known.seq) throw broken();
  if (batch.seq === known.seq + 1) {
    if (batch.previous !== known.hash) throw broken();
    return;
  }
  // Another sealer went on meanwhile.
  const [answer] = await queryRows(
    client,
    z.object({ hash: z.string().nullable() }),
    'SELECT private.seal_hash($1, $2) AS hash',
    [chain, known.seq],
  );
  if (answer?.hash !== known.hash) throw broken();
}

const active = z.object({ chain: z.string(), written: z.string() });

/** The chains there are, with a count that changes when something was written to them. */
export function readActivity(client: AdminClient): Promise<{ chain: string; written: string }[]> {
  return queryRows(client, active, 'SELECT chain::text AS chain, written::text AS written FROM private.trail_activity()');
}

/** Makes the key known to the database; once more changes nothing. Needs an administrator's login. */
export async function registerKey(client: AdminClient, key: SealingKey, label: string): Promise<void> {
  await client.query('SELECT private.register_sealing_key($1, $2)', [key.publicKey, label]);
}

/** Whether rows of the chain wait for their seal, settled or not. */
export async function hasUnsealed(client: AdminClient, chain: string): Promise<boolean> {
  const [answer] = await queryRows(
    client,
    z.object({ waiting: z.boolean() }),
    'SELECT waiting > 0 AS waiting FROM private.unsealed($1)',
    [chain],
  );
  return answer?.waiting === true;
}
