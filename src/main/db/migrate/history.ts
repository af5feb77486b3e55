/** Reading and writing `private.migration_history`, the only memory the migrator has. */

import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, asOwner, queryRows } from './client';
import type { Migration, MigrationSet, Scope } from './files';

/** One step that is in force somewhere. `tenantId` is null in the shared scopes. */
export interface AppliedStep {
  readonly scope: Scope;
  readonly tenantId: string | null;
  readonly version: string;
  readonly checksum: string;
}

const applied = z.object({
  scope: z.enum(['public', 'private', 'tenant']),
  tenantId: z.string().nullable(),
  version: z.string(),
  checksum: z.string(),
});

const IN_FORCE = `
SELECT scope, tenant_id::text AS "tenantId", version, checksum FROM (
  SELECT DISTINCT ON (scope, tenant_id, version) scope, tenant_id, version, checksum, direction
  FROM private.migration_history WHERE status = 'success' ORDER BY scope, tenant_id, version, id DESC
) last WHERE direction = 'up'`;

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

/** Every step in force, in all scopes and tenants; nothing where the database is still empty. */
export async function readHistory(client: AdminClient): Promise<AppliedStep[]> {
  if (!(await hasHistory(client))) return [];
  return asOwner(client, () => queryRows(client, applied, IN_FORCE));
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

/** Keeps a failed attempt, in a transaction of its own. */
export async function recordFailure(
  client: AdminClient,
  migration: Migration,
  tenantId: string | null,
  direction: 'up' | 'down',
  sqlstate: string,
): Promise<void> {
  if (!(await hasHistory(client))) return;
  await asOwner(client, () =>
    client.query(
      `INSERT INTO private.migration_history
         (version, description, scope, tenant_id, checksum, direction, duration_ms, status, sqlstate)
       VALUES ($1, $2, $3, $4, $5, $6, 0, 'failed', $7)`,
      [migration.version, migration.name, migration.scope, tenantId, migration.checksum, direction, sqlstate],
    ),
  );
}

/**
 * Refuses to go on where the database and the files contradict each other.
 * @throws CodedError SCHEMA_NEWER (a step in force that the files do not know), MIGRATION_FAILED (a file changed after it ran)
 */
export function checkHistory(steps: readonly AppliedStep[], files: MigrationSet): void {
  for (const step of steps) {
    const file = files[step.scope].find((migration) => migration.version === step.version);
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

/** Steps of one place that are not yet in force, in order. */
export function pendingSteps(steps: readonly AppliedStep[], files: MigrationSet, place: Place): Migration[] {
  const done = new Set(
    steps.filter((step) => step.scope === place.scope && step.tenantId === place.tenantId).map((step) => step.version),
  );
  return files[place.scope].filter((migration) => !done.has(migration.version));
}
