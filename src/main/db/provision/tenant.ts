/**
 * Onboarding: record, licence, roles, schema and all tables in one transaction. After it either everything is there or nothing.
 */
import { randomUUID } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { CodedError, type FieldFault } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { type LicenceInput, licenceInputSchema } from '@shared/wire/admin-tenants';
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

export type NewLicence = LicenceInput;

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
  /**
   * `owner`: the schema's text is run with the owner's rights, which only a database administrator can take on; `steps`: each
   * step goes through `public.apply_tenant_step`, which an administrator of the platform may call. `owner` unless given.
   */
  readonly rights?: 'owner' | 'steps';
}

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine((name) => !/\p{Cc}/u.test(name), 'no control characters');
const domainSchema = z
  .string()
  .trim()
  .transform(normaliseDomain)
  .refine((domain) => DOMAIN.test(domain), 'a domain such as example.org');

const newTenantSchema = z.strictObject({
  name: nameSchema,
  domain: domainSchema,
  config: tenantConfigSchema,
  licence: licenceInputSchema,
});

function checked<T>(schema: z.ZodType<T>, field: string, value: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? '';
  throw new CodedError('INPUT_INVALID', { field }, { faults: [{ path: field, message }] });
}

/** The name as it is stored. @throws CodedError INPUT_INVALID with a fault at `name` */
export function checkName(name: string): string {
  return checked(nameSchema, 'name', name);
}

/** The domain as it is stored: lower case, other scripts as punycode. @throws CodedError INPUT_INVALID with a fault at `domain` */
export function checkDomain(domain: string): string {
  return checked(domainSchema, 'domain', domain);
}

function normaliseDomain(domain: string): string {
  // Only where it is needed: domainToASCII also reads numbers as IPv4 addresses.
  return /^[!-~]*$/.test(domain) ? domain.toLowerCase() : domainToASCII(domain);
}

/** A tenant's values, checked and in the form in which they are stored. */
export type CheckedTenant = z.output<typeof newTenantSchema>;

/**
 * @throws CodedError INPUT_INVALID with faults by field
 */
export function checkTenant(tenant: NewTenant): CheckedTenant {
  const parsed = newTenantSchema.safeParse(tenant);
  if (parsed.success) return parsed.data;
  const faults: FieldFault[] = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new CodedError('INPUT_INVALID', { field: faults[0]?.path ?? '' }, { faults });
}

/**
 * Creates a tenant on the spot.
 * @param client a database administrator's
 * @throws CodedError INPUT_INVALID with faults by field, DUPLICATE (the domain is taken), ROLE_FORBIDS, SCHEMA_MISSING
 */
export async function createTenant(client: AdminClient, tenant: NewTenant, options: CreateTenantOptions): Promise<CreatedTenant> {
  const values = checkTenant(tenant);
  await requireRegistry(client);
  try {
    return await inTransaction(client, async () => {
      const created = await createTenantRecord(client, values, options);
      await createTenantSchema(client, created.id, options);
      return created;
    });
  } catch (error) {
    throw provisionError(error, { field: 'domain', value: values.domain });
  }
}

/** Record, licence, roles and an empty schema, in the caller's transaction. Whoever comes second with a domain is refused (23505). */
export async function createTenantRecord(
  client: AdminClient,
  { name, domain, config, licence }: CheckedTenant,
  options: Pick<CreateTenantOptions, 'newId'>,
): Promise<CreatedTenant> {
  const id = (options.newId ?? randomUUID)();
  const schema = tenantSchema(id);
  await client.query('SELECT public.create_tenant_record($1, $2, $3::jsonb, $4, $5::date, $6::date, $7::uuid)', [
    name,
    domain,
    JSON.stringify(config),
    licence.type,
    licence.startDate,
    licence.endDate,
    id,
  ]);
  await setTerms(client, id, licence);
  return { id, schema };
}

/** What a new tenant's licence switches off and limits, where it says so; in the caller's transaction. */
export async function setTerms(client: AdminClient, tenantId: string, licence: NewLicence): Promise<void> {
  const { type, startDate, endDate, features, limits } = licence;
  if (features === undefined && limits === undefined) return;
  await client.query('SELECT public.set_licence($1::uuid, $2, $3::date, $4::date, $5::jsonb, $6::jsonb)', [
    tenantId,
    type,
    startDate,
    endDate,
    JSON.stringify(features ?? {}),
    JSON.stringify(limits ?? {}),
  ]);
}

/** Every table of the tenant, in the caller's transaction, which afterwards has the owner's rights where it ran with them. */
export async function createTenantSchema(client: AdminClient, tenantId: string, options: CreateTenantOptions): Promise<void> {
  // The bodies were checked when the steps were first applied; checking them again looks each name up among those of all tenants.
  await client.query('SET LOCAL check_function_bodies = off');
  if (options.rights === 'steps') {
    for (const { version, name, up } of options.migrations.tenant) {
      await client.query('SELECT public.apply_tenant_step($1::uuid, $2, $3, $4)', [tenantId, version, name, up]);
    }
    return;
  }
  const template = [
    'SET LOCAL ROLE kompl_owner;',
    "SET LOCAL client_min_messages = 'warning';",
    searchPathSql({ scope: 'tenant', tenantId }),
    ...options.migrations.tenant.map((migration) => stepSql(migration, tenantId, 'up')),
  ].join('\n');
  await client.query(template); // one message, one round trip
}

/** @throws CodedError SCHEMA_MISSING where the database was never migrated */
export async function requireRegistry(client: AdminClient): Promise<void> {
  const row = z.object({ there: z.boolean() });
  const [answer] = await queryRows(client, row, "SELECT to_regclass('public.tenants') IS NOT NULL AS there");
  if (answer?.there !== true) throw new CodedError('SCHEMA_MISSING', {});
}
