/**
 * The PgBouncer set-up of docs/administrators.md, taken out of that page as it stands and run: whom it lets in, whom never.
 * Only names, addresses and certificates are those of this run.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, serverAccount } from '../../../../scripts/lib/server-folder.mjs';
import { TEST_PASSWORD, type TestDatabase, testServers, Workplace } from '../migrate/testing';
import { changeMyPassword, changePerson } from '.';

const url = process.env.KOMPL_TEST_PG_URL;
const login = `pgb_lookup_${randomBytes(4).toString('hex')}`;
const secret = randomBytes(12).toString('hex');

/** The first block of a kind after the heading of the page. */
function block(page: string, kind: string): string {
  const section = page.slice(page.indexOf('\n## PgBouncer'));
  const text = new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1];
  if (text === undefined) throw new Error(`no ${kind} block in the section about PgBouncer`);
  return text.replaceAll('a long random password', secret).replaceAll('pgb_lookup', login);
}

describe.each(testServers(['server']))('the documented PgBouncer', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;
  let folder: string;
  let port: number;
  let name: string;
  let stop: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    name = String((await at.look('SELECT current_database() AS name'))[0]?.name);
    const page = await readFile(resolve(import.meta.dirname, '../../../../docs/administrators.md'), 'utf8');
    await database.admin.query(block(page, 'sql'));

    const server = new URL(url ?? '');
    folder = await mkdtemp(join(tmpdir(), 'kompl-pooler-'));
    port = await freePort();
    const users = join(folder, 'userlist.txt');
    await writeFile(users, `"${login}" "${secret}"\n`);
    const ini = block(page, 'ini')
      .replace(/^grc = .*$/m, `${name} = host=${server.hostname} port=${server.port} dbname=${name}`)
      .replace(/^listen_addr = .*$/m, 'listen_addr = 127.0.0.1\nunix_socket_dir =')
      .replace(/^listen_port = .*$/m, `listen_port = ${port}`)
      .replace(/^auth_file = .*$/m, `auth_file = ${users}`)
      .replace(/^client_tls_sslmode = .*$/m, 'client_tls_sslmode = disable')
      .replace(/^client_tls_(cert|key)_file = .*\n/gm, '')
      .replace(/^server_tls_ca_file = .*$/m, `server_tls_ca_file = ${process.env.KOMPL_TEST_PG_CA}`);
    await writeFile(join(folder, 'pgbouncer.ini'), ini);
    const account = serverAccount();
    for (const file of [users, join(folder, 'pgbouncer.ini'), folder]) {
      await chmod(file, file === folder ? 0o700 : 0o600);
      if (account.uid !== undefined && account.gid !== undefined) await chown(file, account.uid, account.gid);
    }
    const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { ...account, cwd: folder, stdio: 'ignore' });
    const ended = new Promise((done) => child.once('exit', done));
    stop = async () => {
      child.kill('SIGTERM');
      await ended;
    };
    for (let tries = 0; tries < 100 && (await whoAmI(login, 'nothing')).includes('ECONNREFUSED'); tries++) await pause(50);
  });
  afterAll(async () => {
    await stop();
    if (database) await database.admin.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    await database?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** The login that the server sees, or why not. */
  async function whoAmI(user: string, password: string): Promise<string> {
    const client = new pg.Client({ host: '127.0.0.1', port, database: name, user, password, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return String((await client.query('SELECT session_user AS who')).rows[0]?.who);
    } catch (error) {
      return error instanceof Error ? `${'code' in error ? String(error.code) : ''} ${error.message}` : String(error);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  const REFUSED = /no such user|authentication failed/;

  it('lets a person in with their own password, as themselves', async () => {
    const { auditor } = at.a.people;
    expect(await whoAmI(auditor.dbRole, TEST_PASSWORD)).toBe(auditor.dbRole);
    expect(await whoAmI(auditor.dbRole, 'wrong')).toContain('SASL authentication failed');
  });

  it('lets no superuser in, no role of ours, nobody unknown', async () => {
    const server = new URL(url ?? '');
    expect(await whoAmI(server.username, decodeURIComponent(server.password))).toMatch(REFUSED);
    for (const role of ['kompl_owner', `${at.a.schema}_admin`, 'u_00000000000000000000000000000000']) {
      expect(await whoAmI(role, TEST_PASSWORD)).toMatch(REFUSED);
    }
  });

  it('gives nobody but its look-up login a verifier, and that login nothing else', async () => {
    const lookup = new pg.Client({
      connectionString: Object.assign(new URL(url ?? ''), { pathname: `/${name}`, username: login, password: secret }).href,
    });
    await lookup.connect();
    try {
      const { rows } = await lookup.query('SELECT username FROM public.pooler_lookup($1)', [at.a.people.risk.dbRole]);
      expect(rows).toEqual([{ username: at.a.people.risk.dbRole }]);
      for (const sql of [
        'SELECT * FROM public.users',
        `SELECT * FROM ${at.a.schema}.policies`,
        'SELECT rolpassword FROM pg_authid',
      ]) {
        await expect(lookup.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await lookup.end();
    }
    const { risk } = at.a.people;
    expect(await at.attempt(risk, `SELECT public.pooler_lookup('${risk.dbRole}')`)).toEqual({ refused: '42501' });
  });

  it('keeps a suspended person out, and takes a new password at once', async () => {
    const { compliance, viewer } = at.a.people;
    await changePerson(database.admin, 'suspend', compliance.id);
    expect(await whoAmI(compliance.dbRole, TEST_PASSWORD)).toMatch(REFUSED);
    await database.admin.query(`BEGIN; SET LOCAL app.person = '${viewer.id}'`);
    await changeMyPassword(database.admin, 'an entirely new password');
    await database.admin.query('COMMIT');
    expect(await whoAmI(viewer.dbRole, 'an entirely new password')).toBe(viewer.dbRole);
    expect(await whoAmI(viewer.dbRole, TEST_PASSWORD)).toMatch(REFUSED);
  });
});
