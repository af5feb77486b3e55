/**
 * 10,000 interleaved transactions of 100 tenants and 200 people over five server connections behind PgBouncer in transaction
 * mode. All come over one login that acts for others, so that tenant, role, person and search path of everybody pass over the
 * same sessions, which is the worst case: with logins of their own, people never even share a session.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type TenantFunction, tenantRole, tenantSchema } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PgBouncer, startPgBouncer } from '../../../scripts/lib/pgbouncer.mjs';
import { type PostgresServer, startPostgres } from '../../../scripts/lib/postgres.mjs';
import { type Database, openDatabase } from './database';
import { loadMigrations, migrate } from './migrate';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER } from './migrate/testing';
import { createPerson, createTenant } from './provision';
import type { TenantScope } from './scope';
import type { ServerTarget } from './target';
import { testKinds } from './testing/databases';

const TENANTS = 100;
const TRANSACTIONS = 10_000;
const CLIENTS = 40;
const SERVER_CONNECTIONS = 5;
const FUNCTIONS = ['auditor', 'risk'] as const satisfies readonly TenantFunction[];

interface Actor {
  readonly tenantId: string;
  readonly function: TenantFunction;
  readonly personId: string;
}

interface Seen {
  readonly tenant: string | null;
  readonly role: string;
  readonly login: string;
  readonly person: string;
  readonly path: string;
  readonly backend: number;
}

/** Two tables instead of all: what is tested is the scope, and a hundred whole tenants would take minutes. */
function tablesOf(id: string, schema: string): string {
  return `SET ROLE kompl_owner;
    CREATE TABLE ${schema}.controls (tenant_id uuid PRIMARY KEY DEFAULT '${id}', name text NOT NULL);
    CREATE TABLE ${schema}.actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id uuid NOT NULL DEFAULT '${id}',
      title text NOT NULL, details text NOT NULL, created_by uuid DEFAULT public.current_person(), login name DEFAULT session_user,
      role name DEFAULT current_user, source text DEFAULT current_setting('app.source'));
    ALTER TABLE ${schema}.controls ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${schema}.actions ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenant_only ON ${schema}.controls USING (tenant_id = '${id}'::uuid);
    CREATE POLICY tenant_only ON ${schema}.actions USING (tenant_id = '${id}'::uuid);
    GRANT SELECT ON ${schema}.controls TO ${FUNCTIONS.map((fn) => tenantRole(id, fn)).join(', ')};
    GRANT INSERT (title, details) ON ${schema}.actions TO ${FUNCTIONS.map((fn) => tenantRole(id, fn)).join(', ')};
    INSERT INTO ${schema}.controls (name) VALUES ('${id}');
    RESET ROLE`;
}

