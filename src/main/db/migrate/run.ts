/**
 * One run of the migrator: what it has done so far, and how it goes over the tenants. A tenant that fails is left at its last
 * good version and reported; the others go on, unless it was the canary.
 */
import { CodedError } from '@shared/errors';
import { BATCH_SIZE, runBatch } from './batch';
import type { AdminClient, OwnedClient } from './client';
import { runDataPart } from './data-step';
import type { Migration, Scope } from './files';
import { dataVersion, type PendingItem, type Place } from './history';
import { isCheap } from './sql-text';
import { type Direction, runStep, StepFailed } from './step';

export interface StepReport {
  readonly scope: Scope;
  readonly tenantId: string | null;
  /** `0026`, `x0001` for a tenant's own, `0026.data` for the data part of a step. */
  readonly version: string;
  readonly name: string;
  readonly direction: Direction;
  readonly durationMs: number;
  /** Rows that a data part filled in. */
  readonly rows?: number;
}

export interface StepFailure extends Omit<StepReport, 'durationMs' | 'rows'> {
  readonly sqlstate: string;
  readonly reason: string;
}

export type MigrationEvent =
  /** `tenants`: how many are behind; `pending`: shared steps before them. */
  | { readonly kind: 'started'; readonly tenants: number; readonly pending: number }
  /** Another runner is at work; this one goes on when it has ended. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'canary'; readonly tenantId: string }
  | ({ readonly kind: 'applied' } & StepReport)
  | ({ readonly kind: 'failed' } & StepFailure)
  | {
      readonly kind: 'rows';
      readonly scope: Scope;
      readonly tenantId: string | null;
      readonly version: string;
      readonly rows: number;
    }
  /** Tenants that are through, the failed ones included. */
  | { readonly kind: 'progress'; readonly done: number; readonly tenants: number }
  /** The connection broke at a step; whether it is in force was looked up afterwards, null where nobody answered. */
  | {
      readonly kind: 'lost';
      readonly scope: Scope;
      readonly tenantId: string | null;
      readonly version: string;
      readonly applied: boolean | null;
    };

export interface RunOptions {
  /** Milliseconds of any clock; for durations in the report. */
  readonly now: () => number;
  readonly log?: (event: MigrationEvent) => void;
  /** Tenants migrated at the same time, each over a connection of its own. 1 unless said. */
  readonly parallel?: number;
}

export interface TenantWork {
  readonly tenantId: string;
  readonly items: readonly PendingItem[];
}

export class Run {
  readonly steps: StepReport[] = [];
  readonly failures: StepFailure[] = [];
  #done = 0;

  constructor(private readonly options: RunOptions) {}

  /** Steps of public and private: the first that fails ends the run. */
  async shared(client: AdminClient, items: readonly PendingItem[]): Promise<void> {
    for (const { migration, part } of items) {
      try {
        const place = { scope: migration.scope, tenantId: null };
        if (part === 'schema') await this.step(client, migration, place, 'up');
        else await this.#data(client, migration, place);
      } catch (error) {
        throw error instanceof StepFailed ? error.toCoded() : error;
      }
    }
  }

