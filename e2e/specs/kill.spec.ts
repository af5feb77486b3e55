/**
 * kill -9 at the worst moments. Right after the screen called something saved, the whole application dies and starts again on
 * the same folder: what was called saved is there, every hash agrees. An import that is killed is there whole or not at all,
 * and a database process that dies alone is said, and comes back by itself.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { open, signInTo } from '../fixtures/acts';
import { entriesOf, oscalCatalog } from '../fixtures/oscal';
import { processesOf } from '../fixtures/processes';
import { listOf } from '../fixtures/rpc';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const SMALL = { families: 2, perFamily: 3 } as const;
const LARGE = { families: 10, perFamily: 40 } as const;
const PLAN = 'Rules of the house, first look';
const NOTES = 'Seen on site; the list is signed by two people.';
const FINDING = 'One rule is kept by nobody';
const ACTION = 'Name somebody for each rule';

test.describe('kill -9', () => {
  test.describe.configure({ mode: 'serial', timeout: 240_000 });
  let prepared: Prepared;
  let folder: string;
  let w: Workstation;

  /** The whole application is gone in an instant; then somebody starts it again and signs in. */
  async function killAndStartAgain(): Promise<void> {
    await w.kill();
    w = await startWorkstation(folder);
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  }

  async function openTest(): Promise<void> {
    await open(w.page, 'Fieldwork');
    // the screen before may hold a link to the same plan
    await expect(w.page.getByRole('heading', { name: 'Fieldwork', level: 1 })).toBeVisible();
    await w.page.getByRole('link', { name: new RegExp(PLAN) }).click();
    const programme = w.page.getByRole('navigation', { name: 'Programme' });
    await programme.getByRole('link').first().click();
    await expect(w.page.getByLabel('Test notes')).toBeVisible();
  }

  test.beforeAll(async () => {
    prepared = await prepare('embedded');
    folder = prepared.newFolder('kill');
    w = await startWorkstation(folder);
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await expect.poll(() => processesOf(folder), { timeout: 30_000 }).toEqual([]);
    await prepared?.remove();
  });

  test('after a catalogue was brought in', async () => {
    const file = join(folder, 'house.json');
    writeFileSync(file, oscalCatalog('House rules', '1', SMALL));
    await open(w.page, 'Regulations');
    await w.page.getByRole('button', { name: 'Import catalogue' }).click();
    await w.page.getByTestId('catalog-file').setInputFiles(file);
    await w.page.getByTestId('trial-run').waitFor();
    await w.page.keyboard.press('Control+Enter');
    await w.page.getByTestId('import-done').waitFor({ timeout: 60_000 });
    await killAndStartAgain();
    const { rows } = await listOf(w.page, 'regulations', { search: 'House rules' });
    expect(rows).toHaveLength(1);
    const requirements = await listOf(w.page, 'requirements', {
      filter: [{ field: 'regulationId', op: 'eq', value: rows[0]?.id }],
      limit: 500,
    });
    expect(requirements.total).toBe(entriesOf(SMALL).all);
    await open(w.page, 'Regulations');
    await expect(w.page.getByTestId('grid')).toContainText('House rules');
  });

  test('after a plan was saved, and its programme made', async () => {
    await open(w.page, 'Audit plans');
    await w.page.getByRole('button', { name: /^New audit plan/ }).click();
    await w.page.locator('[data-field="auditName"]').fill(PLAN);
    await w.page.locator('[data-field="regulationId"]').click();
    await w.page.locator('[data-field="regulationId"]').fill('House');
    await w.page.getByRole('option', { name: /House rules/ }).click();
    await w.page.keyboard.press('Control+s');
    await expect(w.page.getByTestId('notice').filter({ hasText: 'Audit plan saved' })).toBeVisible();
    await killAndStartAgain();
    await open(w.page, 'Audit plans');
    await w.page.getByTestId('grid').getByText(PLAN).dblclick();
    await w.page.getByRole('button', { name: 'Fieldwork', exact: true }).click();
    await w.page.getByRole('button', { name: 'Choose all' }).click();
    await w.page.keyboard.press('Control+Enter');
    await expect(w.page.getByRole('navigation', { name: 'Programme' })).toBeVisible();
    await killAndStartAgain();
    const plans = await listOf(w.page, 'auditPlans', { search: PLAN });
    const tests = await listOf(w.page, 'controlTests', {
      filter: [{ field: 'auditPlanId', op: 'eq', value: plans.rows[0]?.id }],
    });
    expect(tests.total).toBe(entriesOf(SMALL).controls);
  });

  test('after a test said Saved', async () => {
    await openTest();
    const design = w.page.getByRole('group', { name: 'Design effectiveness' });
    await design.getByRole('radio', { name: 'Effective', exact: true }).check();
    await w.page.getByLabel('Test notes').fill(NOTES);
    await w.page.keyboard.press('Control+s');
    await expect(w.page.getByText(/^Saved \d\d:\d\d:\d\d$/)).toBeVisible();
    await killAndStartAgain();
    await openTest();
    await expect(w.page.getByLabel('Test notes')).toHaveValue(NOTES);
    await expect(
      w.page.getByRole('group', { name: 'Design effectiveness' }).getByRole('radio', { name: 'Effective', exact: true }),
    ).toBeChecked();
  });

  test('after the hash of a piece of evidence was shown', async () => {
    const photo = join(folder, 'rule book.png');
    await w.page.screenshot({ path: photo });
    const sha256 = createHash('sha256').update(readFileSync(photo)).digest('hex');
    await w.page.getByTestId('evidence-input').setInputFiles(photo);
    const hash = () => w.page.locator(`[data-testid="hash"][title="${sha256}"]`).first();
    await expect(hash()).toBeVisible({ timeout: 60_000 });
    await killAndStartAgain();
    await openTest();
    await expect(hash()).toBeVisible();
    await w.page.getByRole('button', { name: 'Show rule book.png' }).click();
    const image = w.page.getByRole('img', { name: 'rule book.png' });
    await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await w.page.getByRole('button', { name: 'Check the hash' }).click();
    await expect(w.page.getByText('Hash agrees')).toBeVisible();
    await w.page.keyboard.press('Escape');
  });

  test('after a finding was raised with its action', async () => {
    await w.page
      .getByRole('button', { name: /^Raise a finding/ })
      .last()
      .click();
    const dialog = w.page.getByRole('dialog');
    await dialog.locator('[data-field="title"]').first().fill(FINDING);
    await dialog.getByRole('radio', { name: 'High' }).check();
    await dialog.locator('[data-field="title"]').last().fill(ACTION);
    await dialog.getByRole('button', { name: /^Raise the finding/ }).click();
    await expect(w.page.getByTestId('notice').filter({ hasText: /^Finding F-\d+ saved/ })).toBeVisible();
    await killAndStartAgain();
    await open(w.page, 'Findings');
    await expect(w.page.getByTestId('grid').getByText(FINDING)).toBeVisible();
    await open(w.page, 'Actions');
    await expect(w.page.getByTestId('grid').getByText(ACTION)).toBeVisible();
  });

  test('of the database process alone: said, back by itself, nothing lost', async () => {
    await openTest();
    await w.page.evaluate(() => {
      const states: string[] = [];
      Object.assign(window, { states });
      window.kompl.onEvent((event) => {
        if (event.type === 'connection') states.push(event.connection.state);
      });
    });
    await w.page.getByLabel('Test notes').fill(`${NOTES} Before the fall.`);
    await w.page.keyboard.press('Control+s');
    await expect(w.page.getByText(/^Saved \d\d:\d\d:\d\d$/)).toBeVisible();
    const killed = await w.app.evaluate(({ app }) => {
      const server = app.getAppMetrics().find(({ name }) => name?.includes('PostgreSQL'));
      if (server) process.kill(server.pid, 'SIGKILL');
      return server?.pid ?? 0;
    });
    expect(killed).toBeGreaterThan(0);
    await w.page.getByLabel('Test notes').fill(`${NOTES} After the fall.`);
    await w.page.keyboard.press('Control+s');
    const chip = w.page.getByTestId('connection-chip');
    await expect.poll(() => w.page.evaluate(() => Reflect.get(window, 'states'))).toContain('offline');
    await expect(chip).toHaveAttribute('data-state', 'online', { timeout: 90_000 });
    // The change met the fall or came after it: either it is saved, or it is kept and goes with one press.
    const saved = w.page.getByText(/^Saved \d\d:\d\d:\d\d$/);
    const again = w.page.getByRole('button', { name: 'Save again' });
    await expect(saved.or(again)).toBeVisible();
    if (await again.isVisible()) {
      await expect(w.page.getByLabel('Test notes')).toHaveValue(`${NOTES} After the fall.`);
      await again.click();
    }
    await expect(saved).toBeVisible();
    await w.page.reload();
    await openTest();
    await expect(w.page.getByLabel('Test notes')).toHaveValue(`${NOTES} After the fall.`);
  });

  for (const [round, delayMs] of [150, 900].entries()) {
    test(`during an import, ${delayMs} ms into it: all of it or nothing`, async () => {
      const title = `Large rules ${round}`;
      const file = join(folder, `large-${round}.json`);
      writeFileSync(file, oscalCatalog(title, `a${round}`, LARGE));
      await open(w.page, 'Regulations');
      await w.page.getByRole('button', { name: 'Import catalogue' }).click();
      await w.page.getByTestId('catalog-file').setInputFiles(file);
      await w.page.getByTestId('trial-run').waitFor({ timeout: 60_000 });
      await w.page.keyboard.press('Control+Enter');
      await w.page.waitForTimeout(delayMs);
      await killAndStartAgain();
      const { all } = entriesOf(LARGE);
      const regulations = await listOf(w.page, 'regulations', { search: title });
      const found = regulations.rows[0]?.id;
      const totalOf = async (id: string) =>
        (await listOf(w.page, 'requirements', { filter: [{ field: 'regulationId', op: 'eq', value: id }], limit: 1 })).total;
      if (found === undefined) {
        const sets = await listOf(w.page, 'controlSets', { search: title });
        expect(sets.total).toBe(0);
      } else expect(await totalOf(found)).toBe(all);
      test.info().annotations.push({ type: 'found', description: found === undefined ? 'nothing' : 'all of it' });
      // Either way the same file goes in now, and is there once.
      await open(w.page, 'Regulations');
      await w.page.getByRole('button', { name: 'Import catalogue' }).click();
      await w.page.getByTestId('catalog-file').setInputFiles(file);
      await w.page.getByTestId('trial-run').waitFor({ timeout: 60_000 });
      await w.page.keyboard.press('Control+Enter');
      await w.page.getByTestId('import-done').waitFor({ timeout: 60_000 });
      const after = await listOf(w.page, 'regulations', { search: title });
      expect(after.rows).toHaveLength(1);
      expect(await totalOf(after.rows[0]?.id ?? '')).toBe(all);
    });
  }
});
