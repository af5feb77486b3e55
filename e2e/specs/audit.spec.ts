/**
 * Audit work in the real Electron: a sample drawn, tested by keyboard and drawn again; sign-offs by two people with what changed
 * since; a request asked, answered by a viewer and accepted; progress and calendar. Each screen in light and dark, with axe.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { lookInBoth, open, signInTo, signOut } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const REVIEWER = 'clara.engel@nordhaven.example';
const TENANT = 'Nordhaven Bank AG';

/** Chooses in a picker of a form by a few words. */
async function choose(page: Page, field: string, words: string, option: RegExp): Promise<void> {
  const picker = page.locator(`[data-field="${field}"]`);
  await picker.click();
  await picker.fill(words);
  await page.getByRole('option', { name: option }).first().click();
}

test.describe('audit work', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;
  let population: string;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    const folder = prepared.newFolder('audit');
    w = await startWorkstation(folder);
    population = join(folder, 'emergency-changes.csv');
    const rows = Array.from({ length: 240 }, (_, at) => `CHG-${5000 + at};${at % 7 === 0 ? 'Cards' : 'Payments'};${at + 10},50`);
    writeFileSync(population, `ticket;service;hours\n${rows.join('\n')}\n`);
    w.page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    w.page.on('pageerror', (error) => faults.push(error.message));
    // a first opening under load takes longer than a person's patience in a test
    await expect(w.page.getByText('Opening the workspace on this laptop')).toHaveCount(0, { timeout: 240_000 });
    await signInTo(w.page, PEOPLE.auditor, TENANT);
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  const sheet = async (page: Page, ref: string) => {
    await open(page, 'Fieldwork');
    await page.getByRole('link', { name: /ICT controls, Rotterdam branch/ }).click();
    await page
      .getByRole('link', { name: new RegExp(`: ${ref.replace(/[()]/g, '\\$&')} `) })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(ref);
  };

  test('an audit is planned, gets its team and its programme', async () => {
    const { page } = w;
    await open(page, 'Audit plans');
    await expect(page.getByTestId('grid')).toBeVisible();
    await page.keyboard.press('n');
    await page.locator('[data-field="auditName"]').fill('Access, a second look');
    await choose(page, 'regulationId', 'Baseline', /ICT Baseline/);
    await page.locator('[data-field="budgetHours"]').fill('40');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Access, a second look');
    await page
      .getByRole('navigation', { name: /^Parts of/ })
      .getByRole('button', { name: /^Team/ })
      .click();
    for (const [person, role] of [
      ['Tomasz Wilk', 'Lead'],
      ['Clara Engel', 'Reviewer'],
    ] as const) {
      await page.getByRole('button', { name: /^New team member/ }).click();
      await choose(page, 'personId', person, new RegExp(person));
      await page.getByRole('combobox', { name: 'Role' }).click();
      await page.getByRole('option', { name: role, exact: true }).click();
      await page.keyboard.press('Control+s');
      await expect(page.getByText('Latest changes')).toBeVisible();
      await page
        .getByRole('link', { name: /Access, a second look/ })
        .first()
        .click();
      await page
        .getByRole('navigation', { name: /^Parts of/ })
        .getByRole('button', { name: /^Team/ })
        .click();
      await expect(page.getByTestId('grid')).toContainText(person);
    }
    await page.getByRole('button', { name: 'Fieldwork', exact: true }).click();
    await page.getByRole('checkbox', { name: /^ACC / }).check();
    await lookInBoth(page, 'audit-scope');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('navigation', { name: 'Programme' })).toContainText('0 of 8 tested');
  });

  test('a sheet shows its sample, marks, notes and sign-offs', async () => {
    const { page } = w;
    await sheet(page, 'ACC-2');
    await expect(page.getByRole('table', { name: /Items of SA-/ })).toBeVisible();
    await expect(page.getByText('4 exceptions')).toBeVisible();
    await expect(page.getByText('Upper deviation limit')).toBeVisible();
    await expect(page.getByText('Changed after review').first()).toBeVisible();
    await lookInBoth(page, 'audit-sheet');
    await page.getByRole('button', { name: 'Show the change' }).last().scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Show the change' }).last().click();
    await expect(page.locator('ins')).toContainText('used after the last day');
    await lookInBoth(page, 'audit-sign-offs', null);
    await sheet(page, 'CHG-4');
    await expect(page.getByText('Upper misstatement limit')).toBeVisible();
    await page.getByText('Upper misstatement limit').scrollIntoViewIfNeeded();
    await lookInBoth(page, 'audit-monetary-unit', null);
  });

  test('a sample is drawn, tested by keyboard, and drawn again from its file', async () => {
    const { page } = w;
    await sheet(page, 'CHG-3');
    await page.keyboard.press('s');
    await expect(page.getByRole('dialog')).toContainText('Draw a sample');
    await page.getByTestId('population-input').setInputFiles(population);
    await expect(page.getByRole('dialog')).toContainText('240 rows');
    await page.getByRole('dialog').getByLabel('Items', { exact: true }).fill('5');
    await page.getByRole('dialog').getByLabel('Seed').fill('5eed'.repeat(16));
    await lookInBoth(page, 'audit-draw', '[role="dialog"]');
    await page.getByRole('button', { name: /^Draw the sample/ }).click();
    const items = page.getByRole('table', { name: /Items of SA-/ });
    await expect(items.locator('tbody tr')).toHaveCount(5);
    await items.locator('tbody tr').first().focus();
    for (const key of ['p', 'x', 'p', 'n']) {
      const before = await page.locator('tr[data-current]').getAttribute('data-item');
      await page.keyboard.press(key);
      await expect(page.locator('tr[data-current]')).not.toHaveAttribute('data-item', before ?? '');
    }
    await page.keyboard.press('p');
    await expect(page.getByText('1 exception', { exact: true })).toBeVisible();
    await expect(page.getByText('5 of 5')).toBeVisible();
    const drawn = await items.locator('tbody tr').allInnerTexts();
    await page.getByTestId('redraw-input').setInputFiles(population);
    await expect(page.getByText('Drawn again, the same')).toBeVisible();
    writeFileSync(population, 'ticket;service;hours\nCHG-1;Cards;1\n');
    await page.getByTestId('redraw-input').setInputFiles(population);
    await expect(page.getByText('Not the same population')).toBeVisible();
    expect(drawn).toHaveLength(5);
  });

  test('an exception is described beside its sample, and leads to a finding', async () => {
    const { page } = w;
    const exceptions = page.getByRole('list', { name: 'Exceptions of this test' });
    await expect(exceptions).toContainText('Marked as an exception, and not described yet');
    await expect(exceptions).toContainText('projected 60 of 240');
    await page.locator('tr[data-current]').focus();
    await page.keyboard.press('d');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Save the exception/ }).click();
    await expect(dialog.getByTestId('fault-banner')).toContainText('Kind and Exception');
    await dialog.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Unauthorised' }).click();
    await dialog.locator('[data-field="title"]').fill('Nobody approved the change');
    await dialog.locator('[data-field="description"]').fill('The ticket was closed by who made the change.');
    await dialog.locator('[data-field="effect"]').fill('A change of payments that nobody has seen.');
    await lookInBoth(page, 'audit-exception', '[role="dialog"]');
    await page.keyboard.press('Control+Enter');
    await expect(exceptions.getByRole('link', { name: 'Nobody approved the change' })).toBeVisible();
    await expect(exceptions).toContainText('No finding yet');
    await exceptions.scrollIntoViewIfNeeded();
    await lookInBoth(page, 'audit-exceptions', null);
    await page.keyboard.press('r');
    await expect(dialog.getByRole('checkbox', { name: 'Nobody approved the change' })).toBeChecked();
    await expect(dialog.locator('[data-field="condition"]')).toHaveValue(/closed by who made the change/);
    await dialog.locator('[data-field="title"]').first().fill('Changes without a second pair of eyes');
    await page.keyboard.press('Control+Enter');
    await expect(exceptions.getByRole('link', { name: /Changes without a second pair of eyes/ })).toBeVisible();
    await page.getByRole('button', { name: 'Sign as prepared' }).click();
    await expect(page.getByText('Prepared by')).toBeVisible();
  });

  test('evidence is asked for, and answered by the person asked', async () => {
    const { page } = w;
    await page.getByRole('button', { name: 'Ask for evidence' }).click();
    await page.getByLabel('What is asked for').fill('Approvals of the five changes');
    await page.getByRole('combobox', { name: 'Asked of' }).click();
    await page.getByRole('option', { name: /Noor van Dijk/ }).click();
    await page.getByRole('button', { name: /^Send the request/ }).click();
    await expect(page.getByRole('link', { name: 'Approvals of the five changes' })).toBeVisible();
    await signOut(page);
    await signInTo(page, PEOPLE.viewer, TENANT);
    await open(page, 'Evidence requests');
    await page.getByRole('button', { name: /^Asked of me/ }).click();
    await expect(page.getByTestId('grid')).toContainText('Approvals of the five changes');
    await lookInBoth(page, 'audit-requests');
    await page.getByTestId('grid').getByText('Approvals of the five changes').dblclick();
    await page.getByLabel('Your answer').fill('All five, signed by the change board.');
    await page.getByTestId('answer-input').setInputFiles(population);
    await lookInBoth(page, 'audit-answer');
    await page.getByRole('button', { name: 'Hand in the answer' }).click();
    await expect(page.getByText('Files of the answer')).toBeVisible();
  });

  test('the reviewer accepts, reviews again, and does not review what they prepared', async () => {
    const { page } = w;
    await signOut(page);
    await signInTo(page, REVIEWER, TENANT);
    await open(page, 'Evidence requests');
    await page.getByRole('button', { name: /^To decide/ }).click();
    await page.getByTestId('grid').getByText('Approvals of the five changes').dblclick();
    await page.getByRole('button', { name: 'Accept the answer' }).click();
    await expect(page.getByRole('button', { name: 'Look at it again' })).toBeVisible();
    await sheet(page, 'ACC-2');
    await page.getByRole('button', { name: 'Sign again' }).click();
    await expect(page.getByText('Changed after review')).toHaveCount(0);
    await expect(page.getByRole('button', { name: '1 former' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Sign as prepared' })).toBeDisabled();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect(page.getByText('Approved by')).toBeVisible();
    await sheet(page, 'CHG-3');
    await page.getByRole('button', { name: 'Sign as reviewed' }).click();
    await expect(page.getByText('Reviewed by')).toBeVisible();
    await sheet(page, 'ACC-6');
    await expect(page.getByText('Is the export complete?')).toBeVisible();
    await expect(page.getByText('A review note is open')).toBeVisible();
    await page.getByText('Is the export complete?').scrollIntoViewIfNeeded();
    await lookInBoth(page, 'audit-notes', null);
  });

  test('a change after the review shows, with its difference', async () => {
    const { page } = w;
    await signOut(page);
    await signInTo(page, PEOPLE.auditor, TENANT);
    await sheet(page, 'CHG-3');
    await expect(page.getByText('Changed after review')).toHaveCount(0);
    await page.getByRole('textbox', { name: 'Test notes' }).fill('The change board meets twice a week.');
    await page.keyboard.press('Control+s');
    await expect(page.getByText('Changed after review').first()).toBeVisible();
    // the first word on a test also says who tested it, and when
    await page
      .getByRole('button', { name: /^Show (the change|\d changes)$/ })
      .last()
      .click();
    await expect(page.locator('ins').filter({ hasText: 'meets twice a week' })).toBeVisible();
  });

  test('progress and calendar', async () => {
    const { page } = w;
    await open(page, 'Audit plans');
    await page.getByTestId('grid').getByText('ICT controls, Rotterdam branch').dblclick();
    await page.getByRole('button', { name: /^Progress/ }).click();
    for (const name of ['Programme', 'Hours by week', 'By person'])
      await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
    await expect(page.getByRole('link', { name: /^ACC-3 .*: Ineffective, done, 1 open finding/ })).toBeVisible();
    await lookInBoth(page, 'audit-progress');
    await open(page, 'Audit calendar');
    await expect(page.getByRole('table', { name: 'Audits in time' })).toBeVisible();
    await page.locator('tr[data-current]').focus();
    await page.keyboard.press('ArrowDown');
    await lookInBoth(page, 'audit-calendar');
    expect(faults).toEqual([]);
  });
});
