/**
 * Acts as one person over a connection of their own: every attempt is one transaction in the person's scope that is rolled back,
 * whatever came of it, so that even an attempt that got through leaves nothing behind.
 */
import { codeOf } from '@main/db/errors';
import { openingSql } from '@main/db/scope';
import pg from 'pg';
import type { Outcome, Prober } from './types';

const LIMITS = { statementMs: 8_000, lockMs: 1_000, idleMs: 60_000, silenceMs: 35_000 };
const SOURCE = 'kompl-isolation';

export type Connect = (login: string, password: string) => Promise<pg.Client>;

function textOf(error: unknown): string {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? error.message : '';
  return [error.message, error.detail, error.hint, error.where, error.table, error.column, error.constraint].join(' ');
}

export class ProbeSession {
  readonly prober: Prober;
  readonly #connect: Connect;
  #client: pg.Client | null = null;
  #notices: string[] = [];
  readonly notifications: string[] = [];

  constructor(prober: Prober, connect: Connect) {
    this.prober = prober;
    this.#connect = connect;
  }

  async #open(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = await this.#connect(this.prober.login, this.prober.password);
    client.on('error', () => {
      this.#client = null;
    });
    client.on('notice', (notice) => this.#notices.push(`${notice.message ?? ''} ${notice.detail ?? ''}`));
    client.on('notification', ({ channel, payload }) => this.notifications.push(`${channel} ${payload ?? ''}`));
    this.#client = client;
    return client;
  }

  /** Runs the statements in one transaction of the person and rolls it back. Never rejects for what the server says. */
  async attempt(statements: readonly string[]): Promise<Outcome> {
    return this.#run(statements, 'ROLLBACK');
  }

  /** As `attempt`, but committed: for what the probe tenants are furnished with. Rejects where the server refuses. */
  async act(statements: readonly string[]): Promise<Outcome> {
    const outcome = await this.#run(statements, 'COMMIT');
    if (outcome.state !== null) throw new Error(`${outcome.state} ${outcome.message}`);
    return outcome;
  }

  async #run(statements: readonly string[], end: 'COMMIT' | 'ROLLBACK'): Promise<Outcome> {
    let client: pg.Client;
    try {
      client = await this.#open();
    } catch (error) {
      return { state: 'lost', message: textOf(error), rows: [], count: 0, text: textOf(error) };
    }
    this.#notices = [];
    const { prober } = this;
    let result: pg.QueryResult | undefined;
    try {
      await client.query(
        openingSql({ tenantId: prober.tenant.id, function: prober.function, personId: prober.personId, source: SOURCE }, LIMITS),
      );
      for (const statement of statements) {
        const answer: pg.QueryResult | pg.QueryResult[] = await client.query(statement);
        result = Array.isArray(answer) ? answer.at(-1) : answer;
      }
      await client.query(end);
    } catch (error) {
      const state = codeOf(error);
      await this.#rollBack(client);
      const text = `${textOf(error)} ${this.#notices.join(' ')}`;
      const known = error instanceof pg.DatabaseError && state !== undefined;
      return { state: known ? state : 'lost', message: error instanceof Error ? error.message : '', rows: [], count: 0, text };
    }
    const rows: Record<string, unknown>[] = result?.rows ?? [];
    const count = Math.max(rows.length, result?.rowCount ?? 0);
    return { state: null, message: '', rows, count, text: `${JSON.stringify(rows)} ${this.#notices.join(' ')}` };
  }

  async #rollBack(client: pg.Client): Promise<void> {
    try {
      await client.query('ROLLBACK');
    } catch {
      // The connection is gone and its transaction with it; the next attempt opens another.
      this.#client = null;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }
}
