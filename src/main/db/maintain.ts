/**
 * The upkeep of a database, as often as one likes and at least once a month: partitions ahead, retention, rollups folded (and
 * rebuilt where they are unsure), notes of changes that nobody needs any more, the platform's view over its tenants. Spaces for
 * tenants to come are made by `admin/spaces.ts`, which the command runs afterwards.
 *
 * Promises: each tenant in a transaction of its own; one that fails is reported and the others go on; safe at any time, twice too.
 */

import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { listTenants } from './migrate';
import { type AdminClient, asOwner, queryRows } from './migrate/client';

export interface TenantUpkeep {
  readonly tenantId: string;
  /** Differences folded into the rollups; null where somebody else was at it. */
  readonly folded: number | null;
  readonly rebuilt: boolean;
  readonly forgotten: number;
}

export interface UpkeepReport {
  readonly partitionsMade: number;
  readonly partitionsDropped: readonly string[];
  readonly tenants: readonly TenantUpkeep[];
  readonly failures: readonly { readonly tenantId: string; readonly reason: string }[];
  /** Tenants in the overview. */
  readonly overview: number;
}

const made = z.object({ made: z.coerce.number() });
const dropped = z.object({ dropped: z.string() });
const upkeep = z.object({ folded: z.coerce.number().nullable(), forgotten: z.coerce.number(), stale: z.boolean() });
const shown = z.object({ shown: z.coerce.number() });

/** Runs the whole upkeep over an administrator's connection. */
export async function maintain(client: AdminClient): Promise<UpkeepReport> {
  const [partitions] = await asOwner(client, () => queryRows(client, made, 'SELECT private.ensure_partitions() AS made'));
  const gone = await asOwner(client, () => queryRows(client, dropped, 'SELECT dropped FROM private.apply_retention()'));
  const tenants: TenantUpkeep[] = [];
  const failures: { tenantId: string; reason: string }[] = [];
  for (const { id } of await listTenants(client)) {
    try {
      tenants.push(await asOwner(client, () => maintainTenant(client, id)));
    } catch (error) {
      failures.push({ tenantId: id, reason: error instanceof Error ? error.message : 'unknown' });
    }
  }
  const [overview] = await asOwner(client, () => queryRows(client, shown, 'SELECT private.refresh_tenant_overview() AS shown'));
  return {
    partitionsMade: partitions?.made ?? 0,
    partitionsDropped: gone.map((one) => one.dropped),
    tenants,
    failures,
    overview: overview?.shown ?? 0,
  };
}

async function maintainTenant(client: AdminClient, tenantId: string): Promise<TenantUpkeep> {
  const schema = tenantSchema(tenantId);
  const [done] = await queryRows(
    client,
    upkeep,
    `SELECT ${schema}.fold_rollups() AS folded, ${schema}.forget_changes() AS forgotten,
       EXISTS (SELECT FROM ${schema}.current_rollups WHERE measure = 'stale') AS stale`,
  );
  const rebuilt = done?.stale ?? false;
  if (rebuilt) await client.query(`SELECT ${schema}.rebuild_rollups()`);
  await client.query(
    `INSERT INTO private.tenant_figures AS f (tenant_id, controls, requirements_total, requirements_met, tests, tested, size_bytes)
     SELECT $1::uuid, coalesce(sum(r.n) FILTER (WHERE r.measure = 'controls'), 0),
       coalesce(sum(r.n) FILTER (WHERE r.measure = 'requirements' AND r.key = 'total'), 0),
       coalesce(sum(r.n) FILTER (WHERE r.measure = 'requirements' AND r.key = 'met'), 0),
       coalesce(sum(r.n) FILTER (WHERE r.measure = 'plan.tests'), 0), coalesce(sum(r.n) FILTER (WHERE r.measure = 'plan.tested'), 0),
       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
        WHERE c.relnamespace = '${schema}'::regnamespace AND c.relkind = 'r')
     FROM ${schema}.current_rollups r
     ON CONFLICT (tenant_id) DO UPDATE SET controls = excluded.controls, requirements_total = excluded.requirements_total,
       requirements_met = excluded.requirements_met, tests = excluded.tests, tested = excluded.tested,
       size_bytes = excluded.size_bytes, at = now()`,
    [tenantId],
  );
  return { tenantId, folded: done?.folded ?? null, rebuilt, forgotten: done?.forgotten ?? 0 };
}
