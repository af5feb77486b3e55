// Builds the app when its sources differ from those that `out/` was built from, and does
// nothing otherwise. The comparison is by content, so a fresh checkout or a changed branch
// is judged rightly.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageProgram } from './package-program.mjs';
import { repoRoot } from './paths.mjs';
import { run } from './run.mjs';
import { isAlive, readPid } from './server-folder.mjs';

const single = ['package.json', 'package-lock.json', 'tsconfig.json', 'electron.vite.config.ts'];
const stampOf = (root) => join(root, 'out', '.built-from');
const lockWaitMs = 5 * 60_000;

/**
 * Builds into out/ if need be.
 * @param {{say: (text: string) => void, already: (text?: string) => void}} voice
 * @param {{root?: string, env?: Record<string, string>}} [options] `env` as of electronEnvironment
 */
export async function ensureBuilt(voice, { root = repoRoot, env = {} } = {}) {
  if (isBuilt(root)) return voice.already('up to date');
  return locked(root, voice, async () => {
    if (isBuilt(root)) return voice.already('another process built it'); // while we waited
    const hash = sourceHash(root); // before: what changes meanwhile is built next time
    rmSync(stampOf(root), { force: true });
    voice.say('building main, preload and renderer…');
    await run(process.execPath, [packageProgram('electron-vite', root), 'build'], {
      name: 'build',
      cwd: root,
      env: { ...process.env, ...env },
      say: voice.say,
      remedy: 'Mend what the compiler says (npm run typecheck shows the types), then run the command again.',
    });
    writeFileSync(stampOf(root), hash);
    return undefined;
  });
}

/** Whether out/ holds what the present sources give. */
export function isBuilt(root = repoRoot) {
  const stamp = stampOf(root);
  const entries = ['main/index.js', 'preload/index.js', 'renderer/index.html'];
  if (!existsSync(stamp) || !entries.every((name) => existsSync(join(root, 'out', name)))) return false;
  return readFileSync(stamp, 'utf8') === sourceHash(root);
}

/** A hash over every file that the build reads; tests are not among them. */
export function sourceHash(root = repoRoot) {
  const hash = createHash('sha256');
  const files = [...single.map((name) => join(root, name)), ...filesUnder(join(root, 'src'))];
  for (const file of files) {
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file).split(sep).join('/')}\0${bytes.length}\0`);
    hash.update(bytes);
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return /\.test\.(ts|tsx|mjs)$/.test(entry.name) ? [] : [path];
  });
}

/** One build at a time in a tree: two would empty each other's out/. */
async function locked(root, voice, work) {
  const file = join(root, '.cache', 'build.pid');
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + lockWaitMs;
  for (let told = false; ; ) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = readPid(file);
      if (owner === undefined || !isAlive(owner) || Date.now() > deadline) {
        rmSync(file, { force: true });
        continue;
      }
      if (!told) voice.say(`waiting for another build (process ${owner})…`);
      told = true;
      await pause(200);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
