/**
 * Reading from a standby without ever reading backwards: a list may come from a replica only once that has replayed the reader's
 * own last write. The position to wait for is what the primary had flushed after the commit (`pg_current_wal_flush_lsn`, never the
 * insert position, which may lie ahead for seconds); a replica that is not there in time is passed over for the primary.
 */
import type pg from 'pg';
import type { DatabaseNode } from './node';
import type { Place } from './places';

/** How long a reader waits for a replica before going to the primary, milliseconds. */
const WAIT_MS = 100;
const POLL_MS = 5;
/** After a replica failed, how long it is left alone, milliseconds. */
const REST_MS = 10_000;

export class ReplicaReads {
  readonly #node: DatabaseNode;
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  /** Own commits of which no position is known yet: until then no replica can be trusted. */
  #commits = 0;
  #known = 0;
  #position: string | null = null;
  #reached: string | null = null;
  #restUntil = 0;

  constructor(node: DatabaseNode, now: () => number, wait: (ms: number) => Promise<void>) {
    this.#node = node;
    this.#now = now;
    this.#wait = wait;
  }

  /** A commit of our own was acknowledged; nobody waits for its position but those who read from a replica. */
  committed(): void {
    this.#commits += 1;
    void this.#learn();
  }

  /** How far the primary has flushed, which is at or behind no commit that was acknowledged before the question. */
  async #learn(): Promise<void> {
    const commits = this.#commits;
    try {
      const client = await this.#node.checkOut();
      let failure: Error | undefined;
      try {
        const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
        this.#position = later(this.#position, rows[0]?.lsn ?? null);
        this.#known = Math.max(this.#known, commits);
      } catch (error) {
        failure = error instanceof Error ? error : new Error('failed');
        throw error;
      } finally {
        client.release(failure);
      }
    } catch {
      // Not known, so the primary is read; `ready` asks again.
      this.rest();
    }
  }

  /** The standby to read from, once it has replayed the reader's own last write; null: read from the primary. */
  async ready(): Promise<Place | null> {
    const place = this.#node.standby;
    if (place === null || this.#now() < this.#restUntil) return null;
    if (this.#known < this.#commits) {
      void this.#learn();
      return null;
    }
    const position = this.#position;
    if (position === null || position === this.#reached) return place;
    try {
      const client = await this.#node.checkOut(place);
      let failure: Error | undefined;
      try {
        return (await this.#replayed(client, position)) ? place : null;
      } catch (error) {
        failure = error instanceof Error ? error : new Error('failed');
        throw error;
      } finally {
        client.release(failure);
      }
    } catch {
      this.rest();
      return null;
    }
  }

  async #replayed(client: pg.PoolClient, position: string): Promise<boolean> {
    const until = this.#now() + WAIT_MS;
    for (;;) {
      const { rows } = await client.query<{ there: boolean | null }>(
        'SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn AS there',
        [position],
      );
      if (rows[0]?.there === true) {
        this.#reached = position;
        return true;
      }
      if (this.#now() >= until) return false;
      await this.#wait(POLL_MS);
    }
  }

  /** A replica failed, or the primary moved: replicas are left alone for a while, and must show again how far they are. */
  rest(): void {
    this.#reached = null;
    this.#restUntil = this.#now() + REST_MS;
  }
}

/** `16/B374D848` as one number. */
export function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return lsnOf(one) >= lsnOf(other) ? one : other;
}
