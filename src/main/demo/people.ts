/** Tenants and persons of the demonstration, through the same provisioning as any others. What is there already stays. */
import { grantPlatformBy } from '@main/admin/platform';
import { type AdminClient, asOwner, type MigrationSet } from '@main/db/migrate';
import { createPerson, createTenant, type NewTenant } from '@main/db/provision';
import { addDays } from '@main/entities/context';
import { DEMO_PASSWORD, DEMO_PERSONS, DEMO_PLATFORM, DEMO_TENANTS, type DemoTenant } from '@shared/demo';
import type { TenantFunction } from '@shared/roles';
import { z } from 'zod';
import { EXPIRED_TENANT, SUSPENDED_PERSON } from './content';

/** Ids of the demonstration's tenants by their keys. */
export type TenantIds = Readonly<Record<DemoTenant['key'], string>>;

export async function ensureTenants(client: AdminClient, migrations: MigrationSet, today: string): Promise<TenantIds> {
  const ids = new Map<DemoTenant['key'], string>();
  for (const { key, name, domain, kind, place, sign, colour, weave } of DEMO_TENANTS) {
    const licence = { type: 'demonstration', startDate: addDays(today, -400), endDate: addDays(today, 3650) };
    const config = { kind, place: place ?? '', sign, colour, weave };
    ids.set(key, await ensureTenant(client, { name, domain, config, licence }, migrations));
  }
  const { name, domain, config, licence, person } = EXPIRED_TENANT;
  const dates = { startDate: addDays(today, licence.start), endDate: addDays(today, licence.end) };
  const expired = await ensureTenant(client, { name, domain, config, licence: { type: 'demonstration', ...dates } }, migrations);
  await ensurePerson(client, { ...person, tenantId: expired });
  return z.object({ nordhaven: z.string(), helvia: z.string() }).parse(Object.fromEntries(ids));
}

async function ensureTenant(client: AdminClient, tenant: NewTenant, migrations: MigrationSet): Promise<string> {
  const { rows } = await asOwner(client, () =>
    client.query('SELECT id::text AS id FROM public.tenants WHERE domain = $1', [tenant.domain]),
  );
  const [found] = z.array(z.object({ id: z.string() })).parse(rows);
  return found?.id ?? (await createTenant(client, tenant, { migrations })).id;
}

export async function ensurePeople(client: AdminClient, tenants: TenantIds): Promise<void> {
  for (const { email, firstName, lastName, memberships } of DEMO_PERSONS) {
    const [home, ...others] = memberships;
    if (home === undefined) continue;
    const id = await ensurePerson(client, {
      email,
      firstName,
      lastName,
      tenantId: tenants[home.tenant],
      function: home.function,
    });
    for (const other of others) await ensureMembership(client, id, tenants[other.tenant], other.function);
  }
  await grantPlatformBy(client, DEMO_PLATFORM);
  const suspended = await ensurePerson(client, { ...SUSPENDED_PERSON, tenantId: tenants[SUSPENDED_PERSON.tenant] });
  await client.query('SELECT public.suspend_person($1::uuid)', [suspended]);
}

/**
 * By the owner, not by `grant_membership`: an earlier run, or another demonstration on the same server, made the person one of
 * the platform, who would be asked for a reason and let in for a month only.
 */
async function ensureMembership(client: AdminClient, person: string, tenant: string, fn: TenantFunction): Promise<void> {
  await asOwner(client, () =>
    client.query(
      `SELECT public.join_tenant($1::uuid, $2::uuid, $3) WHERE NOT EXISTS (
         SELECT FROM public.tenant_memberships WHERE user_id = $1::uuid AND tenant_id = $2::uuid AND function = $3)`,
      [person, tenant, fn],
    ),
  );
}

interface PersonToBe {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly tenantId: string;
  readonly function: TenantFunction;
}

async function ensurePerson(client: AdminClient, person: PersonToBe): Promise<string> {
  const { rows } = await asOwner(client, () =>
    client.query('SELECT id::text AS id FROM public.users WHERE email = $1', [person.email]),
  );
  const [found] = z.array(z.object({ id: z.string() })).parse(rows);
  return found?.id ?? (await createPerson(client, { ...person, password: DEMO_PASSWORD })).id;
}
