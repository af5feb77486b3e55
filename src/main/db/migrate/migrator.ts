/**
 * The migrator: bootstrap, then public, private and every tenant, each step in one transaction. A tenant that fails is left at
 * its last good version and reported; the others go on. Safe to run again, also after a kill, also twice at once.
 */

import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { bootstrap } from './bootstrap';
import { type AdminClient, asOwner, type OwnedClient, queryRows } from './client';
import { loadMigrations, type Migration, type MigrationSet, type Scope } from './files';
import { checkHistory, hasHistory, type Place, pendingSteps, readHistory } from './history';
import { type Direction, isHistoryStep, runStep, StepFailed } from './step';

export interface StepReport {
  readonly scope: Scope;
  readonly tenantId: string | null;
  readonly version: string;
  readonly name: string;
  readonly direction: Direction;
  readonly durationMs: number;
}

export interface StepFailure extends Omit<StepReport, 'durationMs'> {
  readonly sqlstate: string;
  readonly reason: string;
}

export interface MigrationReport {
  readonly steps: readonly StepReport[];
  /** Tenants that stayed behind; empty when all is well. */
  readonly failures: readonly StepFailure[];
  readonly tenants: number;
  readonly durationMs: number;
}

export type MigrationEvent =
  | { readonly kind: 'started'; readonly tenants: number; readonly pending: number }
  | ({ readonly kind: 'applied' } & StepReport)
  | ({ readonly kind: 'failed' } & StepFailure);

export interface MigrateOptions {
  /** The folder that holds `public`, `private` and `tenant`. */
  readonly folder: string;
  /** Milliseconds of any clock; for durations in the report. */
  readonly now: () => number;
  readonly log?: (event: MigrationEvent) => void;
  /** Tenants migrated at the same time, each over a connection of its own. 1 unless said. */
  readonly parallel?: number;
}

export interface TenantEntry {
  readonly id: string;
  readonly name: string;
}

/** Tenants that have a schema, oldest first. */
export async function listTenants(client: AdminClient): Promise<TenantEntry[]> {
  const there = z.object({ there: z.boolean() });
  const [answer] = await queryRows(client, there, "SELECT to_regclass('public.tenants') IS NOT NULL AS there");
  if (answer?.there !== true) return [];
  return asOwner(client, () =>
    queryRows(
      client,
      z.object({ id: z.string(), name: z.string() }),
      `SELECT id::text AS id, name FROM public.tenants
       WHERE to_regnamespace('tenant_' || replace(id::text, '-', '')) IS NOT NULL ORDER BY created_at, id`,
    ),
  );
}

/**
 * Brings a database up to the files. The clients come from `connect` (a database administrator's login) and are ended here.
 * @throws CodedError of the bootstrap, SCHEMA_NEWER, or MIGRATION_FAILED for a shared scope; tenants' failures are in the report
 */
export async function migrateAll(connect: () => Promise<OwnedClient>, options: MigrateOptions): Promise<MigrationReport> {
  const client = await connect();
  try {
    return await migrate(client, options, connect);
  } finally {
    await client.end();
  }
}

/** As `migrateAll`, over one client that stays open; tenants one after another unless `connect` is given for more. */
export async function migrate(
  client: AdminClient,
  options: MigrateOptions,
  connect?: () => Promise<OwnedClient>,
): Promise<MigrationReport> {
  const began = options.now();
  const files = await loadMigrations(options.folder);
  checkHistory(await readHistory(client), files);
  await bootstrap(client);

  const run = new Run(options);
  const [first] = files.private;
  if (!first || !isHistoryStep(first)) throw new CodedError('MIGRATION_FAILED', { reason: 'private/0001 is missing' });
  if (!(await hasHistory(client))) await run.shared(client, [first]);

  const history = await readHistory(client);
  const tenants = await listTenants(client);
  const pending = (place: Place) => pendingSteps(history, files, place);
  const shared = [...pending({ scope: 'public', tenantId: null }), ...pending({ scope: 'private', tenantId: null })];
  const behind = tenants.filter(({ id }) => pending({ scope: 'tenant', tenantId: id }).length > 0);
  options.log?.({ kind: 'started', tenants: behind.length, pending: shared.length });
  await run.shared(client, shared);
  await asOwner(client, () => client.query('SELECT private.ensure_log_partitions()'));
  await run.tenants(client, behind, (id) => pending({ scope: 'tenant', tenantId: id }), connect);
  return { steps: run.steps, failures: run.failures, tenants: tenants.length, durationMs: options.now() - began };
}

