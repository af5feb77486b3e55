/**
 * The main job from end to end, as a person does it, on the embedded server and on a real PostgreSQL: bring in a real
 * catalogue, plan an audit over part of it, test a control with evidence, raise a finding, see Home change, start again.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { open, picture, signIn, signInTo, signOut } from '../fixtures/acts';
import { connectTo, PEOPLE, type Prepared, prepare, type ServerKind } from '../fixtures/servers';
import { NIST_LOW, sharedData } from '../fixtures/shared-data';
import { SIZES, startWorkstation, type Workstation } from '../fixtures/workstation';

const catalog = sharedData(...NIST_LOW);

/** Groups, controls, enhancements and parts by a walk of the document that shares nothing with the importer. */
function countsOf(path: string): Record<'groups' | 'controls' | 'enhancements' | 'parts', number> {
  type Node = { groups?: Node[]; controls?: Node[]; parts?: Node[] };
  const counts = { groups: 0, controls: 0, enhancements: 0, parts: 0 };
  const walk = (node: Node, inControl: boolean): void => {
    for (const group of node.groups ?? []) {
      counts.groups += 1;
      walk(group, false);
    }
    for (const control of node.controls ?? []) {
      if (inControl) counts.enhancements += 1;
      else counts.controls += 1;
      walk(control, true);
    }
    for (const part of node.parts ?? []) {
      counts.parts += 1;
      walk(part, inControl);
    }
  };
  walk(JSON.parse(readFileSync(path, 'utf8')).catalog, false);
  return counts;
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const number = (value: number) => value.toLocaleString('en-GB');

for (const kind of ['embedded', 'postgres'] satisfies ServerKind[]) {
  test.describe(`one audit from end to end, ${kind}`, () => {
    test.describe.configure({ mode: 'serial' });
    let prepared: Prepared;
    let folder: string;
    let w: Workstation;

    test.beforeAll(async () => {
      test.setTimeout(300_000);
      prepared = await prepare(kind);
      folder = prepared.newFolder('story');
      w = await startWorkstation(folder);
      if (prepared.server) await connectTo(w.page, prepared.server);
    });
    test.afterAll(async () => {
      await w?.close();
      await prepared?.remove();
    });

    test('signs in as the auditor', async () => {
      await picture(w.page, `${kind}-01-sign-in`);
      await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
      await expect(w.page.getByRole('heading', { name: 'Controls by family' })).toBeVisible();
      await picture(w.page, `${kind}-02-home-before`);
    });

    test('sees what a real catalogue would bring, then brings it in', async () => {
      test.skip(catalog === null, 'the NIST catalogue is not beside the project');
      const path = catalog as string;
      const counts = countsOf(path);
      const { page } = w;
      await open(page, 'Regulations');
      await page.getByRole('button', { name: 'Import catalogue' }).click();
      await page.getByTestId('catalog-file').setInputFiles(path);
      await expect(page.getByTestId('trial-run')).toBeVisible();
      for (const [key, label] of [
        ['groups', 'families'],
        ['controls', 'requirements'],
        ['enhancements', 'enhancements'],
        ['parts', 'parts'],
      ] as const) {
        await expect(page.getByTestId(`count-${label}`)).toHaveText(number(counts[key]));
      }
      await picture(page, `${kind}-03-trial-run`);
      await page.keyboard.press('Control+Enter');
      await expect(page.getByTestId('import-done')).toBeVisible({ timeout: 60_000 });
      await picture(page, `${kind}-04-imported`);
    });

    test('imports the same file again, and nothing changes', async () => {
      test.skip(catalog === null, 'the NIST catalogue is not beside the project');
      const { page } = w;
      await open(page, 'Regulations');
      await page.getByRole('button', { name: 'Import catalogue' }).click();
      await page.getByTestId('catalog-file').setInputFiles(catalog as string);
      await expect(page.getByTestId('trial-run')).toContainText(/nothing (would )?change/i);
      await picture(page, `${kind}-05-again`);
    });

    test('refuses a foreign and a broken file with the place, and leaves no trace', async () => {
      const { page } = w;
      const foreign = join(folder, 'plan.json');
      writeFileSync(foreign, JSON.stringify({ 'assessment-plan': { uuid: 'x', metadata: { title: 'Plan' } } }));
      const broken = join(folder, 'broken.json');
      writeFileSync(broken, '{\n  "catalog": {\n    "uuid": oops\n  }\n}\n');
      await open(page, 'Regulations');
      await page.getByRole('button', { name: 'Import catalogue' }).click();
      await page.getByTestId('catalog-file').setInputFiles(foreign);
      await expect(page.locator('[data-testid="import-refused"][data-code="CATALOG_FOREIGN"]')).toContainText('assessment plan');
      await page.getByTestId('catalog-file').setInputFiles(broken);
      await expect(page.getByTestId('import-refused')).toContainText('line 3');
      await picture(page, `${kind}-06-refused`);
      await open(page, 'Regulations');
      await expect(page.getByTestId('list-count')).toHaveText(catalog === null ? /^3/ : /^4/);
    });

    test('plans an audit over part of it', async () => {
      const { page } = w;
      await open(page, 'Audit plans');
      await page.getByRole('button', { name: /^New audit plan/ }).click();
      await page.locator('[data-field="auditName"]').fill('Access and incident response, Rotterdam branch');
      const regulation = page.locator('[data-field="regulationId"]');
      await regulation.click();
      await regulation.fill(catalog === null ? 'ICT' : 'NIST');
      await page.getByRole('option', { name: catalog === null ? /ICT Baseline/ : /800-53/ }).click();
      await page.locator('[data-field="leadId"]').click();
      await page.getByRole('option', { name: /Tomasz Wilk/ }).click();
      await picture(page, `${kind}-07-plan-form`);
      await page.keyboard.press('Control+s');
      await page.getByRole('button', { name: 'Fieldwork', exact: true }).click();
      await page.getByRole('checkbox', { name: catalog === null ? /^ACC/ : /^AC/ }).check();
      await page.getByRole('checkbox', { name: catalog === null ? /^INC/ : /^IR/ }).check();
      await picture(page, `${kind}-08-scope`);
      await page.keyboard.press('Control+Enter');
      await expect(page.getByRole('navigation', { name: 'Programme' })).toBeVisible();
    });

    test('tests a control with the requirement beside it', async () => {
      const { page } = w;
      await page.getByRole('button', { name: /Go to the first open test/ }).click();
      await expect(page.getByRole('article', { name: /^Requirement/ }).first()).toBeVisible();
      await page
        .getByRole('group', { name: 'Design effectiveness' })
        .getByRole('radio', { name: 'Effective', exact: true })
        .check();
      await page.getByLabel('Design effectiveness: notes').fill('The policy names roles, scope and review. Read on site.');
      await page
        .getByRole('group', { name: 'Operating effectiveness' })
        .getByRole('radio', { name: 'Ineffective', exact: true })
        .check();
      await page.getByLabel('Operating effectiveness: notes').fill('Two of five branches never received the policy.');
      await page.keyboard.press('Control+s');
      await expect(page.getByText(/^Saved \d\d:\d\d:\d\d$/)).toBeVisible();
      await expect(page.getByText('Ineffective').first()).toBeVisible();
      await picture(page, `${kind}-09-test`);
    });

    test('attaches a photo and a PDF, shows their hashes, opens them and proves them', async () => {
      const { page, app } = w;
      const photo = join(folder, 'server room.jpg');
      await page.screenshot({ path: photo, type: 'jpeg' });
      const document = join(folder, 'Access policy v7.pdf');
      const pdf = await app.evaluate(async ({ BrowserWindow }) => {
        const bytes = await BrowserWindow.getAllWindows()[0]?.webContents.printToPDF({});
        return bytes ? Buffer.from(bytes).toString('base64') : '';
      });
      writeFileSync(document, Buffer.from(pdf, 'base64'));
      await page.getByTestId('evidence-input').setInputFiles([photo, document]);
      const pane = page.getByRole('complementary', { name: 'Evidence' });
      for (const path of [photo, document]) {
        await expect(pane.locator(`[data-testid="hash"][title="${sha256(path)}"]`)).toBeVisible({ timeout: 30_000 });
      }
      await picture(page, `${kind}-10-evidence`);
      await pane.getByRole('button', { name: 'Show server room.jpg' }).click();
      const image = page.getByRole('img', { name: 'server room.jpg' });
      await expect(image).toBeVisible();
      await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Check the hash' }).click();
      await expect(page.getByText('Hash agrees')).toBeVisible();
      await picture(page, `${kind}-11-photo`);
      await page.keyboard.press('Escape');
      await pane.getByRole('button', { name: 'Show Access policy v7.pdf' }).click();
      await expect(page.locator('canvas[data-drawn="true"]').first()).toBeVisible({ timeout: 30_000 });
      await picture(page, `${kind}-12-pdf`);
      await page.keyboard.press('Escape');
    });

    test('raises a finding with severity, owner, date and an action', async () => {
      const { page } = w;
      await page
        .getByRole('button', { name: /^Raise a finding/ })
        .last()
        .click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('[data-field="title"]').first().fill('The access policy does not reach all branches');
      await dialog.getByRole('radio', { name: 'High' }).check();
      await dialog.locator('[data-field="ownerId"]').first().click();
      await page.getByRole('option', { name: /Mira Aldenhoff/ }).click();
      await dialog.locator('[data-field="dueDate"]').first().fill('2027-01-15');
      await dialog.locator('[data-field="title"]').last().fill('Send the policy to every branch and keep the receipts');
      await dialog.locator('[data-field="dueDate"]').last().fill('2026-12-20');
      await picture(page, `${kind}-13-finding`);
      await dialog.getByRole('button', { name: /^Raise the finding/ }).click();
      await expect(dialog).toBeHidden();
      await expect(page.getByText('The access policy does not reach all branches').first()).toBeVisible();
      await expect(page.getByText('Send the policy to every branch and keep the receipts')).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      await picture(page, `${kind}-14-raised`);
    });

    test('Home has moved', async () => {
      const { page } = w;
      await open(page, 'Home');
      await expect(page.getByTestId('share-AC')).toBeVisible();
      await picture(page, `${kind}-15-home-after`);
    });

    test('closes and starts again: everything is there', async () => {
      await w.close();
      w = await startWorkstation(folder, SIZES.large);
      const { page } = w;
      await signInTo(page, PEOPLE.auditor, 'Nordhaven Bank AG');
      await expect(page.getByRole('heading', { name: 'Controls by family' })).toBeVisible();
      await picture(page, `${kind}-16-home-large`);
      await open(page, 'Findings');
      await expect(page.getByText('The access policy does not reach all branches').first()).toBeVisible();
      await open(page, 'Evidence');
      await expect(page.getByText('server room.jpg').first()).toBeVisible();
      await open(page, 'Fieldwork');
      await page.getByRole('link', { name: /Access and incident response/ }).click();
      await page
        .getByRole('navigation', { name: 'Programme' })
        .getByRole('link', { name: /^Ineffective/ })
        .first()
        .click();
      await expect(page.getByLabel('Operating effectiveness: notes')).toHaveValue(/Two of five branches/);
      const pane = page.getByRole('complementary', { name: 'Evidence' });
      await pane.getByRole('button', { name: 'Show server room.jpg' }).click();
      await page.getByRole('button', { name: 'Check the hash' }).click();
      await expect(page.getByText('Hash agrees')).toBeVisible();
      await page.keyboard.press('Escape');
      await picture(page, `${kind}-17-fieldwork-large`);
    });

    test('an administrator of two tenants switches, and nothing of the other stays', async () => {
      const { page } = w;
      await signOut(page);
      await signIn(page, PEOPLE.admin);
      await expect(page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG');
      await open(page, 'Findings');
      await expect(page.getByText('The access policy does not reach all branches').first()).toBeVisible();
      await page.keyboard.press('Control+Shift+T');
      await expect(page.getByRole('option', { name: /Helvia Health Group/ })).toBeVisible();
      await picture(page, `${kind}-18-switch`);
      await page.getByRole('option', { name: /Helvia Health Group/ }).click();
      await page.getByRole('button', { name: /^Switch to Helvia/ }).click();
      await expect(page.getByTestId('tenant-block')).toContainText('Helvia Health Group');
      await expect.poll(() => page.title()).toContain('Helvia Health Group');
      for (const place of ['Home', 'Regulations', 'Controls', 'Audit plans', 'Findings', 'Actions', 'Evidence']) {
        await open(page, place);
        await expect(page.getByTestId('tenant-block')).toContainText('Helvia Health Group');
        const text = await page.locator('body').innerText();
        expect(text, place).not.toContain('Nordhaven');
        expect(text, place).not.toContain('does not reach all branches');
      }
      await picture(page, `${kind}-19-other-tenant`);
    });
  });
}
