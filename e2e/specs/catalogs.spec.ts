/** Catalogues in the real window: coverage, crosswalk, versions, and every kind of file that a regulation comes in. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Document, HeadingLevel, Packer, Paragraph } from 'docx';
import { look, open, signInTo, theme } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

/** A PDF of one page with these lines; without any it is what a scanner makes. */
function printed(lines: readonly string[]): Buffer {
  const text = lines.map((line, at) => `BT /F1 11 Tf 60 ${760 - at * 30} Td (${line}) Tj ET`).join('\n');
  const drawn = `${text}\n0.5 g 60 60 200 200 re f`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>`;
  return Buffer.from(`${file}${end}\nstartxref\n${file.length}\n%%EOF\n`, 'latin1');
}

test.describe('catalogues', () => {
  test.describe.configure({ mode: 'default', timeout: 180_000 });
  let prepared: Prepared;
  let w: Workstation;
  let folder: string;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(420_000);
    prepared = await prepare('embedded');
    folder = prepared.newFolder('catalogs');
    w = await startWorkstation(folder);
    w.page.on('pageerror', (error) => faults.push(error.message));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signInTo(w.page, PEOPLE.compliance, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  async function go(page: Page, path: string) {
    await page.evaluate((hash) => {
      window.location.hash = hash;
    }, `#${path}`);
  }
  async function regulation(name: string): Promise<void> {
    await w.page.getByRole('combobox', { name: 'Regulation', exact: true }).click();
    await w.page.getByRole('option', { name }).click();
  }

  test('the matrix shows gaps and results, folds, filters and walks by keys', async () => {
    const { page } = w;
    await open(page, 'Coverage');
    await regulation('ICT Baseline · 2026');
    const matrix = page.getByTestId('matrix');
    await expect(matrix.getByRole('rowheader', { name: /^ACC-1 / })).toBeVisible();
    await matrix.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await expect(page.getByText(/strength 10/)).toBeVisible();
    await look(page, 'coverage-matrix');
    await page.getByRole('button', { name: 'Fold all', exact: true }).click();
    await expect(matrix.getByRole('rowheader', { name: /^ACC-1 / })).toHaveCount(0);
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await page.getByRole('button', { name: /^Failing/ }).click();
    await expect(matrix.getByRole('rowheader').first()).toBeVisible();
    await theme(page, 'Dark');
    await look(page, 'coverage-matrix-dark');
    await theme(page, 'Light');
  });

  test('coverage is carried over the crosswalk, every source apart', async () => {
    const { page } = w;
    await open(page, 'Coverage');
    await regulation('Data care order · 2026');
    await page.keyboard.press('v');
    const sources = page.getByTestId('coverage-sources');
    await sources.getByRole('option', { name: /Art\. 6\(1\)/ }).click();
    await expect(sources).toContainText('is equal to');
    await expect(sources).toContainText('ICT Baseline ACC-1');
    await expect(sources).toContainText('Strength 6 of 10');
    await look(page, 'coverage-sources');
    await theme(page, 'Dark');
    await look(page, 'coverage-sources-dark');
    await theme(page, 'Light');
  });

  test('the crosswalk suggests, maps, turns its sides and takes a file', async () => {
    const { page } = w;
    await open(page, 'Crosswalk');
    const pick = async (side: string, name: string) => {
      await page.getByRole('combobox', { name: `Regulation at the ${side}` }).click();
      await page.getByRole('option', { name }).click();
    };
    await pick('left', 'ICT Baseline · 2026');
    await pick('right', 'Data care order · 2026');
    await page.getByRole('searchbox', { name: 'Find in left regulation' }).fill('joiners');
    const pane = page.getByRole('complementary', { name: 'Mappings' });
    await expect(pane).toContainText('intersects with');
    await pane.getByRole('button', { name: 'Art. 6(1)', exact: true }).click();
    await look(page, 'crosswalk');
    await page.getByRole('searchbox', { name: 'Find in left regulation' }).fill('second site');
    await page.getByRole('searchbox', { name: 'Find in right regulation' }).fill('continuity');
    await page.getByRole('tree', { name: 'Right regulation' }).focus();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Rationale').fill('A second site is a part of recovery.');
    await page.keyboard.press('Control+Enter');
    await expect(pane).toContainText('A second site is a part of recovery.');

    const file = join(folder, 'crosswalk.csv');
    await writeFile(file, 'source,target,relation,strength\nPPL-2,Art. 3,intersect,3\nNONE-1,Art. 3,equal,\n');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Import mappings' }).click();
    await dialog.getByTestId('mapping-file').setInputFiles(file);
    await expect(dialog.getByTestId('mapping-counts')).toContainText('1');
    await expect(dialog).toContainText('no requirement “NONE-1” in the regulation at the left');
    await look(page, 'crosswalk-import');
    await page.keyboard.press('Control+Enter');
    await expect(dialog).toHaveCount(0);
  });

  test('two versions stand side by side, word by word', async () => {
    const { page } = w;
    await open(page, 'Versions');
    const versions = page.getByTestId('versions');
    await expect(versions).toContainText('Art. 6(2)');
    await versions.getByRole('option', { name: /Art\. 6\(2\)/ }).click();
    await expect(versions.locator('ins').first()).toBeVisible();
    await look(page, 'versions');
  });

  test('a table is tried out with its columns and comes in', async () => {
    const { page } = w;
    const file = join(folder, 'House rules 1.0.csv');
    await writeFile(
      file,
      'ref,title,text\n1,Doors,\n1.1,Locks,Doors are locked at night.\n1.2,Keys,"Keys are counted, <b>every</b> month."\n',
    );
    await go(page, '/import/oscal');
    await page.getByTestId('catalog-file').setInputFiles(file);
    const trial = page.getByTestId('trial-run');
    await expect(trial).toContainText('House rules');
    await trial.getByLabel('Jurisdiction').fill('Our house');
    await trial.getByRole('button', { name: 'Look again with these' }).click();
    await expect(trial.getByRole('button', { name: 'Look again with these' })).toHaveCount(0);
    await look(page, 'import-table');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('import-done')).toContainText('The catalogue is in');
  });

  test('a Word document and a PDF are looked through before anything is written', async () => {
    const { page } = w;
    const word = join(folder, 'Key rules 2026.docx');
    const heading = (text: string) => new Paragraph({ text, heading: HeadingLevel.HEADING_1 });
    const children = [
      heading('1 Keys'),
      new Paragraph('1.1 Keys are counted every month by the porter.'),
      new Paragraph('(a) by hand'),
      heading('2 Doors'),
      new Paragraph('Doors are locked at night, all of them.'),
    ];
    await writeFile(word, await Packer.toBuffer(new Document({ sections: [{ children }] })));
    await page.getByRole('button', { name: 'Import another' }).click();
    await page.getByTestId('catalog-file').setInputFiles(word);
    const review = page.getByTestId('outline-review');
    await expect(review).toContainText('4 entries');
    await review.getByRole('treeitem', { name: /1\.1\(a\)/ }).click();
    await review.getByRole('button', { name: 'Merge up' }).click();
    await expect(review).toContainText('3 entries');
    await look(page, 'import-review');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('trial-run')).toContainText('Key rules');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('import-done')).toContainText('The catalogue is in');

    const pdf = join(folder, 'Paper rules 1.pdf');
    await writeFile(
      pdf,
      printed([
        'Chapter I Paper',
        'Article 1 Files',
        '1. Paper files are kept in a locked cupboard.',
        '2. The key is kept by the officer.',
      ]),
    );
    await page.getByRole('button', { name: 'Import another' }).click();
    await page.getByTestId('catalog-file').setInputFiles(pdf);
    await expect(review).toContainText('Art. 1');
    await expect(review).toContainText('Paper files are kept');
    const scan = join(folder, 'scan.pdf');
    await writeFile(scan, printed([]));
    await page.getByTestId('catalog-file').setInputFiles(scan);
    await expect(page.getByTestId('import-refused')).toContainText('it is a scan');
    const broken = join(folder, 'broken.pdf');
    await writeFile(broken, '%PDF-1.7 nothing behind it');
    await page.getByTestId('catalog-file').setInputFiles(broken);
    await expect(page.getByTestId('import-refused')).toContainText('no PDF that can be read');
    expect(faults).toEqual([]);
  });
});
