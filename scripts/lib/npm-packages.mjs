// The npm packages of package-lock.json: installed with `npm ci` when they are missing or
// when the lock file has changed since, and left alone otherwise.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.mjs';
import { run, StepError } from './run.mjs';

const stampName = '.kompl-lock.sha256';

/**
 * @param {{say: (text: string) => void, already: (text?: string) => void}} voice
 * @param {string} [root]
 */
export async function ensureNpmPackages(voice, root = repoRoot) {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) {
    throw new StepError({
      reason: 'package-lock.json is missing',
      remedy: 'Get the tree whole again (git checkout package-lock.json).',
    });
  }
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (isInstalled(root, lockFile, hash)) return voice.already();
  voice.say('npm ci (a minute or two)…');
  await installExactly(root, voice);
  writeFileSync(join(root, 'node_modules', stampName), hash);
  return undefined;
}

async function installExactly(root, voice) {
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      name: 'npm-ci',
      cwd: root,
      say: voice.say,
      remedy:
        'Check that the npm registry is reachable (npm ping) and that nothing uses node_modules,\nthen run the command again.',
    });
  } catch (error) {
    // npm prints its whole usage then; the reason would be lost in it.
    if (!(error instanceof StepError) || !/EUSAGE/.test(readFileSync(error.logFile, 'utf8'))) throw error;
    throw new StepError({
      reason: 'package.json and package-lock.json do not agree',
      remedy: 'Run "npm install", look at what changed in package-lock.json, then run the command again.',
      logFile: error.logFile,
    });
  }
}

/** By our stamp; else by npm's own record of what it installed. */
function isInstalled(root, lockFile, hash) {
  const modules = join(root, 'node_modules');
  const record = join(modules, '.package-lock.json'); // npm writes it last
  if (!existsSync(record)) return false;
  const stamp = join(modules, stampName);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  if (!sameVersions(lockFile, record)) return false;
  writeFileSync(stamp, hash);
  return true;
}

/** Whether every required package of the lock file is recorded at its version. */
function sameVersions(lockFile, record) {
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
  const present = JSON.parse(readFileSync(record, 'utf8')).packages ?? {};
  return Object.entries(wanted).every(
    ([path, about]) => path === '' || about.optional || about.peer || about.link || present[path]?.version === about.version,
  );
}
