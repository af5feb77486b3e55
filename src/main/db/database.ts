/**
 * `openDatabase`: the one way to a database, embedded or on a server. Owns the pool; every statement of a person runs through
 * `withTenant` or `withPerson`, and nothing else checks a client out.
 */
import { CodedError } from '@shared/errors';
import pg from 'pg';
import type { Unsubscribe } from './emitter';
import { fromClient, meansOffline } from './errors';
import { ConnectionMonitor, type DatabaseState } from './monitor';
import { DEFAULT_LIMITS, openingSql, type PersonScope, type TenantScope, type TransactionLimits } from './scope';
import { type ConnectionSource, connectError, connectionSource, connectOnce } from './source';
import type { Target } from './target';
import { destroyClient, runTransaction, type Transaction } from './transaction';

export interface DatabaseOptions {
  readonly limits?: TransactionLimits;
  /** A probe after so long without news, milliseconds; 0 for never. Default 20 s for a server, never for the embedded one. */
  readonly heartbeatMs?: number;
  readonly backoffMs?: { readonly first: number; readonly longest: number };
  readonly now?: () => Date;
  /** Longest wait for a connection, milliseconds. */
  readonly connectMs?: number;
}

export interface Database {
  readonly embedded: boolean;
  readonly state: DatabaseState;
  onState(listener: (state: DatabaseState) => void): Unsubscribe;
  /** Settles with the first probe; rejects with its error unless it came out online. */
  ready(): Promise<void>;
  /** Proves the connection by a real query, now. */
  probe(): Promise<DatabaseState>;
  /** One transaction as one function of one tenant: commits when work resolves, rolls back when it rejects. */
  withTenant<T>(scope: TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** One transaction for the functions of `public`, outside of every tenant. */
  withPerson<T>(scope: PersonScope, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** A connection of its own with the login's own rights: migrations, provisioning. Ended afterwards. */
  admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Such a connection for a caller that needs several; the caller ends it. */
  connectAdmin(): Promise<pg.Client>;
  /** A connection of its own with another login, elsewhere if a place is named; the embedded server has one login only. */
  connectAs(login: LoginAt): Promise<pg.Client>;
  /** A new pool in the place of the old one, whose connections are ended; after sleep and after a change of network. */
  replace(): Promise<DatabaseState>;
  /** Ends every connection and, for the embedded server, its process. */
  close(): Promise<void>;
}

export interface LoginAt {
  readonly user: string;
  readonly password: string;
  /** Where to; the database's own place where it is left out. */
  readonly host?: string;
  readonly port?: number;
}

const PROBE_MS = 5_000;
const CONNECT_MS = 10_000;
const HEARTBEAT_MS = 20_000;

class PooledDatabase implements Database {
  readonly embedded: boolean;
  readonly #source: ConnectionSource;
  readonly #limits: TransactionLimits;
  readonly #connectMs: number;
  readonly #monitor: ConnectionMonitor;
  readonly #first: Promise<DatabaseState>;
  readonly #inUse = new Set<pg.PoolClient>();
  #pool: Promise<pg.Pool> | null = null;
  #closing: Promise<void> | null = null;

  constructor(target: Target, options: DatabaseOptions) {
    this.#source = connectionSource(target);
    this.embedded = this.#source.embedded;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#connectMs = options.connectMs ?? CONNECT_MS;
    this.#monitor = new ConnectionMonitor({
      probe: () => this.#prove(),
      onReturn: () => this.#dropPool(),
      heartbeatMs: options.heartbeatMs ?? (this.embedded ? 0 : HEARTBEAT_MS),
      backoffMs: options.backoffMs,
      now: options.now,
    });
    this.#source.onLost((error) => this.#monitor.lost(error));
    this.#first = this.#monitor.probe();
  }

  get state(): DatabaseState {
    return this.#monitor.state;
  }

  onState(listener: (state: DatabaseState) => void): Unsubscribe {
    return this.#monitor.onChange(listener);
  }

  async ready(): Promise<void> {
    await this.#first;
    this.#requireOnline();
  }

  probe(): Promise<DatabaseState> {
    return this.#monitor.probe();
  }

