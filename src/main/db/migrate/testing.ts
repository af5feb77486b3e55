/**
 * For tests only: a database on each kind of server the product runs on with one client shape over all of them, and a workplace
 * in it: two tenants with one person for each function. A person acts over their own login; on the embedded server, which has
 * one login, the administrator's connection takes the role and names the person, as the workstation does.
 */
import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { vector } from '@electric-sql/pglite-pgvector';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import pg from 'pg';
import { createPerson, createTenant } from '../provision';
import { openingSql } from '../scope';
import type { ServerTarget } from '../target';
import { createTestDatabase, type TestDatabase as ServerDatabase, testKinds } from '../testing/databases';
import { loadMigrations, migrate, type OwnedClient } from '.';

export const MIGRATIONS_FOLDER = resolve(import.meta.dirname, '../../../../migrations');
export const CLOCK = { folder: MIGRATIONS_FOLDER, now: () => performance.now() };
export const TEST_PASSWORD = 'correct horse battery staple';
export const LICENCE = { type: 'standard', startDate: '2026-01-01', endDate: '2027-12-31' };

export interface TestDatabase {
  readonly kind: ServerDatabase['kind'];
  /** The administrator's connection: superuser. */
  readonly admin: OwnedClient;
  /** A further connection of the administrator; the embedded server has one only, which stays open. */
  readonly connect: () => Promise<OwnedClient>;
  /** A connection with a login of its own; null on the embedded server. */
  readonly signIn: ((user: string, password: string) => Promise<OwnedClient>) | null;
  readonly close: () => Promise<void>;
}

/** Queries one after another, as one connection would. */
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
    // The test closes the database; whoever borrowed the client does not.
  }
}

async function openEmbedded(): Promise<TestDatabase> {
  const database = await PGlite.create({ extensions: { vector, pg_trgm } });
  const admin = new EmbeddedClient(database);
  return { kind: 'embedded', admin, connect: async () => admin, signIn: null, close: () => database.close() };
}

async function openServer(kind: 'server' | 'pgbouncer'): Promise<TestDatabase> {
  const database = await createTestDatabase(kind);
  const clients: pg.Client[] = [];
  const connect = async (target: typeof database.target): Promise<pg.Client> => {
    if (target.kind !== 'server') throw new TypeError('not a server');
    const client = await connected(target);
    clients.push(client);
    return client;
  };
  const admin = await connect(database.target);
  return {
    kind,
    admin,
    connect: () => connect(database.target),
    signIn: (user, password) => connect(database.as(user, password)),
    close: async () => {
      const roles = await ownRoles(admin);
      await Promise.allSettled(clients.map((client) => client.end()));
      await database.drop();
      // Roles belong to the whole server and would outlive their database.
      if (roles.length === 0 || database.target.kind !== 'server') return;
      const server = await connected({ ...database.target, database: 'postgres' });
      await server.query(`DROP ROLE ${roles.join(', ')}`);
      await server.end();
    },
  };
}

async function connected({ host, port, database, user, password }: ServerTarget): Promise<pg.Client> {
  const client = new pg.Client({ host, port, database, user, password });
  client.on('error', () => undefined); // ended by the server: the next query says so
  await client.connect();
  return client;
}

async function ownRoles(admin: pg.Client): Promise<string[]> {
  const there = await admin.query("SELECT to_regclass('public.tenant_memberships') IS NOT NULL AS there");
  if (there.rows[0]?.there !== true) return [];
  const found = await admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
     UNION ALL
     SELECT rolname FROM pg_roles
     WHERE rolname ~ '^tenant_[0-9a-f]{32}_[a-z]+$' AND (left(rolname, 39) IN (SELECT nspname FROM pg_namespace)
       OR substr(rolname, 8, 32) IN (SELECT replace(id::text, '-', '') FROM public.tenants))`,
  );
  return found.rows.map(({ rolname }) => String(rolname));
}

/** The servers this run can test against; `kinds` narrows them. */
export function testServers(kinds?: readonly TestDatabase['kind'][]) {
  return testKinds()
    .filter((kind) => !kinds || kinds.includes(kind))
    .map((kind) => ({ kind, open: () => (kind === 'embedded' ? openEmbedded() : openServer(kind)) }));
}

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

/** What a statement gives back, or the SQLSTATE that refused it. */
export type Outcome = { readonly rows: readonly Record<string, unknown>[] } | { readonly refused: string };

/** Two tenants with a person for each function, and ways to act as them. */
export class Workplace {
  readonly #connections = new Map<string, OwnedClient>();

  private constructor(
    readonly database: TestDatabase,
    readonly a: TestTenant,
    readonly b: TestTenant,
  ) {}

  static async open(database: TestDatabase): Promise<Workplace> {
    await migrate(database.admin, CLOCK);
    return new Workplace(database, await makeTenant(database, 'alpha'), await makeTenant(database, 'beta'));
  }

  /** Statements of one transaction of a person in their tenant; committed. The rows are those of the last. */
  act(person: TestPerson, ...statements: readonly (string | readonly [string, unknown[]])[]) {
    return this.actWith(person, async (ask) => {
      let rows: readonly Record<string, unknown>[] = [];
      for (const statement of statements) {
        const [text, values] = typeof statement === 'string' ? [statement, undefined] : statement;
        rows = (await ask(text, values)).rows as readonly Record<string, unknown>[];
      }
      return rows;
    });
  }

  /** As `act`, with several questions in the one transaction. */
  async actWith<T>(
    person: TestPerson,
    work: (ask: (text: string, values?: readonly unknown[]) => Promise<{ readonly rows: readonly object[] }>) => Promise<T>,
  ): Promise<T> {
    const client = await this.#clientOf(person);
    await client.query(
      openingSql({ tenantId: person.tenantId, function: person.fn, personId: person.id, source: 'test/1.0.0 bench' }),
    );
    try {
      const result = await work((text, values) => client.query(text, values && [...values]));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }

  /** As `act`, where a refusal is an answer. */
  async attempt(person: TestPerson, ...statements: readonly (string | readonly [string, unknown[]])[]): Promise<Outcome> {
    try {
      return { rows: await this.act(person, ...statements) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && typeof error.code === 'string') return { refused: error.code };
      throw error;
    }
  }

  /** The administrator's view, past all guards. */
  async look(text: string, values: unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    return (await this.database.admin.query(text, values)).rows as readonly Record<string, unknown>[];
  }

  /** The person's connection was ended by the server; the next act signs in again. */
  forget(person: TestPerson): void {
    this.#connections.delete(person.dbRole);
  }

  async #clientOf(person: TestPerson): Promise<OwnedClient> {
    if (!this.database.signIn) return this.database.admin;
    const known = this.#connections.get(person.dbRole);
    if (known) return known;
    const client = await this.database.signIn(person.dbRole, TEST_PASSWORD);
    this.#connections.set(person.dbRole, client);
    return client;
  }
}

let serial = 0;

async function makeTenant(database: TestDatabase, name: string): Promise<TestTenant> {
  // Roles are shared by all databases of a server: each workplace has e-mails of its own.
  serial += 1;
  const domain = `${name}-${process.pid}-${Date.now().toString(36)}-${serial}.example`;
  const tenant = await createTenant(
    database.admin,
    { name, domain, config: { sign: name.slice(0, 2) }, licence: LICENCE },
    { migrations: await loadMigrations(MIGRATIONS_FOLDER) },
  );
  const people: Partial<Record<TenantFunction, TestPerson>> = {};
  for (const fn of TENANT_FUNCTIONS) {
    const person = await createPerson(database.admin, {
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
