/**
 * Keeps answers of lists, counts and the first page, and gives them again for as long as nothing they were made from has changed.
 *
 * Promises: an answer is given again only after the database has said, in the very transaction that asks, that none of its tables
 * has changed since it was read, by whomever; so the reader's rights are checked again too, and no signal can be missed. Only to
 * the person, in the tenant, with the functions it was read for. Bounded in number and size. Kept answers are frozen.
 */
import type { EntityContext, ServiceScope, SqlClient } from './context';
import { together } from './together';

/** What an answer is known by, beside who asked. */
export interface CachedRead {
  /** Everything that the answer depends on beside the records: the query, today's date. Must survive JSON. */
  readonly question: unknown;
  /** The tables it is read from; null for an answer that depends on more, which is never kept. */
  readonly tables: readonly string[] | null;
  /** Longest time to keep an answer that grows old by itself, milliseconds. The database allows half an hour at most. */
  readonly maxAgeMs?: number;
}

interface Kept {
  readonly token: string;
  readonly value: unknown;
  readonly tables: readonly string[];
  readonly readAt: number;
  readonly size: number;
}

export interface CacheLimits {
  readonly entries: number;
  /** Characters of JSON, of all answers together and of one. */
  readonly size: number;
  readonly entrySize: number;
}

const DEFAULT_LIMITS: CacheLimits = { entries: 200, size: 16_000_000, entrySize: 2_000_000 };

/** One signed-in person's kept answers. The one that was used longest ago goes first. */
export class ResultCache {
  readonly #kept = new Map<string, Kept>();
  readonly #limits: CacheLimits;
  #size = 0;

  constructor(limits: CacheLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  get entries(): number {
    return this.#kept.size;
  }

  get(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
    }
    return kept;
  }

  put(key: string, entry: Omit<Kept, 'size'>): void {
    this.#drop(key);
    const size = JSON.stringify(entry.value).length + key.length;
    if (size > this.#limits.entrySize) return;
    this.#kept.set(key, { ...entry, value: frozen(entry.value), size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.entries && this.#size <= this.#limits.size) break;
      this.#drop(oldest);
    }
  }

  /** Frees what this application has just changed; the database would refuse it anyway. */
  forget(tables: readonly string[]): void {
    for (const [key, kept] of this.#kept) if (kept.tables.some((table) => tables.includes(table))) this.#drop(key);
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    this.#size -= kept.size;
  }
}

/** Whose restricted records one may see decides over every list. */
const RIGHTS_TABLES = ['restricted_records', 'restricted_people'];

interface Freshness extends Record<string, unknown> {
  readonly token: string | null;
  readonly fresh: boolean;
}

/** Runs a read in its scope, or gives the kept answer where the database says that it still holds. */
export async function cachedRead<T>(
  ctx: EntityContext,
  scope: ServiceScope,
  read: CachedRead,
  work: (tx: SqlClient) => Promise<T>,
): Promise<T> {
  const { cache } = ctx;
  if (!cache || read.tables === null) return ctx.database.withTenant(scope, work);
  const tables = [...read.tables, ...RIGHTS_TABLES];
  const { tenantId, personId, functions } = ctx.session;
  const key = JSON.stringify([tenantId, personId, functions, scope.function, read.question]);
  const now = ctx.clock.now().getTime();
  const known = cache.get(key);
  const kept =
    known && now - known.readAt <= (read.maxAgeMs ?? Number.POSITIVE_INFINITY) && now >= known.readAt ? known : undefined;
  const ask = (tx: SqlClient, token: string | null) =>
    tx.query<Freshness>('SELECT token, fresh FROM freshness($1::text[], $2::text)', [tables, token]);
  if (kept) {
    // Given back as it is, so that scope, question and COMMIT are one flush: most answers are fresh.
    const { rows } = await ctx.database.withTenant(scope, (tx) => ask(tx, kept.token));
    if (rows[0]?.fresh) return kept.value as T;
  }
  return ctx.database.withTenant(scope, async (tx) => {
    // The token leaves first, in the answer's own transaction (another may run elsewhere): what is committed between it and the
    // answer only makes the answer look older than it is.
    const [freshness, value] = await together(ask(tx, null), work(tx));
    keep(freshness.rows[0]?.token, value);
    return value;
  });

  function keep(token: string | null | undefined, value: T): void {
    if (token) cache?.put(key, { token, value, tables, readAt: now });
  }
}

function frozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
