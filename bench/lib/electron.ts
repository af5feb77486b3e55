/** Starts Electron on an app, waits for a line of its standard output, and ends it. Nothing else is ever ended: only by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export interface StartedElectron {
  /** The line that was waited for. */
  readonly line: string;
  /** From the start of the process to the line, ms. */
  readonly tookMs: number;
  readonly pid: number;
  /** Asks it to end, waits until it has; after `graceMs` ends it for good. */
  stop(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  /** File or folder of the app. */
  readonly app: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
}

const TAIL_LINES = 20;

/** The runtime that `scripts/bench.mjs` found, with the flags this account needs. Throws where it was not told. */
export function electronRuntime(): { readonly execPath: string; readonly flags: readonly string[] } {
  const execPath = told('KOMPL_ELECTRON_PATH');
  return { execPath, flags: (process.env.KOMPL_ELECTRON_FLAGS ?? '').split(' ').filter((flag) => flag !== '') };
}

/** Entry of a small app of ours, built by `bundleApp`. */
export function benchApp(name: string): string {
  return join(told('KOMPL_BENCH_APPS'), name, 'main.cjs');
}

/** Root of the tree, which Electron takes as the workstation itself. */
export function workstation(): string {
  return told('KOMPL_REPO_ROOT');
}

function told(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; use npm run bench`);
  return value;
}

/** Resolves with the first line of standard output that `wanted` matches; rejects, with the last lines of stderr, if it never comes. */
export async function startElectron(wanted: RegExp, options: StartOptions): Promise<StartedElectron> {
  const { execPath, flags } = electronRuntime();
  const started = performance.now();
  const child = spawn(execPath, [...flags, options.app, ...(options.args ?? [])], {
    env: { ...process.env, KOMPL_STARTED_AT: String(Date.now()), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  });
  const limit = options.limitMs ?? 120_000;
  return new Promise((done, fail) => {
    const refuse = (reason: string) => fail(new Error([`${options.app} ${reason}`, ...tail].join('\n')));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      refuse(`printed nothing that matches ${wanted} within ${limit / 1000} s`);
    }, limit);
    child.once('error', (error) => refuse(`did not start: ${error.message}`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      refuse(`ended with ${signal ?? `code ${code}`} before it printed ${wanted}`);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!wanted.test(line) || child.pid === undefined) return;
      const tookMs = performance.now() - started;
      clearTimeout(timer);
      done({ line, tookMs, pid: child.pid, stop: (graceMs) => stop(child, graceMs) });
    });
  });
}

async function stop(child: ChildProcess, graceMs = 15_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = new AbortController();
  const force = pause(graceMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => false, // it ended in time
  );
  await ended;
  late.abort();
  await force;
}
