// Prints what the scripts do, one line a step, and turns a failure into three things a
// person can use: which step, why, and what to do about it.
import { StepError } from './run.mjs';

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * @typedef {object} StepVoice handed to the work of a step
 * @property {(text: string) => void} say what is going on now
 * @property {(text?: string) => {already: string}} already return this when nothing was to do
 * @property {(text: string) => void} warn something the reader must know
 */

/**
 * A step printer. `out` takes lines; `quietWhenThere` hides steps with nothing to do.
 * @param {{out?: (line: string) => void, quietWhenThere?: boolean, now?: () => number}} [options]
 */
export function createSteps(options = {}) {
  const { out = (line) => process.stdout.write(`${line}\n`), now = Date.now } = options;
  const { quietWhenThere = false } = options;
  return {
    /** A plain line. */
    say: out,
    /** A warning that is not tied to a failure. */
    warn: (text) => out(`! ${text}`),
    /**
     * Runs one step. The work may return `voice.already(...)` or a value; the value is
     * passed on. A failure is rethrown as a StepError that knows its step.
     * @template T
     * @param {string} title
     * @param {(voice: StepVoice) => Promise<T> | T} work
     */
    async step(title, work) {
      const started = now();
      let already;
      const voice = {
        say: (text) => out(`→ ${title}: ${text}`),
        warn: (text) => out(`! ${title}: ${text}`),
        already: (text = 'already there', value = undefined) => {
          already = text;
          return value;
        },
      };
      try {
        const value = await work(voice);
        if (already === undefined) out(`✓ ${title} (${seconds(now() - started)})`);
        else if (!quietWhenThere) out(`· ${title}: ${already}`);
        return value;
      } catch (error) {
        const known = error instanceof StepError ? error : unexpected(error);
        known.step ??= title;
        throw known;
      }
    },
  };
}

function unexpected(error) {
  const text = error instanceof Error ? error.message : String(error);
  const failure = new StepError({
    reason: text,
    remedy: 'Run the same command again; if it stays, report this text.',
  });
  failure.cause = error;
  return failure;
}

/** The text for a failed step: step, reason, remedy, tail of the log. */
export function describeFailure(error) {
  const known = error instanceof StepError ? error : unexpected(error);
  const lines = [`✗ ${known.step ?? 'Start'} failed`, `  reason: ${known.message}`];
  if (known.remedy) lines.push(`  remedy: ${known.remedy.split('\n').join('\n          ')}`);
  if (known.tail) {
    lines.push(`  the last lines of ${known.logFile}:`);
    lines.push(...known.tail.split('\n').map((line) => `    | ${line}`));
  } else if (known.logFile) lines.push(`  log:    ${known.logFile}`);
  return lines.join('\n');
}

/** Runs a script's main function; a failure is described and gives exit code 1. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? process.exitCode ?? 0;
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    if (process.env.KOMPL_DEBUG && error instanceof Error) process.stderr.write(`${error.cause?.stack ?? error.stack}\n`);
    process.exitCode = 1;
  }
}

/** Stops with a plain sentence when Node is older than the tree needs. */
export function requireNode(minimum = [20, 19], version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return;
  const failure = new StepError({
    reason: `this is Node ${version}; the workstation needs Node ${minimum.join('.')} or newer`,
    remedy: 'Install a current Node.js (https://nodejs.org or your system’s packages) and run the command again.',
  });
  failure.step = 'Node.js';
  throw failure;
}
