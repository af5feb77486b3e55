/**
 * first-list-200-of-10000: in the workstation itself, over a workspace with 10,000 controls, from the click on "Controls" to the
 * first painted rows, nothing cached in the window; over the bare SQL of that page through pg on the same embedded server.
 * The server has one owner at a time, so half of the floor is measured before the window and half after it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckedListQuery, pageStatement } from '@main/entities/list-query';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { DEMO_PASSWORD } from '@shared/demo';
import { entityOf } from '@shared/entities/registry';
import { listQuerySchema } from '@shared/listing';
import type { Client } from 'pg';
import { AUDITOR, fillControls, onWorkspace } from './lib/demo-workspace';
import { electronRuntime, startElectron, workstation } from './lib/electron';
import { type BenchFigure, figureOf, median, progress } from './lib/figure';

const ROWS = 10_000;
const PAGE = 200;
const WARM_UPS = 3;
const SAMPLES = 20;
const LIMIT_MS = 300_000;

/** Times of the page's SELECT alone, ms; no scope, no total, no labels. */
async function bareTimes(client: Client, schema: string, count: number): Promise<number[]> {
  await client.query(`SET search_path = ${schema}, public`);
  const query: CheckedListQuery = listQuerySchema.parse({ limit: PAGE });
  const { text, values } = pageStatement(entityOf('controls'), query, { personId: '', today: '2026-01-01' });
  const times: number[] = [];
  for (let round = -WARM_UPS; round < count; round++) {
    const started = performance.now();
    const { rows } = await client.query(text, [...values]);
    if (round >= 0) times.push(performance.now() - started);
    if (rows.length !== PAGE) throw new Error(`the page has ${rows.length} rows`);
  }
  return times;
}

async function signIn(page: Page): Promise<void> {
  await page.getByTestId('email').fill(AUDITOR?.email ?? '');
  await page.getByTestId('password').fill(DEMO_PASSWORD);
  await page.getByTestId('sign-in-button').click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** In the page: from the click until the frame after the first row was put into the document has been painted. */
const clickToRows = (link: Element): Promise<number> =>
  new Promise((resolve) => {
    const started = performance.now();
    const seen = () => document.querySelector('[data-testid="grid"] [data-row-id]') !== null;
    const observer = new MutationObserver(() => {
      if (!seen()) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
    });
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
    if (link instanceof HTMLElement) link.click();
  });

/** A window that has just been loaded anew holds nothing of a list, neither rows nor the code of the screen. */
async function firstList(app: ElectronApplication, page: Page): Promise<number> {
  await page.locator('nav a[href="#/"]').click();
  // The page itself may not navigate, not even to itself.
  await Promise.all([
    page.waitForEvent('load'),
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload()),
  ]);
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  // Home asks for its own figures; they must not stand in the queue before the list.
  await page.waitForTimeout(1_000);
  return page.locator('nav a[href="#/r/controls"]').evaluate(clickToRows);
}

async function windowTimes(dataDir: string): Promise<number[]> {
  const { execPath, flags } = electronRuntime();
  const { ELECTRON_RUN_AS_NODE: _node, ...inherited } = process.env;
  const env: Record<string, string> = { KOMPL_STARTED_AT: String(Date.now()) };
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) env[name] = value;
  const app = await _electron.launch({ executablePath: execPath, args: [...flags, workstation(), `--data-dir=${dataDir}`], env });
  try {
    const page = await app.firstWindow();
    await signIn(page);
    const times: number[] = [];
    for (let round = -WARM_UPS; round < SAMPLES; round++) {
      const took = await firstList(app, page);
      if (round >= 0) times.push(took);
    }
    return times;
  } finally {
    await app.close();
  }
}

export async function run(): Promise<BenchFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-list-'));
  const dataDir = join(folder, 'workstation');
  try {
    const first = await startElectron(/^ready in /, { app: workstation(), args: [`--data-dir=${dataDir}`], limitMs: LIMIT_MS });
    await first.stop();
    const before = await onWorkspace(dataDir, async (client, schema) => {
      await fillControls(client, schema, ROWS);
      progress(`${ROWS} controls are in the workspace`);
      return bareTimes(client, schema, SAMPLES / 2);
    });
    const value = await windowTimes(dataDir);
    const after = await onWorkspace(dataDir, (client, schema) => bareTimes(client, schema, SAMPLES / 2));
    progress(`bare SQL ${median(before).toFixed(1)} ms before and ${median(after).toFixed(1)} ms after the window`);
    return [figureOf('first-list-200-of-10000', value, [...before, ...after])];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
