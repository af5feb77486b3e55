/**
 * A database of its own for a bench on the server that KOMPL_TEST_PG_URL names: migrated by the real runner, tenants and persons
 * by real provisioning. Whatever it made, roles too, is gone afterwards.
 */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { loadMigrations, type MigrationSet, migrate } from '@main/db/migrate';
import { inTransaction } from '@main/db/migrate/client';
import {
  type CreatedTenant,
  checkTenant,
  claimSpace,
  createPerson,
  createTenant,
  makeSpace,
  type NewTenant,
} from '@main/db/provision';
import type { ServerTarget } from '@main/db/target';
import type { TenantFunction } from '@shared/roles';
import pg from 'pg';

export interface BenchPerson {
  readonly personId: string;
  readonly tenantId: string;
  readonly schema: string;
  readonly function: TenantFunction;
  readonly login: { readonly user: string; readonly password: string };
}

export interface BenchPlace {
  /** As superuser, directly. */
  readonly server: ServerTarget;
  readonly admin: pg.Client;
  readonly migrations: MigrationSet;
  /** A further connection as superuser; the caller ends it. */
  connect(): Promise<pg.Client>;
  /** Values of a tenant whose domain nobody has. */
  newTenant(name: string): NewTenant;
  /** In a space that is ready, else made on the spot. */
  tenant(name: string, client?: pg.Client): Promise<CreatedTenant>;
  /** Makes a space for a tenant to come. */
  space(client?: pg.Client): Promise<string>;
  person(tenant: CreatedTenant, fn: TenantFunction): Promise<BenchPerson>;
}

/** The folder with the migrations, for runs of the migrator. */
export const migrationsFolder = (): string => resolve('migrations');

/** Where PgBouncer listens. Throws where the run was told of none. */
export function bouncerAddress(): { readonly host: string; readonly port: number } {
  const { KOMPL_TEST_PGBOUNCER_HOST: host, KOMPL_TEST_PGBOUNCER_PORT: port } = process.env;
  if (!host || !port) throw new Error('KOMPL_TEST_PGBOUNCER_HOST and _PORT are not set; use npm run bench');
  return { host, port: Number(port) };
}

/** Makes the database, does the work, removes everything. */
export async function withPlace<T>(work: (place: BenchPlace) => Promise<T>): Promise<T> {
  const url = new URL(process.env.KOMPL_TEST_PG_URL ?? '');
  const database = `bench_${randomBytes(6).toString('hex')}`;
  const server: ServerTarget = {
    kind: 'server',
    host: url.hostname,
    port: Number(url.port),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tls: { mode: 'disable' },
  };
  const first = new pg.Client({ connectionString: url.href });
  await first.connect();
  await first.query(`CREATE DATABASE ${database}`);
  const connect = () => connected(server);
  const admin = await connect();
  try {
    await migrate(admin, { folder: migrationsFolder(), now: () => performance.now() });
    const migrations = await loadMigrations(migrationsFolder());
    return await work({
      server,
      admin,
      migrations,
      connect,
      newTenant,
      tenant: async (name, client = admin) =>
        (await inTransaction(client, () => claimSpace(client, checkTenant(newTenant(name)), migrations))) ??
        createTenant(client, newTenant(name), { migrations }),
      space: (client = admin) => inTransaction(client, () => makeSpace(client, { migrations })),
      person: (tenant, fn) => newPerson(admin, tenant, fn),
    });
  } finally {
    const roles = await ownRoles(admin);
    await admin.end();
    await first.query(`DROP DATABASE ${database} WITH (FORCE)`);
    // Roles belong to the whole server; with their database gone nothing depends on them any more.
    for (let at = 0; at < roles.length; at += 500) await first.query(`DROP ROLE ${roles.slice(at, at + 500).join(', ')}`);
    await first.end();
  }
}

async function connected({ host, port, database, user, password }: ServerTarget): Promise<pg.Client> {
  const client = new pg.Client({ host, port, database, user, password });
  await client.connect();
  return client;
}

function newTenant(name: string) {
  return {
    name,
    domain: `${name}-${randomBytes(5).toString('hex')}.example.org`,
    config: {},
    licence: { type: 'standard', startDate: '2026-01-01', endDate: '2099-12-31' },
  };
}

async function newPerson(admin: pg.Client, tenant: CreatedTenant, fn: TenantFunction): Promise<BenchPerson> {
  const password = randomBytes(18).toString('base64url');
  const email = `bench-${randomBytes(6).toString('hex')}@example.org`;
  const person = await createPerson(admin, {
    email,
    password,
    tenantId: tenant.id,
    function: fn,
    firstName: null,
    lastName: null,
  });
  return {
    personId: person.id,
    tenantId: tenant.id,
    schema: tenant.schema,
    function: fn,
    login: { user: person.dbRole, password },
  };
}

async function ownRoles(admin: pg.Client): Promise<string[]> {
  const made = await admin.query<{ made: boolean }>("SELECT to_regclass('public.users') IS NOT NULL AS made");
  if (made.rows[0]?.made !== true) return [];
  const { rows } = await admin.query<{ role: string }>(
    `SELECT r.rolname AS role FROM pg_roles r JOIN pg_namespace n
       ON left(r.rolname, 39) = n.nspname AND n.nspname LIKE 'tenant\\_%' AND NOT r.rolcanlogin
     UNION SELECT u.db_role FROM public.users u JOIN pg_roles r ON r.rolname = u.db_role`,
  );
  return rows.map(({ role }) => role);
}
