/**
 * trpc-over-invoke-200-rows: the renderer's real link, the real bridge, adapter and router in a real Electron, over a bare
 * `ipcRenderer.invoke` of the same page of rows in the same process.
 */
import { z } from 'zod';
import { benchApp, startElectron } from './lib/electron';
import { type BenchFigure, figureOf, median, progress } from './lib/figure';

const times = z.array(z.number());
const report = z.object({
  bytes: z.number(),
  outcome: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), timings: z.object({ typed: times, raw: times, inside: times }) }),
    z.object({ ok: z.literal(false), reason: z.string() }),
  ]),
});

export async function run(): Promise<BenchFigure[]> {
  const electron = await startElectron(/^BENCH /, { app: benchApp('trpc-invoke') });
  await electron.stop();
  const { outcome, bytes } = report.parse(JSON.parse(electron.line.slice('BENCH '.length)));
  if (!outcome.ok) throw new Error(`the page could not measure: ${outcome.reason}`);
  const { typed, raw, inside } = outcome.timings;
  progress(`${(bytes / 1000).toFixed(0)} kB a page; invoke without crossing the bridge: ${median(inside).toFixed(2)} ms`);
  return [figureOf('trpc-over-invoke-200-rows', typed, raw)];
}
