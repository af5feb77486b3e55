/** The migrator: every step there and back, resuming, refusing, and one tenant's failure that stays its own. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPerson, createTenant } from '../provision';
import { type AdminClient, bootstrap, loadMigrations, migrate, migrateAll, rollback, SCOPES, type Scope, status } from '.';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER, type TestDatabase, testServers } from './testing';

const files = await loadMigrations(MIGRATIONS_FOLDER);

/** A copy of the migrations that a test may add to or spoil. */
async function copyOfMigrations(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-migrations-'));
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  return folder;
}

async function addStep(folder: string, scope: Scope, file: string, up: string, down = 'SELECT 1;') {
  await writeFile(join(folder, scope, `${file}.up.sql`), up);
  await writeFile(join(folder, scope, `${file}.down.sql`), down);
}

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.catch((e: unknown) => e);
  if (error instanceof CodedError) return error;
  throw new Error('not refused', { cause: error });
}

async function newTenant(client: AdminClient) {
  const domain = `t${randomBytes(5).toString('hex')}.example`;
  return createTenant(client, { name: domain, domain, config: {}, licence: LICENCE }, { migrations: files });
}

/**
 * Everything the catalogue says of our schemas, to compare before and after. Rights that were given and taken back are those that
 * the owner has anyway, and a check that holds for an empty table is the same before and after its validation.
 */
async function fingerprint(client: AdminClient): Promise<unknown> {
  const ours = "(n.nspname IN ('public', 'private') OR n.nspname LIKE 'tenant\\_%')";
  const { rows } = await client.query(
    `SELECT 'relation' AS kind, n.nspname || '.' || c.relname || ' ' || c.relkind::text || ' '
       || coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))::text AS what
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours} AND c.relkind IN ('r', 'p', 'v', 'i', 'S')
     UNION ALL SELECT 'column', a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
       || a.attnotnull || coalesce(a.attacl::text, '')
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${ours} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')
     UNION ALL SELECT 'function', p.oid::regprocedure || ' ' || md5(pg_get_functiondef(p.oid)) || coalesce(p.proacl::text, '')
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE ${ours} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
     UNION ALL SELECT 'trigger', pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
     UNION ALL SELECT 'policy', p.polrelid::regclass || ' ' || p.polname || ' ' || pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p
     UNION ALL SELECT 'constraint', k.conrelid::regclass || ' ' || replace(pg_get_constraintdef(k.oid), ' NOT VALID', '') FROM pg_constraint k
       JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${ours}
     ORDER BY 1, 2`,
  );
  return rows;
}

