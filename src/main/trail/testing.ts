/** Sealing in tests that share a server: transactions of other databases hold a cluster's settled part back, too. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../db/migrate/client';
import { type SealOptions, sealChain } from './sealer';

const PATIENCE_MS = 60_000;

/** Resolves when every transaction that is running now, in any database of the server, has ended. */
export async function settled(client: AdminClient): Promise<void> {
  const [mark] = await queryRows(
    client,
    z.object({ next: z.string() }),
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
  );
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(20)) {
    const [answer] = await queryRows(
      client,
      z.object({ done: z.boolean() }),
      'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS done',
      [mark?.next],
    );
    if (answer?.done) return;
  }
  throw new Error('a transaction on this server does not end');
}

/** `sealChain` of all that was written before. */
export async function sealSettled(client: AdminClient, chain: string, options: SealOptions): Promise<number> {
  await settled(client);
  return sealChain(client, chain, options);
}
