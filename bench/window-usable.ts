/**
 * window-usable: from the start of the process until the workstation says that its window can be used, the start of the embedded
 * server included, over an empty Electron window. Both starts are warm and taken in turn; the workspace was made before.
 * workspace-open: the same start until the embedded server is open and checked, so that a sign-in is answered at once.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { benchApp, startElectron, workstation } from './lib/electron';
import { type BenchFigure, figureOf, median, progress } from './lib/figure';

const WARM_UPS = 2;
const SAMPLES = 9;
const FIRST_START_MS = 300_000;
const START_MS = 60_000;

/** The line of the workstation's log that ends a start; both times in ms since the process began. */
const readyLine = z.object({ message: z.literal('ready'), milestones: z.object({ page: z.number(), connection: z.number() }) });

/** How long after the usable window the workspace was open, ms: from the log's newest line on a start after the first `known`. */
async function opened(log: string, known: number): Promise<{ readonly laterMs: number; readonly starts: number }> {
  for (const end = performance.now() + START_MS; performance.now() < end; await pause(20)) {
    const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('"ready"'));
    const last = lines.at(-1);
    if (lines.length <= known || last === undefined) continue;
    const { page, connection } = readyLine.parse(JSON.parse(last)).milestones;
    return { laterMs: Math.max(0, connection - page), starts: lines.length };
  }
  throw new Error('the embedded server did not open');
}

export async function run(): Promise<BenchFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-start-'));
  const dataDir = join(folder, 'workstation');
  const log = join(dataDir, 'logs', 'main.log');
  let starts = 0;
  const ours = async (limitMs: number) => {
    const electron = await startElectron(/^ready in /, { app: workstation(), args: [`--data-dir=${dataDir}`], limitMs });
    const { laterMs, starts: now } = await opened(log, starts);
    starts = now;
    await electron.stop();
    return { usable: electron.tookMs, open: electron.tookMs + laterMs };
  };
  const empty = async () => {
    const electron = await startElectron(/^ready$/, {
      app: benchApp('empty-window'),
      args: [`--user-data-dir=${join(folder, 'empty')}`],
    });
    await electron.stop();
    return electron.tookMs;
  };
  try {
    progress(`first start, which makes the workspace: ${Math.round((await ours(FIRST_START_MS)).usable)} ms`);
    const usable: number[] = [];
    const open: number[] = [];
    const floor: number[] = [];
    for (let round = -WARM_UPS; round < SAMPLES; round++) {
      const emptyFirst = round % 2 === 0;
      const before = emptyFirst ? await empty() : 0;
      const start = await ours(START_MS);
      const nothing = emptyFirst ? before : await empty();
      if (round < 0) continue;
      usable.push(start.usable);
      open.push(start.open);
      floor.push(nothing);
      const ms = [start.usable, start.open, nothing].map(Math.round);
      progress(`${round + 1}/${SAMPLES}: usable ${ms[0]} ms, workspace open ${ms[1]} ms, empty window ${ms[2]} ms`);
    }
    progress(`medians: ${[usable, open, floor].map((times) => Math.round(median(times))).join(', ')} ms`);
    return [figureOf('window-usable', usable, floor), figureOf('workspace-open', open, floor)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
