/**
 * One runner a database at a time. The lock is a courtesy that spares the second one the waiting at every step; what makes two
 * runners harmless are the locks and the history rows of each step. It is held by a transaction on a connection of its own, so
 * that it also holds through PgBouncer, and ends with the connection when the runner is killed.
 */
import { z } from 'zod';
import { type AdminClient, type OwnedClient, queryRows } from './client';

const LOCK = "hashtextextended('kompl.migrate', 0)";

/** The embedded server has one connection at work at a time and one opener: nobody else can be there. */
export async function isEmbedded(client: AdminClient): Promise<boolean> {
  const [answer] = await queryRows(client, z.object({ version: z.string() }), 'SELECT version() AS version');
  return /pglite|emscripten|wasm/i.test(answer?.version ?? '');
}

/** Runs `work` while the lock is held; `onWait` is called where another runner has it. */
export async function withRunLock<T>(
  connect: () => Promise<OwnedClient>,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const holder = await connect();
  try {
    await holder.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0');
    const row = z.object({ got: z.boolean() });
    const [first] = await queryRows(holder, row, `SELECT pg_try_advisory_xact_lock(${LOCK}) AS got`);
    if (first?.got !== true) {
      onWait();
      await holder.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    }
    return await work();
  } finally {
    // Ending the connection ends the transaction and the lock.
    await holder.end();
  }
}
