/**
 * Opens a chain for reading, in one REPEATABLE READ transaction, so that a sealer at work does not disturb, and notes an export in
 * the very trail that is exported.
 */

import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import type { Database } from '../db/database';
import { type AdminClient, asOwner } from '../db/migrate/client';
import type { EntityContext } from '../entities/context';
import { PLATFORM_CHAIN } from './seal';
import { ownerSource, type TrailSource, tenantSource } from './source';

/** Over an administrator's connection, with the owner's rights. */
export async function withOwnerSource<T>(
  client: AdminClient,
  chain: string,
  work: (source: TrailSource) => Promise<T>,
): Promise<T> {
  await client.query(
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE kompl_owner; SET LOCAL search_path = pg_catalog',
  );
  try {
    return await work(ownerSource(chain, (text, values) => client.query(text, [...values])));
  } finally {
    await client.query('ROLLBACK');
  }
}

/** ROLE_FORBIDS unless the person administers the tenant. */
export function requireTrailAdministrator({ session }: Pick<EntityContext, 'session'>): void {
  if (!session.functions.includes('admin')) {
    throw new CodedError('ROLE_FORBIDS', { action: 'trail', functions: session.functions });
  }
}

type TenantContext = Pick<EntityContext, 'session' | 'source'> & { readonly database: Pick<Database, 'withTenant'> };

/** As the tenant's administrator, over the person's own connection. */
export async function withTenantSource<T>(ctx: TenantContext, work: (source: TrailSource) => Promise<T>): Promise<T> {
  requireTrailAdministrator(ctx);
  const { tenantId, personId } = ctx.session;
  return ctx.database.withTenant({ tenantId, personId, function: 'admin', source: ctx.source, readOnly: true }, async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return work(tenantSource(tenantId, (text, values) => tx.query(text, values)));
  });
}

export type ExportNote = Readonly<Record<string, string | number | null>>;

/** Writes into the chain that it is being exported, before a byte leaves. */
export async function noteOwnerExport(client: AdminClient, chain: string, source: string, note: ExportNote): Promise<void> {
  await asOwner(client, async () => {
    await client.query("SELECT set_config('app.source', $1, true)", [source]);
    if (chain === PLATFORM_CHAIN) {
      await client.query("SELECT private.log_event('trail.export', 'audit_logs', NULL, NULL, NULL, $1::jsonb)", [
        JSON.stringify(note),
      ]);
    } else {
      const writer = `${tenantSchema(chain)}.record_access`;
      await client.query(`SELECT ${writer}('export', 'audit_log', NULL, $1::jsonb)`, [JSON.stringify(note)]);
    }
  });
}

export async function noteTenantExport(ctx: TenantContext, note: ExportNote): Promise<void> {
  requireTrailAdministrator(ctx);
  const { tenantId, personId } = ctx.session;
  await ctx.database.withTenant({ tenantId, personId, function: 'admin', source: ctx.source }, (tx) =>
    tx.query("SELECT log_access('export', 'audit_log', NULL, $1::jsonb)", [JSON.stringify(note)]),
  );
}
