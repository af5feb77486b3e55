/** The embedded server's own process: killed, doubled, orphaned, on a damaged folder. Nothing acknowledged is ever lost. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../database';
import { bundleEmbeddedEntry } from '../testing/bundle';
import { embeddedFolder } from '../testing/databases';
import { EmbeddedClient } from './client';
import { clusterFolder } from './engine';
import { type EmbeddedTransport, forkTransport } from './transport';

let entry: string;
const folders: string[] = [];

beforeAll(async () => {
  entry = await bundleEmbeddedEntry();
});

afterAll(async () => {
  await rm(join(entry, '..'), { recursive: true, force: true });
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const path = await embeddedFolder();
  folders.push(path);
  return path;
}

async function lockOwner(dataDir: string): Promise<number> {
  const lock: { pid: number } = JSON.parse(await readFile(join(dataDir, 'lock.json'), 'utf8'));
  return lock.pid;
}

async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const scope = { personId: null, source: 'test' };

test('kill -9 in the middle of writes loses no acknowledged row, over ten lives of the server', async () => {
  const dataDir = await folder();
  const database = openDatabase(
    { kind: 'embedded', dataDir, transport: forkTransport(entry) },
    { backoffMs: { first: 10, longest: 50 } },
  );
  await database.ready();
  await database.admin((client) => client.query('CREATE TABLE public.kept (n integer PRIMARY KEY, filler text)'));
  const acknowledged = new Set<number>();
  let next = 0;
  for (let life = 0; life < 10; life++) {
    const pid = await lockOwner(dataDir);
    const writers = Array.from({ length: 4 }, async () => {
      for (;;) {
        const n = next++;
        try {
          await database.withPerson(scope, ({ query }) => query('INSERT INTO kept VALUES ($1, $2)', [n, 'x'.repeat(500)]));
          acknowledged.add(n);
        } catch {
          return;
        }
      }
    });
    const target = acknowledged.size + 15 + life * 7;
    while (acknowledged.size < target) await new Promise((resolve) => setTimeout(resolve, 1));
    process.kill(pid, 'SIGKILL');
    await Promise.all(writers);
    await ended(pid);
    while (database.state.state !== 'online') await new Promise((resolve) => setTimeout(resolve, 10));
    const { rows } = await database.withPerson(scope, ({ query }) => query<{ n: number }>('SELECT n FROM kept'));
    const kept = new Set(rows.map(({ n }) => n));
    expect([...acknowledged].filter((n) => !kept.has(n))).toEqual([]);
  }
  await database.close();
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(false);
}, 600_000);

test('a second opener is refused while the first lives, and let in after it has ended', async () => {
  const dataDir = await folder();
  const first = await EmbeddedClient.start(forkTransport(entry), { dataDir });
  const pid = await lockOwner(dataDir);
  await expect(EmbeddedClient.start(forkTransport(entry), { dataDir })).rejects.toMatchObject({
    code: 'WORKSPACE_IN_USE',
    details: { pid },
  });
  await first.stop();
  await ended(pid);
  const second = await EmbeddedClient.start(forkTransport(entry), { dataDir });
  await second.stop();
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test('of many that open at once after a kill -9, one gets in', async () => {
  const dataDir = await folder();
  const first = await EmbeddedClient.start(forkTransport(entry), { dataDir });
  const pid = await lockOwner(dataDir);
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  const tries = await Promise.allSettled(
    Array.from({ length: 5 }, () => EmbeddedClient.start(forkTransport(entry), { dataDir })),
  );
  const inside = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(inside).toHaveLength(1);
  for (const result of tries) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'WORKSPACE_IN_USE' });
  await inside[0]?.stop();
  await first.stop();
});

test('an orphan shuts down properly and gives the folder back', async () => {
  const dataDir = await folder();
  const script = join(entry, '..', 'parent.cjs');
  await writeFile(
    script,
    `const child = require('node:child_process').fork(${JSON.stringify(entry)}, [], { serialization: 'advanced', stdio: 'ignore' });
     child.on('message', (message) => process.send(message.type));
     child.send({ type: 'start', options: { dataDir: ${JSON.stringify(dataDir)} } });`,
  );
  const parent = fork(script);
  for (;;) if ((await once(parent, 'message'))[0] === 'ready') break;
  const pid = await lockOwner(dataDir);
  parent.kill('SIGKILL');
  await ended(pid);
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(false);
});

test.each([
  ['its version file is gone', (cluster: string) => rm(join(cluster, 'PG_VERSION'))],
  ['its control file is gone', (cluster: string) => rm(join(cluster, 'global', 'pg_control'))],
  ['its control file is cut off', (cluster: string) => truncate(join(cluster, 'global', 'pg_control'), 100)],
  ['its control file is noise', (cluster: string) => writeFile(join(cluster, 'global', 'pg_control'), Buffer.alloc(8192, 0x5a))],
  ['its log is gone', (cluster: string) => rm(join(cluster, 'pg_wal'), { recursive: true })],
])('reports a folder as damaged when %s, and deletes nothing', async (_what, damage) => {
  const dataDir = await folder();
  const cluster = clusterFolder(dataDir);
  await damage(cluster);
  const before = await readdir(cluster, { recursive: true });
  const database = openDatabase({ kind: 'embedded', dataDir, transport: forkTransport(entry) });
  await expect(database.ready()).rejects.toMatchObject({ code: 'WORKSPACE_DAMAGED' });
  expect(database.state).toMatchObject({ state: 'failed', nextTryAt: null });
  await database.close();
  expect(await readdir(cluster, { recursive: true })).toEqual(expect.arrayContaining(before));
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(false);
});

test('what an interrupted first start left is made anew', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kompl-test-'));
  folders.push(dataDir);
  await mkdir(join(dataDir, 'postgres.unfinished', 'base'), { recursive: true });
  await writeFile(join(dataDir, 'postgres.unfinished', 'PG_VERSION'), '18\n');
  const server = await EmbeddedClient.start(forkTransport(entry), { dataDir });
  const client = new pg.Client({ stream: () => server.stream(), user: 'postgres' });
  await client.connect();
  const { rows } = await client.query("SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync");
  expect(rows).toEqual([{ fsync: 'on', sync: 'on' }]);
  await client.query('CREATE EXTENSION vector');
  await client.end();
  await server.stop();
  expect((await readdir(dataDir)).sort()).toEqual(['postgres']);
});

test('a process that never answers is ended after the time for its start', async () => {
  let killed = false;
  const deaf: EmbeddedTransport = () => ({
    post: () => undefined,
    kill: () => {
      killed = true;
    },
    listen: () => undefined,
    onExit: () => undefined,
  });
  await expect(EmbeddedClient.start(deaf, { dataDir: '/nowhere' }, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'EMBEDDED_START_FAILED',
  });
  expect(killed).toBe(true);
});

test('a start that is given up leaves no process, no lock that lasts, and a folder that opens', async () => {
  const dataDir = await folder();
  const closed = openDatabase({ kind: 'embedded', dataDir, transport: forkTransport(entry) });
  const ready = expect(closed.ready()).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
  await closed.close();
  await ready;
  const next = openDatabase({ kind: 'embedded', dataDir, transport: forkTransport(entry) });
  await next.ready();
  await next.close();
});

test('a process that cannot be started is reported', async () => {
  const script = join(entry, '..', 'ends-at-once.cjs');
  await writeFile(script, 'process.exit(3)');
  const nothing = forkTransport(script);
  await expect(EmbeddedClient.start(nothing, { dataDir: '/nowhere' })).rejects.toMatchObject({ code: 'EMBEDDED_START_FAILED' });
});
