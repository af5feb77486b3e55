/** The demonstration on every kind of server: made once, whole, with the past it tells of, and resumed after a crash. */

import { resolve } from 'node:path';
import { type Database, openDatabase } from '@main/db/database';
import { migrateAll } from '@main/db/migrate';
import { createTestDatabase, type TestDatabase, testKinds } from '@main/db/testing';
import { addDays, type Clock } from '@main/entities/context';
import { DEMO_PERSONS, DEMO_TENANTS } from '@shared/demo';
import { tenantSchema } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDemo } from '.';
import { contentOf } from './content';

const migrations = resolve(import.meta.dirname, '../../../migrations');
const clock: Clock = { now: () => new Date(), today: () => new Date().toISOString().slice(0, 10) };

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('the demonstration on %s', (kind) => {
  let place: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    place = await createTestDatabase(kind);
    database = openDatabase(place.target);
    await migrateAll(() => database.connectAdmin(), { folder: migrations, now: () => performance.now() });
  });

  afterAll(async () => {
    await dropRoles(database);
    await database.close();
    await place.drop();
  });

  const rows = <Row extends Record<string, unknown>>(sql: string, values: unknown[] = []) =>
    database.admin(async (client) => {
      await client.query('BEGIN; SET LOCAL ROLE kompl_owner');
      const result = await client.query<Row>(sql, values);
      await client.query('COMMIT');
      return result.rows;
    });
  const schemaOf = async (domain: string) => {
    const [row] = await rows<{ id: string }>('SELECT id FROM public.tenants WHERE domain = $1', [domain]);
    return tenantSchema(row?.id ?? '');
  };

  it('goes on where a crash stopped it', async () => {
    let calls = 0;
    const dying: Database = new Proxy(database, {
      get(target, name) {
        if (name !== 'withTenant') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (...args: Parameters<Database['withTenant']>) => {
          calls += 1;
          if (calls > 150) throw new Error('the process was killed');
          return target.withTenant(...args);
        };
      },
    });
    await expect(seedDemo(dying, { migrations, clock })).rejects.toThrow('killed');
    expect(await seedDemo(database, { migrations, clock })).toEqual({ demo: true, seeded: true });
  });

  it('is made only once', async () => {
    const before = await rows('SELECT value, updated_at FROM public.global_config');
    expect(await seedDemo(database, { migrations, clock })).toEqual({ demo: true, seeded: false });
    expect(await rows('SELECT value, updated_at FROM public.global_config')).toEqual(before);
  });

  it.each(DEMO_TENANTS.map(({ key, domain }) => [key, domain] as const))('holds everything of %s', async (key, domain) => {
    const schema = await schemaOf(domain);
    const content = contentOf(key);
    const count = async (table: string) =>
      (await rows<{ n: number }>(`SELECT count(*)::integer AS n FROM ${schema}.${table}`))[0]?.n;
    expect(await count('controls')).toBe(66);
    expect(await count('audit_plans')).toBe(content.audits.length);
    const earlier = (content.earlierTests ?? []).reduce((sum, { results }) => sum + results.length, 0);
    const retests = content.findings.filter(({ retest }) => retest).length;
    expect(await count('control_tests')).toBe(retests + content.audits.reduce((sum, audit) => sum + audit.tests.length, earlier));
    expect(await count('findings')).toBe(content.findings.length);
    expect(await count('actions')).toBe(content.findings.reduce((sum, finding) => sum + finding.actions.length, 0));
    const states = await rows<{ title: string; status: string }>(`SELECT title, status FROM ${schema}.findings`);
    for (const { title, status } of content.findings) expect(states).toContainEqual({ title, status });
    const tests = await rows<{ test_result: string }>(`SELECT DISTINCT test_result FROM ${schema}.control_tests`);
    if (key === 'nordhaven')
      expect(tests.map((test) => test.test_result).sort()).toEqual([
        'effective',
        'ineffective',
        'not_applicable',
        'not_tested',
        'partially_effective',
      ]);
  });

  it('has policies in every state, one put to people who partly answered', async () => {
    const schema = await schemaOf('nordhaven.example');
    const states = await rows<{ name: string; status: string; v: string | null }>(
      `SELECT name, status, version_in_force AS v FROM ${schema}.policies ORDER BY ref`,
    );
    expect(states.map(({ status, v }) => `${status} ${v ?? ''}`.trim())).toEqual([
      'active 2.0',
      'active 1.0',
      'in_review',
      'approved',
      'draft',
      'retired',
    ]);
    const rounds = await rows<{ asked: number; acknowledged: number; late: boolean }>(
      `SELECT r.asked, r.acknowledged, r.due_date < '${clock.today()}' AS late FROM ${schema}.policy_rounds r
       JOIN ${schema}.policies p ON p.id = r.policy_id WHERE p.name = 'Information security policy' ORDER BY r.due_date`,
    );
    // nobody who is suspended is asked
    expect(rounds).toEqual([
      { asked: 4, acknowledged: 2, late: true },
      { asked: 3, acknowledged: 1, late: false },
    ]);
  });

  it('lets findings be as old as they say, in the order of their numbers', async () => {
    const schema = await schemaOf('nordhaven.example');
    const found = await rows<{ ref: string; title: string; day: string }>(
      `SELECT ref, title, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM ${schema}.findings ORDER BY ref`,
    );
    const ages = new Map(contentOf('nordhaven').findings.map((finding) => [finding.title, finding.age]));
    for (const { title, day } of found) expect(day).toBe(addDays(clock.today(), -(ages.get(title) ?? 0)));
    expect(found.map((row) => row.day)).toEqual(found.map((row) => row.day).sort());
  });

  it('was written by its persons, through the ledger', async () => {
    const schema = await schemaOf('helvia.example');
    const writers = await rows<{ email: string }>(
      `SELECT DISTINCT u.email FROM ${schema}.findings f JOIN public.users u ON u.id = f.created_by`,
    );
    expect(writers).toEqual([{ email: 'reto.keller@helvia.example' }]);
    const [without] = await rows<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${schema}.audit_log WHERE action = 'insert' AND op_id IS NULL
         AND resource_type <> 'approval_rules'`, // the rules of the definitions came with the migrations,
    );
    expect(without?.n).toBe(0);
  });

  it('has a suspended person and a licence that has ended', async () => {
    const persons = await rows<{ email: string; status: string }>(
      "SELECT email, status FROM public.users WHERE status = 'suspended'",
    );
    expect(persons).toEqual([{ email: 'viktor.lang@nordhaven.example', status: 'suspended' }]);
    const [licence] = await rows<{ ended: boolean }>(
      "SELECT l.end_date < current_date AS ended FROM public.licenses l JOIN public.tenants t ON t.id = l.tenant_id WHERE t.domain = 'brightline.example'",
    );
    expect(licence?.ended).toBe(true);
    expect(await rows('SELECT email FROM public.users')).toHaveLength(DEMO_PERSONS.length + 2);
  });

  it('leaves a workspace with tenants of its own alone', async () => {
    await rows('DELETE FROM public.global_config');
    expect(await seedDemo(database, { migrations, clock })).toEqual({ demo: false, seeded: false });
  });

  /** Roles belong to the cluster and outlive the test's database. */
  async function dropRoles(from: Database): Promise<void> {
    if (kind === 'embedded') return;
    const roles = await rows<{ rolname: string }>(
      `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
         OR rolname LIKE ANY (SELECT 'tenant\\_' || replace(id::text, '-', '') || '\\_%' FROM public.tenants)`,
    );
    await from.admin(async (client) => {
      for (const { rolname } of roles) await client.query(`DROP OWNED BY ${rolname} CASCADE; DROP ROLE ${rolname}`);
    });
  }
});
