/**
 * Signing in against those who may not, and against guessing: what each refusal says and does not say, how repeated failures
 * slow down and stay slow after a restart, and that no password is left anywhere in the data folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { signInTo, signOut } from '../fixtures/acts';
import { DEMO_PASSWORD, PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { kompl, startWorkstation, type Workstation } from '../fixtures/workstation';

/** A person of this spec alone, so that the password searched for stands in no bundle and no seed. */
const NEWCOMER = { email: 'hanna.quist@nordhaven.example', password: 'Quince-bramble-74193' } as const;
const WRONG = 'Zinnia-wrong-guess-60518';

/** Every file below a folder that holds one of the texts, in any encoding that a program might leave it in. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [
    Buffer.from(text, 'utf8'),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
  ]);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesWith(path, texts);
    if (!entry.isFile()) return [];
    const bytes = readFileSync(path);
    return needles.some((needle) => bytes.includes(needle)) ? [path] : [];
  });
}

/** One try by the form, when the form lets one try. Resolves with the code of the refusal and what it says. */
async function refusalOf(page: Page, email: string, password: string): Promise<{ code: string; text: string }> {
  const button = page.getByTestId('sign-in-button');
  await expect(button).toBeEnabled({ timeout: 60_000 });
  await page.getByTestId('email').fill(email);
  await page.getByTestId('password').fill(password);
  await button.click();
  const refusal = page.getByTestId('sign-in-refusal');
  await refusal.waitFor();
  await expect(page.getByTestId('password')).toHaveValue('');
  return { code: (await refusal.getAttribute('data-code')) ?? '', text: (await refusal.innerText()).trim() };
}

/** Tries until the form slows down, and sees the countdown on a button that cannot be pressed. Resolves with the refused tries. */
async function tryUntilSlowed(page: Page, email: string): Promise<number> {
  for (let refused = 0; refused < 8; refused++) {
    // Asked for before the try: the shortest countdown is two seconds.
    const countdown = page.waitForFunction(() => {
      const button = document.querySelector<HTMLButtonElement>('[data-testid="sign-in-button"]');
      return button?.disabled === true && /^Try again in \d+ s$/.test(button.innerText.trim());
    });
    // Given up, not awaited, when the try was only refused.
    countdown.catch(() => undefined);
    const { code, text } = await refusalOf(page, email, WRONG);
    if (code === 'SIGN_IN_SLOWED') {
      await countdown;
      expect(text).toMatch(/^Too many tries\. Wait \d+ seconds, then try again\.$/);
      return refused;
    }
    expect(code).toBe('SIGN_IN_REFUSED');
  }
  throw new Error('eight wrong passwords, and nothing slowed down');
}

test.describe('signing in', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let folder: string;
  let w: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    folder = prepared.newFolder('sign-in');
    const listed = await kompl(['tenant', 'list', '--json', '--data-dir', folder]);
    const { tenants } = JSON.parse(listed.stdout) as { tenants: { id: string; domain: string }[] };
    const tenant = tenants.find(({ domain }) => domain === 'nordhaven.example')?.id ?? '';
    const made = await kompl(
      [
        'user',
        'create',
        '--tenant',
        tenant,
        '--email',
        NEWCOMER.email,
        '--role',
        'auditor',
        '--password-stdin',
        '--data-dir',
        folder,
      ],
      {},
      `${NEWCOMER.password}\n`,
    );
    expect(made.stderr).toBe('');
    w = await startWorkstation(folder);
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });

  test('a wrong password, an unknown person and a guess at a suspended one get the same words', async () => {
    const { page } = w;
    const wrong = await refusalOf(page, PEOPLE.auditor, WRONG);
    expect(wrong.code).toBe('SIGN_IN_REFUSED');
    expect(wrong.text).toBe('The e-mail and the password do not match. Check both and try again.');
    expect(await refusalOf(page, 'nobody.atall@nordhaven.example', WRONG)).toEqual(wrong);
    expect(await refusalOf(page, 'viktor.lang@nordhaven.example', WRONG)).toEqual(wrong);
    expect(await refusalOf(page, "' OR 1=1 --@nordhaven.example", WRONG)).toEqual(wrong);
    const shapeless = await refusalOf(page, 'tomasz', WRONG);
    expect(shapeless).toEqual({
      code: 'INPUT_INVALID',
      text: 'That is no e-mail address. Give it in full, like name@company.example.',
    });
  });

  test('a suspended person hears it, after the right password only', async () => {
    const { code, text } = await refusalOf(w.page, 'viktor.lang@nordhaven.example', DEMO_PASSWORD);
    expect(code).toBe('PERSON_SUSPENDED');
    expect(text).toBe('This person is suspended. Nothing is lost. Ask an administrator to lift the suspension.');
  });

  test('an ended licence is told with tenant and date', async () => {
    const { code, text } = await refusalOf(w.page, 'joost.verhoeven@brightline.example', DEMO_PASSWORD);
    expect(code).toBe('LICENCE_EXPIRED');
    const [, day = ''] = /^The licence of Brightline Logistics BV ended on (\d{1,2} [A-Z][a-z]{2} \d{4})\. /.exec(text) ?? [];
    expect(Date.parse(day), text).toBeLessThan(Date.now());
  });

  test('repeated failures slow down, also after a restart, and the right password still works', async () => {
    test.setTimeout(240_000);
    expect(await tryUntilSlowed(w.page, NEWCOMER.email)).toBeGreaterThanOrEqual(3);
    await w.close();
    w = await startWorkstation(folder);
    await w.page.getByTestId('email').waitFor();
    // Starting afresh would give three more free tries.
    expect(await tryUntilSlowed(w.page, NEWCOMER.email)).toBeLessThan(3);
    // When the wait is over, the right password opens the door at once.
    await expect(w.page.getByTestId('sign-in-button')).toBeEnabled({ timeout: 60_000 });
    await w.page.getByTestId('email').fill(NEWCOMER.email);
    await w.page.getByTestId('password').fill(NEWCOMER.password);
    await w.page.getByTestId('sign-in-button').click();
    await expect(w.page.getByTestId('tenant-block')).toContainText('Nordhaven Bank AG');
    await signOut(w.page);
    // Nothing is left to slow down once the password was right.
    expect((await refusalOf(w.page, NEWCOMER.email, WRONG)).code).toBe('SIGN_IN_REFUSED');
    await signInTo(w.page, PEOPLE.auditor, 'Nordhaven Bank AG');
    await signOut(w.page);
  });

  test('no password is left in the data folder', async () => {
    const page = w.page;
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(stored).not.toContain(NEWCOMER.password);
    expect(stored).not.toContain(WRONG);
    await w.close();
    // The search itself finds what is there: the person's name stands in the database, the address in Local Storage.
    expect(filesWith(folder, [NEWCOMER.email]).length).toBeGreaterThan(0);
    expect(filesWith(folder, [NEWCOMER.password, WRONG])).toEqual([]);
    const log = readFileSync(join(folder, 'logs', 'main.log'), 'utf8');
    expect(log).toContain('SIGN_IN_REFUSED');
    expect(log).not.toMatch(/@nordhaven|hanna|SCRAM-SHA-256\$/);
  });
});
