/** Reading and writing `private.migration_history`, the only memory the migrator has. */

import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, asOwner, queryRows } from './client';
import { type ExtraSet, type Migration, type MigrationSet, SCOPES, type Scope } from './files';

/** One step that is in force somewhere. `tenantId` is null in the shared scopes. */
export interface AppliedStep {
  readonly scope: Scope;
  readonly tenantId: string | null;
  readonly version: string;
  readonly checksum: string;
}

// One row a place: a thousand tenants have thirty thousand steps.
const applied = z.object({
  scope: z.enum(['public', 'private', 'tenant']),
  tenantId: z.string().nullable(),
  steps: z.record(z.string(), z.string()),
});

const IN_FORCE = `
SELECT scope, tenant_id::text AS "tenantId", jsonb_object_agg(version, checksum) AS steps FROM (
  SELECT DISTINCT ON (scope, tenant_id, version) scope, tenant_id, version, checksum, direction
  FROM private.migration_history WHERE status = 'success' ORDER BY scope, tenant_id, version, id DESC
) last WHERE direction = 'up' GROUP BY scope, tenant_id`;

const OF_PRODUCT = /^\d{4}$/;
const OF_TENANT = /^x\d{4}$/;

/** What the history calls the finished data part of a step. */
export function dataVersion(version: string): string {
  return `${version}.data`;
}

/** A key for a place, for maps. */
export function placeKey({ scope, tenantId }: Place): string {
  return tenantId ?? scope;
}

/** The whole history in force, by place. `product`: the numbered steps; `extra`: a tenant's own; `data`: finished data parts. */
export class Ledger {
  readonly #places = new Map<string, Map<string, AppliedStep>>();

  constructor(readonly steps: readonly AppliedStep[]) {
    for (const step of steps) {
      const key = placeKey(step);
      const place = this.#places.get(key) ?? new Map<string, AppliedStep>();
      place.set(step.version, step);
      this.#places.set(key, place);
    }
  }

  at(place: Place): ReadonlyMap<string, AppliedStep> {
    return this.#places.get(placeKey(place)) ?? new Map();
  }

  get product(): readonly AppliedStep[] {
    return this.steps.filter(({ version }) => OF_PRODUCT.test(version));
  }

  get extra(): readonly AppliedStep[] {
    return this.steps.filter(({ version }) => OF_TENANT.test(version));
  }
}

/** The place a step is applied to. */
export interface Place {
  readonly scope: Scope;
  readonly tenantId: string | null;
}

/**
 * Reads the catalogue's tables rather than `to_regclass`, which may answer from a cache: whoever has just waited for another
 * migrator must see what that one made.
 */
export async function hasHistory(client: AdminClient): Promise<boolean> {
  const [answer] = await queryRows(
    client,
    z.object({ there: z.boolean() }),
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'private' AND c.relname = 'migration_history') AS there`,
  );
  return answer?.there === true;
}

/** Everything in force, in all scopes and tenants; nothing where the database is still empty. */
export async function readLedger(client: AdminClient): Promise<Ledger> {
  if (!(await hasHistory(client))) return new Ledger([]);
  const places = await asOwner(client, () => queryRows(client, applied, IN_FORCE));
  return new Ledger(
    places.flatMap(({ scope, tenantId, steps }) =>
      Object.entries(steps).map(([version, checksum]) => ({ scope, tenantId, version, checksum })),
    ),
  );
}

/** The product's own steps in force, without single tenants' and without data parts. */
export async function readHistory(client: AdminClient): Promise<readonly AppliedStep[]> {
  return (await readLedger(client)).product;
}

/** Inside a transaction: is this step in force by now? */
export async function isInForce(client: AdminClient, place: Place, version: string): Promise<boolean> {
  if (!(await hasHistory(client))) return false;
  const rows = await queryRows(
    client,
    z.object({ direction: z.string() }),
    `SELECT direction FROM private.migration_history
     WHERE status = 'success' AND scope = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid AND version = $3 ORDER BY id DESC LIMIT 1`,
    [place.scope, place.tenantId, version],
  );
  return rows[0]?.direction === 'up';
}

/** SQL that starts the clock of the next `recordSql`; local to the transaction. */
export const START_CLOCK = "SELECT set_config('kompl.step_began', clock_timestamp()::text, true);";

/** SQL that records a step. All parts were checked by `loadMigrations` and `tenantSchema`, so they are plain literals. */
export function recordSql(migration: Migration, tenantId: string | null, direction: 'up' | 'down'): string {
  const tenant = tenantId === null ? 'NULL' : `'${tenantId}'`;
  return `INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms)