  /**
   * All tenants; the first is the canary and goes alone.
   * @returns false where the canary failed and nobody else was touched
   */
  async tenants(client: AdminClient, all: readonly TenantWork[], connect?: () => Promise<OwnedClient>): Promise<boolean> {
    const [canary, ...others] = all;
    if (!canary) return true;
    if (others.length > 0) this.options.log?.({ kind: 'canary', tenantId: canary.tenantId });
    await this.#chunk(client, [canary], all.length);
    if (this.failures.length > 0 && others.length > 0) return false;
    const parallel = connect ? Math.max(1, this.options.parallel ?? 1) : 1;
    const queue = chunksOf(others, parallel);
    // A session keeps what it planned for every tenant, and each change of a table walks through all of it: at two hundred tenants
    // a step took ten times as long as at ten. So the chunks of many tenants have a connection each.
    const own = queue.length > 1 ? connect : undefined;
    const work = async (): Promise<void> => {
      for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
        const session = await own?.();
        try {
          await this.#chunk(session ?? client, chunk, all.length);
        } finally {
          await session?.end();
        }
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: Math.min(parallel, queue.length) }, work));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return true;
  }

  /** Tenants that have the same before them, step by step. */
  async #chunk(client: AdminClient, chunk: readonly TenantWork[], total: number): Promise<void> {
    let good = chunk.map(({ tenantId }) => tenantId);
    for (const { migration, part } of chunk[0]?.items ?? []) {
      if (part === 'schema' && good.length > 1 && isCheap(migration.up) && (await this.#batch(client, migration, good))) continue;
      const left: string[] = [];
      for (const tenantId of good) if (await this.#one(client, migration, part, tenantId)) left.push(tenantId);
      good = left;
    }
    this.#done += chunk.length;
    this.options.log?.({ kind: 'progress', done: this.#done, tenants: total });
  }

  async #batch(client: AdminClient, migration: Migration, tenantIds: readonly string[]): Promise<boolean> {
    const began = this.options.now();
    const applied = await runBatch(client, migration, tenantIds);
    if (applied === null) return false;
    const durationMs = (this.options.now() - began) / Math.max(1, applied.length);
    for (const tenantId of applied) this.#report(migration, { scope: 'tenant', tenantId }, 'up', durationMs);
    return true;
  }

  async #one(client: AdminClient, migration: Migration, part: PendingItem['part'], tenantId: string): Promise<boolean> {
    const place: Place = { scope: 'tenant', tenantId };
    try {
      if (part === 'schema') await this.step(client, migration, place, 'up');
      else await this.#data(client, migration, place);
      return true;
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      const { name, version } = error.migration;
      const { direction, sqlstate, reason } = error;
      const failed = { ...place, version: part === 'data' ? dataVersion(version) : version, name, direction, sqlstate, reason };
      this.failures.push(failed);
      this.options.log?.({ kind: 'failed', ...failed });
      return false;
    }
  }

  async #data(client: AdminClient, migration: Migration, place: Place): Promise<void> {
    const began = this.options.now();
    const version = dataVersion(migration.version);
    let rows = 0;
    const done = await runDataPart(client, migration, place, (batch) => {
      rows += batch.rows;
      if (!batch.finished) this.options.log?.({ kind: 'rows', ...place, version, rows });
    });
    if (done === null) return;
    this.#report({ ...migration, version }, place, 'up', this.options.now() - began, done.rows);
  }

  async step(client: AdminClient, migration: Migration, place: Place, direction: Direction): Promise<void> {
    const began = this.options.now();
    if (!(await runStep(client, migration, place, direction))) return;
    this.#report(migration, place, direction, this.options.now() - began);
  }

  #report({ version, name }: Migration, place: Place, direction: Direction, durationMs: number, rows?: number): void {
    const report = { ...place, version, name, direction, durationMs, ...(rows === undefined ? {} : { rows }) };
    this.steps.push(report);
    this.options.log?.({ kind: 'applied', ...report });
  }
}

/** Tenants with the same work together, at most fifty, and so that every connection gets some. */
function chunksOf(tenants: readonly TenantWork[], parallel: number): TenantWork[][] {
  const groups = new Map<string, TenantWork[]>();
  for (const tenant of tenants) {
    const key = tenant.items.map(({ migration, part }) => `${migration.version}${part}${migration.checksum}`).join(' ');
    const group = groups.get(key);
    if (group) group.push(tenant);
    else groups.set(key, [tenant]);
  }
  const size = Math.max(1, Math.min(BATCH_SIZE, Math.ceil(tenants.length / parallel)));
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, at) => group.slice(at * size, (at + 1) * size)),
  );
}

/** Says where a broken connection left its step; asks over a new one. */
export async function whereItStands(
  error: unknown,
  ask: (place: Place, version: string) => Promise<boolean>,
  log: RunOptions['log'],
): Promise<void> {
  if (!(error instanceof CodedError) || error.code !== 'SERVER_CLOSED') return;
  const { scope, tenantId, version } = error.details;
  if ((scope !== 'public' && scope !== 'private' && scope !== 'tenant') || typeof version !== 'string') return;
  const place: Place = { scope, tenantId: typeof tenantId === 'string' ? tenantId : null };
  let applied: boolean | null = null;
  try {
    if (scope !== 'tenant' || place.tenantId !== null) applied = await ask(place, version);
  } catch (second) {
    // The server is still away: nobody knows, and the next run looks.
    if (!(second instanceof Error)) throw second;
  }
  log?.({ kind: 'lost', ...place, version, applied });
}
