// The one place that says which Electron is used. Everything that starts Electron goes
// through `resolveElectron`: the app, the tests, the benches, the packaging.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fallbackElectron, fallbackFits } from './electron-fallback.mjs';
import { cacheSubfolder, repoRoot } from './paths.mjs';
import { ask, run, StepError } from './run.mjs';

const releaseHost = 'github.com';
const probeMs = 3_000;
const downloadMs = 15 * 60_000;
const rememberMs = 24 * 3_600_000;
const silent = { say: () => undefined, warn: () => undefined };

/**
 * @typedef {object} ElectronRuntime
 * @property {string} execPath the executable
 * @property {string} version e.g. '45.4.1'
 * @property {number} major e.g. 45
 * @property {boolean} official the supported one of package.json, or a person's own choice
 * @property {boolean} fresh whether it was fetched just now
 */

/**
 * Finds Electron, and fetches it when it is missing: KOMPL_ELECTRON, the installed
 * official one, the official download, and on Linux x64 the development fallback.
 * @param {{log?: {say: (text: string) => void, warn: (text: string) => void},
 *   env?: NodeJS.ProcessEnv, root?: string}} [options]
 * @returns {Promise<ElectronRuntime>}
 * @throws {StepError} naming what is missing and how to get it
 */
export async function resolveElectron({ log = silent, env = process.env, root = repoRoot } = {}) {
  if (env.KOMPL_ELECTRON) return chosen(env.KOMPL_ELECTRON);
  const installed = officialInstalled(root);
  if (installed) return installed;
  const failure = await tryOfficial(root, env, log);
  if (!failure) {
    const fetched = officialInstalled(root);
    if (fetched) return { ...fetched, fresh: true };
  }
  if (!fallbackFits) throw nothingFound(failure);
  if (failure?.justNow) log.say(`the official Electron cannot be had now (${failure.reason})`);
  const fallback = await fallbackElectron(log);
  log.warn(`using Electron ${fallback.version}, which is out of support: for development and CI only, never for real data`);
  return runtimeOf(fallback.execPath, fallback.version, false, fallback.fresh);
}

/** The environment that steers electron-vite, Playwright and our tests to this runtime. */
export function electronEnvironment(runtime) {
  return {
    ELECTRON_EXEC_PATH: runtime.execPath,
    ELECTRON_MAJOR_VER: String(runtime.major),
    KOMPL_ELECTRON_PATH: runtime.execPath,
    KOMPL_ELECTRON_OFFICIAL: runtime.official ? '1' : '0',
  };
}

function runtimeOf(execPath, version, official, fresh = false) {
  return { execPath, version, major: Number.parseInt(version, 10), official, fresh };
}

function executableIn(dist, platform = process.platform) {
  if (platform === 'darwin') return join(dist, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(dist, platform === 'win32' ? 'electron.exe' : 'electron');
}

function chosen(path) {
  const folder = existsSync(path) && statSync(path).isDirectory();
  const execPath = folder ? executableIn(path) : path;
  const version = existsSync(execPath)
    ? ask(execPath, ['-p', 'process.versions.electron'], {
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      })
    : undefined;
  if (!version) {
    throw new StepError({
      reason: `KOMPL_ELECTRON points to ${path}, which is not an Electron that starts`,
      remedy: 'Set it to an Electron executable or its dist folder, or unset it.',
    });
  }
  return runtimeOf(execPath, version, true);
}

function officialInstalled(root) {
  const dist = join(root, 'node_modules', 'electron', 'dist');
  const execPath = executableIn(dist);
  try {
    const version = readFileSync(join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
    if (version !== wantedVersion(root) || !existsSync(execPath)) return undefined;
    return runtimeOf(execPath, version, true);
  } catch {
    return undefined; // not installed: the normal case before the first start
  }
}

function wantedVersion(root) {
  const file = join(root, 'node_modules', 'electron', 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/** Tries the package's own installer. Undefined when it worked, else why not. */
async function tryOfficial(root, env, log) {
  const version = wantedVersion(root);
  if (!version) return { reason: 'the npm package "electron" is not installed', justNow: true };
  const noteFile = join(cacheSubfolder(), 'electron-official-failed.json');
  const mirrored = Boolean(env.ELECTRON_MIRROR || env.npm_config_electron_mirror || env.HTTPS_PROXY || env.https_proxy);
  const noted = readNote(noteFile, version);
  if (noted && !mirrored) return { reason: noted, justNow: false };
  const unreachable = mirrored ? undefined : await probe(releaseHost);
  let reason = unreachable;
  if (!unreachable) {
    log.say(`fetching the official Electron ${version} (about 120 MB, once)…`);
    try {
      await run(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
        name: 'electron-official',
        env,
        timeoutMs: downloadMs,
        say: log.say,
      });
      rmSync(noteFile, { force: true });
      return undefined;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  writeFileSync(noteFile, JSON.stringify({ version, at: Date.now(), reason }));
  return { reason, justNow: true };
}

function readNote(file, version) {
  try {
    const note = JSON.parse(readFileSync(file, 'utf8'));
    const age = Date.now() - note.at;
    return note.version === version && age >= 0 && age < rememberMs ? note.reason : undefined;
  } catch {
    return undefined; // no note, or one that cannot be read: try again
  }
}

/** Undefined when the host takes connections, else the reason. */
function probe(host) {
  return new Promise((done) => {
    const socket = connect({ host, port: 443 });
    const end = (reason) => {
      socket.destroy();
      done(reason);
    };
    socket.setTimeout(probeMs, () => end(`${host} does not answer within ${probeMs / 1000} s`));
    socket.once('error', (error) => end(`${host} is not reachable: ${error.code ?? error.message}`));
    socket.once('connect', () => end(undefined));
  });
}

function nothingFound(failure) {
  return new StepError({
    reason: `there is no Electron for ${process.platform} ${process.arch} (${failure?.reason ?? 'the download left nothing behind'})`,
    remedy: [
      'Run "npx install-electron" where the internet can be reached,',
      'or set HTTPS_PROXY or ELECTRON_MIRROR if you are behind a proxy or have a mirror,',
      'or set KOMPL_ELECTRON to an Electron that you have, then run the command again.',
    ].join('\n'),
  });
}
