// A display to open windows on: the person's own, or a virtual one (Xvfb) that is started
// on a free number and ended by its own pid.
import { spawn } from 'node:child_process';
import { StepError } from './run.mjs';
import { adviceElsewhere, isDebian } from './system-packages.mjs';

const startMs = 15_000;

/** Whether windows can be shown without help of ours. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Starts Xvfb. It chooses a free number itself and tells it over a pipe, so two starts at
 * once never collide.
 * @param {{width?: number, height?: number, endWithLastClient?: boolean}} [options] the last one makes
 *   it go with the app, even when we are killed; tests keep it over many starts
 * @returns {Promise<{display: string, pid: number, stop: () => Promise<void>}>}
 */
export async function startVirtualDisplay({ width = 1920, height = 1200, endWithLastClient = false } = {}) {
  const child = spawn(
    'Xvfb',
    [
      '-displayfd',
      '3',
      '-screen',
      '0',
      `${width}x${height}x24`,
      '-nolisten',
      'tcp',
      endWithLastClient ? '-terminate' : '-noreset',
    ],
    // Detached: Ctrl-C must not take the display away before the app has closed.
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true },
  );
  const ended = new Promise((done) => child.once('exit', done));
  const number = await new Promise((done, fail) => {
    let text = '';
    const refuse = (reason) => fail(notStarted(reason));
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      refuse(`Xvfb did not start within ${startMs / 1000} s`);
    }, startMs);
    child.once('error', (error) => {
      clearTimeout(limit);
      refuse(error.code === 'ENOENT' ? 'Xvfb is not installed' : error.message);
    });
    child.once('exit', (code) => {
      clearTimeout(limit);
      refuse(`Xvfb ended with code ${code}`);
    });
    child.stdio[3].on('data', (bytes) => {
      text += bytes;
      if (!text.includes('\n')) return;
      clearTimeout(limit);
      done(Number.parseInt(text, 10));
    });
  });
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  return {
    display: `:${number}`,
    pid: child.pid,
    async stop() {
      process.removeListener('exit', endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function notStarted(reason) {
  return new StepError({
    reason: `there is no display and no virtual one could be started: ${reason}`,
    remedy: isDebian() ? 'sudo apt-get install xvfb' : adviceElsewhere('start'),
  });
}
