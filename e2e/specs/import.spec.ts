/** Rows of a file become controls: what each column becomes, the trial, a cell corrected on the spot, the import, and the rows that stay out. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { lookInBoth, open, signInTo } from '../fixtures/acts';
import { listOf } from '../fixtures/rpc';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

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
    await lookInBoth(page, 'import-choose');
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
    await lookInBoth(page, 'import-trial');
  });

  test('takes a correction on the spot, brings in all of it, and remembers the columns', async () => {
    const { page } = w;
    const trial = page.getByTestId('import-trial');
    await expect(trial.getByText('This row has neither Ref')).toBeVisible();
    await page.getByRole('combobox', { name: 'Control ID becomes' }).focus();
    await page.getByLabel('A row that nothing names for good becomes a new control').check();
    await trial.getByRole('button', { name: 'Run the trial again' }).click();
    await expect(trial.getByTestId('figure-stay-out')).toContainText('0');
    await page.getByRole('heading', { name: 'Import controls' }).click();
    await trial.getByRole('button', { name: 'Edit Next test of row 6' }).click();
    await page.getByRole('textbox', { name: 'Next test of row 6' }).fill('28/02/2027');
    await page.keyboard.press('Enter');
    await expect(trial).toContainText('Corrected here; the next trial reads it.');
    await trial.getByRole('button', { name: 'Run the trial again' }).click();
    await expect(trial.getByTestId('figure-lack-a-value')).toContainText('1');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('import-done')).toContainText('The controls are in');
    await expect(page.getByTestId('outcome-new')).toHaveText('5');
    await lookInBoth(page, 'import-done');
    await page.getByRole('button', { name: 'Open controls' }).click();
    await page.getByRole('searchbox', { name: /Find/ }).fill('claims');
    await expect(page.getByText('<b>Bold</b> claims').first()).toBeVisible();
  });

  test('a file dropped on the list is taken there; only what differs changes; what stays out is saved, corrected and imported', async () => {
    const { page, app } = w;
    const rows =
      'Control ID;Name;Owner e-mail;Status;Next test;Control set;Notes 2\nIM-1;Account management, all of it;;;;;\nIM-5;Least privilege;;;;;\nIM-6;;;planned;;;\n';
    await open(page, 'Controls');
    await expect(page.getByTestId('list-count')).toBeVisible();
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'dropped.csv'));
      return transfer;
    }, rows);
    // A file that was made in the page has no path: the list hands it over, and main refuses what it cannot see.
    await page.getByRole('grid').or(page.getByRole('table')).first().dispatchEvent('drop', { dataTransfer: data });
    await expect(page.getByTestId('import-refused')).toBeVisible();
    const path = join(folder, 'again.csv');
    await writeFile(path, rows);
    await page.getByTestId('import-file').setInputFiles(path);
    const trial = page.getByTestId('import-trial');
    await expect(page.getByTestId('import-look')).toContainText('as in your last import');
    await expect(trial.getByTestId('figure-change')).toContainText('1');
    await expect(trial.getByTestId('figure-the-same')).toContainText('1');
    await expect(trial.getByTestId('figure-stay-out')).toContainText('1');
    await expect(trial).toContainText('Account management, all of it');
    await lookInBoth(page, 'import-changes');

    const saved = join(folder, 'stays-out.csv');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, saved);
    await trial.getByRole('button', { name: 'CSV', exact: true }).click();
    await expect(page.getByText('The rows that stay out are saved')).toBeVisible();
    const text = await readFile(saved, 'utf8');
    expect(text).toContain('Why it stays out');
    await trial.getByLabel(/Bring in only the good rows/).check();
    await trial.getByRole('button', { name: 'Bring in 1 row' }).click();
    await expect(page.getByTestId('outcome-changed')).toHaveText('1');
    await writeFile(saved, text.replace('IM-6;;', 'IM-6;Named now;'));
    await page.getByRole('button', { name: 'Import another' }).click();
    await page.getByTestId('import-file').setInputFiles(saved);
    await expect(trial.getByTestId('figure-new')).toContainText('1');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('outcome-new')).toHaveText('1');
  });

  test('reads dates in three conventions, and asks about a column that may be read in two ways', async () => {
    const { page } = w;
    const path = join(folder, 'plans.csv');
    const rows = [
      'Audit;Starts;Ends;Fieldwork from;Report due',
      'Branch in Lyon;14.12.2026;2027-03-04;03/04/2027;12/31/2027',
      'Branch in Ghent;1.2.2027;2027-05-30;04/05/2027;6/7/2027',
    ];
    await writeFile(path, rows.join('\n'));
    await open(page, 'Audit plans');
    await page.getByRole('button', { name: 'Import audit plans' }).click();
    await page.getByTestId('import-file').setInputFiles(path);
    const trial = page.getByTestId('import-trial');
    // 14.12.2026 and 2027-03-04 have one reading and are no question
    await expect(page.getByText('Dates have the month first, as the file shows')).toBeVisible();
    await expect(page.getByText('These dates may be read in two ways. Say which.')).toBeVisible();
    await expect(trial).toContainText('1 column with dates that may be read in two ways');
    await page.getByRole('radiogroup', { name: 'Dates of Fieldwork from' }).getByText('day first').click();
    await page.getByLabel('A row that nothing names for good becomes a new audit plan').check();
    await lookInBoth(page, 'import-dates');
    await trial.getByRole('button', { name: 'Run the trial' }).click();
    await expect(trial.getByTestId('figure-new')).toContainText('2');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('outcome-new')).toHaveText('2');
    const { rows: plans } = await listOf(page, 'auditPlans', { search: 'Branch in', limit: 10 });
    expect(
      plans
        .filter(({ auditName }) => String(auditName).startsWith('Branch in'))
        .map((plan) => ['auditName', 'startDate', 'endDate', 'fieldworkStart', 'reportDate'].map((field) => plan[field]))
        .sort(),
    ).toEqual([
      ['Branch in Ghent', '2027-02-01', '2027-05-30', '2027-05-04', '2027-06-07'],
      ['Branch in Lyon', '2026-12-14', '2027-03-04', '2027-04-03', '2027-12-31'],
    ]);
  });

  test('says what to do about a file that cannot be read', async () => {
    const { page } = w;
    const path = join(folder, 'old.xls');
    await writeFile(path, Buffer.from('d0cf11e0a1b11ae10000', 'hex'));
    await page.getByRole('button', { name: 'Import another' }).click();
    await page.getByTestId('import-file').setInputFiles(path);
    await expect(page.getByTestId('import-refused')).toContainText('save it as .xlsx or CSV');
    await lookInBoth(page, 'import-refused');
    expect(faults).toEqual([]);
  });
});
