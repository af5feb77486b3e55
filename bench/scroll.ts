/**
 * scroll-100k-late: in the workstation itself, over a workspace with 100,000 controls: the share of frames that came late while
 * the list is scrolled from its top, by wheel and by jumps, as Chromium's own trace counts them (CDP Tracing); over one
 * percent, which is the goal. A frame is late where Chromium had one to draw and its compositor reports it as dropped with an effect
 * on what is seen.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type CDPSession, type Page } from '@playwright/test';
import { DEMO_PASSWORD } from '@shared/demo';
import { z } from 'zod';
import { AUDITOR, fillControls, onWorkspace } from './lib/demo-workspace';
import { electronRuntime, startElectron, workstation } from './lib/electron';
import { type BenchFigure, figureFrom, progress } from './lib/figure';

const ROWS = 100_000;
const LIMIT_MS = 300_000;
const RUNS = 3;
const SCROLL_MS = 6_000;
/** The share of late frames that is allowed. */
const ALLOWED = 0.01;

const eventSchema = z.object({
  name: z.string(),
  args: z
    .object({ chrome_frame_reporter: z.object({ state: z.string(), affects_smoothness: z.boolean().optional() }).optional() })
    .optional(),
});

export async function run(): Promise<BenchFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-scroll-'));
  const dataDir = join(folder, 'workstation');
  try {
    const first = await startElectron(/^ready in /, { app: workstation(), args: [`--data-dir=${dataDir}`], limitMs: LIMIT_MS });
    await first.stop();
    await onWorkspace(dataDir, (client, schema) => fillControls(client, schema, ROWS));
    progress(`${ROWS} controls are in the workspace`);
    const { late, all } = await scrolled(dataDir);
    progress(`${late} of ${all} frames came late`);
    return [figureFrom('scroll-100k-late', Math.max(late, 0.5) / all, ALLOWED, all)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function scrolled(dataDir: string): Promise<{ late: number; all: number }> {
  const { execPath, flags } = electronRuntime();
  const { ELECTRON_RUN_AS_NODE: _node, ...inherited } = process.env;
  const env: Record<string, string> = { KOMPL_STARTED_AT: String(Date.now()) };
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) env[name] = value;
  const app = await _electron.launch({ executablePath: execPath, args: [...flags, workstation(), `--data-dir=${dataDir}`], env });
  try {
    const page = await app.firstWindow();
    await page.getByTestId('email').fill(AUDITOR?.email ?? '');
    await page.getByTestId('password').fill(DEMO_PASSWORD);
    await page.getByTestId('sign-in-button').click();
    await page.locator('nav a[href="#/r/controls"]').click();
    await page.locator('[data-testid="grid"] [data-row-id]').first().waitFor();
    const session = await page.context().newCDPSession(page);
    let [late, all] = [0, 0];
    for (let round = -1; round < RUNS; round++) {
      const frames = await traced(session, () => scroll(page, round));
      if (round < 0) continue;
      late += frames.filter(({ state, affects_smoothness }) => state === 'STATE_DROPPED' && affects_smoothness === true).length;
      all += frames.filter(({ state }) => state !== 'STATE_NO_UPDATE_DESIRED').length;
    }
    return { late, all };
  } finally {
    await app.close();
  }
}

type Frame = { readonly state: string; readonly affects_smoothness?: boolean | undefined };

/** What the compositor reports of each frame while `work` runs. */
async function traced(session: CDPSession, work: () => Promise<void>): Promise<Frame[]> {
  const frames: Frame[] = [];
  const collect = ({ value }: { readonly value: readonly unknown[] }) => {
    for (const entry of value) {
      const event = eventSchema.safeParse(entry);
      const reporter =
        event.success && event.data.name === 'PipelineReporter' ? event.data.args?.chrome_frame_reporter : undefined;
      if (reporter) frames.push(reporter);
    }
  };
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['cc', 'benchmark'] } });
  await work();
  const complete = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()));
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  return frames;
}

/** A hand on the wheel, with a jump far down at each round, as the scroll bar makes one. */
async function scroll(page: Page, round: number): Promise<void> {
  const grid = page.getByTestId('grid');
  await grid.evaluate(
    (element, part) => {
      element.scrollTop = element.scrollHeight * part;
    },
    (round + 1) / (RUNS + 1),
  );
  await page.waitForTimeout(500);
  const box = await grid.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 300, (box?.y ?? 0) + 200);
  for (const end = performance.now() + SCROLL_MS; performance.now() < end; ) {
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(16);
  }
}
