/** Working together on records: said, named, kept, brought back, copied; and two people at two workstations on one server. */
import { expect, type Page, test } from '@playwright/test';
import { look, open, signInTo, theme } from '../fixtures/acts';
import { connectTo, PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { kompl, startWorkstation, type Workstation } from '../fixtures/workstation';

const TENANT = 'Nordhaven Bank AG';
const ACTION = 'Board paper with one date';

async function openRecord(page: Page, list: string, title: string): Promise<void> {
  await open(page, list);
  await page.getByTestId('grid').getByText(title).first().dblclick();
  await expect(page.getByText('Latest changes')).toBeVisible();
}

const part = (page: Page, name: RegExp) => page.getByRole('navigation', { name: /^Parts of/ }).getByRole('button', { name });

test.describe('records', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let auditor: Workstation;
  let compliance: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('postgres');
    // the auditor lends a hand to compliance, so that two people answer the same assessment
    const server = ['--database', prepared.server?.adminUrl ?? '', '--tenant', 'nordhaven.example', '--as', PEOPLE.admin];
    const granted = await kompl(['user', 'grant', ...server, '--email', PEOPLE.auditor, '--role', 'compliance']);
    expect(granted.code, granted.stderr).toBe(0);
    const begin = async (name: string, email: string) => {
      const workstation = await startWorkstation(prepared.newFolder(name));
      if (prepared.server !== null) await connectTo(workstation.page, prepared.server);
      await signInTo(workstation.page, email, TENANT);
      return workstation;
    };
    [auditor, compliance] = await Promise.all([begin('records-a', PEOPLE.auditor), begin('records-b', PEOPLE.compliance)]);
  });
  test.afterAll(async () => {
    await Promise.all([auditor?.close(), compliance?.close()]);
    await prepared?.remove();
  });

  test('one names another in a comment, who is told and answers', async () => {
    const { page } = auditor;
    await openRecord(page, 'Actions', ACTION);
    await look(page, 'record-overview-light');
    await part(page, /^Discussion/).click();
    const field = page.getByRole('combobox', { name: 'New comment' });
    await field.pressSequentially('Which board meeting? @mira');
    await expect(page.getByRole('option', { name: 'Mira Aldenhoff' })).toBeVisible();
    await page.keyboard.press('Enter');
    await field.pressSequentially('knows.');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('discussion')).toContainText('Which board meeting? @Mira Aldenhoff knows.');

    const other = compliance.page;
    await other.reload();
    await expect(other.getByTestId('tenant-block')).toContainText(TENANT);
    await expect(other.getByTestId('bell')).toHaveAccessibleName(/unread/);
    await other.getByTestId('bell').click();
    await look(other, 'record-bell-light');
    await other.getByRole('button', { name: /Tomasz Wilk named you.*Board paper/ }).click();
    await expect(other.getByTestId('discussion')).toContainText('Which board meeting?');
    await other.getByRole('button', { name: 'Answer' }).click();
    await other.getByRole('combobox', { name: 'Your answer' }).fill('The one of December.');
    await other.keyboard.press('Control+Enter');
    await expect(other.getByTestId('discussion')).toContainText('The one of December.');
    await look(other, 'record-discussion-light');
    await theme(other, 'Dark');
    await look(other, 'record-discussion-dark');
    await open(other, 'My work');
    await expect(other.getByTestId('my-work')).toContainText('Comments that name me');
    await look(other, 'my-work-dark');
    await theme(other, 'Light');
    await look(other, 'my-work-light');
  });

  test('a link is kept, the record duplicated and kept as a template, a value brought back', async () => {
    const { page } = auditor;
    await openRecord(page, 'Findings', 'Service accounts without owner');
    await page.getByRole('button', { name: 'Add a link' }).click();
    await page.getByLabel('Address').fill('https://tickets.example/4711');
    await page.getByLabel('Name', { exact: true }).fill('Ticket 4711');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('button', { name: 'Ticket 4711', exact: true })).toBeVisible();
    await look(page, 'record-finding-light');

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: /Keep as template/ }).click();
    await page.getByLabel('Name of the template').fill('Accounts without owner');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText('“Accounts without owner” is a template now')).toBeVisible();

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: /Duplicate/ }).click();
    await look(page, 'record-duplicate-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('(copy)');

    await page.keyboard.press('e');
    const title = page.locator('[data-field="title"]');
    await title.fill('Accounts that nobody owns');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('nobody owns');
    await part(page, /^History/).click();
    await page.getByRole('button', { name: 'Bring back Finding' }).first().click();
    await expect(page.getByRole('dialog')).toContainText('Accounts that nobody owns');
    await look(page, 'record-restore-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('(copy)');
    await look(page, 'record-history-light');

    await open(page, 'Findings');
    await expect(page.getByTestId('grid')).toContainText('F-001');
    await page.keyboard.press('n');
    await page.getByRole('combobox', { name: /Begin from a template/ }).click();
    await page.getByRole('option', { name: 'Accounts without owner' }).click();
    await expect(page.locator('[data-field="condition"]')).not.toHaveValue('');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  test('a reader sees why not', async () => {
    const { page } = compliance;
    await openRecord(page, 'Findings', 'Service accounts without owner');
    const edit = page.getByRole('button', { name: /^Edit/ });
    await expect(edit).toHaveAttribute('aria-disabled', 'true');
    await expect(edit).toContainText('Auditor may. Ask an administrator for the role.');
    await look(page, 'record-reader-light');
  });

  test('both change the same field: nothing is overwritten, also when theirs moves again', async () => {
    const [mine, theirs] = [compliance.page, auditor.page];
    const edit = async (page: Page) => {
      await openRecord(page, 'Actions', 'Board paper');
      await page.keyboard.press('e');
      await expect(page.locator('[data-field="title"]')).toBeVisible();
    };
    const change = async (page: Page, to: string) => {
      await page.locator('[data-field="title"]').fill(to);
      await page.keyboard.press('Control+s');
    };
    await edit(mine);
    await edit(theirs);
    await mine.locator('[data-field="title"]').fill('Board paper of mine');
    await change(theirs, 'Board paper of theirs');
    await expect(theirs.getByRole('heading', { level: 1 })).toContainText('of theirs');
    await mine.keyboard.press('Control+s');
    await expect(mine.getByTestId('conflict')).toContainText('Board paper of theirs');
    await look(mine, 'record-conflict-light');
    await theirs.keyboard.press('e');
    await change(theirs, 'Board paper moved on');
    await expect(theirs.getByRole('heading', { level: 1 })).toContainText('moved on');
    // mine was chosen against what they had written first: that is asked again
    await mine.keyboard.press('2');
    await mine.keyboard.press('Control+Enter');
    await expect(mine.getByTestId('conflict')).toContainText('Board paper moved on');
    await mine.keyboard.press('2');
    await mine.keyboard.press('Control+Enter');
    await expect(mine.getByRole('heading', { level: 1 })).toContainText('Board paper of mine');
    await part(mine, /^History/).click();
    for (const words of ['of mine', 'moved on', 'of theirs']) await expect(mine.getByTestId('history')).toContainText(words);
  });

  test('a control at two windows: what differs is merged, the same field is asked by before, mine and theirs', async () => {
    const [mine, theirs] = [compliance.page, auditor.page];
    for (const page of [mine, theirs]) {
      await openRecord(page, 'Controls', 'ACC-3');
      await page.keyboard.press('e');
      await expect(page.locator('[data-field="name"]')).toBeVisible();
    }
    const before = await mine.locator('[data-field="name"]').inputValue();
    await mine.locator('[data-field="name"]').fill('Access is reviewed by me');
    await mine.locator('[data-field="family"]').fill('Access mine');
    await theirs.locator('[data-field="name"]').fill('Access is reviewed by them');
    await theirs.locator('[data-field="description"]').fill('Told at the other window.');
    await theirs.keyboard.press('Control+s');
    await expect(theirs.getByRole('heading', { level: 1 })).toContainText('by them');
    await mine.keyboard.press('Control+s');
    const conflict = mine.getByTestId('conflict');
    for (const side of [before, 'Access is reviewed by me', 'Access is reviewed by them'])
      await expect(conflict).toContainText(side);
    // fields that only one of them changed are nobody's conflict
    await expect(conflict.getByRole('group')).toHaveCount(1);
    await look(mine, 'control-conflict-light');
    await mine.keyboard.press('3');
    await mine.keyboard.press('Control+Enter');
    await expect(mine.getByRole('heading', { level: 1 })).toContainText('by them');
    const page = mine.getByRole('main');
    for (const kept of ['Access mine', 'Told at the other window.']) await expect(page).toContainText(kept);
  });

  test('an answer at two windows: other axes are merged, the same one is asked', async () => {
    const [mine, theirs] = [compliance.page, auditor.page];
    for (const page of [mine, theirs]) {
      await openRecord(page, 'Assessments', 'ICT Baseline, year 2026');
      await page.getByRole('button', { name: 'Assess', exact: true }).click();
      await page.getByRole('textbox', { name: 'Find a requirement' }).fill('NET-3');
      await page.getByRole('navigation', { name: 'Requirements' }).getByRole('link', { name: /NET-3/ }).click();
      await expect(page.getByRole('heading', { level: 1 })).toContainText('NET-3');
    }
    await theirs.keyboard.press('3');
    await expect(theirs.getByText(/^Saved/)).toBeVisible();
    await mine.keyboard.press('1');
    const trouble = mine.getByRole('alert').filter({ hasText: 'changed this meanwhile' });
    await expect(trouble).toContainText('before “Partially compliant”, theirs “Non-compliant”, yours “Compliant”');
    await look(mine, 'answer-conflict-light');
    await trouble.getByRole('button', { name: 'Keep theirs' }).click();
    await expect(mine.getByRole('radio', { name: 'Non-compliant' })).toBeChecked();
    await theirs.getByRole('textbox', { name: 'Observation' }).fill('Seen at the other window.');
    await theirs.keyboard.press('Control+s');
    await expect(theirs.getByText(/^Saved/)).toBeVisible();
    await mine.getByRole('group', { name: 'Score, 0 to 5' }).getByRole('radio', { name: '4', exact: true }).check();
    await expect(mine.getByText(/^Saved/)).toBeVisible();
    await expect(mine.getByRole('textbox', { name: 'Observation' })).toHaveValue('Seen at the other window.');
    await expect(mine.getByRole('radio', { name: 'Non-compliant' })).toBeChecked();
  });

  test('an assessment is closed by another than who sent it to review', async () => {
    const [mine, theirs] = [compliance.page, auditor.page];
    for (const page of [mine, theirs]) await openRecord(page, 'Assessments', 'Access and suppliers, half-year check');
    const closing = (page: Page) => page.getByTestId('assessment-review').getByRole('button', { name: /^Close the assessment/ });
    await expect(closing(mine)).toHaveAttribute('aria-disabled', 'true');
    await expect(mine.getByTestId('assessment-review')).toContainText('somebody else of compliance closes it');
    await look(mine, 'assessment-own-light');
    await closing(theirs).click();
    await theirs.keyboard.press('Control+Enter');
    await expect(theirs.getByText(/is closed$/)).toBeVisible();
    await expect(theirs.getByText('Closed by', { exact: true })).toBeVisible();
    // the other window asks the server before it says more
    await mine.reload();
    await openRecord(mine, 'Assessments', 'Access and suppliers, half-year check');
    await expect(mine.getByTestId('assessment-review')).toHaveCount(0);
    await expect(mine.getByRole('main')).toContainText('Tomasz Wilk');
  });
});
