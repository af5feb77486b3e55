// `npm start`: sets up what is missing, builds what has changed, opens the workstation.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { hasDisplay, startVirtualDisplay } from './lib/display.mjs';
import { electronEnvironment } from './lib/electron-runtime.mjs';
import { accountFlags, checkSandbox, launchElectron } from './lib/launch.mjs';
import { repoRoot } from './lib/paths.mjs';
import { setUp } from './lib/set-up.mjs';
import { createSteps, requireNode, runMain } from './lib/steps.mjs';

const usage = `usage: npm start [-- OPTIONS]

  --data-dir DIR   keep the embedded database and settings in DIR
  --version        print the version and stop
  --help           print this and stop

Other options go to the app and to Chromium as they are (e.g. --force-device-scale-factor=2).
Environment: KOMPL_ELECTRON  an Electron to use instead of the one that is set up`;

async function main() {
  requireNode();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (args.includes('--version')) {
    const about = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8'));
    process.stdout.write(`${about.productName} ${about.version}\n`);
    return 0;
  }
  const appArgs = appArguments(args);
  if (appArgs === undefined) {
    process.stderr.write(`--data-dir needs a folder\n\n${usage}\n`);
    return 2;
  }
  const steps = createSteps();
  const { electron } = await setUp('start', steps);
  await steps.step('Build', (voice) => ensureBuilt(voice, { env: electronEnvironment(electron) }));
  checkSandbox(electron.execPath);
  if (accountFlags().length > 0) steps.warn('running as root, where Chromium’s sandbox cannot work: starting with --no-sandbox');
  const display = hasDisplay() ? undefined : await virtualDisplay(steps);
  steps.say('→ opening the workstation');
  try {
    const env = { ...electronEnvironment(electron), ...(display ? { DISPLAY: display.display } : {}) };
    return await launchElectron({ execPath: electron.execPath, args: appArgs, env, virtualDisplay: display !== undefined });
  } finally {
    await display?.stop();
  }
}

/** The app's arguments; --data-dir made absolute against the folder npm was called in. */
function appArguments(args) {
  const result = [];
  for (let i = 0; i < args.length; i += 1) {
    const [name, joined] = args[i].startsWith('--data-dir=') ? ['--data-dir', args[i].slice(11)] : [args[i]];
    if (name !== '--data-dir') {
      result.push(args[i]);
      continue;
    }
    if (joined === undefined) i += 1;
    const folder = joined ?? args[i];
    if (!folder || folder.startsWith('--')) return undefined;
    result.push(`--data-dir=${resolve(process.env.INIT_CWD ?? process.cwd(), folder)}`);
  }
  return result;
}

async function virtualDisplay(steps) {
  const display = await startVirtualDisplay({ endWithLastClient: true });
  steps.say(`→ there is no display here; the window opens on a virtual one (${display.display})`);
  return display;
}

await runMain(main);
