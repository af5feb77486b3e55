// Runs one command: output into a log file, a sign of life every ten seconds, and on
// failure an error that carries the reason and the tail of the log.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cacheSubfolder } from './paths.mjs';

const heartbeatMs = 10_000;
const tailLines = 25;

/** Why a step failed and what to do; printed by `steps.mjs`, never as a stack. */
export class StepError extends Error {
  /** @param {{reason: string, remedy?: string, logFile?: string, tail?: string}} what */
  constructor({ reason, remedy, logFile, tail }) {
    super(reason);
    this.name = 'StepError';
    this.remedy = remedy;
    this.logFile = logFile;
    this.tail = tail;
  }
}

/** A fresh log file name in the cache folder; old ones are overwritten by the same name. */
export function logFileFor(name) {
  return join(cacheSubfolder('logs'), `${name.replace(/[^a-z0-9.-]+/gi, '-')}.log`);
}

/** The last lines of a text file, or '' when it cannot be read. */
export function tailOf(file, lines = tailLines) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/**
 * How to spawn a command here. npm and npx are .cmd files on Windows and need a shell
 * there; everything else is started directly, so that arguments are never re-parsed.
 */
export function commandFor(command, args, platform = process.platform) {
  if (platform === 'win32' && ['npm', 'npx'].includes(command)) {
    const quoted = args.map((arg) => (/^[\w./:@=^-]+$/.test(arg) ? arg : `"${arg.replaceAll('"', '""')}"`));
    return { command: `${command}.cmd`, args: quoted, shell: true };
  }
  return { command, args, shell: false };
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{name?: string, cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number,
 *   input?: string, timeoutMs?: number, remedy?: string, say?: (text: string) => void,
 *   okCodes?: number[]}} options `name` names the log file; `say` receives the heartbeat.
 * @returns {Promise<{code: number, logFile: string}>}
 * @throws {StepError} when it cannot start, exits with another code, or takes too long.
 */
export async function run(command, args, options = {}) {
  const { name = command, timeoutMs = 0, remedy, say, okCodes = [0] } = options;
  const logFile = logFileFor(name);
  const log = openSync(logFile, 'w');
  writeSync(log, `$ ${command} ${args.join(' ')}\n`);
  const started = Date.now();
  const how = commandFor(command, args);
  try {
    const child = spawn(how.command, how.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      uid: options.uid,
      gid: options.gid,
      shell: how.shell,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', log, log],
    });
    const heartbeat = setInterval(() => {
      say?.(`still running, ${Math.round((Date.now() - started) / 1000)} s (log: ${logFile})`);
    }, heartbeatMs);
    let timedOut = false;
    const limit = timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeoutMs)
      : undefined;
    if (options.input !== undefined) {
      child.stdin.on('error', () => undefined); // it may exit without reading; its code tells
      child.stdin.end(options.input);
    }
    const outcome = await new Promise((done) => {
      child.once('error', (error) => done({ error }));
      child.once('close', (code, signal) => done({ code, signal }));
    });
    clearInterval(heartbeat);
    clearTimeout(limit);
    if (outcome.error) {
      const missing = outcome.error.code === 'ENOENT';
      throw new StepError({
        reason: missing ? `the command "${command}" was not found` : outcome.error.message,
        remedy,
        logFile,
      });
    }
    if (timedOut || !okCodes.includes(outcome.code)) {
      const how = timedOut
        ? `did not end within ${Math.round(timeoutMs / 1000)} s`
        : outcome.signal
          ? `was ended by ${outcome.signal}`
          : `ended with code ${outcome.code}`;
      throw new StepError({
        reason: `"${[command, ...args].join(' ').slice(0, 200)}" ${how}`,
        remedy,
        logFile,
        tail: tailOf(logFile),
      });
    }
    return { code: outcome.code, logFile };
  } finally {
    closeSync(log);
  }
}

/**
 * A short query whose output is wanted: standard output on success, undefined when the
 * command is missing or fails. For questions ("is it there?"), not for work.
 */
export function ask(command, args, options = {}) {
  const how = commandFor(command, args);
  const result = spawnSync(how.command, how.args, {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
    shell: how.shell,
    ...options,
  });
  return result.status === 0 ? result.stdout.trimEnd() : undefined;
}
