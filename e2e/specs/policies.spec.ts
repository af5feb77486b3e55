/**
 * A policy in the real Electron: written, submitted, approved by two others, put in force, put to people, read and acknowledged by
 * another person, and proven by files. One window; people sign in one after the other.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { look, open, picture, signIn, signOut, theme } from '../fixtures/acts';
import { answerOf, call, listOf, uuidv7 } from '../fixtures/rpc';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { SIZES, startWorkstation, type Workstation } from '../fixtures/workstation';

const POLICY = 'Secure disposal of media';
const PRIVACY = 'leonie.brandt@nordhaven.example';
const RISK = 'jonas.petrak@nordhaven.example';

/** Notices of what was done lie over the page. */
async function quiet(page: Page): Promise<void> {
  const close = page.getByRole('button', { name: /^Close: / });
  while ((await close.count()) > 0) await close.first().click();
}

/** In light and dark; in the large window too where `KOMPL_LARGE_PICTURES` is set, for each further picture costs seconds. */
async function everyLook(w: Workstation, name: string): Promise<void> {
  const size = (wanted: { width: number; height: number }) =>
    w.app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
    }, wanted);
  await quiet(w.page);
  await w.page.mouse.move(0, 400);
  await look(w.page, `${name}-light`);
  await theme(w.page, 'Dark');
  await look(w.page, `${name}-dark`);
  if (process.env.KOMPL_LARGE_PICTURES === undefined) {
    await theme(w.page, 'Light');
    return;
  }
  await size(SIZES.large);
  await expect.poll(() => w.page.evaluate(() => window.innerWidth)).toBe(SIZES.large.width);
  await picture(w.page, `${name}-dark-large`);
  await theme(w.page, 'Light');
  await picture(w.page, `${name}-light-large`);
  await size(SIZES.small);
  await expect.poll(() => w.page.evaluate(() => window.innerWidth)).toBe(SIZES.small.width);
}

async function as(page: Page, email: string): Promise<void> {
  await signOut(page);
  await signIn(page, email);
  await expect(page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG');
}

async function openPolicy(page: Page, name: string): Promise<void> {
  // the rows may move once more while the list is read again
  await expect(async () => {
    await open(page, 'Policies');
    await page.getByTestId('grid').getByText(name, { exact: true }).first().dblclick();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name, { timeout: 5_000 });
  }).toPass({ timeout: 40_000 });
}

const part = (page: Page, name: RegExp) => page.getByRole('navigation', { name: /^Parts of/ }).getByRole('button', { name });

/** Answers the next question where to save. */
async function savesTo(w: Workstation, path: string): Promise<void> {
  await w.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, path);
}

