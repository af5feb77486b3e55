/**
 * Onboarding: record, licence, roles, schema and all tables in one transaction. After it either everything is there or nothing.
 */
import { randomUUID } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { CodedError, type FieldFault } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { type AdminClient, inTransaction, queryRows } from '../migrate/client';
import type { MigrationSet } from '../migrate/files';
import { searchPathSql, stepSql } from '../migrate/step';
import { provisionError } from './person';

const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** How a tenant is told from the others on the screen; kept in `tenants.config`. */
export const tenantConfigSchema = z.looseObject({
  kind: z.string().max(60).optional(),
  place: z.string().max(60).optional(),
  sign: z.string().max(8).optional(),
  colour: z.string().max(40).optional(),
  weave: z.string().max(40).optional(),
});
export type TenantConfig = z.infer<typeof tenantConfigSchema>;

export const licenceSchema = z
  .strictObject({ type: z.string().trim().min(1).max(50), startDate: z.iso.date(), endDate: z.iso.date() })
  .refine((licence) => licence.endDate >= licence.startDate, { path: ['endDate'], message: 'not before the start' });
export type NewLicence = z.infer<typeof licenceSchema>;

export interface NewTenant {
  /** 1 to 255 characters. */
  readonly name: string;
  /** A DNS name; kept in lower case, other scripts as punycode. Unique. */
  readonly domain: string;
  readonly config: TenantConfig;
  readonly licence: NewLicence;
}

export interface CreatedTenant {
  readonly id: string;
  readonly schema: string;
}

export interface CreateTenantOptions {
  readonly migrations: MigrationSet;
  /** For tests that want a known id. */
  readonly newId?: () => string;
}

const newTenantSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .refine((name) => !/\p{Cc}/u.test(name), 'no control characters'),
  domain: z
    .string()
    .trim()
    .transform(normaliseDomain)
    .refine((domain) => DOMAIN.test(domain), 'a domain such as example.org'),
  config: tenantConfigSchema,
  licence: licenceSchema,
});

function normaliseDomain(domain: string): string {
  // Only where it is needed: domainToASCII also reads numbers as IPv4 addresses.
  return /^[!-~]*$/.test(domain) ? domain.toLowerCase() : domainToASCII(domain);
}

/**
 * Creates a tenant.
 * @param client a database administrator's
 * @throws CodedError INPUT_INVALID with faults by field, DUPLICATE (the domain is taken), ROLE_FORBIDS, SCHEMA_MISSING
 */
export async function createTenant(client: AdminClient, tenant: NewTenant, options: CreateTenantOptions): Promise<CreatedTenant> {
  const parsed = newTenantSchema.safeParse(tenant);
  if (!parsed.success) {
    const faults: FieldFault[] = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new CodedError('INPUT_INVALID', { field: faults[0]?.path ?? '' }, { faults });
  }
  const { name, domain, config, licence } = parsed.data;
  await requireRegistry(client);
  const id = (options.newId ?? randomUUID)();
  const schema = tenantSchema(id);
  const template = [
    'SET LOCAL ROLE kompl_owner;',
    "SET LOCAL client_min_messages = 'warning';",
    searchPathSql({ scope: 'tenant', tenantId: id }),
    ...options.migrations.tenant.map((migration) => stepSql(migration, id, 'up')),
  ].join('\n');
  try {
    return await inTransaction(client, async () => {
      await client.query('SELECT public.create_tenant_record($1, $2, $3::jsonb, $4, $5::date, $6::date, $7::uuid)', [
        name,
        domain,
        JSON.stringify(config),
        licence.type,
        licence.startDate,
        licence.endDate,
        id,
      ]);
      await client.query(template); // one message, one round trip
      return { id, schema };
    });
  } catch (error) {
    throw provisionError(error, { field: 'domain', value: domain });
  }
}

async function requireRegistry(client: AdminClient): Promise<void> {
  const row = z.object({ there: z.boolean() });
  const [answer] = await queryRows(client, row, "SELECT to_regclass('public.tenants') IS NOT NULL AS there");
  if (answer?.there !== true) throw new CodedError('SCHEMA_MISSING', {});
}
