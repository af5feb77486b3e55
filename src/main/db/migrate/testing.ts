/**
 * For tests only: a database on each kind of server the product runs on with one client shape over all of them, and a workplace
 * in it: two tenants with one person for each function. A person acts over their own login; on the embedded server, which has
 * one login, the administrator's connection takes the role and names the person, as the workstation does.
 */
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { openingSql } from '../scope';
import type { ServerTarget } from '../target';
import { createTestDatabase, type TestDatabase as ServerDatabase, testKinds } from '../testing/databases';
import {
  CLOCK,
  type Furniture,
  furnish,
  PgliteClient,
  TEST_PASSWORD,
  type TestPerson,
  type TestTenant,
} from '../testing/furniture';
import { type Content, memoryTemplate, PGLITE_EXTENSIONS } from '../testing/templates';
import { migrate, type OwnedClient } from '.';

export { CLOCK, LICENCE, MIGRATIONS_FOLDER, TEST_PASSWORD, type TestPerson, type TestTenant } from '../testing/furniture';

export interface TestDatabase {
  readonly kind: ServerDatabase['kind'];
  /** The administrator's connection: superuser. */
  readonly admin: OwnedClient;
  /** A further connection of the administrator; the embedded server has one only, which stays open. */
  readonly connect: () => Promise<OwnedClient>;
  /** A connection with a login of its own; null on the embedded server. */
  readonly signIn: ((user: string, password: string) => Promise<OwnedClient>) | null;
  /** Makes it a copy of a furnished or migrated one, while nothing has been asked of it; the tenants that it came with. */
  readonly furnished?: () => Promise<Furniture | null>;
  readonly close: () => Promise<void>;
}

/** Begins with the first question, so that it can still be said what it is to begin with. */
class LateClient implements OwnedClient {
  #client: Promise<OwnedClient> | null = null;

  constructor(private readonly begin: () => Promise<OwnedClient>) {}

  get begun(): boolean {
    return this.#client !== null;
  }

  get client(): Promise<OwnedClient> {
    this.#client ??= this.begin();
    return this.#client;
  }

  async query(text: string, values?: unknown[]): Promise<{ rows: readonly object[] }> {
    return (await this.client).query(text, values);
  }

  async end(): Promise<void> {
    if (this.#client !== null) await (await this.#client).end();
  }
}

async function openEmbedded(start: Content): Promise<TestDatabase> {
  let database: PGlite | null = null;
  let content = start;
  const admin = new LateClient(async () => {
    database = await PGlite.create({
      ...PGLITE_EXTENSIONS,
      ...(content === 'empty' ? {} : { loadDataDir: (await memoryTemplate(content)).data }),
    });
    return new PgliteClient(database);
  });
  return {
    kind: 'embedded',
    admin,
    connect: async () => admin,
    signIn: null,
    furnished: async () => {
      if (admin.begun) return null;
      content = 'furnished';
      return (await memoryTemplate(content)).furniture;
    },
    close: async () => database?.close(),
  };
}

async function openServer(kind: 'server' | 'pgbouncer', start: Content): Promise<TestDatabase> {
  let content = start;
  let made: Promise<ServerDatabase> | null = null;
  const database = () => {
    made ??= createTestDatabase(kind, content);
    return made;
  };
  const clients: pg.Client[] = [];
  const connect = async (target: ServerDatabase['target']): Promise<pg.Client> => {
    if (target.kind !== 'server') throw new TypeError('not a server');
    const client = await connected(target);
    clients.push(client);
    return client;
  };
  const admin = new LateClient(async () => connect((await database()).target));
  return {
    kind,
    admin,
    connect: async () => connect((await database()).target),
    signIn: async (user, password) => connect((await database()).as(user, password)),
    furnished: async () => {
      if (made === null) content = 'furnished';
      return null;
    },
    close: async () => {
      if (made === null) return;
      const { target, drop } = await made;
      const roles = await ownRoles(admin);
      await Promise.allSettled(clients.map((client) => client.end()));
      await drop();
      // Roles belong to the whole server and would outlive their database.
      if (roles.length === 0 || target.kind !== 'server') return;
      const server = await connected({ ...target, database: 'postgres' });
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

async function ownRoles(admin: OwnedClient): Promise<string[]> {
  const ask = async (text: string) => (await admin.query(text)).rows as readonly Record<string, unknown>[];
  const [there] = await ask("SELECT to_regclass('public.tenant_memberships') IS NOT NULL AS there");
  if (there?.there !== true) return [];
  const found = await ask(
    `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
     UNION ALL
     SELECT rolname FROM pg_roles
     WHERE rolname ~ '^tenant_[0-9a-f]{32}_[a-z]+$' AND (left(rolname, 39) IN (SELECT nspname FROM pg_namespace)
       OR substr(rolname, 8, 32) IN (SELECT replace(id::text, '-', '') FROM public.tenants))`,
  );
  return found.map(({ rolname }) => String(rolname));
}

/** The servers this run can test against; `kinds` narrows them. A database is opened empty or as a copy of a migrated one. */
export function testServers(kinds?: readonly TestDatabase['kind'][]) {
  return testKinds()
    .filter((kind) => !kinds || kinds.includes(kind))
    .map((kind) => ({
      kind,
      open: (content: 'empty' | 'migrated' = 'empty') =>
        kind === 'embedded' ? openEmbedded(content) : openServer(kind, content),
    }));
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

  /** In an empty database, which becomes a copy of a ready one where it can; what a copy lacks is made. */
  static async open(database: TestDatabase): Promise<Workplace> {
    const found = (await database.furnished?.()) ?? null;
    // What stands in a copy is found to be there; what belongs to the database itself is not copied with it.
    await migrate(database.admin, CLOCK);
    const { a, b } = found ?? (await furnish(database.admin, newMark()));
    return new Workplace(database, a, b);
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

/** Roles are shared by all databases of a server: each workplace has e-mails of its own. */
function newMark(): string {
  serial += 1;
  return `${process.pid}-${Date.now().toString(36)}-${serial}`;
}
