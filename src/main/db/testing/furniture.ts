/** For tests only: two tenants with a person for each function, and the client shape over PGlite in memory. */
import { resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import { type AdminClient, loadMigrations, type OwnedClient } from '../migrate';
import { createPerson, createTenant } from '../provision';

export const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '../../../../migrations');
export const CLOCK = { folder: MIGRATIONS_FOLDER, now: () => performance.now() };
export const TEST_PASSWORD = 'correct horse battery staple';
export const LICENCE = { type: 'standard', startDate: '2026-01-01', endDate: '2027-12-31' };

export interface TestPerson {
  readonly id: string;
  readonly email: string;
  readonly dbRole: string;
  readonly tenantId: string;
  readonly fn: TenantFunction;
}

export interface TestTenant {
  readonly id: string;
  readonly schema: string;
  readonly people: Readonly<Record<TenantFunction, TestPerson>>;
}

/** Tenants `alpha` and `beta`. */
export interface Furniture {
  readonly a: TestTenant;
  readonly b: TestTenant;
}

/** Makes both in a migrated database. `mark` stands in their domains: roles are shared by all databases of a server. */
export async function furnish(admin: AdminClient, mark: string): Promise<Furniture> {
  return { a: await makeTenant(admin, 'alpha', mark), b: await makeTenant(admin, 'beta', mark) };
}

async function makeTenant(admin: AdminClient, name: string, mark: string): Promise<TestTenant> {
  const domain = `${name}-${mark}.example`;
  const tenant = await createTenant(
    admin,
    { name, domain, config: { sign: name.slice(0, 2) }, licence: LICENCE },
    { migrations: await loadMigrations(MIGRATIONS_FOLDER) },
  );
  const people: Partial<Record<TenantFunction, TestPerson>> = {};
  for (const fn of TENANT_FUNCTIONS) {
    const person = await createPerson(admin, {
      email: `${fn}@${domain}`,
      password: TEST_PASSWORD,
      firstName: 'Test',
      lastName: fn,
      tenantId: tenant.id,
      function: fn,
    });
    people[fn] = { ...person, tenantId: tenant.id, fn };
  }
  return { ...tenant, people: people as Record<TenantFunction, TestPerson> };
}

/** Queries one after another, as one connection would. */
export class PgliteClient implements OwnedClient {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: PGlite) {}

  query(text: string, values?: unknown[]): Promise<{ rows: readonly object[] }> {
    const run = async (): Promise<{ rows: readonly object[] }> => {
      if (values !== undefined) return this.database.query<object>(text, values);
      const results = await this.database.exec(text);
      return { rows: (results.at(-1)?.rows ?? []) as readonly object[] };
    };
    const next = this.#last.then(run, run);
    this.#last = next;
    return next;
  }

  async end(): Promise<void> {
    // The test closes the database; whoever borrowed the client does not.
  }
}
