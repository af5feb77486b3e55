/**
 * The migrator under faults, on a PostgreSQL of its own: killed at many moments, the server killed under it, connections that die
 * around a COMMIT, a full disk, two runners, hostile names. Each ends in the old state or the new one, and says which.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../scripts/lib/postgres.mjs';
import { createTenant } from '../provision';
import { testKinds } from '../testing/databases';
import { startTcpProxy } from '../testing/tcp-proxy';
import { loadMigrations, type MigrationEvent, migrate, migrateAll, type OwnedClient, status } from '.';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER } from './testing';
import { verify } from './verify';

const root = resolve(import.meta.dirname, '../../../..');

async function bundleRunner(): Promise<string> {
  const outDir = join(root, 'node_modules/.cache/kompl-test', `migrate-${process.pid}`);
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@shared': join(root, 'src/shared'), '@main': join(root, 'src/main') } },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: join(import.meta.dirname, 'testing-process.ts'),
      target: 'node18',
      minify: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'migrate.cjs' } },
    },
    ssr: { noExternal: true, external: ['pg'] },
  });
  return join(outDir, 'migrate.cjs');
}

describe.runIf(testKinds().includes('server'))('faults', () => {
  let server: PostgresServer;
  let runner: string;
  let url: string;
  let folder: string;
  let admin: pg.Client;
  const files = loadMigrations(MIGRATIONS_FOLDER);

  const open = async (where = url): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: where });
    client.on('error', () => undefined); // ended by a fault: the next query says so
    await client.connect();
    return client;
  };
  const look = async (sql: string) => (await admin.query(sql)).rows as Record<string, unknown>[];
  const options = (log?: (event: MigrationEvent) => void) => ({ ...CLOCK, folder, ...(log ? { log } : {}) });

  beforeAll(async () => {
    [server, runner] = await Promise.all([startPostgres(), bundleRunner()]);
  });
  afterAll(async () => {
    await admin?.end().catch(() => undefined);
    await server?.stop();
    await rm(resolve(runner, '..'), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await admin?.end().catch(() => undefined);
    const name = `faults_${randomBytes(6).toString('hex')}`;
    await server.psql(`CREATE DATABASE ${name}`);
    const place = new URL(server.superuserUrl);
    place.pathname = `/${name}`;
    url = place.href;
    admin = await open();
    await migrate(admin, CLOCK);
    if (folder) await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(join(tmpdir(), 'kompl-faults-'));
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  });

  async function newTenants(names: readonly string[]) {
    const migrations = await files;
    const made = [];
    for (const name of names) {
      const domain = `t${randomBytes(6).toString('hex')}.example`;
      made.push(await createTenant(admin, { name, domain, config: {}, licence: LICENCE }, { migrations }));
    }
    return made;
  }
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `Tenant ${n}`);

  async function addStep(file: string, up: string, down: string, data?: string) {
    await writeFile(join(folder, 'tenant', `${file}.up.sql`), up);
    await writeFile(join(folder, 'tenant', `${file}.down.sql`), down);
    if (data !== undefined) await writeFile(join(folder, 'tenant', `${file}.data.sql`), data);
  }

  /** Steps of every kind: heavy, cheap in batches, and a fill that would show if a batch ran twice. */
  async function addWork() {
    const rows = 'INSERT INTO {{schema}}.work (id) SELECT generate_series(1, 60);';
    const pause = 'SELECT pg_sleep(0.02);';
    await addStep(
      '0900_work',
      `CREATE TABLE {{schema}}.work (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0); ${rows} ${pause}`,
      'DROP TABLE {{schema}}.work;',
    );
    await addStep(
      '0901_note',
      "ALTER TABLE {{schema}}.work ADD COLUMN note text; COMMENT ON TABLE {{schema}}.work IS 'w';",
      'ALTER TABLE {{schema}}.work DROP COLUMN note;',
    );
    await addStep(
      '0902_count',
      `CREATE INDEX work_n_idx ON {{schema}}.work (n); ${pause}`,
      'DROP INDEX {{schema}}.work_n_idx;',
      `-- kompl: batch 15, pause 5
       WITH batch AS (SELECT id FROM {{schema}}.work WHERE {{after}} IS NULL OR id > {{after}}::integer ORDER BY id LIMIT {{limit}}),
       done AS (UPDATE {{schema}}.work w SET n = n + 1 FROM batch b WHERE w.id = b.id RETURNING w.id)
       SELECT (SELECT max(id)::text FROM batch) AS last, (SELECT count(*) FROM done) AS rows`,
    );
  }

  /** What the history says of each tenant is what is there; nothing is half. */
  async function expectConsistent(tenants: readonly { readonly id: string; readonly schema: string }[]) {
    for (const { id, schema } of tenants) {
      const [row] = await look(`SELECT
          coalesce(array_agg(version ORDER BY version) FILTER (WHERE version >= '0900'), '{}') AS history,
          to_regclass('${schema}.work') IS NOT NULL AS work,
          EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('${schema}.work') AND attname = 'note') AS note,
          to_regclass('${schema}.work_n_idx') IS NOT NULL AS index
        FROM private.migration_history WHERE tenant_id = '${id}' AND status = 'success'`);
      const history = row?.history as string[];
      expect(row).toMatchObject({
        work: history.includes('0900'),
        note: history.includes('0901'),
        index: history.includes('0902'),
      });
      expect(new Set(history).size).toBe(history.length);
      if (!history.includes('0902')) continue;
      const [rows] = await look(`SELECT max(n) AS most, count(*) FILTER (WHERE n = 1)::int AS done,
          coalesce((SELECT rows_done::int FROM private.data_migrations WHERE tenant_id = '${id}'), 0) AS told FROM ${schema}.work`);
      expect(Number(rows?.most)).toBeLessThanOrEqual(1);
      expect(rows?.done).toBe(rows?.told);
    }
  }

  /** Runs the process and kills it `delayMs` after its event number `events`; true where it came to its end first. */
  function runAndKill(events: number, delayMs: number): Promise<boolean> {
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, [runner, url, folder, '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
      let seen = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('\n').length - 1;
        if (seen >= events) setTimeout(() => child.kill('SIGKILL'), delayMs);
      });
      child.once('error', fail);
      child.once('close', (code, signal) => {
        if (signal === null && code !== 0) fail(new Error(`exit ${code}`));
        else done(signal === null);
      });
    });
  }

  it('a runner killed with -9 at many moments: nothing half, nothing twice, and the next one goes on', async () => {
    const tenants = await newTenants(numbered(7));
    await addWork();
    let kills = 0;
    for (let round = 0; !(await runAndKill(2 + (round % 4), (round * 7) % 23)); round += 1) {
      kills += 1;
      await expectConsistent(tenants);
    }
    expect(kills).toBeGreaterThan(3);
    await expectConsistent(tenants);
    for (const { schema } of tenants)
      expect(await look(`SELECT count(*)::int AS n FROM ${schema}.work WHERE n = 1`)).toEqual([{ n: 60 }]);
    expect((await status(admin, options())).current).toBe(true);
    const report = await verify(admin, { folder });
    expect(report.places.flatMap(({ differences }) => differences)).toEqual([]);
    expect(report.ok).toBe(true);
  });

  it('the server killed with -9 in the middle: the same, once it is there again', async () => {
    const tenants = await newTenants(numbered(4));
    await addWork();
    let applied = 0;
    let killing: Promise<void> | undefined;
    const run = migrateAll(() => open(), {
      ...options((event) => {
        if (event.kind === 'applied' && ++applied === 3) killing = server.kill9();
      }),
      parallel: 2,
    });
    await expect(run).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    await killing;
    await server.restart();
    admin = await open();
    await expectConsistent(tenants);
    expect((await migrateAll(() => open(), { ...options(), parallel: 2 })).failures).toEqual([]);
    await expectConsistent(tenants);
    expect((await verify(admin, { folder })).ok).toBe(true);
  });

  it.each([
    ['before the COMMIT arrives', false],
    ['after the COMMIT, before its answer', true],
  ])('a connection that dies %s: what is in force is looked up and said', async (_, kept) => {
    const [tenant] = await newTenants(['One']);
    if (!tenant) throw new Error('no tenant');
    await addStep('0900_work', 'CREATE TABLE {{schema}}.work (id integer PRIMARY KEY);', 'DROP TABLE {{schema}}.work;');
    const place = new URL(url);
    const proxy = await startTcpProxy({ host: place.hostname, port: Number(place.port) });
    place.port = String(proxy.port);
    let armed = false;
    const connect = async (): Promise<OwnedClient> => {
      const client = await open(place.href);
      return {
        end: () => client.end(),
        query: async (text: string, values?: unknown[]) => {
          if (text.includes('CREATE TABLE') && text.includes('.work')) armed = true;
          if (text !== 'COMMIT' || !armed) return values === undefined ? client.query(text) : client.query(text, values);
          armed = false;
          if (kept) await client.query(text);
          proxy.cut();
          throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        },
      };
    };
    const events: MigrationEvent[] = [];
    await expect(
      migrateAll(
        connect,
        options((event) => events.push(event)),
      ),
    ).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    expect(events.at(-1)).toEqual({ kind: 'lost', scope: 'tenant', tenantId: tenant.id, version: '0900', applied: kept });
    expect(await look(`SELECT to_regclass('${tenant.schema}.work') IS NOT NULL AS there`)).toEqual([{ there: kept }]);
    expect((await migrate(admin, options())).steps.length).toBe(kept ? 0 : 1);
    await proxy.stop();
  });

  it('two runners: the second waits, says so, and finds everything done', async () => {
    const tenants = await newTenants(numbered(3));
    await addWork();
    const second: MigrationEvent[] = [];
    const runs = await Promise.all([
      migrateAll(() => open(), { ...options(), parallel: 2 }),
      migrateAll(
        () => open(),
        options((event) => second.push(event)),
      ),
    ]);
    expect(runs.map(({ failures }) => failures)).toEqual([[], []]);
    const steps = runs.flatMap((run) => run.steps.map(({ tenantId, version }) => `${tenantId} ${version}`));
    expect(new Set(steps).size).toBe(steps.length);
    expect(runs.filter((run) => run.steps.length > 0).length).toBe(1);
    await expectConsistent(tenants);
  });

  it('names with quotes, semicolons and other scripts, 63 characters and more, never reach the SQL of a step', async () => {
    const names = [
      `O'Brien "& Sons"; DROP SCHEMA public CASCADE; --`,
      'Ünïcødé 株式会社 🏦',
      'x'.repeat(255),
      '{{schema}} $1 \\',
    ];
    const tenants = await newTenants(names);
    await addWork();
    const sent: string[] = [];
    const watching: OwnedClient = {
      end: async () => undefined,
      query: (text: string, values?: unknown[]) => {
        sent.push(text);
        return values === undefined ? admin.query(text) : admin.query(text, values);
      },
    };
    expect((await migrate(watching, options())).failures).toEqual([]);
    await expectConsistent(tenants);
    for (const name of names) expect(sent.some((text) => text.includes(name.slice(0, 12)))).toBe(false);
    const kept = await look('SELECT name FROM public.tenants');
    expect(kept.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect((await verify(admin, { folder })).ok).toBe(true);
  });

  it('a full disk: those that fitted are migrated, the others stay as they were, and go on when there is room', async (context) => {
    const disk = await mkdtemp(join(tmpdir(), 'kompl-disk-'));
    const mount = (size: string, more: readonly string[] = []) =>
      spawnSync('mount', ['-t', 'tmpfs', '-o', `${[...more, `size=${size}`].join(',')}`, 'tmpfs', disk]).status === 0;
    if (process.platform !== 'linux' || !mount('5m')) {
      await rm(disk, { recursive: true, force: true });
      context.skip('needs Linux and the right to mount a small disk');
    }
    try {
      const space = join(disk, 'space');
      await mkdir(space);
      chmodSync(disk, 0o777);
      spawnSync('chown', ['--reference', join(server.folder, 'data'), space]);
      await admin.query(`CREATE TABLESPACE small LOCATION '${space}'`);
      await admin.query('GRANT CREATE ON TABLESPACE small TO kompl_owner');
      const tenants = await newTenants(numbered(8));
      const fill = "INSERT INTO {{schema}}.big SELECT n, repeat('x', 1000) FROM generate_series(1, 1000) n;";
      await addStep(
        '0900_big',
        `CREATE TABLE {{schema}}.big (id integer, t text) TABLESPACE small; ${fill}`,
        'DROP TABLE {{schema}}.big;',
      );
      const report = await migrate(admin, options());
      expect(report.failures.length).toBeGreaterThan(0);
      expect(report.steps.length).toBeGreaterThan(0);
      expect(new Set(report.failures.map(({ sqlstate }) => sqlstate))).toEqual(new Set(['53100']));
      for (const { id, schema } of tenants) {
        const failed = report.failures.some(({ tenantId }) => tenantId === id);
        expect(await look(`SELECT to_regclass('${schema}.big') IS NULL AS old`)).toEqual([{ old: failed }]);
      }
      expect(mount('60m', ['remount'])).toBe(true);
      expect((await migrate(admin, options())).failures).toEqual([]);
      expect((await status(admin, options())).current).toBe(true);
      for (const { schema } of tenants) await admin.query(`DROP TABLE ${schema}.big`);
      await admin.query('DROP TABLESPACE small');
    } finally {
      spawnSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    }
  });
});
