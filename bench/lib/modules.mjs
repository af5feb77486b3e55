// Runs bench modules one after the other, each in its own process, and checks what they give.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { repoRoot } from '../../scripts/lib/paths.mjs';
import { StepError } from '../../scripts/lib/run.mjs';

// A thousand tenants take an hour to be made, and more on a machine that others use too.
const limitMs = 120 * 60_000;

/**
 * The figures of one module.
 * @param {string} bundle path of the bundled module
 * @param {{env: Record<string, string>, signal: AbortSignal}} options
 * @returns {Promise<import('./figure').BenchFigure[]>}
 * @throws {StepError}
 */
export async function runModule(bundle, { env, signal }) {
  const child = fork(join(repoRoot, 'bench', 'lib', 'runner.mjs'), [bundle], {
    cwd: repoRoot,
    env: { ...process.env, ...env },
    // What a bench prints is progress: standard output is for the result.
    stdio: ['ignore', 2, 2, 'ipc'],
    signal,
    timeout: limitMs,
    killSignal: 'SIGTERM',
  });
  let message;
  child.once('message', (sent) => {
    message = sent;
  });
  const end = await new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, by) => done(by ?? `code ${code}`));
  });
  if (!message) throw new StepError({ reason: `the bench ended (${end}) and gave nothing` });
  if (message.failure) throw new StepError({ reason: message.failure });
  return message.figures;
}

/** The wanted figures out of what modules gave, in the order of the list. One that is missing or malformed is a failure. */
export function pickFigures(listed, given) {
  return listed.map(({ name, better, goal }) => {
    const figure = given.find((one) => one.name === name);
    if (!figure) throw new StepError({ reason: `no module gave the figure ${name}` });
    const numbers = [figure.ratio, figure.samples, figure.floor, figure.value];
    if (!numbers.every((number) => Number.isFinite(number) && number > 0) || figure.better !== better || figure.goal !== goal)
      throw new StepError({ reason: `the figure ${name} is not what figures.json says: ${JSON.stringify(figure)}` });
    const { ratio, samples, floor, value } = figure;
    return { name, ratio: rounded(ratio), better, goal, samples, floor: rounded(floor), value: rounded(value) };
  });
}

const rounded = (number) => Number(number.toPrecision(4));

/** Whether the goal is reached; null where there is none. */
export function reached({ ratio, better, goal }) {
  if (goal === null) return null;
  return better === 'lower' ? ratio <= goal : ratio >= goal;
}

/** The figures as a table for people. */
export function tableOf(figures) {
  const verdict = { true: 'reached', false: 'MISSED', null: 'report' };
  const head = ['figure', 'ratio', 'goal', '', 'ours', 'floor', 'samples'];
  const lines = figures.map((figure) => [
    figure.name,
    figure.ratio.toFixed(2),
    figure.goal === null ? '–' : `${figure.better === 'lower' ? '≤' : '≥'} ${figure.goal.toFixed(1)}`,
    verdict[String(reached(figure))],
    milliseconds(figure.value),
    milliseconds(figure.floor),
    String(figure.samples),
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const left = new Set([0, 3]);
  return all
    .map((line) =>
      line
        .map((cell, column) => (left.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
