/**
 * A server that is set up wrongly, and one that goes away. On a real PostgreSQL behind a TCP proxy: the connection page names
 * the exact cause; a cut line is said on every screen; what was typed is kept, and goes exactly once when the line is back.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Client } from 'pg';
import { startTcpProxy, type TcpProxy } from '../../src/main/db/testing/tcp-proxy';
import { open, picture, signIn, signInTo } from '../fixtures/acts';
import { listOf } from '../fixtures/rpc';
import { connectTo, DEMO_PASSWORD, PEOPLE, type Prepared, prepare, type ServerProfile } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const NORDHAVEN = 'Nordhaven Bank AG';

/** A listener on loopback; resolves with its port. */
function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

interface Row {
  readonly step: string;
  readonly tone: string;
  readonly text: string;
}

/** Fills the open form, presses Test and reads the rows of the diagnosis. */
async function diagnose(
  page: Page,
  values: { host: string; port: number; database: string; ca?: string },
): Promise<readonly Row[]> {
  await page.getByLabel('Host').fill(values.host);
  await page.getByLabel('Port').fill(String(values.port));
  await page.getByLabel('Database').fill(values.database);
  const away = page.getByRole('button', { name: 'Take away' });
  if (await away.isVisible()) await away.click();
  if (values.ca) {
    await page.getByLabel('CA file').setInputFiles(values.ca);
    await away.waitFor();
  }
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const list = page.getByTestId('diagnosis');
  await list.waitFor({ timeout: 60_000 });
  return list.locator('li').evaluateAll((items) =>
    items.map((item) => ({
      step: item.getAttribute('data-step') ?? '',
      tone: item.getAttribute('data-tone') ?? '',
      text: item.textContent ?? '',
    })),
  );
}

/** The one step that failed; everything before it is good, nothing after it was tried. */
function failedStep(rows: readonly Row[]): Row {
  const at = rows.findIndex(({ tone }) => tone === 'bad');
  expect(
    rows.slice(0, at).map(({ tone }) => tone),
    JSON.stringify(rows),
  ).toEqual(Array.from({ length: Math.max(0, at) }, () => 'good'));
  expect(rows.slice(at + 1).map(({ tone }) => tone)).toEqual(rows.slice(at + 1).map(() => 'neutral'));
  return rows[at] ?? { step: 'none', tone: '', text: '' };
}

