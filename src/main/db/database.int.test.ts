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
      // As public.create_person makes it.
      await client.query(
        `CREATE ROLE ${login} LOGIN NOINHERIT PASSWORD '${password}'; ALTER ROLE ${login} SET statement_timeout TO '30s'`,
      );
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

  describe('a read of one statement, whose COMMIT leaves with it', () => {
    const read = (text: string, more: Partial<TenantScope> = {}, values: unknown[] = []) =>
      database.withTenant(scope(0, { readOnly: true, ...more }), ({ query }) => query(text, values));
    /** What a session has when nobody's scope is on it. */
    const leftOver = () =>
      database.withPerson({ personId: null, source: 'test' }, ({ query }) =>
        query(`SELECT current_user = session_user AS own, current_setting('transaction_read_only') AS ro,
          current_setting('search_path') AS path, nullif(current_setting('app.person', true), '') AS person`),
      );
    const clean = [{ own: true, ro: 'off', path: 'public, pg_temp', person: null }];

    test('has role, path, limits and READ ONLY, and leaves nothing of them', async () => {
      const { rows } = await read(
        `SELECT current_user AS role, current_setting('search_path') AS path, n, $1::integer AS given,
        current_setting('transaction_read_only') AS ro, current_setting('statement_timeout') AS ms FROM notes`,
        {},
        [7],
      );
      const path = `${tenantSchema(tenants[0])}, public, pg_temp`;
      expect(rows).toEqual([{ role: tenantRole(tenants[0], 'auditor'), path, n: 1, given: 7, ro: 'on', ms: '30s' }]);
      expect((await leftOver()).rows).toEqual(clean);
    });

    test('writes nothing, whichever way it is asked to', async () => {
      await expect(read('INSERT INTO notes VALUES (70)')).rejects.toMatchObject({ details: { sqlState: '25006' } });
      await expect(read(`SELECT set_config('transaction_read_only', 'off', true)`)).rejects.toThrow();
      const { rows } = await read('SELECT n FROM notes ORDER BY n');
      expect(rows).toEqual([{ n: 1 }]);
      expect((await leftOver()).rows).toEqual(clean);
    });

    test('is not run where its scope is refused, and is itself reported where it fails', async () => {
      const refused = read('SELECT n FROM notes', { function: 'admin' });
      await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/ROLE_FORBIDS|VALUE_REFUSED/) });
      for (let turn = 0; turn < 8; turn++) {
        await expect(read('SELECT 1 / 0')).rejects.toMatchObject({ details: { sqlState: '22012' } });
        await expect(read('SELECT nothing FROM notes')).rejects.toMatchObject({ details: { sqlState: '42703' } });
      }
      expect((await leftOver()).rows).toEqual(clean);
      expect((await read('SELECT n FROM notes')).rows).toEqual([{ n: 1 }]);
    });

    test('lets nothing be sent behind its COMMIT', async () => {
      let behind: Promise<unknown> | undefined;
      const answer = await database.withTenant(scope(0, { readOnly: true }), ({ query }) => {
        const only = query<{ n: number }>('SELECT n FROM notes');
        behind = only.then(() => query('SELECT current_user'));
        behind.catch(() => undefined);
        return only;
      });
      expect(answer.rows).toEqual([{ n: 1 }]);
      await expect(behind).rejects.toMatchObject({ code: 'INTERNAL', details: { reason: 'transaction is over' } });
    });

    test('is only taken for one where it is: two statements, and what is done with an answer, stay in one transaction', async () => {
      const both = await database.withTenant(scope(1, { readOnly: true }), ({ query }) => {
        query('SELECT 1');
        return query('SELECT current_user AS role, n FROM notes');
      });
      expect(both.rows).toEqual([{ role: tenantRole(tenants[1], 'auditor'), n: 2 }]);
      const seen = await database.withTenant(scope(1, { readOnly: true }), ({ query }) =>
        query(`SELECT now() AS at`).then(async (first) => [first.rows, (await query('SELECT now() AS at, n FROM notes')).rows]),
      );
      const at = seen[0]?.[0]?.at;
      expect(seen).toEqual([[{ at }], [{ at, n: 2 }]]);
      // Work that throws before it asks anything.
      await expect(
        database.withTenant(scope(1, { readOnly: true }), () => {
          throw new Error('of its own');
        }),
      ).rejects.toThrow('of its own');
      expect((await leftOver()).rows).toEqual(clean);
    });

    test('writes commit as they did', async () => {
      await database.withTenant(scope(1), ({ query }) => query('INSERT INTO notes VALUES (55)'));
      expect((await read('SELECT n FROM notes ORDER BY n')).rows).toEqual([{ n: 1 }]);
      const { rows } = await database.withTenant(scope(1, { readOnly: true }), ({ query }) =>
        query('SELECT n FROM notes ORDER BY n'),
      );
      expect(rows).toEqual([{ n: 2 }, { n: 55 }]);
    });
  });

  test('refuses scopes that are no ids before anything is sent', async () => {
    for (const bad of [{ tenantId: "x'; DROP" }, { personId: 'nobody' }, { opId: '1' }, { reason: 'a\0b' }]) {
      await expect(database.withTenant(scope(0, bad), async () => 1)).rejects.toThrow();
    }
  });
});
