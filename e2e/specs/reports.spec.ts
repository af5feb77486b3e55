/** Audit reports in the real Electron: the builder, its files, and findings by age. Each screen in light and dark, with axe. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { open, picture, signInTo } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

async function look(page: Page, name: string): Promise<void> {
  for (const mode of ['dark', 'light'] as const) {
    await page.getByTestId('person-menu').click();
    await page.getByText(mode === 'dark' ? 'Dark' : 'Light', { exact: true }).click();
    await page.keyboard.press('Escape');
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', mode);
    await picture(page, `reports-${name}-${mode}`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect.soft(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
  }
}

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

  test('a report is written where it stands, and arranged by keyboard', async () => {
    const { page } = w;
    await open(page, 'Audit reports');
    await page
      .getByText(/Audit report: ICT controls, Rotterdam branch/)
      .first()
      .dblclick();
    await page
      .getByRole('tab', { name: 'Report' })
      .or(page.getByRole('button', { name: 'Report', exact: true }))
      .first()
      .click();
    const opinion = page.getByRole('textbox', { name: 'Overall opinion' });
    await opinion.fill('Żółw i straße: the opinion.');
    await expect(page.getByText(/^Saved/)).toBeVisible();
    await page.getByRole('button', { name: 'Overall opinion' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(page.getByRole('navigation', { name: 'Sections of the report' }).getByRole('button').first()).toHaveText(
      'Overall opinion',
    );
    await expect(page.getByText(/The findings speak for/)).toBeVisible();
    await look(page, 'builder');
  });

  test('findings by age open what they count', async () => {
    const { page } = w;
    await open(page, 'Findings ageing');
    await expect(page.getByRole('heading', { name: 'Findings ageing' })).toBeVisible();
    await look(page, 'ageing');
  });
});