describe.each(testServers(['embedded', 'server']))('on $kind', ({ kind, open }) => {
  describe('every step, there and back', () => {
    let database: TestDatabase;
    let tenantId: string;
    beforeAll(async () => {
      database = await open();
      await migrate(database.admin, CLOCK);
      tenantId = (await newTenant(database.admin)).id;
    });
    afterAll(() => database?.close());

    it('is up after the first run; the second does nothing', async () => {
      expect((await status(database.admin, CLOCK)).current).toBe(true);
      expect(await migrate(database.admin, CLOCK)).toMatchObject({ steps: [], failures: [], tenants: 1 });
    });

    // One way down and one way up again, so that each step runs twice however many there are.
    const steps = files.tenant.map(({ version, name }) => [version, name] as const);
    const stood = new Map<string, unknown>();

    it.each([...steps].reverse())('tenant/%s_%s is taken back', async (version) => {
      stood.set(version, await fingerprint(database.admin));
      const before = files.tenant.filter((file) => file.version < version).at(-1)?.version ?? '0000';
      const down = await rollback(database.admin, { ...CLOCK, scope: 'tenant', tenantId, to: before });
      expect(down).toMatchObject([{ version, direction: 'down' }]);
      expect((await status(database.admin, CLOCK)).tenants[0]).toMatchObject({ version: before === '0000' ? null : before });
    });

    it('a tenant taken back to nothing leaves an empty schema', async () => {
      const left = await database.admin.query(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace
         UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = $1::regnamespace`,
        [`tenant_${tenantId.replaceAll('-', '')}`],
      );
      expect(left.rows).toEqual([]);
    });

    describe('up again', () => {
      let folder: string;
      beforeAll(async () => {
        folder = await copyOfMigrations();
        await rm(join(folder, 'tenant'), { recursive: true });
        await mkdir(join(folder, 'tenant'));
      });
      afterAll(() => rm(folder, { recursive: true, force: true }));

      it.each(steps)('tenant/%s_%s makes what stood before', async (version) => {
        for (const name of await readdir(join(MIGRATIONS_FOLDER, 'tenant')))
          if (name.startsWith(`${version}_`)) await cp(join(MIGRATIONS_FOLDER, 'tenant', name), join(folder, 'tenant', name));
        const report = await migrate(database.admin, { ...CLOCK, folder });
        expect(report).toMatchObject({ steps: [{ version }], failures: [] });
        expect(await fingerprint(database.admin)).toEqual(stood.get(version));
      });
    });

    it('the shared scopes too, once no tenant stands in the way', async () => {
      const empty = await open();
      await migrate(empty.admin, CLOCK);
      const whole = await fingerprint(empty.admin);
      const way: [Scope, string][] = [
        ...[...files.private]
          .reverse()
          .flatMap(({ version }): [Scope, string][] => (version > '0001' ? [['private', version]] : [])),
        ...[...files.public].reverse().map(({ version }): [Scope, string] => ['public', version]),
        ['private', '0001'],
      ];
      for (const [scope, version] of way) {
        const to = files[scope].filter((file) => file.version < version).at(-1)?.version ?? '0000';
        expect((await rollback(empty.admin, { ...CLOCK, scope, to })).length).toBe(1);
      }
      const left = await empty.admin.query(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
         UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'private'`,
      );
      expect(left.rows).toEqual([]);
      await migrate(empty.admin, CLOCK);
      expect(await fingerprint(empty.admin)).toEqual(whole);
      await empty.close();
    });

    it('a step that others depend on is not taken back, and says so', async () => {
      const error = await refusal(rollback(database.admin, { ...CLOCK, scope: 'public', to: '0000' }));
      expect(error).toMatchObject({
        code: 'MIGRATION_FAILED',
        details: { scope: 'public', direction: 'down', sqlstate: '2BP01' },
      });
    });

    it('has a history of every step with checksum, direction, duration and actor', async () => {
      const { rows } = await database.admin.query(
        `SELECT scope, version, description, direction, checksum, actor, duration_ms >= 0 AS timed FROM private.migration_history
         WHERE tenant_id = $1 AND status = 'success' ORDER BY id LIMIT 1`,
        [tenantId],
      );
      expect(rows).toEqual([
        {
          scope: 'tenant',
          version: '0001',
          description: files.tenant[0]?.name,
          direction: 'up',
          checksum: files.tenant[0]?.checksum,
          actor: 'postgres',
          timed: true,
        },
      ]);
    });

    it('rolls back to known versions only', async () => {
      const error = await refusal(rollback(database.admin, { ...CLOCK, scope: 'tenant', to: '0777' }));
      expect(error.code).toBe('INPUT_INVALID');
    });
  });

  describe('faults', () => {
    let database: TestDatabase;
    let folder: string;
    beforeEach(async () => {
      database = await open('migrated');
      await migrate(database.admin, CLOCK);
      folder = await copyOfMigrations();
    });
    afterEach(async () => {
      await database?.close();
      await rm(folder, { recursive: true, force: true });
    });
    const options = () => ({ ...CLOCK, folder });

    it('a failing tenant stays at its last good version while the others go on; the next run mends it', async () => {
      const [good, bad, late] = [
        await newTenant(database.admin),
        await newTenant(database.admin),
        await newTenant(database.admin),
      ];
      await addStep(
        folder,
        'tenant',
        '0900_fine',
        'CREATE TABLE {{schema}}.fine (id uuid PRIMARY KEY);',
        'DROP TABLE {{schema}}.fine;',
      );
      await addStep(folder, 'tenant', '0901_risky', 'CREATE TABLE {{schema}}.risky (id uuid PRIMARY KEY);');
      await database.admin.query(`CREATE TABLE ${bad.schema}.risky (in_the_way integer)`);

      const report = await migrate(database.admin, options());
      expect(report.failures).toMatchObject([{ tenantId: bad.id, version: '0901', name: 'risky', sqlstate: '42P07' }]);
      const after = await status(database.admin, options());
      const versions = new Map(after.tenants.map((tenant) => [tenant.tenantId, tenant.version]));
      expect([good.id, bad.id, late.id].map((id) => versions.get(id))).toEqual(['0901', '0900', '0901']);
      const failed = await database.admin.query(
        "SELECT tenant_id::text AS id, sqlstate FROM private.migration_history WHERE status = 'failed'",
      );
      expect(failed.rows).toEqual([{ id: bad.id, sqlstate: '42P07' }]);

      await database.admin.query(`DROP TABLE ${bad.schema}.risky`);
      expect((await migrate(database.admin, options())).steps).toMatchObject([{ tenantId: bad.id, version: '0901' }]);
      expect((await status(database.admin, options())).current).toBe(true);
    });

    it('a failing shared step leaves nothing of itself and stops the run', async () => {
      await addStep(folder, 'public', '0900_broken', 'CREATE TABLE public.half (id integer); SELECT 1 / 0;');
      const error = await refusal(migrate(database.admin, options()));
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { scope: 'public', version: '0900', sqlstate: '22012' } });
      const { rows } = await database.admin.query("SELECT to_regclass('public.half') AS half");
      expect(rows).toEqual([{ half: null }]);
      expect((await status(database.admin, options())).public).toMatchObject({ state: 'older', pending: ['0900'] });
    });

    it('a file changed after it was applied is refused, with both sums', async () => {
      await writeFile(join(folder, 'public', '0001_registry.up.sql'), 'SELECT 1;');
      const error = await refusal(migrate(database.admin, options()));
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { scope: 'public', version: '0001', name: 'registry' } });
      expect(error.details.applied).toBe(files.public[0]?.checksum);
      expect((await status(database.admin, options())).public).toMatchObject({ state: 'changed', changed: ['0001'] });
    });

    it('a schema newer than the files is left alone', async () => {
      await addStep(folder, 'public', '0900_tomorrow', 'SELECT 1;');
      await migrate(database.admin, options());
      expect(await refusal(migrate(database.admin, CLOCK))).toMatchObject({
        code: 'SCHEMA_NEWER',
        details: { scope: 'public', version: '0900', known: files.public.at(-1)?.version },
      });
      expect((await status(database.admin, CLOCK)).public).toMatchObject({ state: 'newer', unknown: ['0900'] });
    });

    it('the versions are there for a person to ask', async () => {
      const { id } = await newTenant(database.admin);
      const { rows } = await database.admin.query(
        'SELECT scope, tenant_id::text AS id, version FROM public.schema_versions() ORDER BY 1',
      );
      expect(rows).toEqual(
        SCOPES.map((scope) => ({ scope, id: scope === 'tenant' ? id : null, version: files[scope].at(-1)?.version })).sort(
          (a, b) => (a.scope < b.scope ? -1 : 1),
        ),
      );
    });
  });

  describe.skipIf(kind === 'embedded')('with several connections', () => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database?.close());

    it('two migrators at once apply every step once', async () => {
      await migrate(database.admin, CLOCK);
      for (let n = 0; n < 3; n += 1) await newTenant(database.admin);
      await rollback(database.admin, { ...CLOCK, scope: 'tenant', to: '0000' });
      const runs = await Promise.all([
        migrateAll(database.connect, { ...CLOCK, parallel: 2 }),
        migrateAll(database.connect, { ...CLOCK, parallel: 2 }),
      ]);
      expect(runs.flatMap(({ failures }) => failures)).toEqual([]);
      const applied = runs.flatMap(({ steps }) => steps.map(({ tenantId, version }) => `${tenantId}/${version}`));
      expect(applied.length).toBe(3 * files.tenant.length);
      expect(new Set(applied).size).toBe(applied.length);
      expect((await status(database.admin, CLOCK)).current).toBe(true);
    });

    it('two bootstraps of an empty database at once', async () => {
      const outcomes = await Promise.all([migrateAll(database.connect, CLOCK), migrateAll(database.connect, CLOCK)]);
      const steps = outcomes.flatMap((outcome) => outcome.steps);
      expect(steps.length).toBe(files.public.length + files.private.length);
    });

    it('a server that is killed in the middle of a step: the old state, and the next run goes on', async () => {
      await migrate(database.admin, CLOCK);
      const folder = await copyOfMigrations();
      const tenant = await newTenant(database.admin);
      const up = 'CREATE TABLE {{schema}}.slow (id uuid PRIMARY KEY); SELECT pg_sleep(30);';
      await addStep(folder, 'tenant', '0900_slow', up);
      const options = { ...CLOCK, folder };
      const run = refusal(migrateAll(database.connect, options));
      for (let killed = 0; killed === 0; ) {
        const { rows } = await database.admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()`,
        );
        killed = rows.length;
      }
      expect((await run).code).toBe('SERVER_CLOSED');
      const { rows } = await database.admin.query('SELECT to_regclass($1) AS slow', [`${tenant.schema}.slow`]);
      expect(rows).toEqual([{ slow: null }]);
      await addStep(folder, 'tenant', '0900_slow', up.replace('30', '0'));
      expect(await migrate(database.admin, options)).toMatchObject({ steps: [{ version: '0900' }], failures: [] });
      await rm(folder, { recursive: true, force: true });
    });

    it('a member of kompl_owner who is no superuser migrates a prepared server', async () => {
      await bootstrap(database.admin);
      const login = `dba_${randomBytes(5).toString('hex')}`;
      await database.admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE kompl_owner`);
      const client = await database.signIn?.(login, 'secret');
      if (!client) throw new Error('no login');
      await migrate(client, CLOCK);
      await newTenant(client);
      expect((await status(client, CLOCK)).current).toBe(true);
      const { rows } = await database.admin.query(
        `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      expect(rows).toEqual([{ tableowner: 'kompl_owner' }]);
      await client.end();
      await database.admin.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    });

    it("a managed server's administrator, who owns the database but is no superuser, prepares it alone", async () => {
      const login = `managed_${randomBytes(5).toString('hex')}`;
      const [row] = (await database.admin.query('SELECT current_database() AS name')).rows as { name: string }[];
      await database.admin.query(`CREATE EXTENSION vector; CREATE ROLE ${login} LOGIN CREATEROLE PASSWORD 'secret'`);
      await database.admin.query(`ALTER DATABASE ${row?.name} OWNER TO ${login}`);
      const client = await database.signIn?.(login, 'secret');
      if (!client) throw new Error('no login');
      await migrate(client, CLOCK);
      const tenant = await newTenant(client);
      const email = `first@${randomBytes(5).toString('hex')}.example`;
      const person = { email, password: 'correct horse battery', tenantId: tenant.id, function: 'admin' } as const;
      const made = await createPerson(client, person);
      expect(made.email).toBe(email);
      // acting for that person, with just their rights
      await client.query(`BEGIN; SET LOCAL ROLE ${tenant.schema}_admin; SET LOCAL app.person = '${made.id}'`);
      expect((await client.query('SELECT public.current_person() AS id, current_user AS role')).rows).toEqual([
        { id: made.id, role: `${tenant.schema}_admin` },
      ]);
      await client.query('ROLLBACK');
      await client.end();
      await database.admin.query(`ALTER DATABASE ${row?.name} OWNER TO postgres; DROP OWNED BY ${login}; DROP ROLE ${login}`);
    });

    it('a login without rights is refused with the reason', async () => {
      const login = `nobody_${randomBytes(5).toString('hex')}`;
      await database.admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret'`);
      const client = await database.signIn?.(login, 'secret');
      if (!client) throw new Error('no login');
      expect(await refusal(migrate(client, CLOCK))).toMatchObject({ code: 'EXTENSION_MISSING', details: { sqlstate: '42501' } });
      await database.admin.query('CREATE EXTENSION vector');
      expect(await refusal(migrate(client, CLOCK))).toMatchObject({ code: 'MIGRATION_FAILED', details: { step: 'bootstrap' } });
      await client.end();
      await database.admin.query(`DROP ROLE ${login}`);
    });

    it('an extension in another schema is named, not guessed around', async () => {
      await database.admin.query('CREATE SCHEMA extensions; CREATE EXTENSION vector SCHEMA extensions');
      expect(await refusal(migrate(database.admin, CLOCK))).toMatchObject({
        code: 'EXTENSION_MISSING',
        details: { extension: 'vector', schema: 'extensions' },
      });
    });
  });
});
