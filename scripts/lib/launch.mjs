// Starts Electron on the built app and stays until it ends: arguments, signals, exit code.
import { spawn } from 'node:child_process';
import { existsSync, openSync, statSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { repoRoot } from './paths.mjs';
import { ask, logFileFor, StepError } from './run.mjs';
import { onStopRequest } from './stop-signals.mjs';

const graceMs = 2_000;

/** Lines that Chromium writes where there is no D-Bus, GPU or VSync; harmless, kept in the log. */
const noise = /:(?:ERROR|WARNING):(?:\w*(?:bus|gpu|command_buffer|gl|egl|angle|vulkan|viz|vsync|vaapi|object_proxy)\w*)\.cc\(/i;

/** Flags that Electron needs on this account. Chromium's sandbox does not work for root. */
export function accountFlags() {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/**
 * Flags that a display needs: a virtual one has no graphics card, and a GPU process that fails while it starts has taken the
 * window's page with it on a busy machine.
 */
export function displayFlags(virtual) {
  return virtual ? ['--disable-gpu'] : [];
}

/**
 * Says so where Chromium's sandbox cannot work for this account, rather than turn it off.
 * @throws {StepError}
 */
export function checkSandbox(execPath) {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return;
  const helper = join(dirname(execPath), 'chrome-sandbox');
  if (existsSync(helper)) {
    const about = statSync(helper);
    if (about.uid === 0 && (about.mode & 0o4000) !== 0) return;
  }
  if (ask('sh', ['-c', 'command -v unshare']) === undefined) return; // cannot tell; Electron will
  if (ask('unshare', ['-Ur', 'true']) !== undefined) return;
  throw new StepError({
    reason: 'this system does not let ordinary accounts make user namespaces, which Electron’s sandbox needs',
    remedy: `Give Electron its sandbox helper: sudo chown root:root "${helper}" && sudo chmod 4755 "${helper}"`,
  });
}

/**
 * @param {{execPath: string, args: string[], env: Record<string, string>, virtualDisplay?: boolean}} what
 * @returns {Promise<number>} the app's exit code (128 + number when a signal ended it)
 */
export async function launchElectron({ execPath, args, env, virtualDisplay = false }) {
  const log = openSync(logFileFor('app-stderr'), 'w');
  const child = spawn(execPath, [...accountFlags(), ...displayFlags(virtualDisplay), repoRoot, ...args], {
    cwd: repoRoot,
    env: { ...process.env, ...env, KOMPL_STARTED_AT: String(Date.now()) },
    stdio: ['ignore', 'inherit', 'pipe'],
    // A group of its own: Ctrl-C reaches it once, from us. Twice would end it at once.
    detached: process.platform !== 'win32',
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    writeSync(log, `${line}\n`);
    if (line.trim() !== '' && !noise.test(line)) process.stderr.write(`${line}\n`);
  });
  const release = passSignalsTo(child);
  try {
    return await new Promise((done, fail) => {
      child.once('error', (error) => fail(new StepError({ reason: `Electron did not start: ${error.message}` })));
      child.once('close', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
    });
  } finally {
    release();
  }
}

/** The first signal goes to the app; one more, later, ends it for good. */
function passSignalsTo(child) {
  let first;
  const pass = (signal) => {
    if (first === undefined) {
      first = Date.now();
      child.kill(signal);
    } else if (Date.now() - first > graceMs) child.kill('SIGKILL');
  };
  return onStopRequest(pass);
}