describe.runIf(testKinds().includes('pgbouncer'))('over five server connections', () => {
  let server: PostgresServer;
  let bouncer: PgBouncer;
  let database: Database;
  let admin: Database;
  const login = 'interleaver';
  const actors: Actor[] = [];

  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: 'off', max_locks_per_transaction: 512 } });
    const target: ServerTarget = {
      kind: 'server',
      host: server.host,
      port: server.port,
      database: 'postgres',
      user: 'postgres',
      password: server.password,
      tls: { mode: 'disable' },
    };
    admin = openDatabase(target);
    const password = randomBytes(12).toString('hex');
    await admin.admin(async (client) => {
      await migrate(client, CLOCK);
      await client.query(`CREATE ROLE ${login} LOGIN PASSWORD '${password}' IN ROLE kompl_owner`);
      const migrations = await loadMigrations(MIGRATIONS_FOLDER);
      for (let n = 0; n < TENANTS; n++) {
        const tenant = { name: `Tenant ${n}`, domain: `t${n}.example`, config: {}, licence: LICENCE };
        const { id, schema } = await createTenant(client, tenant, { migrations: { ...migrations, tenant: [] } });
        await client.query(tablesOf(id, schema));
        for (const fn of FUNCTIONS) {
          const email = `${fn}@t${n}.example`;
          const person = await createPerson(client, { email, password: `${password}-${n}`, tenantId: id, function: fn });
          actors.push({ tenantId: id, function: fn, personId: person.id });
        }
      }
    });
    bouncer = await startPgBouncer({
      pg: server,
      settings: { default_pool_size: SERVER_CONNECTIONS, max_db_connections: SERVER_CONNECTIONS, min_pool_size: 0 },
    });
    database = openDatabase({ ...target, host: bouncer.host, port: bouncer.port, user: login, password, poolSize: CLIENTS });
    await database.ready();
  }, 300_000);

  afterAll(async () => {
    await database?.close();
    await admin?.close();
    await bouncer?.stop();
    await server?.stop();
  });

  test('no transaction of 10,000 sees or writes a row of another tenant', async () => {
    const wrong: string[] = [];
    const backends = new Set<number>();
    const written = new Map<string, number>();
    let refused = 0;

    const one = async (index: number) => {
      const actor = actors[(index * 7919 + (index >> 3)) % actors.length];
      if (!actor) throw new Error('no actor');
      const kind = index % 10;
      const scope: TenantScope = { ...actor, source: `t${index}`, readOnly: kind < 6 };
      if (kind < 3) return await oneStatement(actor, index);
      const work = database.withTenant(scope, async ({ query }) => {
        // Pipelined: scope, question, read and write leave in one flush.
        const answers = await Promise.all([
          query<Seen>(
            `SELECT nullif(current_setting('app.tenant_id', true), '') AS tenant, current_user::text AS role, session_user::text AS login,
               public.current_person()::text AS person, current_setting('search_path') AS path, pg_backend_pid() AS backend`,
          ),
          query<{ name: string; tenant_id: string }>('SELECT name, tenant_id::text FROM controls'),
          ...(kind >= 6 && kind < 9
            ? [query('INSERT INTO actions (title, details) VALUES ($1, $2)', [actor.tenantId, actor.personId])]
            : []),
          ...(kind === 9 ? [query('SELECT 1 / 0')] : []),
        ]);
        return { seen: answers[0].rows, rows: answers[1].rows };
      });
      let result: Awaited<typeof work>;
      try {
        result = await work;
      } catch (error) {
        // One in ten fails on purpose; what it set must not be found by whoever gets its session next.
        if (kind !== 9) throw error;
        refused += 1;
        return;
      }
      const [seen] = result.seen;
      const [row, ...more] = result.rows;
      if (seen) backends.add(seen.backend);
      const right =
        // A reader's scope does not name the tenant, and nobody else's may be left over.
        seen?.tenant === (scope.readOnly ? null : actor.tenantId) &&
        seen.role === tenantRole(actor.tenantId, actor.function) &&
        seen.login === login &&
        seen.person === actor.personId &&
        seen.path === `${tenantSchema(actor.tenantId)}, public, pg_temp` &&
        more.length === 0 &&
        row?.name === actor.tenantId &&
        row.tenant_id === actor.tenantId;
      if (!right) wrong.push(JSON.stringify({ index, actor, seen, rows: result.rows }));
      if (kind >= 6) written.set(actor.tenantId, (written.get(actor.tenantId) ?? 0) + 1);
    };

    /** A read that is one statement goes as one flush, COMMIT and all; now and then one fails, or its scope is refused. */
    const oneStatement = async (actor: Actor, index: number) => {
      const scope: TenantScope = { ...actor, source: `t${index}`, readOnly: true };
      const stranger = actors[(index + 2) % actors.length];
      if (index % 50 === 0) {
        // `kompl_owner` may take on every role; a role that is not there is refused before the statement is run.
        const refused = database.withTenant({ ...scope, tenantId: randomUUID() }, ({ query }) => query('SELECT 1'));
        await expect(refused).rejects.toThrow();
      }
      if (index % 50 === 1 && stranger) {
        const table = `${tenantSchema(stranger.tenantId)}.controls`;
        await expect(database.withTenant(scope, ({ query }) => query(`SELECT name FROM ${table}`))).rejects.toThrow();
        await expect(
          database.withTenant(scope, ({ query }) => query(`INSERT INTO actions (title, details) VALUES ('', '')`)),
        ).rejects.toThrow();
      }
      const { rows } = await database.withTenant(scope, ({ query }) =>
        query<Seen & { name: string; n: number }>(
          `SELECT nullif(current_setting('app.tenant_id', true), '') AS tenant, current_user::text AS role, session_user::text AS login,
             public.current_person()::text AS person, current_setting('search_path') AS path, pg_backend_pid() AS backend,
             c.name, $1::integer AS n FROM controls c WHERE c.tenant_id::text = c.name`,
          [index],
        ),
      );
      const [seen, ...more] = rows;
      if (seen) backends.add(seen.backend);
      const right =
        seen?.tenant === null &&
        seen.role === tenantRole(actor.tenantId, actor.function) &&
        seen.login === login &&
        seen.person === actor.personId &&
        seen.path === `${tenantSchema(actor.tenantId)}, public, pg_temp` &&
        seen.name === actor.tenantId &&
        seen.n === index &&
        more.length === 0;
      if (!right) wrong.push(JSON.stringify({ index, actor, rows }));
    };

    let next = 0;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (next < TRANSACTIONS) await one(next++);
      }),
    );
    expect(wrong).toEqual([]);
    expect(refused).toBe(TRANSACTIONS / 10);
    expect(backends.size).toBeLessThanOrEqual(SERVER_CONNECTIONS);

    // What was written stands where it belongs, under the name of whoever wrote it.
    await admin.admin(async (client) => {
      for (const tenantId of new Set(actors.map((actor) => actor.tenantId))) {
        const schema = tenantSchema(tenantId);
        const { rows } = await client.query<{ actions: number; strange: number }>(
          `SELECT count(*)::int AS actions, count(*) FILTER (WHERE title <> $1 OR tenant_id::text <> $1 OR details <> created_by::text
             OR login <> '${login}' OR NOT starts_with(role, '${schema}_') OR source !~ '^t[0-9]+$')::int AS strange
           FROM ${schema}.actions`,
          [tenantId],
        );
        const expected = written.get(tenantId) ?? 0;
        expect([tenantId, rows[0]]).toEqual([tenantId, { actions: expected, strange: 0 }]);
      }
    });
  }, 300_000);
});
