/** Every way in which a server can be unreachable, untrusted or unfit, each told apart. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from './database';
import { type DetailedDiagnosis, diagnose } from './diagnose';
import type { ServerTarget, TlsMode } from './target';
import { createTestDatabase, type TestDatabase, testKinds } from './testing';

const run = promisify(execFile);
const step = (diagnosis: DetailedDiagnosis, key: string) => diagnosis.steps.find((one) => one.key === key);
const at = (port: number, mode: TlsMode, more: Partial<ServerTarget> = {}): ServerTarget => ({
  kind: 'server',
  host: '127.0.0.1',
  port,
  database: 'postgres',
  user: '',
  password: '',
  tls: { mode },
  ...more,
});

describe('certificates', () => {
  let folder: string;
  const servers: Server[] = [];
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-tls-'));
    for (const ca of ['ca', 'other-ca']) {
      await openssl('req', '-x509', ...key, '-days', '3', '-subj', `/CN=${ca}`, '-keyout', `${ca}.key`, '-out', `${ca}.crt`);
    }
    await openssl('req', '-new', ...key, '-subj', '/CN=x', '-keyout', 'server.key', '-out', 'server.csr');
    await writeFile(file('here.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    await writeFile(file('elsewhere.ext'), 'subjectAltName=DNS:db.example.org,DNS:db2.example.org');
    const sign = (name: string, extension: string, days: string) =>
      openssl(
        ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-days', days, '-extfile', extension, '-out', `${name}.crt`],
      );
    await sign('good', 'here.ext', '3');
    await sign('elsewhere', 'elsewhere.ext', '3');
    await sign('expired', 'here.ext', '-1');
    await openssl('req', '-x509', '-key', 'server.key', '-days', '3', '-subj', '/CN=self', '-out', 'self.crt');
  });

  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function serve(onRequest: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => onRequest(socket));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function withCertificate(name: string): Promise<number> {
    const [cert, privateKey] = await Promise.all([readFile(file(`${name}.crt`)), readFile(file('server.key'))]);
    return serve((socket) => {
      socket.write('S');
      new TLSSocket(socket, { isServer: true, cert, key: privateKey }).on('error', () => undefined);
    });
  }

  const verify = (port: number, mode: TlsMode = 'verify-full', ca = 'ca.crt') =>
    diagnose(at(port, mode, { tls: { mode, caFile: file(ca) } }));

  test('a good certificate is good', async () => {
    const diagnosis = await verify(await withCertificate('good'));
    expect(step(diagnosis, 'tls')).toMatchObject({ ok: true });
    expect(step(diagnosis, 'signIn')).toMatchObject({ ok: null });
    expect(diagnosis.ok).toBe(true);
    expect(diagnosis.latencyMs).toBeGreaterThan(0);
  });

  test.each([
    ['elsewhere', 'TLS_NAME_MISMATCH', { reason: 'ERR_TLS_CERT_ALTNAME_INVALID', names: ['db.example.org', 'db2.example.org'] }],
    ['expired', 'TLS_UNTRUSTED', { reason: 'CERT_HAS_EXPIRED' }],
    ['self', 'TLS_UNTRUSTED', { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ])('a certificate that is %s is told as %s', async (name, code, details) => {
    const port = await withCertificate(name);
    expect(step(await verify(port), 'tls')).toMatchObject({ ok: false, code, details });
    const database = openDatabase(at(port, 'verify-full', { user: 'x', tls: { mode: 'verify-full', caFile: file('ca.crt') } }));
    await expect(database.ready()).rejects.toMatchObject({ code });
    expect(database.state.state).toBe('failed');
    await database.close();
  });

  test('an authority that is not trusted is told from a name that does not fit', async () => {
    const port = await withCertificate('good');
    expect(step(await verify(port, 'verify-full', 'other-ca.crt'), 'tls')).toMatchObject({
      ok: false,
      code: 'TLS_UNTRUSTED',
      details: { issuer: 'ca' },
    });
    const publicOnly = await diagnose(at(port, 'verify-full'));
    expect(step(publicOnly, 'tls')).toMatchObject({ ok: false, code: 'TLS_UNTRUSTED' });
  });

  test('verify-ca forgives the name, require forgives all, on this machine only', async () => {
    const elsewhere = await withCertificate('elsewhere');
    expect(step(await verify(elsewhere, 'verify-ca'), 'tls')).toMatchObject({ ok: true });
    expect(step(await verify(await withCertificate('expired'), 'verify-ca'), 'tls')).toMatchObject({ ok: false });
    expect(step(await verify(await withCertificate('self'), 'require'), 'tls')).toMatchObject({ ok: true });
  });

  test('a bad CA file is refused before anything is sent', async () => {
    await writeFile(file('nothing.pem'), 'no certificate here');
    await writeFile(file('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const port = await withCertificate('good');
    for (const name of ['nothing.pem', 'broken.pem', 'not-there.pem']) {
      expect(step(await verify(port, 'verify-full', name), 'tls')).toMatchObject({
        ok: false,
        code: 'CA_FILE_INVALID',
        details: { file: name },
      });
    }
  });

  test('a server without TLS, one that is no PostgreSQL, one that hangs up and one that never speaks are told apart', async () => {
    const without = await serve((socket) => socket.write('N'));
    expect(step(await diagnose(at(without, 'require')), 'tls')).toMatchObject({ ok: false, code: 'TLS_UNSUPPORTED' });
    const database = openDatabase(at(without, 'require', { user: 'x' }));
    await expect(database.ready()).rejects.toMatchObject({ code: 'TLS_UNSUPPORTED' });
    await database.close();
    const web = await serve((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(step(await diagnose(at(web, 'require')), 'tls')).toMatchObject({
      ok: false,
      code: 'SERVER_UNREACHABLE',
      text: 'Something else than PostgreSQL answers there. Check the port.',
    });
    const rude = await serve((socket) => socket.destroy());
    expect(step(await diagnose(at(rude, 'require')), 'tls')).toMatchObject({ ok: false, code: 'SERVER_CLOSED' });
    const mute = await serve(() => undefined);
    expect(step(await diagnose(at(mute, 'require'), { timeoutMs: 150 }), 'tls')).toMatchObject({
      ok: false,
      code: 'SERVER_TIMEOUT',
    });
  });
});

describe('names and ports', () => {
  test('a name that nobody has', async () => {
    const diagnosis = await diagnose(at(5432, 'verify-full', { host: 'no-such-host.invalid' }));
    expect(step(diagnosis, 'resolve')).toMatchObject({
      ok: false,
      code: 'HOST_UNKNOWN',
      details: { host: 'no-such-host.invalid' },
    });
    expect(step(diagnosis, 'connect')).toMatchObject({ ok: null });
    expect(diagnosis.ok).toBe(false);
  });

  test('a port that nobody listens on', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(step(await diagnose(at(port, 'disable')), 'connect')).toMatchObject({ ok: false, code: 'SERVER_UNREACHABLE' });
  });

  test('less than verify-full to another machine is refused whatever the server says', async () => {
    const diagnosis = await diagnose(at(9, 'require', { host: '192.0.2.1' }), { timeoutMs: 50 });
    expect(diagnosis.ok).toBe(false);
  });
});

describe.runIf(testKinds().includes('server'))('a real server', () => {
  let home: TestDatabase;
  let target: ServerTarget;
  const ca = process.env.KOMPL_TEST_PG_CA ?? '';

  beforeAll(async () => {
    home = await createTestDatabase('server');
    if (home.target.kind !== 'server') throw new Error('not a server');
    target = { ...home.target, tls: { mode: 'verify-full', caFile: ca } };
  });
  afterAll(() => home.drop());

  test('goes through all steps and stops at the first that fails', async () => {
    const empty = await diagnose(target);
    expect(empty.steps.map(({ key, ok }) => [key, ok])).toEqual([
      ['resolve', true],
      ['connect', true],
      ['tls', true],
      ['signIn', true],
      ['version', true],
      ['extension', false],
      ['schema', null],
    ]);
    expect(step(empty, 'extension')).toMatchObject({
      code: 'EXTENSION_MISSING',
      details: { extension: 'vector', available: true },
    });
    const database = openDatabase(target);
    await database.admin((client) => client.query('CREATE EXTENSION vector'));
    expect(step(await diagnose(target), 'schema')).toMatchObject({ ok: false, code: 'SCHEMA_MISSING' });
    await database.admin((client) =>
      client.query(`CREATE FUNCTION public.schema_versions() RETURNS TABLE (scope text, tenant_id uuid, version text)
        LANGUAGE sql AS $$ VALUES ('public', null::uuid, '0003'), ('tenant', gen_random_uuid(), '0002') $$`),
    );
    expect(await diagnose(target)).toMatchObject({ ok: true });
    const expected = { public: '0003', private: '0001', tenant: '0002' };
    expect(step(await diagnose(target, { expected }), 'schema')).toMatchObject({ ok: true });
    expect(step(await diagnose(target, { expected: { ...expected, tenant: '0004' } }), 'schema')).toMatchObject({
      code: 'SCHEMA_OLDER',
    });
    expect(step(await diagnose(target, { expected: { ...expected, public: '0002' } }), 'schema')).toMatchObject({
      code: 'SCHEMA_NEWER',
    });
    await database.close();
  });

  test('a wrong password, an unknown person and a missing database are told apart where the server does', async () => {
    expect(step(await diagnose({ ...target, password: 'wrong' }), 'signIn')).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(step(await diagnose({ ...target, user: 'nobody' }), 'signIn')).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(step(await diagnose({ ...target, database: 'not_there' }), 'signIn')).toMatchObject({ code: 'DATABASE_MISSING' });
  });

  test.runIf(testKinds().includes('pgbouncer'))('the same through PgBouncer', async () => {
    const login = `u_${randomBytes(16).toString('hex')}`;
    const bouncer = {
      ...target,
      host: process.env.KOMPL_TEST_PGBOUNCER_HOST ?? '',
      port: Number(process.env.KOMPL_TEST_PGBOUNCER_PORT),
    };
    const database = openDatabase(target);
    await database.admin((client) => client.query(`CREATE ROLE ${login} LOGIN PASSWORD 'right'`));
    const known = await diagnose({ ...bouncer, user: login, password: 'right' });
    expect(step(known, 'signIn')).toMatchObject({ ok: true });
    for (const wrong of [{ user: login, password: 'wrong' }, { user: 'nobody' }]) {
      const diagnosis = await diagnose({ ...bouncer, ...wrong });
      expect(step(diagnosis, 'tls')).toMatchObject({ ok: true });
      expect(step(diagnosis, 'signIn')).toMatchObject({ ok: false, code: 'SIGN_IN_REFUSED' });
    }
    await database.admin((client) => client.query(`DROP ROLE ${login}`));
    await database.close();
  });
});
