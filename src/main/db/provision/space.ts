/**
 * Spaces made ahead of their tenants: a schema with its six roles under an id that nobody has yet, brought up to date by the
 * migrator like a tenant's, and claimed by an onboarding under a row lock. Each is made, claimed or taken away in one
 * transaction, so that a kill leaves it there or not, never half.
 */
import { randomUUID } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../migrate/client';
import type { MigrationSet } from '../migrate/files';
import { type CheckedTenant, type CreatedTenant, type CreateTenantOptions, createTenantSchema, setTerms } from './tenant';

export interface Space {
  readonly id: string;
  /** ISO instant. */
  readonly madeAt: string;
  /** Whether this program may claim it: every step that it knows is in force there, and no other. */
  readonly ready: boolean;
}

const instant = z.union([z.string(), z.date().transform((date) => date.toISOString())]);
const spaceRow = z.object({ id: z.string(), made_at: instant, ready: z.boolean() });
const claimedRow = z.object({ id: z.string().nullable() });

const versionsOf = (migrations: MigrationSet): string[] => migrations.tenant.map(({ version }) => version);

/** The spaces that are there, oldest first. @throws CodedError ROLE_FORBIDS for whoever does not administer the platform */
export async function listSpaces(client: AdminClient, migrations: MigrationSet): Promise<Space[]> {
  const text = 'SELECT id::text, made_at, ready FROM public.tenant_spaces($1::text[])';
  const rows = await queryRows(client, spaceRow, text, [versionsOf(migrations)]);
  return rows.map(({ id, made_at: madeAt, ready }) => ({ id, madeAt, ready }));
}

/** One space with every table, in the caller's transaction, which afterwards has the owner's rights where it ran with them. */
export async function makeSpace(client: AdminClient, options: CreateTenantOptions): Promise<string> {
  const id = (options.newId ?? randomUUID)();
  await client.query('SELECT public.prepare_tenant_space($1::uuid)', [id]);
  await createTenantSchema(client, id, options);
  await client.query('SELECT public.finish_tenant_space($1::uuid)', [id]);
  return id;
}

/** Takes a space away, in the caller's transaction. @throws NOT_FOUND where it is none, or was claimed meanwhile */
export async function discardSpace(client: AdminClient, id: string): Promise<void> {
  await client.query('SELECT public.discard_tenant_space($1::uuid)', [id]);
}

/**
 * Registry and licence of a new tenant in a space that was made ahead, in the caller's transaction.
 * @returns null where no space is ready for this program; nothing has changed then
 */
export async function claimSpace(
  client: AdminClient,
  { name, domain, config, licence }: CheckedTenant,
  migrations: MigrationSet,
): Promise<CreatedTenant | null> {
  const [claimed] = await queryRows(
    client,
    claimedRow,
    'SELECT public.claim_tenant($1, $2, $3::jsonb, $4, $5::date, $6::date, $7::text[])::text AS id',
    [name, domain, JSON.stringify(config), licence.type, licence.startDate, licence.endDate, versionsOf(migrations)],
  );
  if (!claimed) throw new CodedError('INTERNAL', { reference: 'claim_tenant' });
  if (claimed.id === null) return null;
  await setTerms(client, claimed.id, licence);
  return { id: claimed.id, schema: tenantSchema(claimed.id) };
}
