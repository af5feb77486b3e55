/** Lists in the real window: filters, groups, saved and shared views, changes to many with undo, exports to a file, the palette. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { look, open, signInTo, signOut, theme } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { SIZES, startWorkstation, type Workstation } from '../fixtures/workstation';

test.describe('lists', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 });
  let prepared: Prepared;
  let w: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(420_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('lists'));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  test('a view is made of filters and groups, saved, shared, and found by a colleague', async () => {
    const { page } = w;
    await open(page, 'Findings');
    await expect(page.getByTestId('grid')).toContainText('F-001');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Severity' }).click();
    await expect(page.locator('[data-group="high"]')).toBeVisible();
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('[data-group] [aria-expanded="false"]')).toHaveCount(1);
    await page.keyboard.press('ArrowRight');
    await look(page, 'list-groups-light');
    await page.getByRole('button', { name: 'Save view' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Weighty findings');
    await dialog.getByLabel('Everybody').check();
    await look(page, 'list-save-view-light');
    await page.keyboard.press('Control+Enter');
    const tab = page.getByRole('button', { name: /^Weighty findings/ });
    await expect(tab).toHaveAttribute('aria-current', 'page');
    await page.getByRole('navigation', { name: 'Views of findings' }).getByRole('button', { name: /^All/ }).click();
    await tab.click();
    await expect(page.locator('[data-group="high"]')).toBeVisible();
    await page.keyboard.press('/');
    await page.keyboard.type('access');
    await expect(page.getByRole('button', { name: /^Weighty findings \*/ })).toBeVisible();
    await page.getByRole('button', { name: 'The view Weighty findings' }).click();
    await page.getByRole('menuitem', { name: 'Back to the saved view' }).click();
    await signOut(page);
    await signInTo(page, PEOPLE.compliance, 'Nordhaven Bank AG');
    await open(page, 'Findings');
    await page.getByRole('button', { name: /^Weighty findings/ }).click();
    await expect(page.locator('[data-group="high"]')).toBeVisible();
    await page.getByRole('button', { name: 'The view Weighty findings' }).click();
    await expect(page.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await signOut(page);
    await signInTo(page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });

  test('all that match are changed at once, what stays is told, and it is taken back', async () => {
    const { page } = w;
    await open(page, 'Actions');
    await expect(page.getByTestId('grid').locator('[data-row-id]').first()).toBeVisible();
    await page.keyboard.press('x');
    const bar = page.getByTestId('bulk-bar');
    await bar.getByRole('button', { name: /^All/ }).click();
    await bar.getByRole('button', { name: 'Due', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').first().fill('24 Dec 2026');
    await look(page, 'list-change-many-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/^\d+ of \d+ changed$/)).toBeVisible({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText(/are as they were$/)).toBeVisible({ timeout: 30_000 });
    for (const close of await page.getByRole('dialog').getByRole('button', { name: 'Done' }).all()) await close.click();
  });

  test('what is seen is exported to the file that the person chooses', async () => {
    const { page, app, dataDir } = w;
    const path = join(dataDir, 'chosen.csv');
    await app.evaluate(({ dialog }, filePath) => {
      // the system's own dialog answers to nobody but a hand
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    }, path);
    await open(page, 'Findings');
    await page.getByRole('button', { name: /^Weighty findings/ }).click();
    await expect(page.locator('[data-group="high"]')).toBeVisible();
    const total = Number((await page.getByTestId('list-count').locator('strong').textContent()) ?? '0');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('dialog').getByLabel('CSV').check();
    await look(page, 'list-export-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/findings? exported$/)).toBeVisible({ timeout: 30_000 });
    expect(existsSync(path)).toBe(true);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFFSeverity,Ref,/);
    expect(lines).toHaveLength(total + 1);
  });

  test('columns keep their width and order for the person', async () => {
    const { page } = w;
    await open(page, 'Controls');
    await expect(page.getByTestId('grid')).toContainText('ACC-1');
    const edge = page.getByRole('separator', { name: 'Width of Owner' });
    await edge.focus();
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
    const width = await edge.locator('..').evaluate((cell) => cell.getBoundingClientRect().width);
    await open(page, 'Findings');
    await open(page, 'Controls');
    await expect(page.getByTestId('grid')).toContainText('ACC-1');
    expect(Math.round(await edge.locator('..').evaluate((cell) => cell.getBoundingClientRect().width))).toBe(Math.round(width));
    await edge.dblclick();
  });

  test('the palette finds records by kind, and does what the screen does', async () => {
    const { page } = w;
    await open(page, 'Findings');
    await page.getByTestId('grid').locator('[data-row-id]').first().dblclick();
    await expect(page.getByText('Latest changes')).toBeVisible();
    await open(page, 'Findings');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('listbox').getByText('Recent')).toBeVisible();
    await look(page, 'list-palette-light');
    await page.keyboard.type('add a filter');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Add a filter' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  test('in the dark, and in the large window', async () => {
    const { page, app } = w;
    await theme(page, 'Dark');
    await open(page, 'Findings');
    await page.getByRole('button', { name: /^Weighty findings/ }).click();
    await expect(page.locator('[data-group="high"]')).toBeVisible();
    await look(page, 'list-groups-dark');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await look(page, 'list-selected-dark');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await look(page, 'list-export-dark');
    await page.keyboard.press('Escape');
    await theme(page, 'Light');
    await app.evaluate(({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    }, SIZES.large);
    await look(page, 'list-groups-large');
  });
});