  withTenant<T>(scope: TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#transact(scope, work);
  }

  withPerson<T>(scope: PersonScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#transact(scope, work);
  }

  async admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.connectAdmin();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  connectAdmin(): Promise<pg.Client> {
    if (this.#closing) return Promise.reject(new CodedError('SERVER_CLOSED'));
    return connectOnce(this.#source);
  }

  connectAs(login: LoginAt): Promise<pg.Client> {
    if (this.#closing) return Promise.reject(new CodedError('SERVER_CLOSED'));
    return connectOnce(this.#source, this.embedded ? {} : { ...login });
  }

  replace(): Promise<DatabaseState> {
    this.#dropPool();
    return this.#monitor.probe();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#monitor.close();
    this.#dropPool();
    await this.#source.close();
  }

  async #transact<T>(scope: PersonScope | TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const opening = openingSql(scope, this.#limits);
    const client = await this.#checkOut();
    try {
      const result = await runTransaction(
        client,
        { opening, readOnly: scope.readOnly === true, silenceMs: this.#limits.silenceMs },
        work,
      );
      this.#monitor.heard();
      return result;
    } catch (error) {
      if (error instanceof CodedError && (meansOffline(error) || error.details.afterMs !== undefined)) this.#monitor.suspect();
      throw error;
    }
  }

  #requireOnline(): void {
    const { state, error } = this.#monitor.state;
    if (this.#closing) throw new CodedError('SERVER_CLOSED');
    if (state === 'failed' && error) throw new CodedError(error.code, error.details);
    if (state === 'offline') throw new CodedError('SERVER_UNREACHABLE', { cause: error?.code ?? null });
  }

  async #checkOut(): Promise<pg.PoolClient> {
    if (this.#monitor.state.state === 'starting') await this.#first;
    this.#requireOnline();
    const pool = await this.#currentPool();
    try {
      const client = await pool.connect();
      this.#inUse.add(client);
      return client;
    } catch (error) {
      // A full pool times out just like a server that does not answer.
      if (pool.idleCount === 0 && pool.totalCount >= this.#source.poolSize)
        throw new CodedError('SERVER_BUSY', {}, { cause: error });
      this.#monitor.suspect();
      throw await connectError(this.#source, error);
    }
  }

  #currentPool(): Promise<pg.Pool> {
    this.#pool ??= this.#createPool().catch((error: unknown) => {
      this.#pool = null;
      throw error;
    });
    return this.#pool;
  }

  async #createPool(): Promise<pg.Pool> {
    const pool = new pg.Pool({
      ...(await this.#source.configuration()),
      max: this.#source.poolSize,
      connectionTimeoutMillis: this.#connectMs,
      idleTimeoutMillis: this.embedded ? 0 : 60_000,
      pipeline: true,
    });
    // An idle client lost its server; the pool has dropped it already.
    pool.on('error', () => this.#monitor.suspect());
    pool.on('release', (_error, client) => void this.#inUse.delete(client));
    return pool;
  }

  /** Gives the pool up; what is still at work on it ends with SERVER_CLOSED. */
  #dropPool(): void {
    const old = this.#pool;
    this.#pool = null;
    for (const client of this.#inUse)
      destroyClient(client, new CodedError('SERVER_CLOSED', { reason: 'connections were replaced' }));
    this.#inUse.clear();
    void old?.then(
      (pool) => pool.end(),
      () => undefined,
    );
  }

  async #prove(): Promise<void> {
    const client = await connectOnce(this.#source, {
      connectionTimeoutMillis: Math.min(PROBE_MS, this.#connectMs),
      query_timeout: PROBE_MS,
    });
    try {
      await client.query('SELECT 1');
    } catch (error) {
      throw fromClient(error);
    } finally {
      // The answer is there or the connection is lost: either way nobody waits for its end.
      client.end().catch(() => undefined);
    }
  }
}

/** Opens a database and begins to connect; `ready` tells how it went. Close it before the process ends. */
export function openDatabase(target: Target, options: DatabaseOptions = {}): Database {
  return new PooledDatabase(target, options);
}