VALUES ('${migration.version}', '${migration.name}', '${migration.scope}', ${tenant}, '${migration.checksum}', '${direction}',
  greatest(0, extract(epoch FROM clock_timestamp() - current_setting('kompl.step_began')::timestamptz) * 1000)::integer);`;
}

/** As `recordSql` for a cheap step at many tenants: one row each, with its part of the time that all of them took. */
export function recordBatchSql(migration: Migration, tenantIds: readonly string[]): string {
  const ids = tenantIds.map((id) => `'${id}'`).join(', ');
  return `INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms)
SELECT '${migration.version}', '${migration.name}', '${migration.scope}', t.id, '${migration.checksum}', 'up',
  greatest(0, extract(epoch FROM clock_timestamp() - current_setting('kompl.step_began')::timestamptz) * 1000 / ${tenantIds.length})::integer
FROM unnest(ARRAY[${ids}]::uuid[]) t (id);`;
}

/** Keeps a failed attempt, in a transaction of its own. */
export async function recordFailure(
  client: AdminClient,
  migration: Migration,
  tenantId: string | null,
  direction: 'up' | 'down',
  sqlstate: string,
  version: string = migration.version,
): Promise<void> {
  if (!(await hasHistory(client))) return;
  await asOwner(client, () =>
    client.query(
      `INSERT INTO private.migration_history
         (version, description, scope, tenant_id, checksum, direction, duration_ms, status, sqlstate)
       VALUES ($1, $2, $3, $4, $5, $6, 0, 'failed', $7)`,
      [version, migration.name, migration.scope, tenantId, migration.checksum, direction, sqlstate],
    ),
  );
}

/**
 * Refuses to go on where the database and the files contradict each other.
 * @throws CodedError SCHEMA_NEWER (a step in force that the files do not know), MIGRATION_FAILED (a file changed after it ran)
 */
export function checkHistory(steps: readonly AppliedStep[], files: MigrationSet): void {
  const known = new Map(SCOPES.flatMap((scope) => files[scope]).map((file) => [`${file.scope} ${file.version}`, file]));
  for (const step of steps) {
    const file = known.get(`${step.scope} ${step.version}`);
    const where = { scope: step.scope, tenantId: step.tenantId, version: step.version };
    if (!file) throw new CodedError('SCHEMA_NEWER', { ...where, known: files[step.scope].at(-1)?.version ?? null });
    if (file.checksum !== step.checksum) {
      throw new CodedError('MIGRATION_FAILED', {
        ...where,
        name: file.name,
        reason: 'the file was changed after it was applied',
        applied: step.checksum,
        file: file.checksum,
      });
    }
  }
}

/**
 * As `checkHistory`, for single tenants' own steps, where their folder was given.
 * @throws CodedError MIGRATION_FAILED
 */
export function checkExtras(steps: readonly AppliedStep[], extras: ExtraSet): void {
  for (const step of steps) {
    const files = step.tenantId === null ? undefined : extras.get(step.tenantId);
    if (!files) continue;
    const file = files.find((migration) => migration.version === step.version);
    const where = { scope: step.scope, tenantId: step.tenantId, version: step.version };
    if (!file) throw new CodedError('MIGRATION_FAILED', { ...where, reason: 'the step is in force and its file is not there' });
    if (file.checksum !== step.checksum) {
      throw new CodedError('MIGRATION_FAILED', { ...where, reason: 'the file was changed after it was applied' });
    }
  }
}

/** What is still to be done at a place: a step, or only the data part of a step that is in force. */
export interface PendingItem {
  readonly migration: Migration;
  readonly part: 'schema' | 'data';
}

/** In order: each step, then its data part. */
export function pendingItems(ledger: Ledger, migrations: readonly Migration[], place: Place): PendingItem[] {
  const done = ledger.at(place);
  return migrations.flatMap((migration): PendingItem[] => [
    ...(done.has(migration.version) ? [] : [{ migration, part: 'schema' as const }]),
    ...(migration.data && !done.has(dataVersion(migration.version)) ? [{ migration, part: 'data' as const }] : []),
  ]);
}
