// Starts the stages of `npm test` with their output on the console, each with a limit, and
// ends them when we are asked to stop.
import { spawn } from 'node:child_process';
import { repoRoot } from './paths.mjs';

const graceMs = 10_000;
const current = new Set();

/** Ends what runs now; used when the whole test run is interrupted. */
export function stopStages() {
  for (const child of current) end(child, 'SIGTERM');
}

/** The whole process group, so that a runner's workers and windows go with it. */
function end(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has ended by itself
  }
}

/**
 * Runs a Node program, console shared.
 * @param {string} program path of a script
 * @param {string[]} args
 * @param {{env?: Record<string, string>, minutes: number, say: (text: string) => void}} options
 * @returns {Promise<number>} its exit code; 1 when it was ended
 */
export async function runStage(program, args, { env = {}, minutes, say }) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: repoRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  });
  current.add(child);
  let killer;
  const limit = setTimeout(() => {
    say(`! not done after ${minutes} minutes; ending it`);
    end(child, 'SIGTERM');
    killer = setTimeout(() => end(child, 'SIGKILL'), graceMs);
  }, minutes * 60_000);
  const code = await new Promise((done) => {
    child.once('error', () => done(1));
    child.once('exit', (status) => done(status ?? 1));
  });
  clearTimeout(limit);
  clearTimeout(killer);
  current.delete(child);
  return code;
}
