/** `kompl db …` as an administrator types it: plan, migrate, status, verify, rollback; and what a person may not. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMigrations } from '@main/db/migrate';
import { createTestDatabase, embeddedFolder, type TestDatabase, testKinds } from '@main/db/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationsFolder } from './folders';
import { dropRoles, typed, urlOf } from './testing';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('kompl db on %s', (kind) => {
  let place: TestDatabase | null = null;
  let where: readonly string[];
  let folder: string;
  let tenant: string;
  const email = `ana.${process.pid}.${Date.now().toString(36)}@db.example`;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-db-'));
    if (kind === 'embedded') where = ['--data-dir', await embeddedFolder()];
    else {
      place = await createTestDatabase(kind);
      where = ['--database', urlOf(place)];
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    if (kind === 'embedded') await rm(where[1] ?? '', { recursive: true, force: true });
    if (place) await dropRoles(place);
    await place?.drop();
  });

  const kompl = (line: string, input = '') => typed(line, where, folder, input);
  async function json(line: string, input = ''): Promise<Record<string, unknown>> {
    const { code, out, err } = await kompl(`${line} --json`, input);
    if (code !== 0) throw new Error(`exit ${code}: ${err}${out}`);
    expect(out.trim().split('\n').length).toBe(1);
    return JSON.parse(out);
  }

  it('plans an empty database, migrates it with progress on standard error, and has nothing more to do', async () => {
    const planned = await json('db migrate --dry-run');
    expect(planned).toMatchObject({ dryRun: true, tenants: 0 });
    const text = (await kompl('db migrate --dry-run')).out;
    expect(text).toContain('-- private/0001_migration_history');
    expect(text).toContain('Nothing was changed.');
    const done = await kompl('db migrate --json');
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('public 0001 registry') });
    expect((await kompl('db migrate --dry-run')).out).toBe('-- Nothing to do.\n');
    expect((await kompl('db migrate')).out).toContain('Nothing to do');
  });

  it('verifies, with exit code 1 and the object where something differs', async () => {
    tenant = String((await json('tenant create --name Bank --domain bank.example')).id);
    await json(`user create --tenant ${tenant} --email ${email} --role auditor --password-stdin`, 'a long enough password');
    expect(await json('db verify')).toMatchObject({ ok: true, orphans: [] });
    expect((await kompl(`db verify --tenant bank.example`)).out).toMatch(/^Sound: \d+ objects in 3 places/m);
  });

  it("runs a tenant's own steps, and takes them back only with --yes where that loses data", async () => {
    const own = join(folder, 'own', `tenant_${tenant.replaceAll('-', '')}`);
    await mkdir(own, { recursive: true });
    await writeFile(
      join(own, '0001_weight.up.sql'),
      'CREATE TABLE {{schema}}.own_notes (id uuid PRIMARY KEY);\nINSERT INTO {{schema}}.own_notes VALUES (gen_random_uuid());',
    );
    await writeFile(join(own, '0001_weight.down.sql'), 'DROP TABLE {{schema}}.own_notes;');
    expect(await json('db migrate --extra own')).toMatchObject({
      applied: [{ tenantId: tenant, version: 'x0001', name: 'weight' }],
    });
    expect((await kompl('db status')).out).toContain('and its own x0001');
    const back = `db rollback --scope tenant --tenant ${tenant} --to x0000 --extra own`;
    expect((await kompl(`${back} --dry-run`)).out).toContain('-- would lose tenant');
    const refused = await kompl(back);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('table own_notes with 1 rows');
    expect(refused.err).toContain('--yes');
    expect(await json(`${back} --yes`)).toMatchObject({
      reverted: [{ version: 'x0001' }],
      lost: [expect.stringContaining('own_notes')],
    });
  });

  it('refuses what cannot be meant', async () => {
    for (const [line, reason] of [
      ['db rollback --scope everything --to 0001', '--scope is one of'],
      ['db rollback --scope tenant --to one', '--to is a version'],
      ['db rollback --scope public --to 0001 --tenant x', '--tenant goes with'],
      ['db migrate --parallel 0', '--parallel is a number'],
    ] as const) {
      expect(await kompl(line)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) });
    }
    expect(await kompl("db migrate --tenant x';DROP")).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no tenant'),
    });
  });

  it.skipIf(kind === 'embedded')('a person is refused; with a schema of another version they read and do not write', async () => {
    if (!place) throw new Error('no server');
    const admin = new pg.Client({ connectionString: urlOf(place) });
    await admin.connect();
    const login = (await admin.query('SELECT db_role FROM public.users')).rows[0].db_role;
    const own = where;
    where = ['--database', urlOf(place).replace(/\/\/[^@]+@/, `//${login}:${encodeURIComponent('a long enough password')}@`)];
    expect(await kompl('db verify')).toMatchObject({ code: 1, out: '' });
    await admin.query(`INSERT INTO private.migration_history (version, description, scope, checksum, duration_ms)
      VALUES ('9999', 'tomorrow', 'public', repeat('0', 64), 1)`);
    expect((await json(`list findings --tenant ${tenant}`)).total).toBe(0);
    const line = `user create --tenant ${tenant} --email b.${email} --role viewer --password-stdin`;
    expect(await kompl(line, 'a long enough password')).toMatchObject({
      code: 1,
      err: expect.stringContaining('The database is newer than this version'),
    });
    await admin.query("DELETE FROM private.migration_history WHERE version = '9999'");
    await admin.end();
    where = own;
  });

  it('knows every version that there is a file for', async () => {
    const files = await loadMigrations(migrationsFolder());
    expect(await json('db status')).toMatchObject({
      current: true,
      public: { version: files.public.at(-1)?.version },
      private: { version: files.private.at(-1)?.version },
    });
  });
});
