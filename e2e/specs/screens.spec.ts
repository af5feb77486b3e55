/** Every screen, light and dark: no serious finding by axe, no fault on the console, never wider than the window, and a picture. */
import { expect, type Page, test } from '@playwright/test';
import { theme as choose, look, open, signInTo } from '../fixtures/acts';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { SIZES, startWorkstation, type Workstation } from '../fixtures/workstation';

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}

test.describe('screens', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let w: Workstation;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('screens'));
    w.page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    w.page.on('pageerror', (error) => faults.push(error.message));
    await w.page.getByTestId('email').waitFor();
    await look(w.page, 'screen-sign-in');
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`every place of the navigation, ${theme}`, async () => {
      const { page } = w;
      await choose(page, theme === 'dark' ? 'Dark' : 'Light');
      await open(page, 'Home');
      await expect(page.getByTestId('share-ACC')).toBeVisible();
      const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
      const names = (await links.allTextContents()).map((text) => text.replace(/[\d,]+$/, '').trim());
      expect(names.length).toBeGreaterThan(12);
      for (const name of names) {
        await open(page, name);
        await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
        await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
        await look(page, `screen-${name.toLowerCase().replaceAll(' ', '-')}-${theme}`);
      }
    });

    test(`a record, its form, fieldwork and the import, ${theme}`, async () => {
      const { page } = w;
      await open(page, 'Controls');
      await expect(page.getByTestId('grid')).toContainText('ACC-1');
      await page.keyboard.press('j');
      await page.keyboard.press('Space');
      await expect(page.getByRole('complementary').first()).toBeVisible();
      await look(page, `screen-preview-${theme}`);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { level: 1 })).toContainText('ACC-');
      await expect(page.getByText('Latest changes')).toBeVisible();
      await look(page, `screen-control-${theme}`);
      await page.keyboard.press('e');
      await expect(page.locator('[data-field="name"]')).toBeVisible();
      await look(page, `screen-form-${theme}`);
      await page.keyboard.press('Escape');
      await open(page, 'Fieldwork');
      await page.getByRole('link', { name: /ICT controls, Rotterdam branch/ }).click();
      await page.getByRole('button', { name: /Go to the first/ }).click();
      await expect(page.getByRole('article', { name: /^Requirement/ }).first()).toBeVisible();
      await look(page, `screen-fieldwork-${theme}`);
      await page.keyboard.press('r');
      await expect(page.getByRole('dialog')).toBeVisible();
      await look(page, `screen-raise-finding-${theme}`);
      await page.keyboard.press('Escape');
      await open(page, 'Regulations');
      await page.getByRole('button', { name: 'Import catalogue' }).click();
      await expect(page.getByText('Drop a catalogue here')).toBeVisible();
      await look(page, `screen-import-${theme}`);
    });

    test(`records of other kinds and a new one, ${theme}`, async () => {
      const { page } = w;
      await open(page, 'Regulations');
      await page.getByTestId('grid').getByText('ICT Baseline').first().dblclick();
      await expect(page.getByText('Latest changes')).toBeVisible();
      await look(page, `screen-regulation-${theme}`);
      await page
        .getByRole('navigation', { name: /^Parts of/ })
        .getByRole('button', { name: /^Requirements/ })
        .click();
      await expect(page.getByRole('treeitem').first()).toBeVisible();
      await look(page, `screen-requirement-tree-${theme}`);
      for (const [list, title] of [
        ['Audit plans', 'ICT controls, Rotterdam branch'],
        ['Findings', 'Service accounts without owner'],
        ['Actions', 'Board paper with one date'],
      ] as const) {
        await open(page, list);
        await page.getByTestId('grid').getByText(title).dblclick();
        await expect(page.getByText('Latest changes')).toBeVisible();
        await look(page, `screen-${list.toLowerCase().replaceAll(' ', '-')}-record-${theme}`);
      }
      await open(page, 'Findings');
      await expect(page.getByTestId('grid')).toContainText('F-001');
      await page.keyboard.press('n');
      await expect(page.locator('[data-field="title"]')).toBeFocused();
      await page.keyboard.press('Control+s');
      await expect(page.getByText(/need a change before this can be saved/)).toBeVisible();
      await look(page, `screen-new-finding-${theme}`);
      await page.keyboard.press('Escape');
      await open(page, 'Fieldwork');
      await expect(page.getByRole('link', { name: /Suppliers of critical services/ })).toBeVisible();
      await look(page, `screen-fieldwork-home-${theme}`);
      await page.getByRole('link', { name: /Suppliers of critical services/ }).click();
      await expect(page.getByText('What is in scope?')).toBeVisible();
      await look(page, `screen-scope-${theme}`);
    });

    test(`what lies above the screens, ${theme}`, async () => {
      const { page } = w;
      await open(page, 'Home');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('access');
      await expect(page.getByRole('option', { name: /Granting access/ }).first()).toBeVisible();
      await look(page, `screen-palette-${theme}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog')).toBeVisible();
      await look(page, `screen-keys-${theme}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Shift+T');
      await expect(page.getByRole('dialog')).toBeVisible();
      await look(page, `screen-tenants-${theme}`);
      await page.keyboard.press('Escape');
    });
  }

  test('a finding is changed and found again by the keyboard alone', async () => {
    const { page } = w;
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await expect(page.getByRole('heading', { name: 'Findings', level: 1 })).toBeVisible();
    await expect(page.getByTestId('grid')).toContainText('F-001');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Latest changes')).toBeVisible();
    await page.keyboard.press('e');
    await expect(page.locator('[data-field="title"]')).toBeVisible();
    await page.keyboard.press('F6');
    await tabTo(page, '[data-field="title"]');
    await page.keyboard.press('End');
    await page.keyboard.type(', changed without a mouse');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('changed without a mouse');
    await expect(page.getByText('Latest changes')).toBeVisible();
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await expect(page.getByRole('heading', { name: 'Findings', level: 1 })).toBeVisible();
    await page.keyboard.press('/');
    await page.keyboard.type('without a mouse');
    await expect(page.getByTestId('list-count')).toHaveText(/^1\b/);
    await page.keyboard.press('Escape');
  });

  test('the large window', async () => {
    const { page, app } = w;
    await app.evaluate(({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    }, SIZES.large);
    await choose(page, 'Light');
    await open(page, 'Home');
    await expect(page.getByTestId('share-ACC')).toBeVisible();
    await look(page, 'screen-home-large');
    await open(page, 'Controls');
    await expect(page.getByTestId('grid')).toContainText('ACC-1');
    await look(page, 'screen-controls-large');
  });

  test('nothing was complained about on the console', () => {
    expect(faults).toEqual([]);
  });
});
