// Where things are: the tree, and the folder outside it that keeps what is fetched or
// written once (the Electron runtime, log files, notes about failed downloads).
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository. */
export const repoRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const product = 'kompl-workstation';

/** The cache folder for this user and system; honours XDG_CACHE_HOME. Not created here. */
export function cacheFolder({ env = process.env, platform = process.platform } = {}) {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, product);
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), product);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', product);
  return join(homedir(), '.cache', product);
}

/** A folder inside the cache folder, created if need be. */
export function cacheSubfolder(...names) {
  const folder = join(cacheFolder(), ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
