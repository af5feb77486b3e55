/**
 * A transaction that can COPY. The pool's clients are pipelined and cannot, so a load has a connection of its own, with the same
 * scope as any other piece of work: the same opening, the same rights, the same coded errors.
 */

import type { Database } from '@main/db/database';
import { fromClient } from '@main/db/errors';
import { openingSql, type TenantScope, type TransactionLimits } from '@main/db/scope';
import type { SqlClient, TenantScopeRunner } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import { type TenantFunction, tenantRole } from '@shared/roles';
import type pg from 'pg';

/** A load moves much at once: a statement over 100,000 rows takes minutes on a slow machine, and files are read in between. */
export const LOAD_LIMITS: TransactionLimits = { statementMs: 900_000, lockMs: 30_000, idleMs: 300_000, silenceMs: 960_000 };

export type LoadDatabase = Pick<Database, 'connectAdmin'>;

/** What the client's connection can do beyond its published type. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** One COPY … FROM STDIN with all of its data: the client's protocol for queries of one's own. */
class CopyIn {
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly text: string,
    private readonly data: Buffer,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // The answer counts once the server is ready again.
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }
}

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
    const copy = this.client.query(new CopyIn(text, Buffer.from(data, 'utf8')));
    try {
      await copy.done;
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
      await this.query('ROLLBACK TO SAVEPOINT attempt');
      throw error;
    }
  }
}

/** The transaction under a service that only knows plain ones; a mistake of ours where it is another kind. */
export function asLoadTransaction(tx: SqlClient): LoadTransaction {
  if (!(tx instanceof LoadTransaction)) throw new TypeError('not a transaction that can copy');
  return tx;
}

/** Runs each piece of work in one transaction on a connection of its own. */
export class LoadRunner implements TenantScopeRunner {
  constructor(private readonly database: LoadDatabase) {}

  async withTenant<T>(scope: TenantScope, work: (tx: LoadTransaction) => Promise<T>): Promise<T> {
    const client = await this.database.connectAdmin();
    let open = false;
    try {
      await client.query(openingSql(scope, LOAD_LIMITS));
      open = true;
      const result = await work(new LoadTransaction(client, scope.tenantId));
      const { command } = await client.query('COMMIT');
      open = false;
      if (command !== 'COMMIT') throw new CodedError('INTERNAL', { reason: 'transaction was rolled back' });
      return result;
    } catch (error) {
      // Refusals of ours pass as they are; anything else is the database's or the connection's.
      throw error instanceof Error && !('severity' in error) && open && isOwn(error) ? error : fromClient(error);
    } finally {
      // The end of the connection rolls back what did not commit.
      await client.end().catch(() => undefined);
    }
  }
}

/** Errors that the work itself threw, which are not the connection's way of saying that it ended. */
function isOwn(error: Error): boolean {
  return error instanceof CodedError || error.name !== 'Error';
}
