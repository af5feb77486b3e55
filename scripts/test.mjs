// `npm test [-- PARTS] [-- RUNNER OPTIONS]`: sets up what is missing and runs lint, types,
// unit, integration and end-to-end tests. Ends with "N passed, N failed, N skipped".
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { startVirtualDisplay } from './lib/display.mjs';
import { electronEnvironment } from './lib/electron-runtime.mjs';
import { accountFlags, checkSandbox, displayFlags } from './lib/launch.mjs';
import { packageProgram } from './lib/package-program.mjs';
import { repoRoot } from './lib/paths.mjs';
import { setUpElectron, setUpNpmPackages, setUpServers } from './lib/set-up.mjs';
import { runStage, stopStages } from './lib/stages.mjs';
import { createSteps, describeFailure, requireNode, runMain } from './lib/steps.mjs';
import { onStopRequest } from './lib/stop-signals.mjs';
import { closingLine, counts, countsOf, playwrightCounts, sum, vitestCounts } from './lib/test-counts.mjs';
import { startTestServers, testEnvironment, throwaway } from './lib/test-servers.mjs';

const parts = ['lint', 'types', 'unit', 'int', 'e2e'];
const usage = `usage: npm test [-- PART...] [-- RUNNER OPTIONS]

  parts: ${parts.join(' ')} (all of them when none is named)
  What follows a further -- goes to vitest and Playwright, e.g. npm test -- unit -- -t merge`;

const steps = createSteps();
const cleanUps = [];
let interrupted = false;

async function main() {
  requireNode();
  const { wanted, runnerArgs, wrong } = readArguments(process.argv.slice(2));
  if (wrong !== undefined) {
    process.stdout.write(`${usage}\n`);
    return wrong;
  }
  const release = onStopRequest(interrupt);
  const started = Date.now();
  let results;
  try {
    results = await runParts(wanted, runnerArgs);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    release();
  }
  return report(results, started);
}

function readArguments(args) {
  const split = args.indexOf('--');
  const named = split < 0 ? args : args.slice(0, split);
  if (named.includes('--help') || named.includes('-h')) return { wrong: 0 };
  if (named.some((part) => !parts.includes(part))) return { wrong: 2 };
  const wanted = new Set(named.length > 0 ? named : parts);
  return { wanted, runnerArgs: split < 0 ? [] : args.slice(split + 1) };
}

/** Every wanted part in order; one that breaks counts as failed and the rest still run. */
async function runParts(wanted, runnerArgs) {
  const results = [];
  const part = async (name, work) => {
    if (!wanted.has(name) || interrupted) return;
    const before = Date.now();
    steps.say(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
    const result = await guarded(work, counts(0, 1));
    results.push({ name, result, ms: Date.now() - before });
  };
  const packages = await guarded(() => setUpNpmPackages(steps).then(() => true));
  if (!packages) return [{ name: 'set-up', result: counts(0, 1), ms: 0 }];

  const needsServers = wanted.has('int') || wanted.has('e2e');
  const electron = wanted.has('e2e') ? await guarded(() => setUpElectron(steps, { virtualDisplay: true })) : undefined;
  const environment = electron ? electronEnvironment(electron) : {};
  await part('lint', () => lint());
  await part('types', () => oneTest(packageProgram('typescript', repoRoot, 'tsc'), ['--noEmit', '-p', 'tsconfig.json'], 10));
  const built = needsServers && !interrupted && (await guarded(() => build(environment)));
  if (built === undefined) results.push({ name: 'build', result: counts(0, 1), ms: 0 });
  await part('unit', () => vitest('unit', runnerArgs, 15));
  const servers = needsServers && !interrupted ? await guarded(startServers) : undefined;
  await part('int', () => (servers ? vitest('integration', runnerArgs, 45, servers) : notRun('the test servers did not start')));
  await part('e2e', () => {
    if (!electron) return notRun('there is no Electron');
    if (!built) return notRun('the app was not built');
    if (!servers) return notRun('the test servers did not start');
    return playwright(runnerArgs, electron, { ...environment, ...servers });
  });
  return results;
}

async function guarded(work, otherwise = undefined) {
  try {
    return await work();
  } catch (error) {
    steps.say(describeFailure(error));
    return otherwise;
  }
}

function notRun(reason) {
  steps.say(`✗ not run: ${reason}`);
  return counts(0, 1);
}

const build = (env) => steps.step('Build', (voice) => ensureBuilt(voice, { env })).then(() => true);

async function startServers() {
  await setUpServers(steps);
  const servers = await steps.step('Test servers', () => startTestServers(throwaway));
  cleanUps.push(() => servers.stop());
  return testEnvironment(servers);
}

const passedIf = (good) => (good ? counts(1) : counts(0, 1));

async function oneTest(program, args, minutes) {
  return passedIf((await runStage(program, args, { minutes, say: steps.say })) === 0);
}

async function lint() {
  const options = { minutes: 5, say: steps.say };
  const style = await runStage(packageProgram('@biomejs/biome'), ['check', '.'], options);
  const layers = await runStage(join(repoRoot, 'scripts', 'check-imports.mjs'), [], options);
  return passedIf(style === 0 && layers === 0);
}

function freshReport(name) {
  const folder = join(repoRoot, '.cache', 'reports');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

async function vitest(project, runnerArgs, minutes, env = {}) {
  const file = freshReport(project);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runStage(packageProgram('vitest'), [...args, ...runnerArgs], {
    env: { VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true', ...env },
    minutes,
    say: steps.say,
  });
  return countsOf(file, code, vitestCounts);
}

async function playwright(runnerArgs, electron, env) {
  checkSandbox(electron.execPath);
  const display = process.platform === 'linux' ? await startVirtualDisplay() : undefined;
  const file = freshReport('e2e');
  try {
    const code = await runStage(
      packageProgram('@playwright/test', repoRoot, 'playwright'),
      ['test', '--config', join('e2e', 'playwright.config.ts'), ...runnerArgs],
      {
        env: {
          ...env,
          ...(display ? { DISPLAY: display.display, WAYLAND_DISPLAY: '' } : {}),
          KOMPL_ELECTRON_FLAGS: [...accountFlags(), ...displayFlags(display !== undefined)].join(' '),
          KOMPL_E2E_REPORT: file,
        },
        minutes: 45,
        say: steps.say,
      },
    );
    return countsOf(file, code, playwrightCounts);
  } finally {
    await display?.stop();
  }
}

function interrupt() {
  if (interrupted) return;
  interrupted = true;
  steps.say('! interrupted: stopping what runs');
  stopStages();
}

function report(results, started) {
  steps.say('');
  for (const { name, result, ms } of results)
    steps.say(`${result.failed > 0 ? '✗' : '✓'} ${name.padEnd(6)} ${closingLine(result)} (${(ms / 1000).toFixed(0)} s)`);
  if (interrupted) results.push({ name: 'interrupted', result: counts(0, 1), ms: 0 });
  const total = sum(results.map(({ result }) => result));
  steps.say(`  in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  steps.say(closingLine(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

await runMain(main);
