/**
 * One node: a primary, its standbys, and the pools of connections to them. Knows where the primary is, finds it again when it
 * moved, and gives out clients. Which tenant lives on which node, `Database` knows: today all of them live on the one.
 */
import { CodedError } from '@shared/errors';
import pg from 'pg';
import { fromClient } from './errors';
import { lookAtPlaces, type Place, samePlace } from './places';
import { type ConnectionSource, connectError, connectOnce } from './source';
import { destroyClient } from './transaction';

export interface NodeOptions {
  /** Longest wait for a connection, milliseconds. */
  readonly connectMs: number;
  /** An idle client lost its server. */
  readonly onLoss: () => void;
}

const PROBE_MS = 5_000;
const LOOK_MS = 2_000;
const POLL_MS = 250;

export class DatabaseNode {
  readonly source: ConnectionSource;
  readonly #options: NodeOptions;
  readonly #inUse = new Set<pg.PoolClient>();
  readonly #pools = new Map<string, Promise<pg.Pool>>();
  #standbys: readonly Place[] = [];
  #looking: Promise<boolean> | null = null;

  constructor(source: ConnectionSource, options: NodeOptions) {
    this.source = source;
    this.#options = options;
  }

  /** True where the primary may be elsewhere tomorrow. */
  get movable(): boolean {
    return this.source.places.length > 1;
  }

  /** The standby that lists may be read from; null where there is none, or nobody looked yet. */
  get standby(): Place | null {
    return this.#standbys[0] ?? null;
  }

  /** A client of the primary, or of the standby at `place`. Rejects with a CodedError. */
  async checkOut(place: Place | null = null): Promise<pg.PoolClient> {
    const pool = await this.#pool(place);
    try {
      const client = await pool.connect();
      this.#inUse.add(client);
      return client;
    } catch (error) {
      // A full pool times out just like a server that does not answer.
      if (pool.idleCount === 0 && pool.totalCount >= this.source.poolSize)
        throw new CodedError('SERVER_BUSY', {}, { cause: error });
      this.#options.onLoss();
      throw await connectError(this.source, error);
    }
  }

  /** Proves by a query that the primary answers; where there are several places, looks which of them it is now. */
  async prove(): Promise<void> {
    if (this.movable) {
      if (await this.look()) return;
      throw new CodedError('SERVER_UNREACHABLE', { cause: 'no primary' });
    }
    const timeout = Math.min(PROBE_MS, this.#options.connectMs);
    const client = await connectOnce(this.source, { connectionTimeoutMillis: timeout, query_timeout: PROBE_MS });
    try {
      await client.query('SELECT 1');
    } catch (error) {
      throw fromClient(error);
    } finally {
      // The answer is there or the connection is lost: either way nobody waits for its end.
      client.end().catch(() => undefined);
    }
  }

  /** Looks for the primary until `deadlineMs` from now. True where there is one to try again with. */
  async findAgain(deadlineMs: number, wait: (ms: number) => Promise<void>): Promise<boolean> {
    if (!this.movable) return true; // the name is looked up again with each new connection
    for (let waited = 0; ; waited += POLL_MS) {
      if (await this.look()) return true;
      if (waited >= deadlineMs) return false;
      await wait(POLL_MS);
    }
  }

  /** One look at all places, shared by all who ask meanwhile. */
  look(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<boolean> {
    const timeout = Math.min(LOOK_MS, this.#options.connectMs);
    const options = { connectionTimeoutMillis: timeout, query_timeout: timeout };
    const { primary, standbys, error } = await lookAtPlaces(this.source.places, (place) =>
      connectOnce(this.source, { ...options, ...place }),
    );
    this.#standbys = standbys;
    if (primary === null) {
      // A password that is refused is refused everywhere; that is no matter of places.
      if (error instanceof CodedError && error.code === 'SIGN_IN_REFUSED') throw error;
      return false;
    }
    if (!samePlace(primary, this.source.place)) {
      this.source.moveTo(primary);
      this.drop('primary moved');
    }
    return true;
  }

  /** Gives the pools up; what is still at work on them ends with SERVER_CLOSED. */
  drop(reason = 'connections were replaced'): void {
    const old = [...this.#pools.values()];
    this.#pools.clear();
    for (const client of this.#inUse) destroyClient(client, new CodedError('SERVER_CLOSED', { reason }));
    this.#inUse.clear();
    for (const each of old)
      void each.then(
        (pool) => pool.end(),
        () => undefined,
      );
  }

  #pool(place: Place | null): Promise<pg.Pool> {
    const key = place === null ? '' : `${place.host}:${place.port}`;
    const known = this.#pools.get(key);
    if (known) return known;
    const made = this.#createPool(place).catch((error: unknown) => {
      this.#pools.delete(key);
      throw error;
    });
    this.#pools.set(key, made);
    return made;
  }

  async #createPool(place: Place | null): Promise<pg.Pool> {
    const pool = new pg.Pool({
      ...(await this.source.configuration()),
      ...(place ?? {}),
      max: this.source.poolSize,
      connectionTimeoutMillis: this.#options.connectMs,
      idleTimeoutMillis: this.source.embedded ? 0 : 60_000,
      pipeline: true,
    });
    // An idle client lost its server; the pool has dropped it already.
    pool.on('error', () => {
      if (place === null) this.#options.onLoss();
    });
    pool.on('release', (_error, client) => void this.#inUse.delete(client));
    return pool;
  }
}
