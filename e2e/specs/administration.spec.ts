/** Administration in the real window: people, the trail, one's own password, and the tenants of the platform. */
import { expect, test } from '@playwright/test';
import { theme as choose, look, open, signIn, signInTo, signOut } from '../fixtures/acts';
import { DEMO_PASSWORD, PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const NEW_PASSWORD = 'Another-Workstation-2026';
const MEMBER = { email: 'ada.lindt@nordhaven.example', name: 'Ada Lindt' };
const FIRST = { email: 'ruth.falkner@marenko.example', password: 'Marenko-first-2026' };

test.describe('administration', () => {
  test.describe.configure({ mode: 'serial', timeout: 240_000 });
  let prepared: Prepared;
  let w: Workstation;
  const faults: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(420_000);
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('administration'));
    w.page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    w.page.on('pageerror', (error) => faults.push(error.message));
    await w.page.getByTestId('email').waitFor({ timeout: 120_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  test('nobody but an administrator finds it', async () => {
    const { page } = w;
    await signInTo(page, PEOPLE.auditor, 'Nordhaven Bank AG');
    const navigation = page.getByRole('navigation', { name: 'Main' });
    await expect(navigation.getByRole('link', { name: 'Controls', exact: true })).toBeVisible();
    for (const name of ['People', 'Audit trail', 'Tenants']) await expect(navigation.getByRole('link', { name })).toHaveCount(0);
    await page.evaluate(() => {
      window.location.hash = '#/admin/trail';
    });
    await expect(page.getByTestId('error-state')).toHaveAttribute('data-code', 'ROLE_FORBIDS');
    await signOut(page);
  });

  test('a person is added, gets a role that ends, is suspended, and all of it stands in the trail', async () => {
    const { page } = w;
    await signInTo(page, PEOPLE.admin, 'Nordhaven Bank AG');
    await open(page, 'People');
    await expect(page.getByTestId('people')).toContainText('Tomasz Wilk');
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First name').fill('Ada');
    await dialog.getByLabel('Last name').fill('Lindt');
    await dialog.getByLabel('E-mail').fill(MEMBER.email);
    await dialog.getByLabel('First password').fill('short');
    await page.keyboard.press('Control+Enter');
    await expect(dialog.getByText(/At least 12 characters; a few words/)).toBeVisible();
    await dialog.getByLabel('First password').fill(DEMO_PASSWORD);
    await page.keyboard.press('Control+Enter');
    const pane = page.getByRole('complementary', { name: 'Person' });
    await expect(pane).toContainText(MEMBER.email);

    await pane.getByTestId('grant-role').click();
    await dialog.getByRole('textbox', { name: 'Last day' }).fill('+30');
    await dialog.getByLabel('Reason').fill('helps with the year end');
    await page.keyboard.press('Control+Enter');
    await expect(pane).toContainText('helps with the year end');

    await pane.getByRole('button', { name: 'Suspend…' }).click();
    await dialog.getByRole('button', { name: 'Suspend', exact: true }).click();
    await expect(pane).toContainText('Suspended');

    await open(page, 'Audit trail');
    const trail = page.getByTestId('trail');
    for (const action of ['person.create', 'membership.grant', 'person.suspend']) {
      await expect(trail.locator(`[data-action="${action}"]`).first()).toContainText('Ingrid Solheim');
    }
    await expect(trail.locator('[data-action="membership.grant"]').first()).toContainText(MEMBER.name);
  });

  test('the trail gives its verdict, one entry, filters, and what somebody was refused', async () => {
    const { page } = w;
    const verdict = page.getByTestId('trail-verdict');
    await expect(verdict).toContainText(/The trail is intact|Nothing is sealed yet/);
    await page.keyboard.press('v');
    await expect(verdict).toContainText(/The trail is intact|Nothing is sealed yet/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const pane = page.getByRole('complementary', { name: 'Entry' });
    await expect(pane).toContainText('How it is sealed');
    await page.keyboard.press('Escape');
    await expect(pane).toHaveCount(0);

    await page.getByRole('button', { name: 'Only refusals' }).click();
    const trail = page.getByTestId('trail');
    await expect(trail.locator('[data-action="denied"]').first()).toContainText('Tomasz Wilk');
    await expect(trail.locator('[data-action="sign_in"]')).toHaveCount(0);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('tomasz');
    await page.getByRole('option', { name: 'Tomasz Wilk' }).click();
    await expect(page.getByRole('button', { name: /Change filter Who: Tomasz Wilk/ })).toBeVisible();
    await expect(trail).not.toContainText('Ingrid Solheim');
    await page.getByRole('button', { name: 'Remove filter Who' }).click();
  });

  test('a tenant is made by the wizard, licensed, suspended and opened again', async () => {
    const { page } = w;
    await open(page, 'Tenants');
    await expect(page.getByTestId('tenants')).toContainText('Nordhaven Bank AG');
    await expect(page.getByTestId('tenant-block')).toContainText('No tenant is open');
    await page.keyboard.press('n');
    await expect(page.getByRole('heading', { name: 'New tenant', level: 1 })).toBeVisible();
    await page.getByLabel('Name in windows').fill('A name that is much too long for it');
    await page.getByLabel('Domain').fill('nordhaven.example');
    await page.getByTestId('wizard-next').click();
    await expect(page.getByText('Another tenant has this domain')).toBeVisible();
    await page.getByLabel('Name in windows').fill('Marenko Logistics');
    await page.getByLabel('Domain').fill('marenko.example');
    await page.getByLabel('Seat').fill('Gdańsk');
    await expect(page.getByLabel('Sign', { exact: false }).first()).toHaveValue('ML');
    await page.getByTestId('wizard-next').click();
    await expect(page.getByText('Time zone for legal dates')).toBeVisible();
    await page.keyboard.press('Control+Enter');
    await page.getByLabel('Last name').fill('Falkner');
    await page.getByLabel('E-mail').fill(FIRST.email);
    await page.getByLabel('First password').fill(FIRST.password);
    await page.getByTestId('wizard-next').click();
    await expect(page.getByTestId('wizard-next')).toContainText('Make Marenko Logistics');
    await page.getByTestId('wizard-next').click();
    const pane = page.getByRole('complementary', { name: 'Tenant' });
    await expect(pane).toContainText('marenko.example', { timeout: 120_000 });
    await expect(pane).toContainText('1 of 25');

    const dialog = page.getByRole('dialog');
    await pane.getByRole('button', { name: 'Change the licence…' }).click();
    await dialog.getByLabel('People at most').fill('7');
    await page.keyboard.press('Control+Enter');
    await expect(pane).toContainText('1 of 7');
    await pane.getByRole('button', { name: 'Suspend…' }).click();
    await dialog.getByLabel('Reason').fill('not paid yet');
    await dialog.getByRole('button', { name: 'Suspend the tenant' }).click();
    await expect(pane).toContainText('Suspended');
    await pane.getByRole('button', { name: 'Open again' }).click();
    await expect(pane).toContainText('Active');

    await pane.getByRole('button', { name: 'Settings' }).click();
    const tolerance = page.locator('[data-setting="risk.tolerance"]');
    await expect(tolerance).toHaveAttribute('data-origin', 'global');
    await page.getByRole('button', { name: 'Change Reminders before a due date' }).click();
    await dialog.getByLabel('Reminders before a due date').fill('20, x');
    await page.keyboard.press('Control+Enter');
    await expect(dialog.getByText(/It must be/)).toBeVisible();
    await dialog.getByLabel('Reminders before a due date').fill('20, 5');
    await page.keyboard.press('Control+Enter');
    await expect(page.locator('[data-setting="reminders.days_before"]')).toContainText('20, 5');
    await expect(page.locator('[data-setting="reminders.days_before"]')).toHaveAttribute('data-origin', 'tenant');
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`every screen of it, ${theme}`, async () => {
      const { page } = w;
      await page.getByRole('link', { name: 'Nordhaven Bank AG' }).click();
      await expect(page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG');
      await choose(page, theme === 'dark' ? 'Dark' : 'Light');
      await open(page, 'People');
      await page.getByTestId('people').getByRole('button', { name: MEMBER.name }).click();
      await expect(page.getByRole('complementary', { name: 'Person' })).toBeVisible();
      await look(page, `screen-people-${theme}`);
      await open(page, 'Audit trail');
      await expect(page.getByTestId('trail')).toContainText('signed in');
      await expect(page.getByTestId('trail-verdict')).toContainText(/The trail is intact|Nothing is sealed yet/);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('complementary', { name: 'Entry' })).toContainText('How it is sealed');
      await look(page, `screen-trail-${theme}`);
      await page.keyboard.press('f');
      await expect(page.getByRole('dialog', { name: 'Filter the trail' })).toBeVisible();
      await look(page, `screen-trail-filter-${theme}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(page.getByRole('dialog')).toContainText('JSON Lines');
      await look(page, `screen-trail-export-${theme}`);
      await page.keyboard.press('Escape');
      await open(page, 'Tenants');
      await page
        .getByTestId('tenants')
        .getByRole('button', { name: /Helvia/ })
        .click();
      await expect(page.getByRole('complementary', { name: 'Tenant' })).toContainText('no limit');
      await look(page, `screen-platform-tenants-${theme}`);
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await expect(page.locator('[data-setting="risk.matrix"]')).toBeVisible();
      await look(page, `screen-platform-settings-${theme}`);
      await page.keyboard.press('Escape');
      await expect(page.getByTestId('tenants')).toBeVisible();
      await page.keyboard.press('n');
      await expect(page.getByLabel('Name in windows')).toBeVisible();
      await look(page, `screen-new-tenant-${theme}`);
    });
  }

  test('the first administrator signs in and changes the password', async () => {
    const { page } = w;
    await signOut(page);
    await signIn(page, FIRST.email, FIRST.password);
    await expect(page.getByTestId('tenant-block')).toContainText('Marenko Logistics');
    await open(page, 'Settings');
    const change = async (present: string) => {
      await page.getByTestId('password-present').fill(present);
      await page.getByTestId('password-next').fill(NEW_PASSWORD);
      await page.getByTestId('password-again').fill(NEW_PASSWORD);
      await page.getByTestId('change-password').click();
    };
    await change('not the password at all');
    await expect(page.locator('[data-code="SIGN_IN_REFUSED"]')).toBeVisible();
    await change(FIRST.password);
    await expect(page.getByText('Your password is changed')).toBeVisible();
    await signOut(page);
    await signIn(page, FIRST.email, NEW_PASSWORD);
    await expect(page.getByTestId('tenant-block')).toContainText('Marenko Logistics');
    await open(page, 'Controls');
    await expect(page.getByTestId('grid')).toBeVisible();
  });

  test('nothing was complained about on the console', () => {
    expect(faults).toEqual([]);
  });
});
