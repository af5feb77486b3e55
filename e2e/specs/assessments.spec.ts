/** Assessments in the real Electron: started, answered by keyboard and in bulk, compared, stated, reviewed and locked. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { look, open, signIn, theme } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

async function record(page: Page, name: string): Promise<void> {
  // the rows may move once more while the list is read again
  await expect(async () => {
    await open(page, 'Assessments');
    await page.getByTestId('grid').getByText(name, { exact: true }).first().dblclick();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name, { timeout: 5_000 });
  }).toPass({ timeout: 40_000 });
}

/** A part of the record's page. */
async function part(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: /^Parts of/ })
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();
}

test.describe('assessments', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('assessments'));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signIn(w.page, PEOPLE.compliance);
    // on a busy machine the first opening of a workspace takes a while
    await expect(w.page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG', { timeout: 180_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  test('are started over families, with answers carried over', async () => {
    const { page } = w;
    await open(page, 'Assessments');
    await page.getByRole('button', { name: 'Start an assessment' }).click();
    await page.getByRole('combobox', { name: 'Regulation' }).fill('ICT');
    await page
      .getByRole('option', { name: /ICT Baseline/ })
      .first()
      .click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Premises and people');
    await page.getByRole('checkbox', { name: /PHY/ }).check();
    await page.getByRole('checkbox', { name: /PPL/ }).check();
    await page.getByRole('combobox', { name: /Carry answers over/ }).click();
    await page.getByRole('option', { name: /year 2025/ }).click();
    await look(page, 'assessment-start-light');
    await page.getByRole('button', { name: 'Start the assessment' }).click();
    await expect(page.getByText('11 of 11').first()).toBeVisible();
  });

  test('are answered by keyboard, and everything is saved as one works', async () => {
    const { page } = w;
    await page.keyboard.press('j');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('PHY-1');
    await expect(page.getByText('To be confirmed').first()).toBeVisible();
    await page.keyboard.press('3');
    await expect(page.getByText(/^Saved/)).toBeVisible();
    await page.getByRole('textbox', { name: 'Observation' }).fill('The rear door does not close by itself.');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('PHY-2');
    await page.keyboard.press('k');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('PHY-1');
    await expect(page.getByRole('textbox', { name: 'Observation' })).toHaveValue('The rear door does not close by itself.');
    await expect(page.getByRole('radio', { name: 'Non-compliant' })).toBeChecked();
    await look(page, 'assessment-work-light');
  });

  test('many are answered together, with a reason', async () => {
    const { page } = w;
    await page.getByRole('checkbox', { name: 'Select PPL', exact: true }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Answer together' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Result' }).click();
    await page.getByRole('option', { name: 'Compliant', exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Read in the personnel files');
    await look(page, 'assessment-bulk-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/of 6 changed/)).toBeVisible();
    await page.getByRole('button', { name: 'To confirm' }).click();
    await expect(page.getByRole('navigation', { name: 'Requirements' })).not.toContainText('PHY-1');
    await page.getByRole('button', { name: 'All', exact: true }).click();
  });

  test('show posture, comparison and applicability; the statement leaves as a file', async () => {
    const { page } = w;
    await record(page, 'ICT Baseline, year 2026');
    await part(page, 'Posture');
    await expect(page.getByText('Score by family')).toBeVisible();
    await look(page, 'assessment-posture-light');
    await part(page, 'Comparison');
    await expect(page.getByRole('button', { name: /Better/ })).toBeVisible();
    await look(page, 'assessment-comparison-light');
    await part(page, 'Applicability');
    await expect(page.getByText(/66 requirements/)).toBeVisible();
    await look(page, 'assessment-applicability-light');
    const path = join(w.dataDir, 'statement.pdf');
    await w.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    }, path);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('menuitem', { name: 'PDF' }).click();
    await expect(page.getByText('statement.pdf is saved')).toBeVisible({ timeout: 30_000 });
    expect((await readFile(path)).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('are closed alone with a reason, and then stand', async () => {
    const { page } = w;
    await record(page, 'Access and suppliers, half-year check');
    const review = page.getByTestId('assessment-review');
    await expect(review).toContainText('Nobody else holds the function compliance.');
    await look(page, 'assessment-review-light');
    await review.getByRole('button', { name: 'Close the assessment' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /^Close CA-/ })).toBeDisabled();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('I am the only one in compliance this month.');
    await look(page, 'assessment-close-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/is closed$/)).toBeVisible();
    await page.getByRole('button', { name: 'Go through' }).click();
    await page.keyboard.press('j');
    await expect(page.getByText('The answers of this assessment are locked')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Observation' })).not.toBeEditable();
    const beside = page.getByRole('complementary', { name: 'Beside the answer' });
    await beside.getByRole('combobox', { name: 'New comment' }).fill('Agreed in the review.');
    await page.keyboard.press('Control+Enter');
    await expect(beside).toContainText('Agreed in the review.');
    await look(page, 'assessment-locked-light');
  });

  test('a control shows how effective it was', async () => {
    const { page } = w;
    await open(page, 'Controls');
    await page.getByTestId('grid').getByText('ACC-3', { exact: true }).first().dblclick();
    await part(page, 'Effectiveness');
    await expect(page.getByText(/tests effective/)).toBeVisible();
    await look(page, 'control-effectiveness-light');
  });

  test('in the dark', async () => {
    const { page } = w;
    await theme(page, 'Dark');
    await record(page, 'ICT Baseline, year 2026');
    await part(page, 'Posture');
    await expect(page.getByText('Score by family')).toBeVisible();
    await look(page, 'assessment-posture-dark');
    await part(page, 'Comparison');
    await expect(page.getByRole('button', { name: /Better/ })).toBeVisible();
    await look(page, 'assessment-comparison-dark');
    await page.getByRole('button', { name: 'Assess', exact: true }).click();
    await page.keyboard.press('j');
    await expect(page.getByRole('textbox', { name: 'Observation' })).toBeVisible();
    await look(page, 'assessment-work-dark');
  });
});
