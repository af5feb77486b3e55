// Everything that must be there before the app or its tests can run, in order.
import { hasDisplay } from './display.mjs';
import { resolveElectron } from './electron-runtime.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePgvector, ensurePostgres } from './pgvector.mjs';
import { ask, StepError } from './run.mjs';
import {
  adviceElsewhere,
  displayPackages,
  ensurePackages,
  isDebian,
  missingLibraries,
  startPackages,
  testPackages,
} from './system-packages.mjs';

/** @typedef {ReturnType<typeof import('./steps.mjs').createSteps>} Steps */

/**
 * All of it.
 * @param {'start' | 'test'} purpose
 * @param {Steps} steps
 * @returns {Promise<{electron: import('./electron-runtime.mjs').ElectronRuntime}>}
 */
export async function setUp(purpose, steps) {
  await setUpNpmPackages(steps);
  const electron = await setUpElectron(steps, { virtualDisplay: purpose === 'test' || !hasDisplay() });
  if (purpose === 'test') await setUpServers(steps);
  return { electron };
}

/** The packages of package-lock.json. */
export const setUpNpmPackages = (steps) => steps.step('npm packages', (voice) => ensureNpmPackages(voice));

/**
 * Electron with the libraries it needs, and a virtual display if one is wanted.
 * @param {Steps} steps
 * @param {{virtualDisplay: boolean}} options
 */
export async function setUpElectron(steps, { virtualDisplay }) {
  const needsDisplay = virtualDisplay && process.platform === 'linux';
  await steps.step('System libraries', (voice) => {
    if (isDebian()) return install([...startPackages, ...(needsDisplay ? displayPackages : [])], voice);
    if (needsDisplay && ask('sh', ['-c', 'command -v Xvfb']) === undefined)
      throw needed('there is no display and Xvfb, which provides a virtual one, is not installed', 'start');
    return voice.already('as this system provides them');
  });
  return steps.step('Electron runtime', async (voice) => {
    const runtime = await resolveElectron({ log: voice });
    const missing = missingLibraries(runtime.execPath); // exact on every Linux
    if (missing.length > 0) throw needed(`Electron needs system libraries that are missing: ${missing.join(', ')}`, 'start');
    return runtime.fresh ? runtime : voice.already(`Electron ${runtime.version}`, runtime);
  });
}

/** PostgreSQL with pgvector, PgBouncer and openssl. */
export async function setUpServers(steps) {
  const { programs } = await steps.step('PostgreSQL', async (voice) => {
    const found = await ensurePostgres(voice);
    return found.installed ? found : voice.already(`PostgreSQL ${found.programs.major}`, found);
  });
  await steps.step('pgvector', async (voice) => {
    if (!(await ensurePgvector(programs, voice))) voice.already();
  });
  await steps.step('PgBouncer and openssl', (voice) => {
    if (isDebian()) return install(testPackages, voice);
    for (const [program, flag] of [
      ['pgbouncer', '--version'],
      ['openssl', 'version'],
    ])
      if (ask(program, [flag]) === undefined) throw needed(`${program} is not installed`, 'test');
    return voice.already();
  });
}

async function install(entries, voice) {
  const installed = await ensurePackages(entries, voice);
  return installed.length > 0 ? installed : voice.already();
}

const needed = (reason, purpose) => new StepError({ reason, remedy: adviceElsewhere(purpose) });
