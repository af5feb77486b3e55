/** The scope of a transaction on every kind of database: set, kept apart, ended, and never half there. */
import { randomBytes, randomUUID } from 'node:crypto';
import { tenantRole, tenantSchema } from '@shared/roles';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './database';
import type { TenantScope } from './scope';
import { createTestDatabase, type TestDatabase, testKinds } from './testing/databases';

const notes = pgTable('notes', { n: integer('n').primaryKey() });

describe.each(testKinds())('scoped transactions on %s', (kind) => {
  const tenants = [randomUUID(), randomUUID()] as const;
  const personId = randomUUID();
  const login = `u_${randomBytes(16).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  let test_: TestDatabase;
  let database: Database;
  const scope = (tenant: 0 | 1, more: Partial<TenantScope> = {}): TenantScope => ({
    tenantId: tenants[tenant],
    function: 'auditor',
    personId,
    source: 'test/0.1.0 here',
    ...more,
  });

  beforeAll(async () => {
    test_ = await createTestDatabase(kind);
    const admin = openDatabase(test_.target);
    await admin.admin(async (client) => {
      await client.query(`CREATE ROLE ${login} LOGIN NOINHERIT PASSWORD '${password}'`);
      for (const id of tenants) {
        const [schema, role] = [tenantSchema(id), tenantRole(id, 'auditor')];
        await client.query(`
          CREATE ROLE ${role}; GRANT ${role} TO ${login}; CREATE SCHEMA ${schema};
          CREATE TABLE ${schema}.notes (n integer PRIMARY KEY, small integer CHECK (small < 10));
          GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT SELECT, INSERT, UPDATE ON ${schema}.notes TO ${role};
          INSERT INTO ${schema}.notes VALUES (${id === tenants[0] ? 1 : 2})`);
      }
    });
    await admin.close();
    database = openDatabase(test_.as(login, password));
    await database.ready();
  });

  afterAll(async () => {
    await database.close();
    if (kind !== 'embedded') {
      const admin = openDatabase(test_.target);
      await admin.admin(async (client) => {
        for (const id of tenants) {
          await client.query(`DROP SCHEMA ${tenantSchema(id)} CASCADE; DROP ROLE ${tenantRole(id, 'auditor')}`);
        }
        await client.query(`DROP ROLE ${login}`);
      });
      await admin.close();
    }
    await test_.drop();
  });

  test('sets role, search_path and context for work, and nothing outlives it', async () => {
    const opId = randomUUID();
    const seen = await database.withTenant(scope(0, { opId, reason: "it's \\ 'quoted'" }), async ({ query }) => {
      const { rows } = await query<{ role: string; path: string; tenant: string; person: string; op: string; reason: string }>(
        `SELECT current_user AS role, current_setting('search_path') AS path, current_setting('app.tenant_id') AS tenant,
          current_setting('app.person') AS person, current_setting('app.op_id') AS op, current_setting('app.reason') AS reason`,
      );
      return rows[0];
    });
    expect(seen).toEqual({
      role: tenantRole(tenants[0], 'auditor'),
      path: `${tenantSchema(tenants[0])}, public, pg_temp`,
      tenant: tenants[0],
      person: personId,
      op: opId,
      reason: "it's \\ 'quoted'",
    });
    const after = await database.withPerson({ personId: null, source: 'test' }, ({ query }) =>
      query(`SELECT current_user = session_user AS own, nullif(current_setting('app.tenant_id', true), '') AS tenant`),
    );
    expect(after.rows).toEqual([{ own: true, tenant: null }]);
  });

  test('never mixes two tenants in 2,000 interleaved transactions', async () => {
    let wrong = 0;
    let next = 0;
    const one = async (index: number) => {
      const tenant = (index % 2) as 0 | 1;
      const read = await database.withTenant(scope(tenant, { readOnly: index % 3 !== 0 }), async ({ query }) => {
        const [first, second] = await Promise.all([
          query<{ n: number }>('SELECT n FROM notes ORDER BY n'),
          query<{ t: string }>(`SELECT current_setting('search_path') AS t`),
        ]);
        return { n: first.rows[0]?.n, t: second.rows[0]?.t };
      });
      if (read.n !== tenant + 1 || read.t !== `${tenantSchema(tenants[tenant])}, public, pg_temp`) wrong += 1;
    };
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        while (next < 2_000) await one(next++);
      }),
    );
    expect(wrong).toBe(0);
  }, 120_000);

  test('reads through drizzle in the same transaction', async () => {
    const rows = await database.withTenant(scope(1), async ({ db }) => db.select().from(notes));
    expect(rows).toEqual([{ n: 2 }]);
  });

  test('refuses a tenant the person has no role in', async () => {
    const work = database.withTenant(scope(0, { function: 'admin' }), async ({ query }) => query('SELECT n FROM notes'));
    await expect(work).rejects.toMatchObject({
      code: kind === 'embedded' ? 'VALUE_REFUSED' : expect.stringMatching(/ROLE_FORBIDS|VALUE_REFUSED/),
    });
  });

  test('rolls back what a failing work wrote, and reports the first failure', async () => {
    const duplicate = database.withTenant(scope(0), async ({ query }) => {
      await query('INSERT INTO notes VALUES (100)');
      await query('INSERT INTO notes VALUES (1)');
    });
    await expect(duplicate).rejects.toMatchObject({ code: 'DUPLICATE', details: { constraint: 'notes_pkey', table: 'notes' } });
    const swallowed = database.withTenant(scope(0), async ({ query }) => {
      await query('INSERT INTO notes VALUES (101)');
      await query('INSERT INTO notes VALUES (1, 99)').catch(() => undefined);
      return 'as if nothing had happened';
    });
    await expect(swallowed).rejects.toMatchObject({ code: 'VALUE_REFUSED' });
    const own = new Error('of its own');
    await expect(
      database.withTenant(scope(0), async ({ query }) => {
        await query('INSERT INTO notes VALUES (102)');
        throw own;
      }),
    ).rejects.toBe(own);
    const { rows } = await database.withTenant(scope(0), ({ query }) => query('SELECT n FROM notes WHERE n >= 100'));
    expect(rows).toEqual([]);
  });

  test('a failed drizzle statement comes out as its coded cause', async () => {
    const work = database.withTenant(scope(0), async ({ db }) => db.insert(notes).values({ n: 1 }));
    await expect(work).rejects.toMatchObject({ code: 'DUPLICATE' });
  });

  test('refuses writes in a READ ONLY transaction and statements after its end', async () => {
    const writing = database.withTenant(scope(0, { readOnly: true }), ({ query }) => query('INSERT INTO notes VALUES (7)'));
    await expect(writing).rejects.toMatchObject({ code: 'INTERNAL', details: { sqlState: '25006' } });
    let late: (() => Promise<unknown>) | undefined;
    await database.withTenant(scope(0), async ({ query }) => {
      late = () => query('SELECT 1');
    });
    await expect(late?.()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('refuses scopes that are no ids before anything is sent', async () => {
    for (const bad of [{ tenantId: "x'; DROP" }, { personId: 'nobody' }, { opId: '1' }, { reason: 'a\0b' }]) {
      await expect(database.withTenant(scope(0, bad), async () => 1)).rejects.toThrow();
    }
  });
});
