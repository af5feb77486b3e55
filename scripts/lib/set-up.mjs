// Everything that must be there before the app or its tests can run, in order.
import { hasDisplay } from './display.mjs';
import { resolveElectron } from './electron-runtime.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePgvector, ensurePostgres } from './pgvector.mjs';
import { ask, StepError } from './run.mjs';
import {
  adviceElsewhere, displayPackages, ensurePackages, isDebian, missingLibraries, startPackages, testPackages,
} from './system-packages.mjs';

/**
 * @param {'start' | 'test'} purpose
 * @param {ReturnType<import('./steps.mjs').createSteps>} steps
 * @returns {Promise<{electron: import('./electron-runtime.mjs').ElectronRuntime}>}
 */
export async function setUp(purpose, steps) {
  await steps.step('npm packages', (voice) => ensureNpmPackages(voice));
  const forDisplay = purpose === 'test' || !hasDisplay();
  await steps.step('System libraries', (voice) =>
    isDebian()
      ? install([...startPackages, ...(forDisplay ? displayPackages : [])], voice)
      : checkDisplayElsewhere(forDisplay, voice),
  );
  const electron = await steps.step('Electron runtime', async (voice) => {
    const runtime = await resolveElectron({ log: voice });
    checkLibraries(runtime.execPath);
    return runtime.fresh ? runtime : voice.already(`Electron ${runtime.version}`, runtime);
  });
  if (purpose === 'test') await setUpServers(steps);
  return { electron };
}

async function setUpServers(steps) {
  const { programs } = await steps.step('PostgreSQL', async (voice) => {
    const found = await ensurePostgres(voice);
    return found.installed ? found : voice.already(`PostgreSQL ${found.programs.major}`, found);
  });
  await steps.step('pgvector', async (voice) => {
    if (!(await ensurePgvector(programs, voice))) voice.already();
  });
  await steps.step('PgBouncer and openssl', (voice) => {
    if (isDebian()) return install(testPackages, voice);
    for (const [program, flag] of [['pgbouncer', '--version'], ['openssl', 'version']])
      if (ask(program, [flag]) === undefined) throw needed(`${program} is not installed`, 'test');
    return voice.already();
  });
}

async function install(entries, voice) {
  const installed = await ensurePackages(entries, voice);
  return installed.length > 0 ? installed : voice.already();
}

function checkDisplayElsewhere(forDisplay, voice) {
  if (process.platform === 'linux' && forDisplay && ask('sh', ['-c', 'command -v Xvfb']) === undefined)
    throw needed('there is no display and Xvfb, which provides a virtual one, is not installed', 'start');
  return voice.already('as the system provides them');
}

/** The libraries that Electron itself asks for: exact on every Linux. */
function checkLibraries(execPath) {
  const missing = missingLibraries(execPath);
  if (missing.length > 0) throw needed(`Electron needs system libraries that are missing: ${missing.join(', ')}`, 'start');
}

const needed = (reason, purpose) => new StepError({ reason, remedy: adviceElsewhere(purpose) });
