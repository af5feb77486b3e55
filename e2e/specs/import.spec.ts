/** Rows of a file become controls: what each column becomes, the trial, and why rows stay out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { open, picture, signInTo } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

async function look(page: Page, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme);
    await picture(page, `${name}-${theme}`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const lines = serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join('; ')}`);
    expect.soft(lines, `${name} ${theme}`).toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name}: width`).toBe(0);
  }
}

const FILE = [
  'Core controls of 2026;;;;;;',
  'Control ID;Name;Owner e-mail;Status;Next test;Control set;Notes 2',
  'IM-1;Account management;tomasz.wilk@nordhaven.example;implemented;14/11/2026;;=cmd|x',
  'IM-2;Separation of duties;k.maas@nordhaven.example;planned;03/04/2027;;',
  ';Without a reference;;planned;;;',
  'IM-4;<b>Bold</b> claims;;retired;30/02/2027;;',
  'IM-5;Least privilege;;implemented;;;',
].join('\r\n');

test.describe('import of rows', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 });
  let prepared: Prepared;
  let w: Workstation;
  let folder: string;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    folder = await mkdtemp(join(tmpdir(), 'kompl-e2e-import-'));
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('import'));
    w.page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    w.page.on('pageerror', (error) => faults.push(error.message));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test('begins at a list, reads the columns, tries, and says why rows stay out', async () => {
    const { page } = w;
    const path = join(folder, 'Core-controls-2026.csv');
    await writeFile(path, Buffer.from(FILE, 'latin1'));
    await open(page, 'Controls');
    await page.getByRole('button', { name: 'Import controls' }).click();
    await expect(page.getByText('Drop a file with controls here')).toBeVisible();
    await look(page, 'import-choose');
    await page.getByTestId('import-file').setInputFiles(path);
    const trial = page.getByTestId('import-trial');
    await expect(page.getByTestId('import-look')).toContainText('6 of 7 matched');
    await expect(page.getByRole('combobox', { name: 'Control ID becomes' })).toHaveValue('Ref');
    await expect(page.getByText('Dates have the day first, as the file shows')).toBeVisible();
    await expect(trial.getByTestId('figure-stay-out')).toContainText('5');

    // the words of another system
    for (const [word, means] of [
      ['implemented', 'Active'],
      ['planned', 'To do'],
      ['retired', 'Deprecated'],
    ] as const) {
      await page.getByRole('combobox', { name: `“${word}” means` }).click();
      await page.getByRole('option', { name: means, exact: true }).click();
    }
    await page.getByLabel('Leave a field empty where its value cannot be read').check();
    await expect(trial).toContainText('Something has changed since the trial');
    await trial.getByRole('button', { name: 'Run the trial again' }).click();
    await expect(trial.getByTestId('figure-new')).toContainText('4');
    await expect(trial.getByTestId('figure-stay-out')).toContainText('1');
    await expect(trial.getByTestId('figure-lack-a-value')).toContainText('2');
    await expect(trial).toContainText('February 2027 has 28 days');
    await expect(trial).toContainText('No active person of this tenant is called “k.maas@nordhaven.example”');
    await look(page, 'import-trial');
  });
});
