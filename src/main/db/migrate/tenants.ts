/** The tenants that a run has before it, and which of them goes first. */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, asOwner, queryRows } from './client';

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
 * The one tenant to run, or all of them.
 * @throws CodedError NOT_FOUND for an id that is no tenant's with a schema
 */
export function onlyTenant(tenants: readonly TenantEntry[], tenantId: string | undefined): readonly TenantEntry[] {
  if (tenantId === undefined) return tenants;
  const found = tenants.filter(({ id }) => id === tenantId);
  if (found.length === 0) throw new CodedError('NOT_FOUND', { what: `There is no tenant ${tenantId} with a schema` });
  return found;
}

/**
 * The tenants with the canary first: the chosen one, else the smallest of those whose last attempt did not fail, so that a
 * tenant that is known to be broken does not stop the others again.
 */
export async function canaryFirst(
  client: AdminClient,
  behind: readonly TenantEntry[],
  chosen: string | undefined,
): Promise<readonly TenantEntry[]> {
  if (behind.length < 2) return behind;
  const first = chosen ?? (await smallest(client, behind));
  return [...behind.filter(({ id }) => id === first), ...behind.filter(({ id }) => id !== first)];
}

async function smallest(client: AdminClient, behind: readonly TenantEntry[]): Promise<string | undefined> {
  const rows = await asOwner(client, () =>
    queryRows(
      client,
      z.object({ id: z.string() }),
      // Pages as the last VACUUM or ANALYZE saw them: near enough, and no file is touched.
      `SELECT t.id::text AS id
       FROM unnest($1::uuid[]) WITH ORDINALITY t (id, at)
       LEFT JOIN (SELECT n.nspname, sum(c.relpages) AS pages FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
         WHERE n.nspname LIKE 'tenant\\_%' GROUP BY n.nspname) s ON s.nspname = 'tenant_' || replace(t.id::text, '-', '')
       LEFT JOIN (SELECT DISTINCT ON (tenant_id) tenant_id, status FROM private.migration_history
         WHERE scope = 'tenant' ORDER BY tenant_id, id DESC) h ON h.tenant_id = t.id
       ORDER BY coalesce(h.status = 'failed', false), s.pages, t.at LIMIT 1`,
      [behind.map(({ id }) => id)],
    ),
  );
  return rows[0]?.id;
}
