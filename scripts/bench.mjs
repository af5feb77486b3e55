// `npm run bench [-- --json | --list] [-- NAME...]`: the figures of bench/, as ratios over a
// floor measured in the same run. Sets up what it needs; progress goes to standard error.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { startVirtualDisplay } from './lib/display.mjs';
import { electronEnvironment } from './lib/electron-runtime.mjs';
import { accountFlags, checkSandbox, displayFlags } from './lib/launch.mjs';
import { repoRoot } from './lib/paths.mjs';
import { setUpElectron, setUpNpmPackages, setUpServers } from './lib/set-up.mjs';
import { createSteps, describeFailure, requireNode, runMain } from './lib/steps.mjs';
import { onStopRequest } from './lib/stop-signals.mjs';
import { startTestServers, testEnvironment } from './lib/test-servers.mjs';

const listed = JSON.parse(readFileSync(join(repoRoot, 'bench', 'figures.json'), 'utf8'));

const usage = `usage: npm run bench [-- OPTION...] [-- NAME...]

  --list   name the figures and stop
  --json   one JSON array on standard output, nothing else (npm run --silent bench -- --json)
  --help   print this and stop
  NAME     measure only these`;

const steps = createSteps({ out: (line) => process.stderr.write(`${line}\n`), quietWhenThere: true });

async function main() {
  requireNode();
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = [
    ...args.filter((arg) => arg.startsWith('-') && !['--json', '--list', '--help', '-h'].includes(arg)),
    ...names.filter((name) => !listed.some((figure) => figure.name === name)),
  ];
  if (unknown.length > 0) {
    process.stderr.write(`unknown: ${unknown.join(' ')}\n\n${usage}\n`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const json = args.includes('--json');
  const wanted = listed.filter(({ name }) => names.length === 0 || names.includes(name));
  if (args.includes('--list')) {
    const width = Math.max(...wanted.map(({ name }) => name.length));
    const lines = wanted.map(({ name, about }) => `${name.padEnd(width)}  ${about}`);
    process.stdout.write(`${json ? JSON.stringify(wanted.map(({ name }) => name)) : lines.join('\n')}\n`);
    return 0;
  }
  return measure(wanted, json);
}

/** Every wanted figure; one that cannot be had is told and makes the exit code 1, and the others are still measured. */
async function measure(wanted, json) {
  const stopping = new AbortController();
  const release = onStopRequest(() => stopping.abort());
  const cleanUps = [];
  const figures = [];
  let failed = false;
  try {
    const env = await setUp(new Set(wanted.flatMap(({ needs }) => needs)), cleanUps);
    // Vite is there only after the npm packages are.
    const { bundleApp, bundleForNode, outFolder } = await import('../bench/lib/bundle.mjs');
    const { pickFigures, runModule } = await import('../bench/lib/modules.mjs');
    Object.assign(env, { KOMPL_REPO_ROOT: repoRoot, KOMPL_BENCH_APPS: outFolder });
    for (const module of new Set(wanted.map((figure) => figure.module))) {
      if (stopping.signal.aborted) return 130;
      const ofModule = wanted.filter((figure) => figure.module === module);
      try {
        await steps.step(ofModule.map(({ name }) => name).join(', '), async () => {
          for (const app of new Set(ofModule.flatMap(({ apps }) => apps))) await bundleApp(app);
          const bundle = await bundleForNode(`bench/${module}.ts`, module);
          const given = await runModule(bundle, { env, signal: stopping.signal });
          figures.push(...pickFigures(ofModule, given));
        });
      } catch (error) {
        failed = true;
        process.stderr.write(`${describeFailure(error)}\n`);
      }
    }
    const { reached, tableOf } = await import('../bench/lib/modules.mjs');
    if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else if (figures.length > 0) process.stdout.write(`${tableOf(figures)}\n`);
    for (const figure of figures) if (reached(figure) === false) steps.warn(`${figure.name} misses its goal`);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    release();
  }
  return failed ? 1 : 0;
}

/** What the figures need, and the variables by which bench modules find it. */
async function setUp(needs, cleanUps) {
  const env = {};
  await setUpNpmPackages(steps);
  if (needs.has('electron')) {
    const electron = await setUpElectron(steps, { virtualDisplay: true });
    checkSandbox(electron.execPath);
    Object.assign(env, electronEnvironment(electron), {
      KOMPL_ELECTRON_FLAGS: [...accountFlags(), ...displayFlags(process.platform === 'linux')].join(' '),
    });
    if (needs.has('app')) await steps.step('Build', (voice) => ensureBuilt(voice, { env }));
    if (process.platform === 'linux') {
      // Always the same screen, and nobody's windows in the way.
      const display = await startVirtualDisplay();
      cleanUps.push(() => display.stop());
      Object.assign(env, { DISPLAY: display.display, WAYLAND_DISPLAY: '' });
    }
  }
  if (needs.has('servers')) {
    await setUpServers(steps);
    const servers = await steps.step('Test servers', () => startTestServers());
    cleanUps.push(() => servers.stop());
    Object.assign(env, testEnvironment(servers));
  }
  return env;
}

await runMain(main);
