/**
 * window-usable: from the start of the process until the workstation says that its window can be used, embedded server
 * included, over an empty Electron window. Both starts are warm and taken in turn; the workspace was made by a start before.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchApp, type StartOptions, startElectron, workstation } from './lib/electron';
import { type BenchFigure, figureOf, median, progress } from './lib/figure';

const WARM_UPS = 2;
const SAMPLES = 9;
const FIRST_START_MS = 300_000;

async function startTime(wanted: RegExp, options: StartOptions): Promise<number> {
  const electron = await startElectron(wanted, options);
  await electron.stop();
  return electron.tookMs;
}

export async function run(): Promise<BenchFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-start-'));
  const dataDir = join(folder, 'workstation');
  const ours = (limitMs: number) => startTime(/^ready in /, { app: workstation(), args: [`--data-dir=${dataDir}`], limitMs });
  const empty = () => startTime(/^ready$/, { app: benchApp('empty-window'), args: [`--user-data-dir=${join(folder, 'empty')}`] });
  try {
    progress(`first start, which makes the workspace: ${Math.round(await ours(FIRST_START_MS))} ms`);
    const value: number[] = [];
    const floor: number[] = [];
    for (let round = -WARM_UPS; round < SAMPLES; round++) {
      const emptyFirst = round % 2 === 0;
      const before = emptyFirst ? await empty() : 0;
      const window = await ours(60_000);
      const nothing = emptyFirst ? before : await empty();
      if (round < 0) continue;
      value.push(window);
      floor.push(nothing);
      progress(`${round + 1}/${SAMPLES}: workstation ${Math.round(window)} ms, empty window ${Math.round(nothing)} ms`);
    }
    progress(`medians: ${Math.round(median(value))} ms over ${Math.round(median(floor))} ms`);
    return [figureOf('window-usable', value, floor)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
