/**
 * The lock of a workspace's folder: one opener at a time, for two engines on one folder destroy it.
 *
 * `lock.json` holds the owner's pid, the start time of that process and a random token. It appears whole or not at all (written
 * aside, then hard-linked), is never taken from a living process, and is taken over from a dead one.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '@shared/errors';

const run = promisify(execFile);

interface Owner {
  readonly pid: number;
  /** Identifies the process behind a pid that the system may use again; null where it cannot be told. */
  readonly startedAt: string | null;
  readonly token: string;
  readonly lockedAt: string;
}

export interface FolderLock {
  /** Gives the folder back; only ever removes this very lock. */
  release(): Promise<void>;
}

/** How often a waiting opener looks again. */
const LOOK_AGAIN_MS = 100;
/** A claim file this old belongs to a process that died between two file operations. */
const CLAIM_STALE_MS = 10_000;

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'token' in value &&
    typeof value.token === 'string' &&
    'startedAt' in value &&
    'lockedAt' in value &&
    typeof value.lockedAt === 'string'
  );
}

function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** The start of a process in clock ticks since boot, plus the boot's own id; null where the system does not say. */
async function startOfProcess(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  try {
    const [status, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The name in parentheses may hold spaces; the start time is the 22nd field, the 20th after the name.
    const ticks = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()}:${ticks}`;
  } catch {
    return null;
  }
}

/** When a process began by the wall clock, asked only in a dispute; null where it cannot be told. */
async function wallClockStart(pid: number): Promise<number | null> {
  const [file, args] =
    process.platform === 'win32'
      ? ['powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`]]
      : ['ps', ['-o', 'lstart=', '-p', String(pid)]];
  try {
    const { stdout } = await run(file as string, args as string[], { timeout: 10_000, env: { ...process.env, LC_ALL: 'C' } });
    const time = Date.parse(stdout.trim());
    return Number.isNaN(time) ? null : time;
  } catch {
    return null;
  }
}

/** True unless it is certain that the owner's process has ended. */
async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    // EPERM: somebody else's process, so it lives.
  }
  if (owner.startedAt !== null) return (await startOfProcess(owner.pid)) === owner.startedAt;
  const began = await wallClockStart(owner.pid);
  // A process that began after the lock was taken cannot have taken it: its pid is a used one.
  return began === null || began <= Date.parse(owner.lockedAt) + 2_000;
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isOwner(value) ? value : null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Puts a whole file in place unless there is one; true when it did. */
async function placeExclusively(path: string, content: string): Promise<boolean> {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, content, { mode: 0o600, flag: 'wx' });
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    // File systems without hard links (exFAT): exclusive creation, whole for all but an instant.
    if (systemCode(error) !== 'EPERM' && systemCode(error) !== 'ENOTSUP' && systemCode(error) !== 'ENOSYS') throw error;
    try {
      await writeFile(path, content, { mode: 0o600, flag: 'wx' });
      return true;
    } catch (second) {
      if (systemCode(second) === 'EEXIST') return false;
      throw second;
    }
  } finally {
    await rm(aside, { force: true });
  }
}

/** Removes a dead owner's lock; only one process at a time may do so, or two could take over from each other. */
async function removeDeadLock(path: string, content: string): Promise<void> {
  const claim = `${path}.claim`;
  if (!(await placeExclusively(claim, content))) {
    const age = await stat(claim).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    const claimant = await readOwner(claim);
    if (age > CLAIM_STALE_MS && !(claimant && (await isAlive(claimant)))) await rm(claim, { force: true });
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner !== null && !(await isAlive(owner))) await rm(path, { force: true });
    else if (owner === null) await removeUnreadable(path);
  } finally {
    await rm(claim, { force: true });
  }
}

/** A lock that cannot be read was cut off while it was written; a fresh one may still be in the making. */
async function removeUnreadable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found && Date.now() - found.mtimeMs > CLAIM_STALE_MS && (await readOwner(path)) === null) await rm(path, { force: true });
}

/**
 * Takes the folder's lock, making the folder (0700) where there is none. Waits up to `patienceMs` for a holder that is about to
 * end: the server of a window that was just killed still writes its last pages.
 * Throws WORKSPACE_IN_USE with the owner's pid while another process, or this one, holds it.
 */
export async function lockFolder(dataDir: string, patienceMs = 0): Promise<FolderLock> {
  const began = performance.now();
  for (;;) {
    try {
      return await takeLock(dataDir);
    } catch (error) {
      const held = error instanceof CodedError && error.code === 'WORKSPACE_IN_USE';
      if (!held || performance.now() - began >= patienceMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

async function takeLock(dataDir: string): Promise<FolderLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const path = join(dataDir, 'lock.json');
  const owner: Owner = {
    pid: process.pid,
    startedAt: await startOfProcess(process.pid),
    token: randomUUID(),
    lockedAt: new Date().toISOString(),
  };
  const content = JSON.stringify(owner);
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await placeExclusively(path, content)) return { release: () => releaseLock(path, owner.token) };
    const holder = await readOwner(path);
    if (holder && (await isAlive(holder))) throw new CodedError('WORKSPACE_IN_USE', { folder: dataDir, pid: holder.pid });
    await removeDeadLock(path, content);
  }
  throw new CodedError('WORKSPACE_IN_USE', { folder: dataDir });
}

async function releaseLock(path: string, token: string): Promise<void> {
  if ((await readOwner(path))?.token === token) await rm(path, { force: true });
}
