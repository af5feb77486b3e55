/** What the runner does beyond single steps: canary, batches, data parts, tenants' own steps, plans, and what a rollback loses. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTenant } from '../provision';
import { describeLoss, loadMigrations, type MigrationEvent, migrate, migrateAll, plan, planRollback, rollback, status } from '.';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER, type TestDatabase, testServers } from './testing';
import { verify } from './verify';

const files = await loadMigrations(MIGRATIONS_FOLDER);

describe.each(testServers(['embedded', 'server']))('on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let folder: string;
  let extra: string;
  beforeEach(async () => {
    database = await open('migrated');
    await migrate(database.admin, CLOCK);
    folder = await mkdtemp(join(tmpdir(), 'kompl-steps-'));
    extra = join(folder, 'extra');
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    await mkdir(extra);
  });
  afterEach(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const options = () => ({ ...CLOCK, folder });
  const look = async (sql: string, values?: unknown[]) =>
    (await database.admin.query(sql, values)).rows as Record<string, unknown>[];

  async function newTenants(count: number) {
    const made = [];
    for (let n = 0; n < count; n += 1) {
      const domain = `t${randomBytes(5).toString('hex')}.example`;
      made.push(
        await createTenant(database.admin, { name: domain, domain, config: {}, licence: LICENCE }, { migrations: files }),
      );
    }
    return made;
  }

  async function addStep(file: string, up: string, down: string, data?: string, within = join(folder, 'tenant')) {
    await mkdir(within, { recursive: true });
    await writeFile(join(within, `${file}.up.sql`), up);
    await writeFile(join(within, `${file}.down.sql`), down);
    if (data !== undefined) await writeFile(join(within, `${file}.data.sql`), data);
  }

  async function refusal(work: Promise<unknown>): Promise<CodedError> {
    const error = await work.catch((e: unknown) => e);
    if (error instanceof CodedError) return error;
    throw new Error('not refused', { cause: error });
  }

  const COLUMN = [
    'ALTER TABLE {{schema}}.dpias ADD COLUMN weight integer;',
    'ALTER TABLE {{schema}}.dpias DROP COLUMN weight;',
  ] as const;
  const hasWeight = async (schema: string) =>
    (
      await look("SELECT FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'weight' AND NOT attisdropped", [
        `${schema}.dpias`,
      ])
    ).length === 1;

  describe('the canary', () => {
    it('fails: nobody else is touched', async () => {
      const [first, second] = await newTenants(2);
      if (!first || !second) throw new Error('no tenants');
      await addStep('0900_weight', ...COLUMN);
      await database.admin.query(`ALTER TABLE ${second.schema}.dpias ADD COLUMN weight text`);
      const events: MigrationEvent[] = [];
      const report = await migrate(database.admin, { ...options(), canary: second.id, log: (event) => events.push(event) });
      expect(report).toMatchObject({
        stopped: true,
        steps: [],
        failures: [{ tenantId: second.id, version: '0900', sqlstate: '42701' }],
      });
      expect(events).toContainEqual({ kind: 'canary', tenantId: second.id });
      expect(await hasWeight(first.schema)).toBe(false);
      // The next run does not begin with the tenant that is known to be broken.
      const next = await migrate(database.admin, options());
      expect(next).toMatchObject({ stopped: false, steps: [{ tenantId: first.id }], failures: [{ tenantId: second.id }] });
    });

    it('is the only tenant that was asked for', async () => {
      const [first, second] = await newTenants(2);
      if (!first || !second) throw new Error('no tenants');
      await addStep('0900_weight', ...COLUMN);
      const report = await migrate(database.admin, { ...options(), tenantId: second.id });
      expect(report.steps).toMatchObject([{ tenantId: second.id, version: '0900' }]);
      expect(await hasWeight(first.schema)).toBe(false);
      expect((await refusal(migrate(database.admin, { ...options(), tenantId: 'x; DROP SCHEMA public' }))).code).toBe(
        'NOT_FOUND',
      );
    });
  });

  it('cheap steps share a transaction; where one tenant fails, the others of its batch are migrated all the same', async () => {
    const tenants = await newTenants(5);
    const broken = tenants[2];
    if (!broken) throw new Error('no tenant');
    await addStep('0900_weight', ...COLUMN);
    await addStep('0901_note', "COMMENT ON TABLE {{schema}}.dpias IS 'a; b';", 'COMMENT ON TABLE {{schema}}.dpias IS NULL;');
    await database.admin.query(`ALTER TABLE ${broken.schema}.dpias ADD COLUMN weight text`);
    const report = await migrate(database.admin, options());
    expect(report.failures).toMatchObject([{ tenantId: broken.id, version: '0900' }]);
    expect(report.steps.length).toBe(4 * 2);
    // One transaction: now() is its beginning.
    const [row] = await look(
      `SELECT count(DISTINCT executed_at)::int AS transactions, count(*)::int AS rows FROM private.migration_history
       WHERE version = '0901' AND status = 'success'`,
    );
    expect(row).toEqual({ transactions: 2, rows: 4 }); // the canary, and the batch
    await database.admin.query(`ALTER TABLE ${broken.schema}.dpias DROP COLUMN weight`);
    const next = await migrate(database.admin, options());
    expect(next.steps.map(({ tenantId, version }) => [tenantId, version])).toEqual([
      [broken.id, '0900'],
      [broken.id, '0901'],
    ]);
    expect((await status(database.admin, options())).current).toBe(true);
  });

  it.skipIf(kind === 'embedded')('many tenants over several connections', async () => {
    const tenants = await newTenants(7);
    await addStep('0900_weight', ...COLUMN);
    const report = await migrateAll(database.connect, { ...options(), parallel: 3 });
    expect(report.failures).toEqual([]);
    expect(new Set(report.steps.map(({ tenantId }) => tenantId))).toEqual(new Set(tenants.map(({ id }) => id)));
  });

  it('a step that is not cheap keeps how many rows there were before and after', async () => {
    const [tenant] = await newTenants(1);
    if (!tenant) throw new Error('no tenant');
    await addStep('0900_notes', 'CREATE TABLE {{schema}}.notes (id uuid PRIMARY KEY, t text);', 'DROP TABLE {{schema}}.notes;');
    await addStep(
      '0901_two',
      'INSERT INTO {{schema}}.notes (id) VALUES (gen_random_uuid()), (gen_random_uuid());',
      'DELETE FROM {{schema}}.notes;',
    );
    await migrate(database.admin, options());
    const [row] = await look(
      `SELECT row_counts -> 'before' -> 'notes' AS before, row_counts -> 'after' -> 'notes' AS after, row_counts -> 'exact' AS exact
       FROM private.migration_history WHERE version = '0901'`,
    );
    expect(row).toEqual({ before: 0, after: 2, exact: true });
  });

  describe('a plan', () => {
    it('is the exact SQL with a sample and a count, and changes nothing', async () => {
      const [tenant] = await newTenants(3);
      await addStep('0900_weight', ...COLUMN);
      await writeFile(join(folder, 'public', '0900_more.up.sql'), 'CREATE TABLE public.more (id uuid PRIMARY KEY);');
      await writeFile(join(folder, 'public', '0900_more.down.sql'), 'DROP TABLE public.more;');
      const before = await look('SELECT count(*) AS n FROM private.migration_history');
      const found = await plan(database.admin, options());
      expect(found).toMatchObject({
        bootstrap: [],
        tenants: 3,
        steps: [
          { scope: 'public', version: '0900', sample: null, tenants: 0 },
          { scope: 'tenant', version: '0900', sample: tenant?.id, tenants: 3, batched: true },
        ],
      });
      expect(found.steps[1]?.sql).toContain(`ALTER TABLE ${tenant?.schema}.dpias ADD COLUMN weight integer;`);
      expect(await look('SELECT count(*) AS n FROM private.migration_history')).toEqual(before);
      expect((await status(database.admin, options())).current).toBe(false);
      // What was printed is what runs.
      for (const { sql } of found.steps) await database.admin.query(sql);
      expect(await hasWeight(tenant?.schema ?? '')).toBe(true);
      expect((await status(database.admin, options())).public.state).toBe('current');
    });

    it('of an empty database names the roles and rights too', async () => {
      const empty = await open();
      const found = await plan(empty.admin, options());
      expect(found.steps[0]).toMatchObject({ scope: 'private', version: '0001' });
      expect(found.bootstrap).toContain('CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public');
      const { rows } = await empty.admin.query("SELECT FROM pg_namespace WHERE nspname = 'private'");
      expect(rows.length).toBe(0);
      await empty.close();
    });
  });

  describe('a data migration', () => {
    const FILL = `-- kompl: batch 10
      WITH batch AS (
        SELECT id FROM {{schema}}.notes WHERE ({{after}} IS NULL OR id > {{after}}::integer) ORDER BY id LIMIT {{limit}}
      ), done AS (
        UPDATE {{schema}}.notes n SET filled = n.id * 2 FROM batch b WHERE n.id = b.id AND n.filled IS NULL RETURNING n.id
      ) SELECT (SELECT id::text FROM batch ORDER BY batch.id DESC LIMIT 1) AS last, (SELECT count(*) FROM done) AS rows;`;

    async function prepared(count: number) {
      const [tenant] = await newTenants(1);
      if (!tenant) throw new Error('no tenant');
      await addStep('0900_notes', 'CREATE TABLE {{schema}}.notes (id integer PRIMARY KEY);', 'DROP TABLE {{schema}}.notes;');
      await migrate(database.admin, options());
      await database.admin.query(`INSERT INTO ${tenant.schema}.notes SELECT generate_series(1, ${count})`);
      const up = 'ALTER TABLE {{schema}}.notes ADD COLUMN filled integer;';
      await addStep('0901_fill', up, 'ALTER TABLE {{schema}}.notes DROP COLUMN filled;', FILL);
      return tenant;
    }

    it('fills in batches after its step, and says how far it is', async () => {
      const tenant = await prepared(35);
      const events: MigrationEvent[] = [];
      const report = await migrate(database.admin, { ...options(), log: (event) => events.push(event) });
      expect(report.steps).toMatchObject([{ version: '0901' }, { version: '0901.data', rows: 35 }]);
      expect(events.flatMap((event) => (event.kind === 'rows' ? [event.rows] : []))).toEqual([10, 20, 30, 35]);
      expect(await look(`SELECT count(*)::int AS n FROM ${tenant.schema}.notes WHERE filled = id * 2`)).toEqual([{ n: 35 }]);
      expect(await look(`SELECT row_counts FROM private.migration_history WHERE version = '0901.data'`)).toEqual([
        { row_counts: { filled: 35 } },
      ]);
      // Neither the version that people see nor the state counts it as a step of its own.
      expect(await look("SELECT version FROM public.schema_versions() WHERE scope = 'tenant'")).toEqual([{ version: '0901' }]);
      expect(await migrate(database.admin, options())).toMatchObject({ steps: [], failures: [] });
    });

    it('that fails in the middle goes on behind the last batch that was kept', async () => {
      const tenant = await prepared(30);
      await database.admin.query(`ALTER TABLE ${tenant.schema}.notes ADD CONSTRAINT trap CHECK (id <> 25) NOT VALID`);
      const report = await migrate(database.admin, options());
      expect(report.failures).toMatchObject([{ version: '0901.data', sqlstate: '23514' }]);
      expect(await look(`SELECT count(*)::int AS n FROM ${tenant.schema}.notes WHERE filled IS NOT NULL`)).toEqual([{ n: 20 }]);
      expect((await status(database.admin, options())).tenants[0]).toMatchObject({ state: 'current', unfilled: ['0901'] });
      expect((await verify(database.admin, { folder })).notes.join('\n')).toContain('is filled only up to 20 rows');
      await database.admin.query(`ALTER TABLE ${tenant.schema}.notes DROP CONSTRAINT trap`);
      expect((await migrate(database.admin, options())).steps).toMatchObject([{ version: '0901.data', rows: 10 }]);
      expect(await look(`SELECT count(*)::int AS n FROM ${tenant.schema}.notes WHERE filled = id * 2`)).toEqual([{ n: 30 }]);
    });

    it('is forgotten with its step, and runs again with it', async () => {
      const tenant = await prepared(3);
      await migrate(database.admin, options());
      await rollback(database.admin, { ...options(), scope: 'tenant', to: '0900' });
      expect(await look('SELECT count(*)::int AS n FROM private.data_migrations')).toEqual([{ n: 0 }]);
      expect((await migrate(database.admin, options())).steps).toMatchObject([
        { version: '0901' },
        { version: '0901.data', rows: 3 },
      ]);
      expect(await look(`SELECT count(filled)::int AS n FROM ${tenant.schema}.notes`)).toEqual([{ n: 3 }]);
    });

    it('a cursor is a literal, whatever is in it', async () => {
      const [tenant] = await newTenants(1);
      if (!tenant) throw new Error('no tenant');
      await addStep(
        '0900_words',
        'CREATE TABLE {{schema}}.words (w text PRIMARY KEY, n integer);',
        'DROP TABLE {{schema}}.words;',
      );
      await migrate(database.admin, options());
      const hostile = ["'; DROP TABLE words; --", "$&$1$'", 'näh\u{1F512}\\', '"', '{{limit}}'];
      for (const word of hostile) await database.admin.query(`INSERT INTO ${tenant.schema}.words VALUES ($1)`, [word]);
      await addStep(
        '0901_count',
        'SELECT 1;',
        'SELECT 1;',
        `-- kompl: batch 1, pause 1
        WITH batch AS (SELECT w FROM {{schema}}.words WHERE {{after}} IS NULL OR w COLLATE "C" > {{after}} ORDER BY w COLLATE "C" LIMIT {{limit}}),
        done AS (UPDATE {{schema}}.words x SET n = 1 FROM batch b WHERE b.w = x.w RETURNING 1)
        SELECT (SELECT w FROM batch) AS last, (SELECT count(*) FROM done) AS rows`,
      );
      expect((await migrate(database.admin, options())).steps.at(-1)).toMatchObject({
        version: '0901.data',
        rows: hostile.length,
      });
    });

    it.each([
      ['two statements', 'SELECT {{after}}, {{limit}}; SELECT 1', 'one statement'],
      ['no cursor', 'SELECT 1', '{{after}} is missing'],
      ['a setting nobody knows', '-- kompl: speed 9\nSELECT {{after}}, {{limit}}', 'unknown setting'],
    ])('with %s is refused', async (_, data, reason) => {
      await addStep('0900_bad', 'SELECT 1;', 'SELECT 1;', data);
      expect((await refusal(migrate(database.admin, options()))).details.reason).toContain(reason);
    });
  });

  describe("a tenant's own steps", () => {
    const own = (id: string) => join(extra, `tenant_${id.replaceAll('-', '')}`);

    it('run for that tenant only, are verified, and are taken back', async () => {
      const [one, other] = await newTenants(2);
      if (!one || !other) throw new Error('no tenants');
      await addStep('0001_theirs', 'ALTER TABLE {{schema}}.dpias ADD COLUMN weight integer;', COLUMN[1], undefined, own(one.id));
      const report = await migrate(database.admin, { ...options(), extra });
      expect(report.steps).toMatchObject([{ tenantId: one.id, version: 'x0001', name: 'theirs' }]);
      expect([await hasWeight(one.schema), await hasWeight(other.schema)]).toEqual([true, false]);
      const found = await status(database.admin, options());
      expect(found.current).toBe(true);
      expect(found.tenants.find(({ tenantId }) => tenantId === one.id)?.own).toEqual(['x0001']);
      expect(await look("SELECT DISTINCT version FROM public.schema_versions() WHERE scope = 'tenant'")).toEqual([
        { version: files.tenant.at(-1)?.version },
      ]);

      expect((await verify(database.admin, { folder, extra })).ok).toBe(true);
      const blind = await verify(database.admin, { folder });
      expect(blind.ok).toBe(false);
      expect(blind.places.flatMap(({ differences }) => differences)).toMatchObject([
        { object: "step x0001 of this tenant's own" },
      ]);

      const before = { ...options(), scope: 'tenant', tenantId: one.id } as const;
      const previous = files.tenant.at(-2)?.version ?? '0000';
      expect((await refusal(rollback(database.admin, { ...before, to: previous }))).details.reason).toContain('--extra');
      expect(await rollback(database.admin, { ...before, extra, to: 'x0000' })).toMatchObject([
        { version: 'x0001', direction: 'down' },
      ]);
      expect(await hasWeight(one.schema)).toBe(false);
      expect((await verify(database.admin, { folder })).ok).toBe(true);
    });

    it('a changed file, a missing one and a folder of nobody are refused', async () => {
      const [one] = await newTenants(1);
      if (!one) throw new Error('no tenant');
      await addStep('0001_theirs', 'SELECT 1;', 'SELECT 1;', undefined, own(one.id));
      await migrate(database.admin, { ...options(), extra });
      await writeFile(join(own(one.id), '0001_theirs.up.sql'), 'SELECT 2;');
      expect((await refusal(migrate(database.admin, { ...options(), extra }))).details).toMatchObject({ version: 'x0001' });
      await mkdir(join(extra, 'tenant_"; DROP SCHEMA public'));
      expect((await refusal(migrate(database.admin, { ...options(), extra }))).code).toBe('MIGRATION_FAILED');
    });
  });

  describe('what a rollback loses', () => {
    it('is named: tables, columns and rows with something in them, and nothing else', async () => {
      const [tenant] = await newTenants(1);
      if (!tenant) throw new Error('no tenant');
      await addStep(
        '0900_notes',
        'CREATE TABLE {{schema}}.notes (id integer PRIMARY KEY); CREATE TABLE {{schema}}.bare (id integer PRIMARY KEY);',
        'DROP TABLE {{schema}}.notes; DROP TABLE {{schema}}.bare;',
      );
      await addStep(
        '0901_more',
        'ALTER TABLE {{schema}}.notes ADD COLUMN t text; ALTER TABLE {{schema}}.notes ADD COLUMN u text;',
        'DELETE FROM {{schema}}.notes WHERE id > 4; ALTER TABLE {{schema}}.notes DROP COLUMN t; ALTER TABLE {{schema}}.notes DROP COLUMN u;',
      );
      await migrate(database.admin, options());
      await database.admin.query(
        `INSERT INTO ${tenant.schema}.notes SELECT n, CASE WHEN n < 3 THEN 'x' END FROM generate_series(1, 5) n`,
      );
      const step = { ...options(), scope: 'tenant', tenantId: tenant.id } as const;
      const one = await planRollback(database.admin, { ...step, to: '0900' });
      expect(one.losses.map(({ kind: what, what: name, count }) => [what, name, count])).toEqual([
        ['rows', 'notes', 1],
        ['column', 'notes.t', 2],
      ]);
      expect(one.losses.map(describeLoss)[1]).toBe(`tenant ${tenant.id}: column notes.t with 2 values`);
      expect(one.steps.map(({ version }) => version)).toEqual(['0901']);
      expect(one.steps[0]?.sql).toContain(`DELETE FROM ${tenant.schema}.notes`);
      const two = await planRollback(database.admin, { ...step, to: files.tenant.at(-1)?.version ?? '' });
      expect(two.losses).toMatchObject([{ kind: 'table', what: 'notes', count: 5 }]);
      // Only looked at.
      expect(await look(`SELECT count(*)::int AS n FROM ${tenant.schema}.notes`)).toEqual([{ n: 5 }]);
      expect((await status(database.admin, options())).current).toBe(true);
    });

    it.skipIf(kind === 'embedded')('is seen whole by an administrator who is no superuser, past row security', async () => {
      const [tenant] = await newTenants(1);
      if (!tenant) throw new Error('no tenant');
      const person = await look('SELECT id FROM public.users LIMIT 1');
      expect(person).toEqual([]);
      await database.admin.query(`ALTER TABLE ${tenant.schema}.sync_ops DISABLE TRIGGER ALL;
        INSERT INTO ${tenant.schema}.sync_ops (op_id, device_id, device_seq, body_sha256, entity, person_id)
        VALUES (gen_random_uuid(), 'd', 1, repeat('a', 64), 'findings', gen_random_uuid());
        ALTER TABLE ${tenant.schema}.sync_ops ENABLE TRIGGER ALL`);
      const login = `dba_${randomBytes(5).toString('hex')}`;
      await database.admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE kompl_owner`);
      const client = await database.signIn?.(login, 'secret');
      if (!client) throw new Error('no login');
      const { losses } = await planRollback(client, { ...options(), scope: 'tenant', tenantId: tenant.id, to: '0005' });
      expect(losses).toContainEqual(expect.objectContaining({ kind: 'table', what: 'sync_ops', count: 1 }));
      await client.end();
      await database.admin.query(`DROP ROLE ${login}`);
    });
  });
});
