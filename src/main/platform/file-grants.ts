/**
 * File grants: the renderer names files by number only. A path comes from the preload, which takes it from a File the person
 * chose; main looks at the file itself, remembers the path for one window and an hour, and looks again at each use.
 */
import { lstat, open, realpath } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { CodedError } from '@shared/errors';
import type { FileGrant } from '@shared/ipc';

const LIFETIME_MS = 3_600_000;
const MAX_GRANTS = 500;

export interface GrantedFile {
  readonly path: string;
  readonly name: string;
}

export interface FileGrants {
  grant(webContentsId: number, path: unknown): Promise<FileGrant>;
  /** The file behind a grant of this very window. FILE_GRANT_UNKNOWN if there is none or it is too old. */
  resolve(webContentsId: number, grantId: string): Promise<GrantedFile>;
  forget(webContentsId: number): void;
  clear(): void;
}

interface Entry extends GrantedFile {
  readonly webContentsId: number;
  readonly expiresAt: number;
}

/** `now` in milliseconds of a clock that never goes back. */
export function createFileGrants(newId: () => string, now: () => number): FileGrants {
  const grants = new Map<string, Entry>();

  function dropExpired(): void {
    for (const [id, entry] of grants) if (entry.expiresAt <= now()) grants.delete(id);
  }

  return {
    async grant(webContentsId, path) {
      dropExpired();
      if (grants.size >= MAX_GRANTS) throw new CodedError('FILE_UNREADABLE', { reason: 'too many files at once' });
      if (typeof path !== 'string' || path === '' || path.includes('\u0000') || !isAbsolute(path)) throw unreadable('');
      const file = await regularFile(path);
      const grantId = newId();
      grants.set(grantId, { path: file.path, name: basename(path), webContentsId, expiresAt: now() + LIFETIME_MS });
      return { grantId, name: basename(path), size: file.size };
    },
    async resolve(webContentsId, grantId) {
      dropExpired();
      const entry = grants.get(grantId);
      if (!entry || entry.webContentsId !== webContentsId) throw new CodedError('FILE_GRANT_UNKNOWN');
      await regularFile(entry.path);
      return { path: entry.path, name: entry.name };
    },
    forget(webContentsId) {
      for (const [id, entry] of grants) if (entry.webContentsId === webContentsId) grants.delete(id);
    },
    clear: () => grants.clear(),
  };
}

/** Follows links once, at the grant, and then holds on to the real file, so that a link turned later leads nowhere new. */
async function regularFile(path: string): Promise<{ path: string; size: number }> {
  try {
    const real = await realpath(path);
    const stats = await lstat(real);
    if (!stats.isFile()) throw unreadable(path);
    const handle = await open(real, 'r');
    await handle.close();
    return { path: real, size: stats.size };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause?: unknown): CodedError {
  return new CodedError('FILE_UNREADABLE', { name: basename(path) }, { cause });
}
