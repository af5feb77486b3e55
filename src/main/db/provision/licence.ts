/**
 * A tenant's licence and whether it is open. Each call is one function of the database, which checks the caller's own right
 * (migrations/public, “licence”): the platform sets, suspends and resumes; a tenant's administrator may look.
 */
import type { LICENCE_FEATURES } from '@shared/wire/admin-tenants';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../migrate/client';
import { provisionError } from './person';

/** The domains of work that a licence can switch off by name: `{ riskops: false }`. What is not named is on. */
export type LicenceFeatures = Partial<Record<(typeof LICENCE_FEATURES)[number], boolean>>;

/** People with a membership, and bytes of evidence; what is left out or null has no limit. */
export interface LicenceLimits {
  readonly users?: number | null;
  readonly storageBytes?: number | null;
}

export interface LicenceTerms {
  readonly type: string;
  /** Calendar dates, both days included. */
  readonly startDate: string;
  readonly endDate: string;
  /** Left out: as they are. */
  readonly features?: LicenceFeatures;
  readonly limits?: LicenceLimits;
}

export interface LicenceUsage {
  readonly people: number;
  readonly peopleLimit: number | null;
  readonly storageBytes: number;
  readonly storageLimit: number | null;
}

async function run(client: AdminClient, text: string, values: unknown[]): Promise<readonly object[]> {
  try {
    return (await client.query(text, values)).rows;
  } catch (error) {
    throw provisionError(error, { field: 'tenant', value: '' });
  }
}

/** Sets the terms; the tenant opens or closes by them at once. @throws CodedError ROLE_FORBIDS, NOT_FOUND, VALUE_REFUSED */
export async function setLicence(client: AdminClient, tenantId: string, terms: LicenceTerms): Promise<void> {
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  await run(client, 'SELECT public.set_licence($1::uuid, $2, $3::date, $4::date, $5::jsonb, $6::jsonb)', [
    tenantId,
    terms.type,
    terms.startDate,
    terms.endDate,
    json(terms.features),
    json(terms.limits),
  ]);
}

/** Closes the tenant to its people, in psql too. @throws CodedError ROLE_FORBIDS, NOT_FOUND, REASON_REQUIRED */
export async function suspendTenant(client: AdminClient, tenantId: string, reason: string): Promise<void> {
  await run(client, 'SELECT public.suspend_tenant($1::uuid, $2)', [tenantId, reason]);
}

/** Opens it again, as far as its licence does. @throws CodedError ROLE_FORBIDS, NOT_FOUND */
export async function resumeTenant(client: AdminClient, tenantId: string): Promise<void> {
  await run(client, 'SELECT public.resume_tenant($1::uuid)', [tenantId]);
}

const count = z.coerce.number().int();
const usageRow = z.object({
  people: count,
  people_limit: count.nullable(),
  storage_bytes: count.nullable(),
  storage_limit: count.nullable(),
});

/** What of the licence is used. @throws CodedError ROLE_FORBIDS */
export async function licenceUsage(client: AdminClient, tenantId: string): Promise<LicenceUsage> {
  const [row] = z.array(usageRow).parse(await run(client, 'SELECT * FROM public.licence_usage($1::uuid)', [tenantId]));
  return {
    people: row?.people ?? 0,
    peopleLimit: row?.people_limit ?? null,
    storageBytes: row?.storage_bytes ?? 0,
    storageLimit: row?.storage_limit ?? null,
  };
}

const dueRow = z.object({ memberships: z.number(), licences: z.number() });

/** Ends the memberships and closes the tenants whose time is over, and opens those whose licence began. Anybody may, at any time. */
export async function enforceDue(client: AdminClient): Promise<z.infer<typeof dueRow>> {
  const text = 'SELECT public.enforce_memberships() AS memberships, public.enforce_licences() AS licences';
  const [row] = await queryRows(client, dueRow, text);
  return row ?? { memberships: 0, licences: 0 };
}
