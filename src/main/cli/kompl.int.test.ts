/** The real program, spawned as a script would, on an embedded workspace and on PostgreSQL with each person's own login. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dbRoleOf } from '@main/db/provision';
import { createTestDatabase, embeddedFolder, type TestDatabase, testKinds } from '@main/db/testing';
import { smallCatalog } from '@main/domains/regops/oscal/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = resolve(import.meta.dirname, '../../../scripts/kompl.mjs');
const PASSWORD = 'a long enough password';

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function run(args: readonly string[], { input = '', env = {} }: RunOptions = {}): Promise<Outcome> {
  return new Promise((done, fail) => {
    const { KOMPL_DATABASE_URL: _url, KOMPL_PASSWORD: _password, npm_lifecycle_event: _event, ...rest } = process.env;
    const child = spawn(process.execPath, [program, ...args], { env: { ...rest, ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', fail);
    child.once('close', (code) => done({ code, out, err }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

const json = (outcome: Outcome): Record<string, unknown> => {
  if (outcome.code !== 0) throw new Error(`exit ${outcome.code}: ${outcome.err}`);
  expect(outcome.out.trim().split('\n')).toHaveLength(1);
  return JSON.parse(outcome.out);
};

const serial = `${process.pid}-${Date.now().toString(36)}`;
const auditor = `ana.${serial}@cli.example`;
const viewer = `vera.${serial}@cli.example`;

describe('the command line without a database', () => {
  it('explains itself, and refuses what it does not know', async () => {
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('import oscal --tenant ID');
    expect(await run(['fly', '--json'])).toEqual({ code: 2, out: '', err: expect.stringContaining('there is no command “fly”') });
  });

  it('refuses a server on another machine without the full check of its certificate', async () => {
    const outcome = await run(['db', 'status', '--database', 'postgres://kate:secret@db.invalid/grc?sslmode=require', '--json']);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain('sslmode=verify-full');
    expect(outcome.err).not.toContain('secret');
  });
});

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('the command line on %s', (kind) => {
  let place: TestDatabase | null = null;
  let files: string;
  let catalogue: string;
  let where: readonly string[];
  let tenant: string;

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'kompl-cli-'));
    catalogue = join(files, 'rules.json');
    await writeFile(catalogue, JSON.stringify(smallCatalog()));
    if (kind === 'embedded') where = ['--data-dir', await embeddedFolder()];
    else {
      place = await createTestDatabase(kind);
      where = ['--database', urlOf(place)];
    }
  });

  afterAll(async () => {
    await rm(files, { recursive: true, force: true });
    if (kind === 'embedded') await rm(where[1] ?? '', { recursive: true, force: true });
    if (place) {
      await dropRoles(place);
      await place.drop();
    }
  });

  /** Starting the embedded server takes seconds each time, so what has nothing to do with the kind of server is tried once. */
  const thorough = kind === 'server';

  const kompl = (args: readonly string[], options?: RunOptions) => run([...args, ...where, '--json'], options);

  it('tells that there is no schema yet, makes it, and makes it once', async () => {
    expect(await kompl(['tenant', 'list'])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('kompl db migrate') });
    expect(json(await kompl(['db', 'migrate']))).toMatchObject({ tenants: 0 });
    if (thorough) expect(json(await kompl(['db', 'migrate']))).toMatchObject({ applied: [], tenants: 0, failures: [] });
    expect(json(await kompl(['db', 'status']))).toMatchObject({ current: true, tenants: [] });
  });

  it('creates a tenant and persons', async () => {
    const made = json(await kompl(['tenant', 'create', '--name', 'Command Line AG', '--domain', `cli-${serial}.example`]));
    expect(made).toMatchObject({ domain: `cli-${serial}.example`, records: 0, administrator: null });
    tenant = String(made.id);
    expect(made.schema).toBe(`tenant_${tenant.replaceAll('-', '')}`);
    expect(json(await kompl(['tenant', 'list']))).toMatchObject({ tenants: [{ id: tenant, name: 'Command Line AG' }] });
    const user = (email: string, role: string, input = `${PASSWORD}\n`) =>
      kompl(['user', 'create', '--tenant', tenant, '--email', email, '--role', role, '--password-stdin'], { input });
    const ana = json(await user(auditor.toUpperCase(), 'auditor'));
    expect(ana).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: auditor, dbRole: dbRoleOf(auditor) });
    json(await user(viewer, 'viewer'));
    if (!thorough) return;
    const again = await kompl(['tenant', 'create', '--name', 'X', '--domain', `cli-${serial}.example`]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining(`cli-${serial}.example belongs to a tenant already`) });
    expect(await user(`w.${serial}@cli.example`, 'viewer', 'short')).toMatchObject({
      code: 1,
      err: expect.stringContaining('at least 12 characters'),
    });
    expect(await user(`w.${serial}@cli.example`, 'boss')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--role is one of'),
    });
  });

  it('imports, says what it would change, and changes nothing the second time', async () => {
    const imported = (...more: string[]) => kompl(['import', 'oscal', '--tenant', tenant, '--as', auditor, catalogue, ...more]);
    const counts = { groups: 1, controls: 2, enhancements: 1, parts: 10 };
    const regulation = { id: null, name: 'House Rules', version: '1.0' };
    expect(json(await imported('--dry-run'))).toEqual({ regulation, counts, changed: { created: 14, updated: 0, unchanged: 0 } });
    const first = json(await imported());
    expect(first).toMatchObject({ counts, changed: { created: 14, updated: 0, unchanged: 0 } });
    expect(json(await imported())).toEqual({ ...first, changed: { created: 0, updated: 0, unchanged: 14 } });
    if (thorough)
      expect(json(await imported('--dry-run'))).toMatchObject({ regulation: first.regulation, changed: { unchanged: 14 } });
  });

  it('lists what the person may read, and gives the catalogue back', async () => {
    const list = (entity: string, ...more: string[]) => kompl(['list', entity, '--tenant', tenant, '--as', viewer, ...more]);
    const regulations = json(await list('regulations'));
    expect(regulations).toMatchObject({ total: 1, rows: [{ name: 'House Rules', version: '1.0' }] });
    expect(json(await list('control-requirements'))).toMatchObject({ total: 2 });
    expect(json(await list('requirements', '--limit', '3'))).toMatchObject({ total: 14, rows: { length: 3 } });
    const [row] = regulations.rows as { id: string }[];
    const exported = json(await kompl(['export', 'oscal', '--tenant', tenant, '--regulation', row?.id ?? '']));
    expect(exported).toEqual(smallCatalog());
  });

  it('refuses with one sentence and leaves standard output empty', async () => {
    const attempt = async (as: string | null, file: string, id = tenant) => {
      const outcome = await kompl(['import', 'oscal', '--tenant', id, ...(as === null ? [] : ['--as', as]), file]);
      expect(outcome.out).toBe('');
      expect(outcome.err).not.toMatch(/ {4}at |node_modules|\.ts:\d/);
      return [outcome.code, outcome.err.split('\n')[0]];
    };
    const broken = join(files, 'broken.json');
    await writeFile(broken, '{"catalog": {');
    const foreign = join(files, 'profile.json');
    await writeFile(foreign, '{"profile": {}}');
    expect(await attempt(viewer, catalogue)).toEqual([1, expect.stringContaining('The role Viewer does not allow this')]);
    expect(await attempt(`nobody.${serial}@cli.example`, catalogue)).toEqual([1, expect.stringContaining('No person is called')]);
    if (!thorough) return;
    expect(await attempt(auditor, join(files, 'none.json'))).toEqual([1, expect.stringContaining('none.json cannot be read')]);
    expect(await attempt(auditor, broken)).toEqual([1, expect.stringContaining('at line 1, column 14')]);
    expect(await attempt(auditor, foreign)).toEqual([1, expect.stringContaining('It is an OSCAL profile')]);
    expect(await attempt(auditor, catalogue, '11111111-1111-4111-8111-111111111111')).toEqual([
      1,
      expect.stringContaining('There is no tenant'),
    ]);
    expect(await attempt(null, catalogue)).toEqual([2, expect.stringContaining('--as EMAIL')]);
  });

  if (kind === 'server') {
    const own = (email: string | null, password: string | null) => {
      const url = new URL(where[1] ?? '');
      url.username = email === null ? '' : encodeURIComponent(email);
      url.password = password === null ? '' : encodeURIComponent(password);
      return ['--database', url.href, '--json'];
    };
    const importAs = (connection: readonly string[], as: string | null, env: Record<string, string> = {}) =>
      run(['import', 'oscal', '--tenant', tenant, ...(as === null ? [] : ['--as', as]), catalogue, ...connection], { env });

    it('signs a person in with their own password, by URL, by KOMPL_PASSWORD, or not at all', async () => {
      expect(json(await importAs(own(auditor, PASSWORD), null))).toMatchObject({ changed: { unchanged: 14 } });
      expect(json(await importAs(own(null, null), auditor, { KOMPL_PASSWORD: PASSWORD }))).toMatchObject({
        changed: { unchanged: 14 },
      });
      expect(await importAs(own(null, null), auditor, { KOMPL_PASSWORD: 'wrong password' })).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('do not match'),
      });
      expect(await importAs(own(null, null), auditor)).toMatchObject({
        code: 1,
        err: expect.stringContaining('A password is needed'),
      });
    });

    it('gives a person no way to act for another or for the platform', async () => {
      expect(await importAs(own(viewer, PASSWORD), auditor)).toMatchObject({ code: 1, out: '' });
      for (const args of [
        ['db', 'migrate'],
        ['db', 'status'],
        ['tenant', 'list'],
        ['tenant', 'create', '--name', 'X', '--domain', 'x.example'],
      ]) {
        expect(await run([...args, ...own(auditor, PASSWORD)])).toMatchObject({
          code: 1,
          out: '',
          err: expect.stringContaining('does not allow'),
        });
      }
      const args = [
        'user',
        'create',
        '--tenant',
        tenant,
        '--email',
        `y.${serial}@cli.example`,
        '--role',
        'admin',
        '--password-stdin',
      ];
      expect(await run([...args, ...own(auditor, PASSWORD)], { input: PASSWORD })).toMatchObject({ code: 1, out: '' });
    });

    it('records an administrator who acts for a person as such', async () => {
      const client = new pg.Client({ connectionString: where[1] ?? '' });
      await client.connect();
      const { rows } = await client.query(
        `SELECT DISTINCT l.login::text, u.email, l.source FROM tenant_${tenant.replaceAll('-', '')}.audit_log l JOIN public.users u ON u.id = l.actor`,
      );
      await client.end();
      expect(rows).toEqual([{ login: new URL(where[1] ?? '').username, email: auditor, source: 'kompl-cli/0.1.0' }]);
    });
  }
});

function urlOf(place: TestDatabase): string {
  const { target } = place;
  if (target.kind !== 'server') throw new TypeError('not a server');
  return `postgres://${encodeURIComponent(target.user)}:${encodeURIComponent(target.password)}@${target.host}:${target.port}/${target.database}`;
}

/** Roles belong to the cluster and outlive the test's database. */
async function dropRoles(place: TestDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(place) });
  await client.connect();
  const { rows } = await client.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
       OR rolname LIKE ANY (SELECT 'tenant\\_' || replace(id::text, '-', '') || '\\_%' FROM public.tenants)`,
  );
  for (const { rolname } of rows) await client.query(`DROP OWNED BY ${rolname} CASCADE; DROP ROLE ${rolname}`);
  await client.end();
}
