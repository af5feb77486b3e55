/**
 * The little that the migrator and provisioning ask of a database client. `pg.Client`, a pool's client and the embedded server's
 * client all have it. Text without values may hold several statements (simple protocol).
 */

import { CodedError } from '@shared/errors';
import type { z } from 'zod';

export interface AdminClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly object[] }>;
}

/** A client that whoever asked for it also ends. */
export interface OwnedClient extends AdminClient {
  end(): Promise<void>;
}

/** Runs one statement and checks the shape of what comes back. */
export async function queryRows<T>(client: AdminClient, row: z.ZodType<T>, text: string, values?: unknown[]): Promise<T[]> {
  const result = await client.query(text, values);
  return result.rows.map((one) => row.parse(one));
}

/** The SQLSTATE of a database error; null for anything else, a lost connection above all. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

/** True where the connection itself is gone, so that nothing more can be asked over it. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  return state === null || state.startsWith('08') || state.startsWith('57P');
}

/**
 * Runs `work` in one transaction. An error rolls back and leaves as it is; where even that fails, the connection is lost and
 * the server has rolled back by itself.
 */
export async function inTransaction<T>(client: AdminClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    try {
      await client.query('ROLLBACK');
    } catch (second) {
      throw new CodedError('SERVER_CLOSED', { during: 'rollback' }, { cause: new AggregateError([error, second]) });
    }
    throw error;
  }
}

/** As `inTransaction`, with the rights of `kompl_owner`, who owns every object. */
export function asOwner<T>(client: AdminClient, work: () => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query(
      "SET LOCAL ROLE kompl_owner; SET LOCAL search_path = pg_catalog; SET LOCAL client_min_messages = 'warning'",
    );
    return work();
  });
}
