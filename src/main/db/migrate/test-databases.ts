/**
 * For tests: an empty database on each kind of server the product runs on, with the same client over both. Real PostgreSQL comes
 * from KOMPL_TEST_PG_URL (a superuser's URL); without it its tests are skipped, or fail where KOMPL_TEST_REQUIRE is set.
 */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import type { OwnedClient } from './client';

export const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '../../../../migrations');

export interface TestDatabase {
  readonly kind: 'embedded' | 'postgresql';
  /** The administrator's connection: superuser. */
  readonly admin: OwnedClient;
  /** A further connection of the administrator; the embedded server has one only, which stays open. */
  readonly connect: () => Promise<OwnedClient>;
  /** Signs in as a person; real PostgreSQL only. */
  readonly signIn?: (dbRole: string, password: string) => Promise<OwnedClient>;
  readonly close: () => Promise<void>;
}

export interface TestServer {
  readonly kind: TestDatabase['kind'];
  readonly open: () => Promise<TestDatabase>;
}

/** One after another, as a single connection would. */
class EmbeddedClient implements OwnedClient {
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
    // The database is closed by the test, not by whoever borrowed the client.
  }
}

async function openEmbedded(): Promise<TestDatabase> {
  const database = await PGlite.create({ extensions: { vector } });
  const admin = new EmbeddedClient(database);
  return { kind: 'embedded', admin, connect: async () => admin, close: () => database.close() };
}

async function openPostgres(url: string): Promise<TestDatabase> {
  const name = `kompl_test_${randomBytes(6).toString('hex')}`;
  const server = await connected({ connectionString: url });
  await server.query(`CREATE DATABASE ${name}`);
  const at = new URL(url);
  at.pathname = `/${name}`;
  const clients: pg.Client[] = [];
  const connect = async (config: pg.ClientConfig): Promise<pg.Client> => {
    const client = await connected(config);
    clients.push(client);
    return client;
  };
  return {
    kind: 'postgresql',
    admin: await connect({ connectionString: at.href }),
    connect: () => connect({ connectionString: at.href }),
    signIn: (user, password) => connect({ host: at.hostname, port: Number(at.port), database: name, user, password }),
    close: async () => {
      await Promise.allSettled(clients.map((client) => client.end()));
      await dropTenantRoles(server, at.href);
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.end();
    },
  };
}

/** Roles outlive their database; the tenants' and persons' of this one are taken away with it. */
async function dropTenantRoles(server: pg.Client, url: string): Promise<void> {
  const client = await connected({ connectionString: url });
  const there = await client.query("SELECT to_regclass('public.users') IS NOT NULL AS there");
  const roles: string[] = [];
  if (there.rows[0]?.there === true) {
    const found = await client.query(
      `SELECT r.rolname FROM pg_roles r WHERE r.rolname IN (SELECT db_role FROM public.users)
         OR (r.rolname ~ '^tenant_[0-9a-f]{32}_' AND substr(r.rolname, 8, 32)::uuid IN (SELECT id FROM public.tenants))`,
    );
    for (const { rolname } of found.rows) roles.push(String(rolname));
  }
  for (const role of roles) await client.query(`DROP OWNED BY ${role} CASCADE`);
  await client.end();
  for (const role of roles) await server.query(`DROP ROLE IF EXISTS ${role}`);
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => undefined); // ended by the server: the next query says so
  await client.connect();
  return client;
}

/** The servers to test against. */
export function testServers(): TestServer[] {
  const url = process.env.KOMPL_TEST_PG_URL;
  if (!url && process.env.KOMPL_TEST_REQUIRE) throw new Error('KOMPL_TEST_PG_URL is not set');
  const servers: TestServer[] = [{ kind: 'embedded', open: openEmbedded }];
  if (url) servers.push({ kind: 'postgresql', open: () => openPostgres(url) });
  return servers;
}
