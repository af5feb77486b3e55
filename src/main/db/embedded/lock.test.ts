/** The folder's lock: never from the living, always from the dead. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lock';

let folder: string;
const path = () => join(folder, 'lock.json');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kompl-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

const owner = (more: object) =>
  JSON.stringify({ pid: process.pid, startedAt: null, token: 'x', lockedAt: new Date().toISOString(), ...more });

test('is held once, even within one process, and given back', async () => {
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE', details: { pid: process.pid } });
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

test('is waited for by a patient opener, and refused when it stays held', async () => {
  const lock = await lockFolder(folder);
  const waiting = lockFolder(folder, 30_000);
  await expect(lockFolder(folder, 150)).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
  await lock.release();
  await (await waiting).release();
});

test('of twenty that ask at once, one gets it', async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await readdir(folder)).filter((name) => name !== 'lock.json')).toEqual([]);
});

test('of twenty that take over from a dead owner, one gets it', async () => {
  await writeFile(path(), owner({ pid: await deadPid() }));
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test.runIf(process.platform === 'linux')('is taken from a pid that another process uses by now', async () => {
  await writeFile(path(), owner({ startedAt: 'another-boot:1' }));
  await (await lockFolder(folder)).release();
});

test('is not taken from a living process that began before the lock', async () => {
  await writeFile(path(), owner({}));
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
  expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject({ token: 'x' });
});

test.each(['', '{"pid":', '[]', '{"pid":"1"}'])(
  'cut-off content %j is waited for while fresh, and replaced when old',
  async (content) => {
    await writeFile(path(), content);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
    expect(await readFile(path(), 'utf8')).toBe(content);
    const old = new Date(Date.now() - 60_000);
    await utimes(path(), old, old);
    await (await lockFolder(folder)).release();
  },
);

test('a claim that a dead process left does not block for ever', async () => {
  await writeFile(path(), owner({ pid: await deadPid() }));
  await writeFile(`${path()}.claim`, owner({ pid: await deadPid() }));
  const old = new Date(Date.now() - 60_000);
  await utimes(`${path()}.claim`, old, old);
  await (await lockFolder(folder)).release();
});

test('giving back never removes somebody else’s lock', async () => {
  const lock = await lockFolder(folder);
  await writeFile(path(), owner({ token: 'another' }));
  await lock.release();
  expect(existsSync(path())).toBe(true);
});
