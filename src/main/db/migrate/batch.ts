/**
 * A cheap step for up to fifty tenants in one transaction: a commit costs more than the step itself. All or nothing; whoever
 * calls falls back to one tenant at a time where a batch fails, so that only the tenant that failed stays behind.
 */
import { z } from 'zod';
import { type AdminClient, asOwner, isConnectionLost, queryRows, sqlState } from './client';
import { fillPlaceholders, type Migration } from './files';
import { recordBatchSql, START_CLOCK } from './history';
import { lockPlaces, lost, searchPathSql } from './step';

/** PostgreSQL's table of locks holds a few thousand; each tenant of a batch takes some of them until the commit. */
export const BATCH_SIZE = 50;

/**
 * Applies one step to all of them.
 * @returns the tenants that it was applied to (others had it already), or null where the batch failed and was rolled back
 * @throws CodedError SERVER_CLOSED
 */
export async function runBatch(
  client: AdminClient,
  migration: Migration,
  tenantIds: readonly string[],
): Promise<readonly string[] | null> {
  try {
    return await asOwner(client, async () => {
      await lockPlaces(
        client,
        tenantIds.map((tenantId) => ({ scope: 'tenant', tenantId })),
      );
      const due = await withoutStep(client, migration.version, tenantIds);
      if (due.length === 0) return due;
      const steps = due.map(
        (tenantId) => `${searchPathSql({ scope: 'tenant', tenantId })}\n${fillPlaceholders(migration.up, tenantId)}`,
      );
      // One message: the step for each, then the history of all of them in one statement, beside the changes it tells of.
      await client.query([START_CLOCK, ...steps, recordBatchSql(migration, due)].join('\n'));
      return due;
    });
  } catch (error) {
    const state = sqlState(error);
    if (state === null || isConnectionLost(error)) {
      // All or none: the first of them tells.
      throw lost({ scope: 'tenant', tenantId: tenantIds[0] ?? null }, migration.version, error);
    }
    return null;
  }
}

async function withoutStep(client: AdminClient, version: string, tenantIds: readonly string[]): Promise<string[]> {
  const done = await queryRows(
    client,
    z.object({ id: z.string(), direction: z.string() }),
    `SELECT DISTINCT ON (tenant_id) tenant_id::text AS id, direction FROM private.migration_history
     WHERE status = 'success' AND scope = 'tenant' AND version = $1 AND tenant_id = ANY ($2::uuid[]) ORDER BY tenant_id, id DESC`,
    [version, [...tenantIds]],
  );
  const inForce = new Set(done.filter(({ direction }) => direction === 'up').map(({ id }) => id));
  return tenantIds.filter((id) => !inForce.has(id));
}
