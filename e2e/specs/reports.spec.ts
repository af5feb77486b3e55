/**
 * Findings followed up, audit reports and what surrounds them, in the real Electron: written, arranged, printed, filled into a template; a
 * finding extended and retested; findings by age; the timeline. Each screen in light and dark, with axe.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import PizZip from 'pizzip';
import { look, open, picture, signInTo, theme } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { SIZES, startWorkstation, type Workstation } from '../fixtures/workstation';

test.describe('audit reports', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('reports'));
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  /** Both themes with axe; the light one on a large screen too, where that is asked for. */
  async function seen(page: Page, name: string): Promise<void> {
    for (const mode of ['Dark', 'Light'] as const) {
      await theme(page, mode);
      await look(page, `reports-${name}-${mode.toLowerCase()}`);
    }
    // for whoever looks at the screens; the suite has no time for them
    if (process.env.KOMPL_LARGE_PICTURES === undefined) return;
    await resize('large');
    await picture(page, `reports-${name}-large`);
    await resize('small');
  }

  async function resize(size: keyof typeof SIZES): Promise<void> {
    await w.app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
    }, SIZES[size]);
    await w.page.waitForFunction((width) => window.innerWidth === width, SIZES[size].width);
  }

  async function saveTo(path: string): Promise<void> {
    await w.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    }, path);
  }

  async function record(list: string, title: RegExp): Promise<void> {
    await open(w.page, list);
    await w.page.getByTestId('grid').getByText(title).first().dblclick();
    await expect(w.page.getByRole('heading', { name: title }).first()).toBeVisible();
  }

  const tab = (name: string) =>
    w.page
      .getByRole('navigation', { name: /^Parts of/ })
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .click();
  const outline = () => w.page.getByRole('navigation', { name: 'Sections of the report' });

  test('a report is written where it stands, with a block of its own, and arranged by keyboard', async () => {
    const { page } = w;
    await record('Audit reports', /Audit report: ICT controls, Rotterdam branch/);
    await tab('Report');
    await page.getByRole('textbox', { name: 'Overall opinion' }).fill('Żółw i straße: the opinion.');
    await expect(page.getByText(/^Saved/).first()).toBeVisible();
    await outline().getByRole('button', { name: 'Overall opinion' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(outline().getByRole('listitem').first()).toContainText('Overall opinion');
    await page.getByRole('button', { name: 'Text block', exact: true }).click();
    const title = page.getByRole('textbox', { name: 'Title of the text block' }).last();
    await title.fill('What we could not see');
    await expect(outline().getByRole('button', { name: 'What we could not see' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Text of What we could not see' }).fill('- the **vault**\n- the attic');
    await page.getByRole('textbox', { name: 'Text of What we could not see' }).blur();
    await expect(page.getByText(/The findings speak for/)).toBeVisible();
    await seen(page, 'builder');
  });

  test('its PDF has contents with the right pages, running lines, and letters of others', async () => {
    const { page, dataDir } = w;
    const path = join(dataDir, 'report.pdf');
    await saveTo(path);
    await page.getByRole('button', { name: 'PDF', exact: true }).click();
    await expect(page.getByText('report.pdf is saved')).toBeVisible({ timeout: 60_000 });
    const pages = await textsOf(await readFile(path));
    expect(pages.length).toBeGreaterThan(3);
    expect(pages[0]).toContain('Audit report: ICT controls, Rotterdam branch');
    const whole = pages.join('\n');
    expect(whole).toContain('Żółw i straße: the opinion.');
    for (const [nth, text] of pages.entries()) {
      expect(text).toContain(`Page ${nth + 1} of ${pages.length}`);
      expect(text).toContain('Nordhaven Bank AG');
    }
    const contents = pages[1] ?? '';
    for (const heading of ['Overall opinion', 'Findings in detail', 'What we could not see', 'Annex: programme and results']) {
      const number = Number(new RegExp(`${heading}\\s+(\\d+)`).exec(contents)?.[1]);
      expect(pages[number - 1], `${heading} on page ${number}`).toContain(heading);
      expect(number).toBeGreaterThan(2);
    }
  });

  test('a template is refused by one sentence, and the tenant’s own one is used', async () => {
    const { page, dataDir } = w;
    const [template, filled] = [join(dataDir, 'own.docx'), join(dataDir, 'report.docx')];
    await saveTo(template);
    await page.getByRole('button', { name: 'Save to change' }).click();
    await expect(page.getByText('own.docx is saved')).toBeVisible({ timeout: 30_000 });
    const zip = new PizZip(await readFile(template));
    const text = zip.file('word/document.xml')?.asText() ?? '';
    const put = async (words: string) => {
      zip.file('word/document.xml', text.replace('Executive summary', words));
      await writeFile(template, zip.generate({ type: 'nodebuffer', compression: 'DEFLATE' }));
      await page.getByTestId('report-template').setInputFiles(template);
    };
    await put('In short, {plan.titel}');
    await expect(page.getByText('The placeholder {plan.titel} is none that reports know')).toBeVisible();
    await put('In short, {plan.title}');
    await expect(page.getByText('Reports use own.docx')).toBeVisible({ timeout: 30_000 });
    await saveTo(filled);
    await page.getByRole('button', { name: 'Word', exact: true }).click();
    await expect(page.getByText('report.docx is saved')).toBeVisible({ timeout: 30_000 });
    const body = new PizZip(await readFile(filled)).file('word/document.xml')?.asText() ?? '';
    expect(body).toContain('In short, ICT controls, Rotterdam branch');
    expect(body).toContain('Żółw i straße: the opinion.');
    expect(body).not.toContain('{/findings}');
    await page.getByRole('button', { name: 'Use the built-in one' }).click();
    await expect(page.getByText('Reports use the built-in template')).toBeVisible();
  });

  test('the issued report stands as it went out', async () => {
    const { page } = w;
    await record('Audit reports', /Audit report: ICT Baseline, year 2025/);
    await tab('Report');
    await expect(page.getByText(/It stands as it went out/)).toBeVisible();
    await expect(outline().getByRole('checkbox')).toHaveCount(0);
    await seen(page, 'issued');
  });

  test('a finding gets more time with a reason, and a retest', async () => {
    const { page } = w;
    await record('Findings', /Leavers keep their accounts for days/);
    await page.getByRole('button', { name: /^Extend/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'New date' }).fill('1 Feb 2030');
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('The interface comes with the next release.');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('list', { name: 'Extensions' })).toContainText('The interface comes with the next release.');
    await expect(page.getByText('extended once')).toBeVisible();
    await seen(page, 'finding');
    await page.getByRole('button', { name: 'Retest', exact: true }).click();
    await expect(page.getByRole('heading', { name: /Retest of F-\d+ Leavers keep their accounts/ })).toBeVisible();
  });

  test('findings by age open what they count', async () => {
    const { page } = w;
    // the navigation grows from its rail as the worksheet is left
    await expect(async () => {
      await open(page, 'Findings ageing');
      await expect(page.getByRole('heading', { name: 'Findings ageing' })).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 20_000 });
    await expect(page.getByText('Days past the due date')).toBeVisible();
    await seen(page, 'ageing');
    const bar = page.getByRole('link', { name: /medium, 31 to 60 days|medium, 61 to 90 days/ }).first();
    const count = (await bar.textContent()) ?? '';
    await bar.click();
    await expect(page.getByTestId('list-count').locator('strong')).toHaveText(count);
  });

  test('the timeline tells an audit’s story, by kind', async () => {
    const { page } = w;
    await record('Audit plans', /ICT Baseline, year 2025/);
    await tab('Timeline');
    await expect(page.getByText('Recovery test missed its target').first()).toBeVisible();
    await seen(page, 'timeline');
    await page
      .getByRole('group', { name: 'Show only' })
      .getByRole('button', { name: /^Findings/ })
      .click();
    await expect(page.getByText('Concluded:')).toHaveCount(0);
    await page
      .getByRole('link', { name: /Recovery test missed its target/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { name: /Recovery test missed its target/ }).first()).toBeVisible();
  });
});

/** The text of each page, in the order in which it stands. */
async function textsOf(pdf: Uint8Array): Promise<readonly string[]> {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const document = await getDocument({ data: new Uint8Array(pdf), useSystemFonts: true }).promise;
  const texts: string[] = [];
  for (let nth = 1; nth <= document.numPages; nth += 1) {
    const { items } = await (await document.getPage(nth)).getTextContent();
    texts.push(items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join(''));
  }
  await document.destroy();
  return texts;
}
