import { expect, type Page, test } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { signInTo } from '../fixtures/acts';
import { PEOPLE, prepare } from '../fixtures/servers';
import { startWorkstation } from '../fixtures/workstation';

test('pictures', async () => {
  test.setTimeout(900_000);
  mkdirSync('/tmp/regops/p', { recursive: true });
  const prepared = await prepare('embedded');
  const w = await startWorkstation(prepared.newFolder('pictures'));
  const { page, app } = w;
  page.setDefaultTimeout(12_000);
  await page.getByTestId('email').waitFor({ timeout: 120_000 });
  await signInTo(page, PEOPLE.compliance, 'Nordhaven Bank AG');
  const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
  const go = (path: string) => page.evaluate((h) => { window.location.hash = h; }, `#${path}`);
  const size = (width: number, height: number) =>
    app.evaluate(({ BrowserWindow }, s) => BrowserWindow.getAllWindows()[0]?.setContentSize(s.width, s.height), { width, height });
  const shoot = async (name: string) => {
    if (only.length > 0 && !only.includes(name)) return;
    for (const [label, width, height] of [['s', 1280, 800], ['l', 1920, 1080]] as const) {
      await size(width, height);
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.evaluate((s) => document.documentElement.setAttribute('data-mantine-color-scheme', s), scheme);
        await page.waitForTimeout(250);
        await page.screenshot({ path: `/tmp/regops/p/${name}-${label}-${scheme}.png` });
        if (label === 's') {
          const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
          for (const v of violations.filter((x) => x.impact === 'serious' || x.impact === 'critical'))
            console.log(`AXE ${name} ${scheme} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ').slice(0, 300)}`);
        }
      }
    }
    await size(1280, 800);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'light'));
  };
  const step = async (name: string, run: () => Promise<void>) => {
    if (only.length > 0 && !only.some((o) => o.startsWith(name))) return;
    try { await run(); } catch (e) { console.log(`FAIL ${name}: ${String(e).slice(0, 400)}`); await page.screenshot({ path: `/tmp/regops/p/FAIL-${name}.png` }); await page.keyboard.press('Escape'); }
  };
  const record = async (list: string, text: string) => {
    await go(`/r/${list}`);
    await page.getByTestId('grid').getByText(text, { exact: true }).first().waitFor();
    await page.waitForTimeout(400);
    await page.getByTestId('grid').getByText(text, { exact: true }).first().dblclick();
    await page.getByText('Latest changes').waitFor();
  };
  const part = (name: string) => page.getByRole('navigation', { name: /^Parts of/ }).getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await step('regulations', async () => { await go('/r/regulations'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await shoot('regulations'); });
  await step('regulation', async () => { await record('regulations', 'ICT Baseline'); await shoot('regulation'); });
  await step('requirements', async () => { await record('regulations', 'ICT Baseline'); await part('Requirements'); await page.waitForTimeout(800); await shoot('requirements'); });
  await step('requirement', async () => { await go('/r/requirements'); await page.getByTestId('grid').locator('[data-row-id]').nth(4).dblclick(); await page.getByText('Latest changes').waitFor(); await shoot('requirement'); });
  await step('versions', async () => { await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Versions/ }).click(); await page.getByTestId('versions').getByRole('option', { name: /Art\. 6\(2\)/ }).click(); await shoot('versions'); });
  await step('crosswalk', async () => { await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Crosswalk/ }).click(); await page.waitForTimeout(1500); await page.getByRole('searchbox', { name: 'Find in left regulation' }).fill('joiners'); await page.waitForTimeout(500); await shoot('crosswalk'); });
  await step('matrix', async () => { await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Coverage/ }).click(); await page.getByRole('combobox', { name: 'Regulation', exact: true }).click(); await page.getByRole('option', { name: 'ICT Baseline · 2026' }).click(); await page.waitForTimeout(800); await shoot('matrix'); });
  await step('sources', async () => { await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Coverage/ }).click(); await page.getByRole('combobox', { name: 'Regulation', exact: true }).click(); await page.getByRole('option', { name: 'Data care order · 2026' }).click(); await page.keyboard.press('v'); await page.getByTestId('coverage-sources').getByRole('option', { name: /Art\. 6\(1\)/ }).click(); await shoot('sources'); });
  await step('assessments', async () => { await go('/r/complianceAssessments'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await shoot('assessments'); });
  await step('start', async () => { await go('/assessments/new'); await page.waitForTimeout(500); await shoot('start'); });
  await step('review', async () => { await record('complianceAssessments', 'Access and suppliers, half-year check'); await page.getByTestId('assessment-review').waitFor(); await shoot('review'); });
  await step('assessment', async () => { await record('complianceAssessments', 'ICT Baseline, year 2026'); await shoot('assessment'); });
  for (const tab of ['Posture', 'Comparison', 'Applicability', 'Answers'])
    await step(tab.toLowerCase(), async () => { await record('complianceAssessments', 'ICT Baseline, year 2026'); await part(tab); await page.waitForTimeout(1000); await shoot(tab.toLowerCase()); });
  await step('work', async () => { await record('complianceAssessments', 'ICT Baseline, year 2026'); await page.getByRole('button', { name: 'Assess', exact: true }).click(); await page.keyboard.press('j'); await page.getByRole('link', { name: /ACC-4/ }).first().click(); await page.waitForTimeout(800); await shoot('work'); });
  await step('controls', async () => { await go('/r/controls'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await shoot('controls'); });
  await step('preview', async () => { await go('/r/controls'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await page.keyboard.press('j'); await page.keyboard.press('Space'); await page.waitForTimeout(600); await shoot('preview'); await page.keyboard.press('Escape'); });
  await step('bulk', async () => { await go('/r/controls'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await page.keyboard.press('x'); await page.keyboard.press('j'); await page.keyboard.press('x'); await shoot('bulk'); await page.keyboard.press('Escape'); });
  await step('columns', async () => { await go('/r/controls'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await page.getByRole('button', { name: /^Columns/ }).click(); await shoot('columns'); await page.keyboard.press('Escape'); });
  await step('control', async () => { await record('controls', 'ACC-3'); await shoot('control'); });
  await step('effectiveness', async () => { await record('controls', 'ACC-3'); await part('Effectiveness'); await page.waitForTimeout(800); await shoot('effectiveness'); });
  await step('mapped', async () => { await record('controls', 'ACC-3'); await part('Meets'); await page.waitForTimeout(800); await shoot('mapped'); });
  await step('sets', async () => { await go('/r/controlSets'); await page.getByTestId('grid').locator('[data-row-id]').first().waitFor(); await shoot('sets'); });
  await step('set', async () => { await go('/r/controlSets'); await page.getByTestId('grid').locator('[data-row-id]').first().dblclick(); await page.getByText('Latest changes').waitFor(); await shoot('set'); });
  await step('edit', async () => { await record('controls', 'ACC-3'); await page.keyboard.press('e'); await page.locator('[data-field="name"]').waitFor(); await shoot('edit'); await page.keyboard.press('Escape'); });
  await step('import', async () => { await go('/import/oscal'); await page.waitForTimeout(800); await shoot('import'); });
  await step('empty', async () => { await go('/r/controls'); await page.getByTestId('grid').waitFor(); await page.keyboard.press('/'); await page.keyboard.type('zzzz'); await page.waitForTimeout(800); await shoot('empty'); });
  await w.close();
  await prepared.remove();
});