/** What one run has done so far. */
class Run {
  readonly steps: StepReport[] = [];
  readonly failures: StepFailure[] = [];

  constructor(private readonly options: MigrateOptions) {}

  async shared(client: AdminClient, migrations: readonly Migration[]): Promise<void> {
    for (const migration of migrations) {
      try {
        await this.step(client, migration, { scope: migration.scope, tenantId: null }, 'up');
      } catch (error) {
        throw error instanceof StepFailed ? error.toCoded() : error;
      }
    }
  }

  /** A queue that several connections empty; the first client takes part too. */
  async tenants(
    client: AdminClient,
    tenants: readonly TenantEntry[],
    pending: (tenantId: string) => readonly Migration[],
    connect?: () => Promise<OwnedClient>,
  ): Promise<void> {
    const queue = [...tenants];
    const work = async (own: AdminClient): Promise<void> => {
      for (let tenant = queue.shift(); tenant; tenant = queue.shift()) await this.tenant(own, tenant.id, pending(tenant.id));
    };
    const extra = connect ? Math.min(this.options.parallel ?? 1, queue.length) - 1 : 0;
    const helpers = Array.from({ length: Math.max(0, extra) }, async () => {
      const own = await connect?.();
      if (!own) return;
      try {
        await work(own);
      } finally {
        await own.end();
      }
    });
    const outcomes = await Promise.allSettled([work(client), ...helpers]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async tenant(client: AdminClient, tenantId: string, migrations: readonly Migration[]): Promise<void> {
    try {
      for (const migration of migrations) await this.step(client, migration, { scope: 'tenant', tenantId }, 'up');
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      const { migration, place, direction, sqlstate, reason } = error;
      const failure = { ...place, version: migration.version, name: migration.name, direction, sqlstate, reason };
      this.failures.push(failure);
      this.options.log?.({ kind: 'failed', ...failure });
    }
  }

  async step(client: AdminClient, migration: Migration, place: Place, direction: Direction): Promise<void> {
    const began = this.options.now();
    if (!(await runStep(client, migration, place, direction))) return;
    const { version, name } = migration;
    const report = { ...place, version, name, direction, durationMs: this.options.now() - began };
    this.steps.push(report);
    this.options.log?.({ kind: 'applied', ...report });
  }
}

export interface RollbackOptions extends MigrateOptions {
  readonly scope: Scope;
  /** One tenant of the tenant scope; all of them where left out. */
  readonly tenantId?: string;
  /** The version that stays the newest; `0000` takes everything back. */
  readonly to: string;
}

/**
 * Runs the down files of every step above `to`, newest first. Stops at the first that fails.
 * @throws CodedError INPUT_INVALID for an unknown version, SCHEMA_NEWER, MIGRATION_FAILED
 */
export async function rollback(client: AdminClient, options: RollbackOptions): Promise<readonly StepReport[]> {
  const files: MigrationSet = await loadMigrations(options.folder);
  const known = files[options.scope].map((migration) => migration.version);
  if (options.to !== '0000' && !known.includes(options.to)) throw new CodedError('INPUT_INVALID', { version: options.to });
  const history = await readHistory(client);
  checkHistory(history, files);
  const tenants = options.tenantId ? [options.tenantId] : (await listTenants(client)).map(({ id }) => id);
  const places: Place[] =
    options.scope === 'tenant'
      ? tenants.map((tenantId) => ({ scope: 'tenant', tenantId }))
      : [{ scope: options.scope, tenantId: null }];
  const run = new Run(options);
  for (const place of places) {
    const inForce = history.filter((step) => step.scope === place.scope && step.tenantId === place.tenantId);
    const steps = files[place.scope].filter(({ version }) => version > options.to && inForce.some((s) => s.version === version));
    for (const migration of steps.reverse()) {
      try {
        await run.step(client, migration, place, 'down');
      } catch (error) {
        throw error instanceof StepFailed ? error.toCoded() : error;
      }
    }
  }
  return run.steps;
}
