/**
 * People at one record, one after the other on one workstation: a file attached, opened, proven by its hash and taken off; somebody
 * named, who is told by the bell and led there; and an approval that two others give, neither of whom wrote what they approve.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { lookInBoth, open, signInTo, signOut } from '../fixtures/acts';
import { answerOf, call, uuidv7 } from '../fixtures/rpc';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const TENANT = 'Nordhaven Bank AG';
const PRIVACY = 'leonie.brandt@nordhaven.example';
const RISK = 'jonas.petrak@nordhaven.example';
const FINDING = 'Leavers keep their accounts for days';
const POLICY = 'Use of removable media';
const LIST = 'personnel;last day\n1044;2026-03-31\n';

test.describe('people at one record', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;
  let list: string;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    const folder = prepared.newFolder('together');
    list = join(folder, 'leavers.csv');
    writeFileSync(list, LIST);
    w = await startWorkstation(folder);
    w.page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    w.page.on('pageerror', (error) => faults.push(error.message));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
    await signInTo(w.page, PEOPLE.auditor, TENANT);
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  const turnTo = async (email: string) => {
    await signOut(w.page);
    await signInTo(w.page, email, TENANT);
  };
  const toFinding = async () => {
    await open(w.page, 'Findings');
    await w.page.getByTestId('grid').getByText(FINDING).first().dblclick();
    await expect(w.page.getByText('Latest changes')).toBeVisible();
  };
  const part = (name: RegExp) => w.page.getByRole('navigation', { name: /^Parts of/ }).getByRole('button', { name });

  test('a file is attached, opened, proven by its hash, and taken off', async () => {
    const { page } = w;
    await toFinding();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Add files' }).click(),
    ]);
    await chooser.setFiles(list);
    const attached = page.getByRole('button', { name: 'leavers.csv', exact: true });
    await expect(attached).toBeVisible();
    const sha256 = createHash('sha256').update(LIST).digest('hex');
    await attached.click();
    const preview = page.getByRole('dialog');
    await expect(preview.getByRole('textbox', { name: 'Text of leavers.csv' })).toHaveValue(LIST);
    await expect(preview).toContainText(sha256);
    await preview.getByRole('button', { name: 'Check the hash' }).click();
    await expect(preview.getByText('Hash agrees')).toBeVisible();
    await lookInBoth(page, 'together-file', '[role="dialog"]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take leavers.csv off' }).click();
    await expect(attached).toHaveCount(0);
  });

  test('somebody named is told by the bell and led to the words', async () => {
    const { page } = w;
    await part(/^Discussion/).click();
    await page.getByRole('combobox', { name: 'New comment' }).pressSequentially('Is the step in the policy? @mira');
    await expect(page.getByRole('option', { name: 'Mira Aldenhoff' })).toBeVisible();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('discussion')).toContainText('Is the step in the policy? @Mira Aldenhoff');
    await turnTo(PEOPLE.compliance);
    const bell = page.getByTestId('bell');
    await expect(bell).toHaveAccessibleName(/unread/);
    const before = await unread();
    await bell.click();
    await lookInBoth(page, 'together-bell');
    await page.getByRole('button', { name: new RegExp(`Tomasz Wilk named you.*unread.*${FINDING}`) }).click();
    await expect(page.getByTestId('discussion')).toContainText('Is the step in the policy?');
    await expect(page.getByRole('heading', { level: 1 })).toContainText(FINDING);
    await expect.poll(unread).toBe(before - 1);

    async function unread(): Promise<number> {
      const name = (await bell.getAttribute('aria-label')) ?? '';
      return Number(/(\d+) unread/.exec(name)?.[1] ?? 0);
    }
  });

  test('two people approve what neither of them wrote', async () => {
    const { page } = w;
    const policyId = uuidv7();
    const versionId = uuidv7();
    const create = (entity: string, entityId: string, patch: object) =>
      answerOf(
        call(page, 'mutation', `entities.${entity}.write`, {
          ...{ opId: uuidv7(), entity, entityId, kind: 'create', baseVersion: null, base: {}, patch },
        }),
      );
    await create('policies', policyId, { name: POLICY });
    await create('policyVersions', versionId, {
      ...{ policyId, change: 'major', changeNote: 'The first one', status: 'in_review' },
      content: `# ${POLICY}\n\nNone is used without a reason that somebody else has seen.`,
    });
    const toVersion = async () => {
      await page.evaluate((to) => {
        window.location.hash = to;
      }, `#/r/policyVersions/${versionId}`);
      await expect(page.getByTestId('approval-approved')).toBeVisible();
    };
    const approval = page.getByTestId('approval-approved');
    const confirm = async (name: RegExp) => {
      await page.getByRole('dialog').getByRole('button', { name }).click();
      await expect(page.getByRole('dialog')).toHaveCount(0);
    };
    await toVersion();
    await approval.getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByLabel('What they should look at').fill('The second paragraph');
    await confirm(/^Ask for approval/);
    await expect(approval).toContainText('0 of 2');
    await expect(approval).toContainText('somebody else approves it');
    await expect(approval.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);
    await lookInBoth(page, 'together-approval');

    for (const [email, given] of [
      [PRIVACY, '1 of 2'],
      [RISK, 'Approved'],
    ] as const) {
      await turnTo(email);
      await page.getByTestId('bell').click();
      await page.getByRole('button', { name: new RegExp(`Mira Aldenhoff asks for your approval.*unread.*${POLICY}`) }).click();
      await expect(approval).toContainText('The second paragraph');
      await approval.getByRole('button', { name: 'Approve', exact: true }).click();
      await confirm(/^Approve /);
      await expect(approval).toContainText(given);
    }
    await turnTo(PEOPLE.compliance);
    await page.getByTestId('bell').click();
    await page.getByRole('button', { name: new RegExp(`It is approved.*unread.*${POLICY}`) }).click();
    await expect(approval).toContainText('Leonie Brandt');
    await expect(approval).toContainText('Jonas Petrak');
    await lookInBoth(page, 'together-approved');
    await open(page, 'My work');
    await lookInBoth(page, 'together-work');
    expect(faults).toEqual([]);
  });
});
