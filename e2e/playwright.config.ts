/**
 * End-to-end tests in the real Electron, one at a time: they share a display and two cores.
 * `npm test -- e2e` starts the servers and says by KOMPL_ELECTRON_PATH which Electron to use.
 */
import { resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

const results = resolve(__dirname, '..', 'test-results');

export default defineConfig({
  testDir: resolve(__dirname, 'specs'),
  outputDir: results,
  workers: 1,
  fullyParallel: false,
  // On a busy build machine the old Chromium now and then loses its page; the list names every second try.
  retries: process.env.CI ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json', { outputFile: process.env.KOMPL_E2E_REPORT ?? resolve(results, 'report.json') }]],
});