test.describe('policies', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;
  let hash = '';

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('policies'));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signIn(w.page, PEOPLE.compliance);
    // on a busy machine the first opening of a workspace takes a while
    await expect(w.page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG', { timeout: 180_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  test('are written with marks by keys, saved as one writes, and submitted', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    await open(page, 'Policies');
    await page.getByRole('button', { name: /^New policy/ }).click();
    await page.locator('[data-field="name"]').fill(POLICY);
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1 })).toContainText(POLICY);
    await part(page, /^Text/).click();
    await page.getByRole('button', { name: /Write the first version/ }).click();
    await page.keyboard.press('Control+Enter');
    const text = page.getByRole('textbox', { name: 'Text' });
    await text.click();
    await text.pressSequentially('Purpose');
    await page.keyboard.press('Control+Alt+1');
    await text.pressSequentially('\n\nMedia are destroyed, ');
    await page.keyboard.press('Control+b');
    await text.pressSequentially('not sold');
    await page.keyboard.press('End');
    await text.pressSequentially('.\n\n- disks\npaper\n\n');
    await text.pressSequentially('Duties');
    await page.keyboard.press('Control+Alt+2');
    await text.pressSequentially('\n\n<b>HTML</b> is text.\n');
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await text.pressSequentially('Medium');
    await expect(text).toHaveValue(
      /# Purpose\n\nMedia are destroyed, \*\*not sold\*\*\.\n\n- disks\n- paper\n\n## Duties\n\n<b>HTML<\/b>/,
    );
    await expect(page.getByText(/^Saved/)).toBeVisible();
    const read = page.getByRole('region', { name: 'Text as it is read' });
    await expect(read.locator('strong')).toHaveText('not sold');
    await expect(read).toContainText('<b>HTML</b>');
    await expect(read.locator('b')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Duties' })).toBeVisible();
    await everyLook(w, 'policy-write');
    // taken back as the browser takes anything back
    await text.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+Shift+8');
    await expect(text).toHaveValue(/^- # Purpose/);
    await page.keyboard.press('Control+z');
    await expect(text).toHaveValue(/^# Purpose/);
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Submit for approval' }).click();
    await page.getByRole('textbox', { name: 'What changes' }).fill('First version');
    await look(page, 'policy-submit-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${POLICY} 1.0`);
    await expect(page.getByTestId('approval-approved')).toContainText('0 of 2');
  });

  test('come into force after two others approved', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    for (const person of [PRIVACY, RISK]) {
      await as(page, person);
      await open(page, 'My work');
      await page.getByTestId('my-work').getByText(`${POLICY} 1.0`).first().click();
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      if (person === PRIVACY) await everyLookOfDialogs(w);
      await page.keyboard.press('Control+Enter');
      await expect(page.getByTestId('approval-approved')).toContainText(person === PRIVACY ? '1 of 2' : 'Approved');
    }
    await as(page, PEOPLE.compliance);
    await openPolicy(page, POLICY);
    await part(page, /^Text/).click();
    await page.getByRole('button', { name: 'Approval and history' }).click();
    for (const state of ['Approved', 'In force']) {
      await page.getByRole('button', { name: 'State', exact: true }).click();
      await page.getByRole('menuitem', { name: state }).click();
      await expect(page.getByText(`is “${state}”`).first()).toBeVisible();
    }
    await openPolicy(page, POLICY);
    await part(page, /^Text/).click();
    await expect(page.getByRole('article', { name: /version 1\.0/ })).toContainText('Media are destroyed');
    await look(page, 'policy-text-light');
  });

  test('are put to people, read and acknowledged by a reader for themselves', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    await part(page, /^Put to people$/).click();
    await page.getByRole('button', { name: /^Put it to people/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /By function/ }).check();
    await dialog.getByRole('checkbox', { name: 'Viewer' }).check();
    await expect(dialog).toContainText('1 person is asked.');
    await expect(dialog).toContainText('Noor van Dijk');
    await look(page, 'policy-round-dialog-light');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText('0 of 1 acknowledged').first()).toBeVisible();

    await as(page, PEOPLE.viewer);
    await open(page, 'My work');
    await expect(page.getByTestId('my-work')).toContainText('To acknowledge');
    await look(page, 'policy-my-work-light');
    await page.getByTestId('my-work').getByText(`${POLICY} 1.0`).first().click();
    await expect(page.getByRole('button', { name: /I have read it/ })).toBeEnabled();
    await everyLook(w, 'policy-read');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/You acknowledged exactly this text/)).toBeVisible();
    await open(page, 'My work');
    await expect(page.getByTestId('my-work')).not.toContainText(`${POLICY} 1.0`);
  });

  test('are proven by files that name the hash of the text', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    await as(page, PEOPLE.compliance);
    await openPolicy(page, POLICY);
    await part(page, /^Text/).click();
    const files = { md: join(w.dataDir, 'v.md'), docx: join(w.dataDir, 'v.docx'), pdf: join(w.dataDir, 'v.pdf') };
    for (const [format, label] of [
      ['md', 'Markdown'],
      ['docx', 'Word'],
      ['pdf', 'PDF'],
    ] as const) {
      await savesTo(w, files[format]);
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByRole('menuitem', { name: label, exact: true }).click();
      await expect(page.getByText(`v.${format} is saved`)).toBeVisible({ timeout: 30_000 });
    }
    hash = createHash('sha256')
      .update(await readFile(files.md))
      .digest('hex');
    expect((await readFile(files.pdf)).subarray(0, 5).toString()).toBe('%PDF-');
    await part(page, /^Put to people$/).click();
    await expect(page.getByText('1 of 1 acknowledged').first()).toBeVisible();
    await look(page, 'policy-rounds-light');
    const csv = join(w.dataDir, 'proof.csv');
    await savesTo(w, csv);
    await page.getByRole('button', { name: 'Proof', exact: true }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    await expect(page.getByText('proof.csv is saved')).toBeVisible({ timeout: 30_000 });
    const proof = await readFile(csv, 'utf8');
    expect(proof).toContain('Noor van Dijk');
    expect(proof.split(hash)).toHaveLength(3); // the version's, and what she read
    const pdf = join(w.dataDir, 'proof.pdf');
    await savesTo(w, pdf);
    await page.getByRole('button', { name: 'Proof', exact: true }).click();
    await page.getByRole('menuitem', { name: 'PDF' }).click();
    await expect(page.getByText('proof.pdf is saved')).toBeVisible({ timeout: 30_000 });
    expect((await readFile(pdf)).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('take their next text from the Word file that went out, and show what it changes', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    await part(page, /^Text/).click();
    await page.getByRole('button', { name: /Write a new version/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /Nothing/ }).check();
    await look(page, 'policy-new-version-light');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'From a file' }).click();
    await page.getByLabel('File with the text').setInputFiles(join(w.dataDir, 'v.pdf'));
    await expect(page.getByRole('dialog')).toContainText('cannot be read');
    await page.getByLabel('File with the text').setInputFiles(join(w.dataDir, 'v.docx'));
    await expect(page.getByRole('dialog')).toContainText('Everything in it is kept.');
    await quiet(page);
    await look(page, 'policy-import-light');
    await page.keyboard.press('Control+Enter');
    const text = page.getByRole('textbox', { name: 'Text' });
    await expect(text).toHaveValue(/# Purpose\n\nMedia are destroyed, \*\*not sold\*\*\.\n\n- disks\n- paper\n\n## Duties/);
    const taken = await text.inputValue();
    await page.keyboard.press('Control+s');
    await expect(page.getByText(/^Saved/)).toBeVisible();
    // somebody else changes the same words before what is written here is saved: nothing is overwritten
    const { rows } = await listOf(page, 'policyVersions', { filter: [{ field: 'status', op: 'eq', value: 'draft' }] });
    const row = rows.find(({ title }) => title === `${POLICY} 1.1`);
    await text.fill(taken.replace('not sold', 'neither sold nor lent').replace('- disks\n', ''));
    await answerOf(
      call(page, 'mutation', 'entities.policyVersions.write', {
        opId: uuidv7(),
        entity: 'policyVersions',
        entityId: row?.id,
        kind: 'update',
        baseVersion: row?.rowVersion,
        base: { content: taken },
        patch: { content: taken.replace('not sold', 'not given away') },
      }),
    );
    await expect(page.getByTestId('conflict')).toContainText('not given away');
    await quiet(page);
    await look(page, 'policy-conflict-light');
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await expect(text).toHaveValue(/neither sold nor lent/);
    await expect(page.getByText(/^Saved/)).toBeVisible();
    await page.getByRole('button', { name: 'Compare with 1.0' }).click();
    await expect(page.getByText(/3 paragraphs changed, 0 added, 0 removed/)).toBeVisible();
    await expect(page.locator('ins').first()).toContainText('neither');
    await look(page, 'policy-compare-light');
    await page.getByText('In one text').click();
    await look(page, 'policy-compare-inline-light');
  });

  test('are alive in the demonstration', async () => {
    test.setTimeout(120_000);
    const { page } = w;
    await open(page, 'Policies');
    await expect(page.getByTestId('grid')).toContainText('Clean desk policy');
    await everyLook(w, 'policy-list');
    await openPolicy(page, 'Information security policy');
    await look(page, 'policy-overview-light');
    await part(page, /^Put to people$/).click();
    await expect(page.getByText('2 overdue')).toBeVisible();
    await everyLook(w, 'policy-demo-rounds');
    await page.getByRole('button', { name: 'Remind' }).first().click();
    await expect(page.getByRole('dialog')).toContainText('Remind');
    await page.keyboard.press('Escape');
    await openPolicy(page, 'Access control policy');
    await part(page, /^Text/).click();
    await expect(page.getByRole('article')).toContainText('Joiners, movers, leavers');
    await everyLook(w, 'policy-demo-text');
    await page.getByRole('button', { name: /Go on writing 1\.1/ }).click();
    await expect(page.getByRole('textbox', { name: 'Text' })).toHaveValue(/Emergency access/);
    await everyLook(w, 'policy-demo-write');
    await page.getByRole('button', { name: 'Compare with 1.0' }).click();
    await expect(page.getByText(/paragraphs? changed/)).toBeVisible();
    await everyLook(w, 'policy-demo-compare');
  });
});

async function everyLookOfDialogs(w: Workstation): Promise<void> {
  await look(w.page, 'policy-approve-light');
}
