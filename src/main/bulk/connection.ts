/**
 * A transaction that can COPY. The pool's clients are pipelined and cannot, so a load has a connection of its own, with the same
 * scope as any other piece of work: the same opening, the same rights, the same coded errors.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '@main/db/database';
import { fromClient } from '@main/db/errors';
import { openingSql, type TenantScope, type TransactionLimits } from '@main/db/scope';
import type { SqlClient, TenantScopeRunner } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import { type TenantFunction, tenantRole, tenantSchema } from '@shared/roles';
import type pg from 'pg';
import { from } from 'pg-copy-streams';

/** A load moves much at once: a statement over 100,000 rows takes minutes on a slow machine, and files are read in between. */
export const LOAD_LIMITS: TransactionLimits = { statementMs: 900_000, lockMs: 30_000, idleMs: 300_000, silenceMs: 960_000 };

export type LoadDatabase = Pick<Database, 'connectAdmin'> & Partial<Pick<Database, 'embedded'>>;

export class LoadTransaction implements SqlClient {
  constructor(
    private readonly client: pg.Client,
    private readonly tenantId: string,
  ) {}

  async query<Row extends Record<string, unknown> = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }> {
    try {
      return await this.client.query<Row>({ text, values: [...values] });
    } catch (error) {
      throw fromClient(error);
    }
  }

  /** Sends rows in COPY's text format. */
  async copy(text: string, data: string): Promise<void> {
    try {
      await pipeline(Readable.from([Buffer.from(data, 'utf8')]), this.client.query(from(text)));
    } catch (error) {
      throw fromClient(error);
    }
  }

  /** Goes on as another function of the same person, who must have it: PostgreSQL refuses else. */
  async actAs(fn: TenantFunction): Promise<void> {
    await this.query(`SET LOCAL ROLE ${tenantRole(this.tenantId, fn)}`);
  }

  /** Runs `work` so that its failure leaves the transaction as it was. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    await this.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await this.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      // Both, for an attempt within another: what is only rolled back stays, and would be taken for the outer one.
      await this.query('ROLLBACK TO SAVEPOINT attempt');
      await this.query('RELEASE SAVEPOINT attempt');
      throw error;
    }
  }
}

/** The transaction under a service that only knows plain ones; a mistake of ours where it is another kind. */
export function asLoadTransaction(tx: SqlClient): LoadTransaction {
  if (!(tx instanceof LoadTransaction)) throw new TypeError('not a transaction that can copy');
  return tx;
}

/** Thrown by work whose answer is known and whose transaction is to leave no trace: a trial, a load with faults. */
export class TakenBack extends Error {
  override readonly name: string = 'TakenBack';
}

/**
 * Runs each piece of work in one transaction on a connection of its own. Where the person stops (`signal`), the statement under way is
 * cancelled on the server, which else would go on for minutes, and the work ends with CANCELLED.
 */
export class LoadRunner implements TenantScopeRunner {
  constructor(
    private readonly database: LoadDatabase,
    private readonly signal?: AbortSignal,
  ) {}

  withTenant<T>(scope: TenantScope, work: (tx: LoadTransaction) => Promise<T>): Promise<T> {
    return this.#run(openingSql(scope, LOAD_LIMITS), scope.tenantId, work);
  }

  /**
   * As a function of a tenant, for nobody: what the system itself brings to a tenant. Over an administrator's login only; the
   * trail names that login and the source, and no person.
   */
  withSystem<T>(
    scope: { readonly tenantId: string; readonly function: TenantFunction; readonly source: string; readonly reason: string },
    work: (tx: LoadTransaction) => Promise<T>,
  ): Promise<T> {
    const { tenantId, source, reason } = scope;
    const opening = openingSql({ personId: null, source, reason }, LOAD_LIMITS);
    const place = `SET LOCAL search_path TO ${tenantSchema(tenantId)}, public, pg_temp; SET LOCAL app.tenant_id TO '${tenantId}'`;
    return this.#run(`${opening}; SET LOCAL ROLE ${tenantRole(tenantId, scope.function)}; ${place}`, tenantId, work);
  }

  async #run<T>(opening: string, tenantId: string, work: (tx: LoadTransaction) => Promise<T>): Promise<T> {
    const client = await this.database.connectAdmin();
    let unheard = (): void => undefined;
    try {
      await client.query(opening);
      unheard = await this.#cancelledOnStop(client);
      const result = await work(new LoadTransaction(client, tenantId));
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new CodedError('INTERNAL', { reason: 'transaction was rolled back' });
      return result;
    } catch (error) {
      if (this.signal?.aborted === true) throw new CodedError('CANCELLED', {}, { cause: error });
      // What the work says itself passes as it is; anything else is the database's, or the connection's way to say that it ended.
      throw error instanceof CodedError || error instanceof TakenBack ? error : fromClient(error);
    } finally {
      unheard();
      // The end of the connection rolls back what did not commit.
      await client.end().catch(() => undefined);
    }
  }

  /**
   * From now on a stop cancels what this transaction is doing. The embedded server does one thing at a time and hears nothing meanwhile;
   * there a stop counts after the statement.
   */
  async #cancelledOnStop(client: pg.Client): Promise<() => void> {
    const { signal } = this;
    if (signal === undefined || this.database.embedded !== false) return () => undefined;
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid;
    const cancel = () => void this.#cancel(pid);
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    return () => signal.removeEventListener('abort', cancel);
  }

  /** A statement that cannot be cancelled runs to its end and is taken back then, so a failure here needs no word. */
  async #cancel(pid: number | undefined): Promise<void> {
    const other = await this.database.connectAdmin().catch(() => null);
    if (other === null) return;
    try {
      await other.query('SELECT pg_cancel_backend($1::integer)', [pid]).catch(() => undefined);
    } finally {
      await other.end().catch(() => undefined);
    }
  }
}
