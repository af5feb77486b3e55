/**
 * Onboarding, for the command line and the wizard alike: registry, licence, roles, schema, settings, starter content and the
 * first administrator in ONE transaction. After it there is a tenant somebody can sign in to, or nothing. Of two onboardings of
 * one domain at once one wins; the other is told the domain. Roles and schema come from a space that was made ahead
 * (`spaces.ts`), or where none is ready are made on the spot, which takes longer and is said.
 */
import type { ConfigKey, ConfigValue } from '@shared/config';
import { CodedError } from '@shared/errors';
import type { AdminClient, MigrationSet } from '../db/migrate';
import { createPerson, normaliseEmail, provisionError } from '../db/provision/person';
import { claimSpace } from '../db/provision/space';
import {
  type CreatedTenant,
  checkTenant,
  createTenantRecord,
  createTenantSchema,
  type NewTenant,
  requireRegistry,
} from '../db/provision/tenant';
import { checkSettings } from './config';
import { type Runner, rightsOf, type SettleOptions, settled } from './runner';
import { type Starter, starterContent } from './starter';

export interface FirstAdministrator {
  readonly email: string;
  /** Only a verifier of it leaves this process. */
  readonly password: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

export interface Onboarding extends NewTenant {
  /** The tenant's own settings, by key; what is not named is the platform's. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly starter: Starter;
  readonly administrator?: FirstAdministrator;
}

export const ONBOARDING_STEPS = ['record', 'schema', 'settings', 'starter', 'administrator', 'commit'] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

/** A step has begun; `of` steps there are in all. Nothing is there for good before `commit` has ended. */
export interface OnboardingEvent {
  readonly step: OnboardingStep;
  readonly at: number;
  readonly of: number;
}

export interface OnboardOptions extends SettleOptions {
  readonly migrations: MigrationSet;
  readonly progress?: (event: OnboardingEvent) => void;
  readonly newId?: () => string;
}

export interface Onboarded extends CreatedTenant {
  readonly domain: string;
  /** False where no space was ready and the schema was made on the spot. */
  readonly prepared: boolean;
  /** Records of the starter content. */
  readonly records: number;
  readonly administrator: { readonly id: string; readonly email: string } | null;
}

/**
 * Makes a tenant. Everything is checked before the database is asked for anything.
 * @throws CodedError INPUT_INVALID with faults by field; DUPLICATE with `field` `domain` or `email` and its value; ROLE_FORBIDS;
 * SCHEMA_MISSING; SERVER_CLOSED with `outcome` where the server went away and the tenant was not, or may not have been, made
 */
export async function onboardTenant(runner: Runner, onboarding: Onboarding, options: OnboardOptions): Promise<Onboarded> {
  const { settings, starter, administrator, ...tenant } = onboarding;
  const checked = checkTenant(tenant);
  const values = checkSettings(settings ?? {});
  const content = starterContent(starter);
  const email = administrator === undefined ? null : normaliseEmail(administrator.email);
  const tell = (step: OnboardingStep) =>
    options.progress?.({ step, at: ONBOARDING_STEPS.indexOf(step) + 1, of: ONBOARDING_STEPS.length });

  return settled(
    runner,
    async (client) => {
      tell('record');
      await requireRegistry(client);
      const claimed = await asDuplicate('domain', checked.domain, () => claimSpace(client, checked, options.migrations));
      const created =
        claimed ?? (await asDuplicate('domain', checked.domain, () => createTenantRecord(client, checked, options)));
      tell('schema');
      if (claimed === null) await createTenantSchema(client, created.id, { ...options, rights: rightsOf(runner) });
      tell('settings');
      for (const [key, value] of values) await setTenantValue(client, created.id, key, value);
      tell('starter');
      const records = content === null ? 0 : await fill(client, created.id, JSON.stringify(content));
      tell('administrator');
      const person =
        administrator === undefined || email === null
          ? null
          : await createPerson(client, { ...administrator, email, tenantId: created.id, function: 'admin' });
      tell('commit');
      const { id, schema } = created;
      const first = person && { id: person.id, email: person.email };
      return { id, schema, domain: checked.domain, prepared: claimed !== null, records, administrator: first };
    },
    options,
  );
}

async function setTenantValue(client: AdminClient, tenantId: string, key: ConfigKey, value: ConfigValue): Promise<void> {
  await client.query('SELECT public.set_tenant_config($1::uuid, $2, $3::jsonb)', [tenantId, key, JSON.stringify(value)]);
}

async function fill(client: AdminClient, tenantId: string, content: string): Promise<number> {
  const { rows } = await client.query('SELECT public.fill_tenant($1::uuid, $2::jsonb) AS records', [tenantId, content]);
  const [row] = rows;
  return row !== undefined && 'records' in row ? Number(row.records) : 0;
}

/** A refusal by a unique value names the value, whichever client said so. */
async function asDuplicate<T>(field: string, value: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const coded = provisionError(error, { field, value });
    if (coded instanceof CodedError && coded.code === 'DUPLICATE') {
      throw new CodedError('DUPLICATE', { field, value }, { cause: coded });
    }
    throw coded;
  }
}