test.describe('a server over the network', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 });
  let embedded: Prepared;
  let prepared: Prepared;
  let server: ServerProfile;
  let proxy: TcpProxy;
  let admin: Client;
  let folder: string;
  let w: Workstation;
  let schema: string;
  let testId: string;

  interface Ledger {
    readonly version: number;
    readonly notes: string | null;
    readonly operations: number;
    readonly trail: number;
  }

  /** What the database itself says of the test that is worked on. */
  async function ledger(): Promise<Ledger> {
    const { rows } = await admin.query(
      `SELECT row_version AS version, test_notes AS notes,
        (SELECT count(*)::int FROM ${schema}.sync_ops WHERE entity_id = t.id) AS operations,
        (SELECT count(*)::int FROM ${schema}.audit_log WHERE resource_id = t.id) AS trail
      FROM ${schema}.control_tests t WHERE id = $1`,
      [testId],
    );
    return rows[0];
  }

  const chip = () => w.page.getByTestId('connection-chip');
  const notes = () => w.page.getByLabel('Test notes');
  const saved = () => w.page.getByText(/^Saved \d\d:\d\d:\d\d$/);

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    embedded = await prepare('embedded');
    prepared = await prepare('postgres');
    if (!prepared.server) throw new Error('a real PostgreSQL is needed');
    proxy = await startTcpProxy({ host: prepared.server.host, port: prepared.server.port });
    server = { ...prepared.server, name: 'Frankfurt', host: 'localhost', port: proxy.port };
    admin = new Client({ connectionString: prepared.server.adminUrl });
    await admin.connect();
    folder = embedded.newFolder('offline');
    w = await startWorkstation(folder);
    await w.page.getByTestId('email').waitFor({ timeout: 60_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    await admin?.end();
    await proxy?.stop();
    await prepared?.remove();
    await embedded?.remove();
  });

  test('the connection page names what is wrong', async () => {
    const { page } = w;
    await page.getByRole('link', { name: 'Other server…' }).click();
    await page.getByRole('button', { name: /^New server/ }).click();
    await page.getByLabel('Name').fill('Frankfurt');
    const right = { host: 'localhost', port: proxy.port, database: server.database, ca: server.caFile };

    const unknown = failedStep(await diagnose(page, { ...right, host: 'no-such-machine.invalid' }));
    expect(unknown).toMatchObject({ step: 'resolve' });
    expect(unknown.text).toContain('No machine is called no-such-machine.invalid');
    expect(unknown.text).toContain('HOST-UNKNOWN');

    const refused = failedStep(await diagnose(page, { ...right, port: await deadPort() }));
    expect(refused).toMatchObject({ step: 'connect' });
    expect(refused.text).toContain('SERVER-UNREACHABLE');

    const noCa = failedStep(await diagnose(page, { ...right, ca: undefined }));
    expect(noCa).toMatchObject({ step: 'tls' });
    expect(noCa.text).toContain('TLS-UNTRUSTED');
    expect(noCa.text).toContain('It was issued by KOMPL test authority');

    const otherCa = join(folder, 'other-ca.pem');
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', [...request, '-keyout', join(folder, 'other.key'), '-out', otherCa, '-subj', '/CN=Somebody else'], {
      stdio: 'ignore',
    });
    const wrongCa = failedStep(await diagnose(page, { ...right, ca: otherCa }));
    expect(wrongCa).toMatchObject({ step: 'tls' });
    expect(wrongCa.text).toContain('TLS-UNTRUSTED');

    const noPem = join(folder, 'readme.pem');
    writeFileSync(noPem, 'This is no certificate.');
    await page.getByLabel('CA file').setInputFiles(noPem);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'holds no certificate authority' })).toBeVisible();

    const plain = createServer((socket) => socket.once('data', () => socket.end('N')));
    const noTls = failedStep(await diagnose(page, { ...right, port: await listen(plain) }));
    plain.close();
    expect(noTls).toMatchObject({ step: 'tls' });
    expect(noTls.text).toContain('TLS-UNSUPPORTED');

    const web = createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const noPostgres = failedStep(await diagnose(page, { ...right, port: await listen(web) }));
    web.close();
    expect(noPostgres).toMatchObject({ step: 'tls' });
    await picture(page, 'connections-diagnosis');

    // The same server by a name that its certificate does not hold.
    const relay = createServer((socket) => {
      const upstream = connect(proxy.port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    });
    const relayPort = await listen(relay, '127.0.0.2').catch(() => null);
    if (relayPort !== null) {
      const otherName = failedStep(await diagnose(page, { ...right, host: '127.0.0.2', port: relayPort }));
      relay.close();
      expect(otherName).toMatchObject({ step: 'tls' });
      expect(otherName.text).toContain('TLS-NAME-MISMATCH');
      expect(otherName.text).toContain('The certificate is for localhost, 127.0.0.1');
    }

    await page.getByLabel('Test as').fill(PEOPLE.auditor);
    await page.getByLabel('Its password').fill('not this one');
    const wrongPassword = failedStep(await diagnose(page, right));
    expect(wrongPassword).toMatchObject({ step: 'signIn' });
    expect(wrongPassword.text).toContain('SIGN-IN-REFUSED');
    await page.getByLabel('Its password').fill(DEMO_PASSWORD);
    const wrongDatabase = failedStep(await diagnose(page, { ...right, database: 'no_such_database' }));
    expect(wrongDatabase).toMatchObject({ step: 'signIn' });
    expect(wrongDatabase.text).toContain('DATABASE-MISSING');
    const good = await diagnose(page, right);
    expect(good.map(({ tone }) => tone)).toEqual(Array.from({ length: 7 }, () => 'good'));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Escape');
  });

  test('signing in is judged by PostgreSQL itself, in the same words', async () => {
    const { page } = w;
    await connectTo(page, server);
    const refusal = page.getByTestId('sign-in-refusal');
    await signIn(page, PEOPLE.auditor, 'not this one');
    await expect(refusal).toHaveAttribute('data-code', 'SIGN_IN_REFUSED');
    const words = await refusal.innerText();
    await signIn(page, 'nobody.atall@nordhaven.example', 'not this one');
    await expect(refusal).toHaveAttribute('data-code', 'SIGN_IN_REFUSED');
    expect(await refusal.innerText()).toBe(words);
    await signIn(page, 'viktor.lang@nordhaven.example', DEMO_PASSWORD);
    await expect(refusal).toHaveAttribute('data-code', 'PERSON_SUSPENDED');
    await signInTo(page, PEOPLE.auditor, NORDHAVEN);
    await expect(chip()).toHaveAttribute('data-state', 'online');
    const { rows } = await admin.query(
      "SELECT 'tenant_' || replace(id::text, '-', '') AS schema FROM public.tenants WHERE domain = $1",
      ['nordhaven.example'],
    );
    schema = rows[0].schema;
  });

  test('a cut line is said, and what is typed is kept', async () => {
    const { page } = w;
    await open(page, 'Findings');
    await expect(page.getByTestId('grid').getByRole('row').nth(1)).toBeVisible();
    const tests = await listOf(page, 'controlTests', { filter: [{ field: 'status', op: 'eq', value: 'in_progress' }] });
    testId = tests.rows[0]?.id ?? '';
    await page.evaluate(
      (path) => {
        location.hash = path;
      },
      `#/fieldwork/${String(tests.rows[0]?.auditPlanId)}/${testId}`,
    );
    await notes().fill('Before the cut.');
    await page.keyboard.press('Control+s');
    await expect(saved()).toBeVisible();

    const before = await ledger();
    await proxy.stop();
    await notes().fill('Written while the line was cut.');
    await page.keyboard.press('Control+s');
    await expect(page.getByText('Not saved', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('button', { name: 'Save again' })).toBeVisible();
    await expect(chip()).toHaveAttribute('data-state', 'offline', { timeout: 60_000 });
    await expect(chip()).toContainText('Offline');
    await expect(page.locator('#main').getByText(/^Offline since/)).toBeVisible();
    await picture(page, 'offline-test');
    // Leaving would lose it, so the sheet stays.
    await open(page, 'Findings');
    await expect(notes()).toHaveValue('Written while the line was cut.');
    expect(await ledger()).toEqual(before);

    await proxy.resume();
    await expect(chip()).toHaveAttribute('data-state', 'online', { timeout: 90_000 });
    await expect(notes()).toHaveValue('Written while the line was cut.');
    const again = page.getByRole('button', { name: 'Save again' });
    if (await again.isVisible()) await again.click();
    await expect(saved()).toBeVisible();
    const after = await ledger();
    expect(after).toEqual({
      version: before.version + 1,
      notes: 'Written while the line was cut.',
      operations: before.operations + 1,
      trail: before.trail + 1,
    });
  });

  test('a reply that is lost writes once, however often it is sent', async () => {
    const { page } = w;
    const before = await ledger();
    // The write waits for this lock; meanwhile the line goes dead, so it is done by the server and nobody hears of it.
    await admin.query('BEGIN');
    await admin.query(`SELECT FROM ${schema}.control_tests WHERE id = $1 FOR UPDATE`, [testId]);
    await notes().fill('Written once.');
    await page.keyboard.press('Control+s');
    await expect
      .poll(async () => {
        const { rows } = await admin.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        return rows[0].n;
      })
      .toBeGreaterThan(0);
    proxy.silent = true;
    await admin.query('COMMIT');
    await expect
      .poll(async () => {
        const { rows } = await admin.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        return rows[0].n;
      })
      .toBe(0);
    proxy.cut();
    proxy.silent = false;
    const again = page.getByRole('button', { name: 'Save again' });
    await expect(saved().or(again)).toBeVisible({ timeout: 60_000 });
    await expect(chip()).toHaveAttribute('data-state', 'online', { timeout: 90_000 });
    for (let tries = 0; tries < 5 && (await again.isVisible()); tries++) {
      await again.click();
      await expect(page.getByText('Saving', { exact: true })).toBeHidden();
    }
    await expect(saved()).toBeVisible();
    expect(await ledger()).toEqual({
      version: before.version + 1,
      notes: 'Written once.',
      operations: before.operations + 1,
      trail: before.trail + 1,
    });
  });

  test('lists and forms go on without the server, and say so', async () => {
    const { page } = w;
    await open(page, 'Findings');
    const grid = page.getByTestId('grid');
    await expect(grid.getByRole('row').nth(1)).toBeVisible();
    await page.getByRole('button', { name: /^New finding/ }).click();
    await page.locator('[data-field="title"]').fill('Found on a train');
    for (const [field, option] of [
      ['Kind', /Observation/],
      ['Severity', /Low/],
    ] as const) {
      await page.getByRole('combobox', { name: field }).click();
      await page.getByRole('option', { name: option }).click();
    }
    await proxy.stop();
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('notice').filter({ hasText: 'The finding is not saved yet' })).toBeVisible({ timeout: 60_000 });
    await expect(chip()).toHaveAttribute('data-state', 'offline', { timeout: 60_000 });
    await expect(page.locator('[data-field="title"]')).toHaveValue('Found on a train');
    await expect(page.getByText('The server does not answer just now.', { exact: false })).toBeVisible();
    await picture(page, 'offline-form');
    await page.keyboard.press('Escape');
    await expect(page.locator('#main').getByText(/^Offline since/)).toBeVisible();
    await expect(grid.getByRole('row').nth(1)).toBeVisible();
    await picture(page, 'offline-list');
    await proxy.resume();
    await expect(chip()).toHaveAttribute('data-state', 'online', { timeout: 90_000 });
    await expect(page.locator('#main').getByText(/^Offline since/)).toBeHidden();
    // The draft is where it was left, and goes once.
    await page.getByRole('button', { name: /^New finding/ }).click();
    await expect(page.locator('[data-field="title"]')).toHaveValue('Found on a train');
    await page.keyboard.press('Control+s');
    await expect(page.getByTestId('notice').filter({ hasText: 'Finding saved' })).toBeVisible();
    const { rows } = await admin.query(`SELECT count(*)::int AS n FROM ${schema}.findings WHERE title = 'Found on a train'`);
    expect(rows[0].n).toBe(1);
  });
});
