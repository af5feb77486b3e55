/**
 * `openDatabase`: the one way to a database, embedded or on a server. Owns the pool; every statement of a person runs through
 * `withTenant` or `withPerson`, and nothing else checks a client out.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '@shared/errors';
import type pg from 'pg';
import type { Unsubscribe } from './emitter';
import { meansOffline } from './errors';
import { ConnectionMonitor, type DatabaseState } from './monitor';
import { DatabaseNode } from './node';
import type { Place } from './places';
import { ReplicaReads } from './replica';
import {
  DEFAULT_LIMITS,
  type LoginKind,
  loginKind,
  openingSql,
  type PersonScope,
  type TenantScope,
  type TransactionLimits,
} from './scope';
import { connectionSource, connectOnce } from './source';
import type { Target } from './target';
import { runTransaction, type Transaction } from './transaction';

export interface DatabaseOptions {
  readonly limits?: TransactionLimits;
  /** A probe after so long without news, milliseconds; 0 for never. Default 20 s for a server, never for the embedded one. */
  readonly heartbeatMs?: number;
  readonly backoffMs?: { readonly first: number; readonly longest: number };
  readonly now?: () => Date;
  /** Longest wait for a connection, milliseconds. */
  readonly connectMs?: number;
  /** How long a lost primary is looked for among several places before the caller is told, milliseconds. */
  readonly failoverMs?: number;
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

const CONNECT_MS = 10_000;
const HEARTBEAT_MS = 20_000;
const FAILOVER_MS = 30_000;
/** A write under an operation id is tried again so often at most; the ledger makes it take effect once. */
const WRITE_ATTEMPTS = 5;

class PooledDatabase implements Database {
  readonly embedded: boolean;
  readonly #home: DatabaseNode;
  readonly #replicas: ReplicaReads | null;
  readonly #limits: TransactionLimits;
  readonly #login: LoginKind;
  readonly #failoverMs: number;
  readonly #monitor: ConnectionMonitor;
  readonly #first: Promise<DatabaseState>;
  #closing: Promise<void> | null = null;

  constructor(target: Target, options: DatabaseOptions) {
    const source = connectionSource(target);
    this.embedded = source.embedded;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#login = target.kind === 'server' ? loginKind(target.user) : 'acting';
    this.#failoverMs = options.failoverMs ?? FAILOVER_MS;
    this.#home = new DatabaseNode(source, {
      connectMs: options.connectMs ?? CONNECT_MS,
      onLoss: () => this.#monitor.suspect(),
    });
    const replicas = target.kind === 'server' && target.readReplicas === true && this.#home.movable;
    this.#replicas = replicas ? new ReplicaReads(this.#home, () => performance.now(), pause) : null;
    this.#monitor = new ConnectionMonitor({
      probe: () => this.#home.prove(),
      onReturn: () => this.#home.drop(),
      heartbeatMs: options.heartbeatMs ?? (this.embedded ? 0 : HEARTBEAT_MS),
      backoffMs: options.backoffMs,
      now: options.now,
    });
    source.onLost((error) => this.#monitor.lost(error));
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
    return connectOnce(this.#home.source);
  }

  connectAs(login: LoginAt): Promise<pg.Client> {
    if (this.#closing) return Promise.reject(new CodedError('SERVER_CLOSED'));
    return connectOnce(this.#home.source, this.embedded ? {} : { ...login });
  }

  replace(): Promise<DatabaseState> {
    this.#home.drop();
    return this.#monitor.probe();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#monitor.close();
    this.#home.drop();
    await this.#home.source.close();
  }

  /**
   * Runs it, and where the server was lost under it, looks for the server and runs it again: a read once, a write only under an
   * operation id, whose ledger makes sure that it takes effect once. What stays lost is told as it was told first.
   */
  async #transact<T>(scope: PersonScope | TenantScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const node = this.#nodeOf(scope);
    if (scope.readOnly && scope.lagging && this.#replicas) {
      const place = await this.#replicas.ready();
      if (place !== null) {
        try {
          return await this.#once(node, scope, work, place);
        } catch (error) {
          if (!(error instanceof CodedError) || !lost(error)) throw error;
          this.#replicas.rest();
        }
      }
    }
    const until = performance.now() + this.#failoverMs;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.#once(node, scope, work, null);
        if (!scope.readOnly) this.#replicas?.committed();
        return result;
      } catch (error) {
        if (!(error instanceof CodedError) || !lost(error) || this.#closing) throw error;
        const attempts = scope.readOnly ? 2 : scope.opId === undefined ? 1 : node.movable ? WRITE_ATTEMPTS : 2;
        // One place that is away is no news: the caller hears it at once, and the monitor tells when it is back.
        if (attempt >= attempts || (!node.movable && this.#monitor.state.state !== 'online')) throw error;
        // A server that turned into a standby keeps its connections; they are of no use any more.
        if (error.details.sqlState === '25006') node.drop('primary moved');
        if (!(await node.findAgain(until - performance.now(), pause))) throw error;
        if (node.movable) await this.#monitor.probe();
        this.#replicas?.rest();
      }
    }
  }

  /** Every connection is resolved tenant → node → pool, even while there is one node. */
  #nodeOf(_scope: PersonScope | TenantScope): DatabaseNode {
    return this.#home;
  }

  async #once<T>(
    node: DatabaseNode,
    scope: PersonScope | TenantScope,
    work: (transaction: Transaction) => Promise<T>,
    place: Place | null,
  ): Promise<T> {
    const opening = openingSql(scope, this.#limits, this.#login);
    if (this.#monitor.state.state === 'starting') await this.#first;
    this.#requireOnline();
    const client = await node.checkOut(place);
    try {
      const result = await runTransaction(
        client,
        { opening, readOnly: scope.readOnly === true, silenceMs: this.#limits.silenceMs },
        work,
      );
      if (place === null) this.#monitor.heard();
      return result;
    } catch (error) {
      const suspicious = error instanceof CodedError && (meansOffline(error) || error.details.afterMs !== undefined);
      if (suspicious && place === null) this.#monitor.suspect();
      throw error;
    }
  }

  #requireOnline(): void {
    const { state, error } = this.#monitor.state;
    if (this.#closing) throw new CodedError('SERVER_CLOSED');
    if (state === 'failed' && error) throw new CodedError(error.code, error.details);
    if (state === 'offline') throw new CodedError('SERVER_UNREACHABLE', { cause: error?.code ?? null });
  }
}

/** True where the server went away under the work, or turned out to be no primary any more: the same may succeed elsewhere. */
function lost(error: CodedError): boolean {
  return meansOffline(error) && error.details.reason !== 'connections were replaced';
}

/** Opens a database and begins to connect; `ready` tells how it went. Close it before the process ends. */
export function openDatabase(target: Target, options: DatabaseOptions = {}): Database {
  return new PooledDatabase(target, options);
}
