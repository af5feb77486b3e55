/** The tenants that a run has before it, the spaces that are ready to become tenants, and which tenant goes first. */
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

/** Spaces that are ready to become tenants; none in a database that does not know them yet. */
export async function listSpares(client: AdminClient): Promise<readonly string[]> {
  const there = z.object({ there: z.boolean() });
  const [answer] = await queryRows(
    client,
    there,
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'private' AND c.relname = 'tenant_spares') AS there`,
  );
  if (answer?.there !== true) return [];
  const row = z.object({ id: z.string() });
  const text = 'SELECT id::text AS id FROM private.tenant_spares ORDER BY made_at, id';
  return (await asOwner(client, () => queryRows(client, row, text))).map(({ id }) => id);
}

/** Every place with a tenant's tables: the tenants, then the spaces. */
export async function listPlaces(client: AdminClient): Promise<readonly TenantEntry[]> {
  const tenants = await listTenants(client);
  return [...tenants, ...(await listSpares(client)).map((id) => ({ id, name: '' }))];
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

/** The tables by whose size tenants are told apart. */
const GROWING = ['controls', 'requirements', 'control_tests', 'audit_evidence', 'findings', 'risk_register', 'audit_log'];

async function smallest(client: AdminClient, behind: readonly TenantEntry[]): Promise<string | undefined> {
  const rows = await asOwner(client, () =>
    queryRows(
      client,
      z.object({ id: z.string() }),
      // Pages as the last VACUUM or ANALYZE saw them: near enough, and no file is touched. Only of the tables that grow, by the
      // catalogue's index: a thousand tenants have three hundred thousand relations.
      `SELECT t.id::text AS id
       FROM unnest($1::uuid[]) WITH ORDINALITY t (id, at)
       LEFT JOIN LATERAL (SELECT sum(c.relpages) AS pages FROM unnest($2::name[]) w (name) JOIN pg_class c
         ON c.relname = w.name AND c.relnamespace = to_regnamespace('tenant_' || replace(t.id::text, '-', ''))) s ON true
       LEFT JOIN (SELECT tenant_id, max(id) FILTER (WHERE status = 'failed') > max(id) FILTER (WHERE status = 'success') AS failed
         FROM private.migration_history WHERE scope = 'tenant' GROUP BY tenant_id) h ON h.tenant_id = t.id
       ORDER BY coalesce(h.failed, false), s.pages, t.at LIMIT 1`,
      [behind.map(({ id }) => id), GROWING],
    ),
  );
  return rows[0]?.id;
}
