/** What happens when the server, the network or a sign-in fails: exact codes, no half work, and the way back by itself. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from './database';
import type { DatabaseState } from './monitor';
import type { ServerTarget } from './target';
import { createTestDatabase, type TestDatabase, testKinds } from './testing/databases';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy';

const scope = { personId: null, source: 'test' };
const FAST = { backoffMs: { first: 30, longest: 120 } };

function reaches(database: Database, state: DatabaseState['state']): Promise<DatabaseState> {
  return new Promise((resolve) => {
    if (database.state.state === state) return resolve(database.state);
    const stop = database.onState((next) => {
      if (next.state !== state) return;
      stop();
      resolve(next);
    });
  });
}

describe.runIf(testKinds().includes('server'))('a server behind a bad network', () => {
  let home: TestDatabase;
  let target: ServerTarget;
  let proxy: TcpProxy;
  const opened: Database[] = [];
  const open = async (options: DatabaseOptions = FAST, more: Partial<ServerTarget> = {}) => {
    const database = openDatabase({ ...target, port: proxy.port, ...more }, options);
    opened.push(database);
    await database.ready();
    // A pooled connection, so that its loss is noticed at once and not at the next heartbeat.
    await database.withPerson(scope, ({ query }) => query('SELECT 1'));
    return database;
  };

  beforeAll(async () => {
    home = await createTestDatabase('server');
    if (home.target.kind !== 'server') throw new Error('not a server');
    target = home.target;
    proxy = await startTcpProxy(target);
    const admin = openDatabase(target);
    await admin.admin((client) => client.query('CREATE TABLE public.rows (n integer PRIMARY KEY)'));
    await admin.close();
  });

  afterEach(async () => {
    proxy.silent = false;
    proxy.delayMs = 0;
    for (const database of opened.splice(0)) await database.close();
  });

  afterAll(async () => {
    await proxy.stop();
    await home.drop();
  });

  test('reads a row by key in one round trip, and commits behind its back', async () => {
    const database = await open();
    proxy.delayMs = 20;
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.bursts = 0;
    await database.withPerson({ ...scope, readOnly: true }, async ({ query }) => {
      await Promise.all([query('SELECT n FROM rows WHERE n = $1', [1]), query('SELECT 2')]);
      expect(proxy.bursts).toBe(1);
    });
    expect(proxy.bursts).toBe(1);
  });

  test('a connection cut inside a transaction loses the transaction, says so, and the next one works', async () => {
    const database = await open();
    const work = database.withPerson(scope, async ({ query }) => {
      await query('INSERT INTO rows VALUES (1)');
      proxy.cut();
      await query('INSERT INTO rows VALUES (2)');
    });
    await expect(work).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    const { rows } = await database.withPerson(scope, ({ query }) => query('SELECT n FROM rows'));
    expect(rows).toEqual([]);
  });

  test('a connection cut between the work and its COMMIT is not taken for a success', async () => {
    const database = await open();
    const work = database.withPerson(scope, async ({ query }) => {
      await query('INSERT INTO rows VALUES (3)');
      proxy.cut();
    });
    await expect(work).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
  });

  test('a terminated backend is replaced', async () => {
    const database = await open();
    const work = database.withPerson(scope, ({ query }) => query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(work).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    await expect(database.withPerson(scope, ({ query }) => query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
  });

  test('goes offline when the server has gone, refuses at once, and returns by itself', async () => {
    const database = await open();
    const seen: string[] = [];
    database.onState(({ state }) => seen.push(state));
    const offline = reaches(database, 'offline');
    await proxy.stop();
    const state = await offline;
    expect(state.error?.code).toMatch(/SERVER_UNREACHABLE|SERVER_CLOSED/);
    expect(state.nextTryAt).not.toBeNull();
    await expect(database.withPerson(scope, ({ query }) => query('SELECT 1'))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    });
    await proxy.resume();
    await reaches(database, 'online');
    await expect(database.withPerson(scope, ({ query }) => query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
    expect(seen.at(-1)).toBe('online');
  });

  test('a server that falls silent ends the wait with SERVER_TIMEOUT', async () => {
    const database = await open({ ...FAST, limits: { statementMs: 200, lockMs: 200, idleMs: 5_000, silenceMs: 400 } });
    proxy.silent = true;
    const work = database.withPerson(scope, ({ query }) => query('SELECT 1'));
    await expect(work).rejects.toMatchObject({ code: 'SERVER_TIMEOUT' });
  });

  test('a slow statement ends with SERVER_TIMEOUT and leaves the connection in use', async () => {
    const database = await open({ ...FAST, limits: { statementMs: 100, lockMs: 100, idleMs: 5_000, silenceMs: 5_000 } });
    await expect(database.withPerson(scope, ({ query }) => query('SELECT pg_sleep(5)'))).rejects.toMatchObject({
      code: 'SERVER_TIMEOUT',
      details: { sqlState: '57014' },
    });
    expect(database.state.state).toBe('online');
  });

  test('replaced connections end running work and serve what comes next', async () => {
    const database = await open();
    const work = database.withPerson(scope, ({ query }) => query('SELECT pg_sleep(30)'));
    const ended = expect(work).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(database.replace()).resolves.toMatchObject({ state: 'online' });
    await ended;
    await expect(database.withPerson(scope, ({ query }) => query('SELECT 1'))).resolves.toMatchObject({ rowCount: 1 });
  });

  test('a wrong password is a failure that is not repeated', async () => {
    const database = openDatabase({ ...target, password: 'wrong' }, FAST);
    opened.push(database);
    await expect(database.ready()).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(database.state).toMatchObject({ state: 'failed', nextTryAt: null, error: { code: 'SIGN_IN_REFUSED' } });
    await expect(database.withPerson(scope, async () => 1)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });

  test('a missing database is a failure', async () => {
    const database = openDatabase({ ...target, database: 'not_there' }, FAST);
    opened.push(database);
    await expect(database.ready()).rejects.toMatchObject({ code: 'DATABASE_MISSING' });
    expect(database.state.state).toBe('failed');
  });

  test('a port that nobody listens on is offline, with a next try', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const database = openDatabase({ ...target, port }, FAST);
    opened.push(database);
    await expect(database.ready()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(database.state).toMatchObject({ state: 'offline', error: { code: 'SERVER_UNREACHABLE' } });
  });

  test('anything less than verify-full to another machine is refused', async () => {
    for (const mode of ['disable', 'require', 'verify-ca'] as const) {
      const database = openDatabase({ ...target, host: 'db.example.org', tls: { mode } }, FAST);
      opened.push(database);
      await expect(database.ready()).rejects.toMatchObject({ code: 'TLS_REQUIRED' });
    }
  });

  test('work that waits for a connection in vain hears that the server is busy', async () => {
    const database = await open({ ...FAST, connectMs: 3_000 }, { poolSize: 1 });
    let let_go: () => void = () => undefined;
    const first = database.withPerson(scope, async ({ query }) => {
      await query('SELECT 1');
      await new Promise<void>((resolve) => {
        let_go = resolve;
      });
    });
    await expect(database.withPerson(scope, async () => 1)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
    let_go();
    await first;
  });

  test('a pool that is closed takes nothing more', async () => {
    const database = await open();
    await database.close();
    await expect(database.withPerson(scope, async () => 1)).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    await expect(database.connectAdmin()).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
  });
});

test('something that is no PostgreSQL does not hang the opener', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const database = openDatabase(
    { kind: 'server', host: '127.0.0.1', port, database: 'x', user: 'x', password: 'x', tls: { mode: 'disable' } },
    { ...FAST, connectMs: 500 },
  );
  await expect(database.ready()).rejects.toMatchObject({ code: expect.stringMatching(/SERVER_(TIMEOUT|CLOSED|UNREACHABLE)/) });
  await database.close();
  server.close();
});
