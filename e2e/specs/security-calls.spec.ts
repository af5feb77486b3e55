/**
 * Calls that no screen of ours makes, by the bridge of the real window: strangers, unknown paths, huge, polluting and misshapen
 * bodies, another role, another tenant, nobody signed in. Each gets a code; none brings main down or tells more than it should.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { signInTo, signOut } from '../fixtures/acts';
import { answerOf, call, codeOf, listOf, uuidv7 } from '../fixtures/rpc';
import { PEOPLE, type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const SOME_ID = '00000000-0000-4000-8000-000000000000';
const NORDHAVEN = 'Nordhaven Bank AG';

/**
 * Runs each expression in the page and says what became of its promise: `ok`, the code of a refusal, `rejected: …` where the
 * bridge itself threw, `no answer`, or `a stack` where an answer told too much.
 */
async function outcomes(page: Page, tries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const [name, expression] of Object.entries(tries)) {
    results[name] = await page.evaluate<string>(`(async () => {
      const silence = new Promise((done) => setTimeout(() => done({ error: { code: 'no answer' } }), 20_000));
      try {
        const settled = await Promise.race([${expression}, silence]);
        if (/ at .*:\\d+:\\d+/.test(JSON.stringify(settled))) return 'a stack: ' + JSON.stringify(settled);
        return settled.ok ? 'ok' : settled.error.code;
      } catch (error) {
        return error.code ?? 'rejected: ' + String(error);
      }
    })()`);
  }
  return results;
}

test.describe('calls that no screen makes', () => {
  test.describe.configure({ mode: 'serial' });
  let prepared: Prepared;
  let folder: string;
  let w: Workstation;

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    prepared = await prepare('embedded');
    folder = prepared.newFolder('calls');
    w = await startWorkstation(folder);
    await w.page.getByTestId('email').waitFor({ timeout: 60_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    await prepared?.remove();
  });
  test.afterEach(async () => {
    // Main is there, answers, and its prototypes are clean.
    expect(codeOf(await call(w.page, 'query', 'app.info'))).toBe('ok');
    expect(await w.app.evaluate(() => Object.keys(Object.prototype).concat(Reflect.get({}, 'polluted') ?? []))).toEqual([]);
  });

  test('nobody signed in gets nothing of a tenant', async () => {
    const paths: [type: 'query' | 'mutation', path: string, input?: unknown][] = [
      ['query', 'entities.findings.list', {}],
      ['query', 'entities.findings.get', { id: SOME_ID }],
      ['query', 'entities.findings.history', { id: SOME_ID }],
      ['query', 'entities.findings.counts'],
      ['mutation', 'entities.findings.write', {}],
      ['query', 'people.list'],
      ['query', 'home.posture'],
      ['query', 'search.all', { text: 'access' }],
      ['query', 'audits.programme', { planId: SOME_ID }],
      ['query', 'audits.workpaper', { testId: SOME_ID }],
      ['query', 'audits.scope', { regulationId: SOME_ID }],
      ['mutation', 'audits.planFrom', {}],
      ['mutation', 'audits.raiseFinding', {}],
      ['mutation', 'oscal.preview', { grantId: SOME_ID }],
      ['mutation', 'oscal.import', { opId: uuidv7(), grantId: SOME_ID }],
      ['mutation', 'oscal.export', { regulationId: SOME_ID }],
      ['mutation', 'evidence.attach', {}],
      ['query', 'evidence.preview', { fileId: SOME_ID }],
      ['mutation', 'evidence.verify', { fileId: SOME_ID }],
      ['mutation', 'evidence.unlock', { formerPassword: 'x' }],
      ['mutation', 'session.switchTenant', { tenantId: SOME_ID }],
    ];
    const codes: Record<string, string> = {};
    for (const [type, path, input] of paths) codes[path] = codeOf(await call(w.page, type, path, input));
    expect(Object.entries(codes).filter(([, code]) => code !== 'NOT_SIGNED_IN')).toEqual([]);
  });

  test('an unknown path is told as such', async () => {
    for (const path of [
      'entities.users.list',
      'entities.findings',
      'entities.findings.delete',
      'entities.findings.list.constructor',
      '__proto__',
      'constructor',
      'toString',
      'app.__proto__',
      '../app.info',
      'app.info ',
    ])
      expect(codeOf(await call(w.page, 'query', path)), path).toBe('PATH_UNKNOWN');
    expect(codeOf(await call(w.page, 'mutation', 'app.info'))).toBe('PATH_UNKNOWN');
    expect(codeOf(await call(w.page, 'query', 'session.signOut'))).toBe('PATH_UNKNOWN');
  });

  test('what is misshapen gets a code, not a stack and not silence', async () => {
    const base = "id: 7, type: 'query', path: 'app.info'";
    const results = await outcomes(w.page, {
      nothing: 'kompl.invoke()',
      null: 'kompl.invoke(null)',
      number: 'kompl.invoke(7)',
      text: "kompl.invoke('app.info')",
      list: 'kompl.invoke([])',
      empty: 'kompl.invoke({})',
      'no id': "kompl.invoke({ type: 'query', path: 'app.info', input: undefined })",
      'negative id': "kompl.invoke({ id: -1, type: 'query', path: 'app.info' })",
      'text id': "kompl.invoke({ id: '7', type: 'query', path: 'app.info' })",
      'NaN id': "kompl.invoke({ id: NaN, type: 'query', path: 'app.info' })",
      'wrong type': "kompl.invoke({ id: 7, type: 'subscription', path: 'app.info' })",
      'path as list': "kompl.invoke({ id: 7, type: 'query', path: ['app', 'info'] })",
      'long path': "kompl.invoke({ id: 7, type: 'query', path: 'a'.repeat(5000) })",
      'more keys': `kompl.invoke({ ${base}, input: {}, sender: 1 })`,
      'a function': `kompl.invoke({ ${base}, input: () => 1 })`,
      'a function inside': `kompl.invoke({ ${base}, input: { deep: [{ run() {} }] } })`,
      'a big integer': `kompl.invoke({ ${base}, input: { n: 10n } })`,
      'a map': `kompl.invoke({ ${base}, input: new Map([[1, 2]]) })`,
      'a date': `kompl.invoke({ ${base}, input: new Date() })`,
      bytes: `kompl.invoke({ ${base}, input: new Uint8Array(8) })`,
      'wrong input': "kompl.invoke({ id: 7, type: 'mutation', path: 'session.signIn', input: { email: 7, password: {} } })",
      'extra input':
        "kompl.invoke({ id: 7, type: 'mutation', path: 'session.signIn', input: { email: 'a@b.c', password: 'x', admin: true } })",
    });
    expect(Object.entries(results).filter(([, code]) => code !== 'INPUT_INVALID')).toEqual([]);
    // What not even the bridge can copy stays in the page: refused there, and no word of it reaches main.
    const stopped = await outcomes(w.page, {
      'a cycle':
        '(() => { const a = {}; a.a = a; return kompl.invoke({ id: 7, type: "query", path: "app.info", input: a }); })()',
      'a symbol': 'kompl.invoke({ id: 7, type: "query", path: "app.info", input: Symbol("x") })',
      'ten thousand deep':
        '(() => { let a = {}; for (let i = 0; i < 10000; i++) a = { a }; return kompl.invoke({ id: 7, type: "query", path: "app.info", input: a }); })()',
    });
    for (const [name, code] of Object.entries(stopped)) expect(code, name).toMatch(/^(INPUT_INVALID|INPUT_TOO_LARGE|rejected: )/);
  });

  test('a body that would reach a prototype is refused', async () => {
    const request = (input: string) => `kompl.invoke({ id: 7, type: 'mutation', path: 'app.saveSettings', input: ${input} })`;
    const results = await outcomes(w.page, {
      proto: request(`JSON.parse('{"__proto__": {"polluted": "yes"}}')`),
      'proto inside': request(`JSON.parse('{"theme": {"__proto__": {"polluted": "yes"}}}')`),
      constructor: request(`JSON.parse('{"constructor": {"prototype": {"polluted": "yes"}}}')`),
      prototype: request(`JSON.parse('{"prototype": {"polluted": "yes"}}')`),
      'of the request': `kompl.invoke(JSON.parse('{"__proto__": {"polluted": "yes"}, "id": 7, "type": "query", "path": "app.info"}'))`,
    });
    expect(Object.entries(results).filter(([, code]) => code !== 'INPUT_INVALID')).toEqual([]);
    expect(await w.page.evaluate(() => Reflect.get({}, 'polluted') === undefined)).toBe(true);
  });

  test('fifty megabytes are refused, and the application answers on', async () => {
    const results = await outcomes(w.page, {
      text: "kompl.invoke({ id: 7, type: 'query', path: 'search.all', input: { text: 'x'.repeat(50_000_000) } })",
      bytes: "kompl.invoke({ id: 7, type: 'query', path: 'search.all', input: { text: new Uint8Array(50_000_000) } })",
      list: "kompl.invoke({ id: 7, type: 'query', path: 'search.all', input: new Array(2_000_000).fill('xxxxxxxxxxxxxxxxxxxxxxxxx') })",
    });
    expect(results).toEqual({ text: 'INPUT_TOO_LARGE', bytes: 'INPUT_TOO_LARGE', list: 'INPUT_TOO_LARGE' });
  });

  test('a stranger is refused: another window, a subframe, and what only looks like our frame', async () => {
    test.setTimeout(120_000);
    await w.page.evaluate(() => {
      for (const [id, source] of [
        ['blank', ''],
        ['text', '<p>srcdoc</p>'],
      ] as const) {
        const frame = document.createElement('iframe');
        frame.id = id;
        if (source) frame.srcdoc = source;
        document.body.append(frame);
      }
      const own = document.createElement('iframe');
      own.id = 'own';
      own.src = 'kompl://app/index.html';
      document.body.append(own);
    });
    await expect.poll(() => w.page.frames().length).toBeGreaterThanOrEqual(3);
    const bridges = await w.page.evaluate(() =>
      [...document.querySelectorAll('iframe')].map((frame) => {
        try {
          return String(frame.contentWindow !== null && 'kompl' in frame.contentWindow);
        } catch {
          return 'out of reach';
        }
      }),
    );
    expect(bridges).not.toContain('true');
    // By main's eyes: the very handler that serves the page, asked by frames that are not the page.
    const verdicts = await w.app.evaluate(async ({ app, BrowserWindow, ipcMain }) => {
      type Handler = (event: object, ...input: unknown[]) => Promise<{ ok: boolean; error?: { code: string } }>;
      const handlers: Map<string, Handler> = Reflect.get(ipcMain, '_invokeHandlers');
      const ask = async (event: object, channel = 'kompl:rpc') => {
        const answer = await handlers.get(channel)?.(event, { id: 1, type: 'query', path: 'app.info', input: undefined });
        return answer?.ok ? 'ok' : (answer?.error?.code ?? 'no answer');
      };
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (!contents) throw new Error('no window');
      const { mainFrame } = contents;
      const results: Record<string, string> = {};
      // To show that this is the handler: our own frame is answered.
      results['the page'] = await ask({ sender: contents, senderFrame: mainFrame });
      for (const [at, frame] of mainFrame.frames.entries())
        results[`subframe ${at}`] = await ask({ sender: contents, senderFrame: frame });
      results['no frame'] = await ask({ sender: contents, senderFrame: null });
      results['a file grant of a subframe'] = await ask(
        { sender: contents, senderFrame: mainFrame.frames[0] },
        'kompl:grant-file',
      );

      // A second window with our preload and our page: real in everything, but not opened by us.
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload: `${app.getAppPath()}/out/preload/index.js`, contextIsolation: true, sandbox: true },
      });
      await stranger.loadURL('kompl://app/index.html');
      const answer = await stranger.webContents.executeJavaScript(
        "kompl.invoke({ id: 1, type: 'query', path: 'app.info', input: undefined })",
      );
      results['another window'] = answer.ok ? 'ok' : answer.error.code;
      const grant = await stranger.webContents.executeJavaScript(
        "kompl.grantFile(new File(['x'], 'x')).then(() => 'ok', (error) => error.code)",
      );
      results['a file grant of another window'] = grant;
      const gone = new Promise<void>((done) => stranger.once('closed', () => done()));
      stranger.destroy();
      await gone;
      return results;
    });
    const { 'the page': page, ...strangers } = verdicts;
    expect(page).toBe('ok');
    expect(Object.keys(strangers).length).toBeGreaterThanOrEqual(6);
    expect(Object.entries(strangers).filter(([, code]) => code !== 'SENDER_REFUSED')).toEqual([]);
    await w.page.evaluate(() => {
      for (const frame of document.querySelectorAll('iframe')) frame.remove();
    });
  });

  test('a page cannot name a file, only hand over one that the person chose', async () => {
    const secret = join(folder, 'secret.txt');
    writeFileSync(secret, 'not for the page');
    const grant = (source: string) => `kompl.grantFile(${source}).then((data) => ({ ok: true, data }))`;
    const results = await outcomes(w.page, {
      'a path': grant(JSON.stringify(secret)),
      'an object with a path': grant(JSON.stringify({ path: secret, name: 'secret.txt', size: 1 })),
      'a made file': grant("new File(['x'], 'secret.txt')"),
      'a made file with a path': grant(
        `Object.defineProperty(new File(['x'], 'secret.txt'), 'path', { value: ${JSON.stringify(secret)} })`,
      ),
      nothing: grant(''),
    });
    for (const [name, code] of Object.entries(results)) expect(code, name).toMatch(/^(FILE_UNREADABLE|rejected: )/);
  });

  test('only https leads to the browser, and only after a question', async () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'http://example.org/', 'https://a:b@example.org/', 'x'])
      expect(codeOf(await call(w.page, 'mutation', 'app.openLink', { url })), url).toBe('INPUT_INVALID');
  });

  let finding: { id: string; rowVersion: number };
  let fileUrl: string;
  let fileId: string;
  let testId: string;

  test('an auditor sees evidence from the vault; nobody else does, nor anybody after signing out', async () => {
    const { page } = w;
    await signInTo(page, PEOPLE.auditor, NORDHAVEN);
    const findings = await listOf(page, 'findings');
    finding = findings.rows[0] as typeof finding;
    const tests = await listOf(page, 'controlTests', { filter: [{ field: 'status', op: 'eq', value: 'in_progress' }] });
    const row = tests.rows[0];
    testId = row?.id ?? '';
    await page.evaluate(
      (path) => {
        location.hash = path;
      },
      `#/fieldwork/${String(row?.auditPlanId)}/${testId}`,
    );
    const file = join(folder, 'visitors.txt');
    writeFileSync(file, 'Visitor book of the server room\n');
    await page.getByTestId('evidence-input').setInputFiles(file);
    await page.getByRole('button', { name: 'Show visitors.txt' }).waitFor({ timeout: 60_000 });
    const files = await listOf(page, 'evidenceFiles', { search: 'visitors' });
    fileId = files.rows[0]?.id ?? '';

    const read = (url: string) =>
      page.evaluate(async (to) => {
        const response = await fetch(to);
        return [response.status, await response.text()];
      }, url);
    // Not before it was asked for, and then as text that can do nothing.
    expect((await read(`kompl://app/vault/${SOME_ID}`))[0]).toBe(404);
    ({ url: fileUrl } = await answerOf<{ url: string }>(call(page, 'query', 'evidence.preview', { fileId })));
    expect(await read(fileUrl)).toEqual([200, 'Visitor book of the server room\n']);
    const headers = await page.evaluate(async (to) => Object.fromEntries((await fetch(to)).headers), fileUrl);
    expect(headers['content-security-policy']).toMatch(/^sandbox;/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');

    await signOut(page);
    expect((await read(fileUrl))[0]).toBe(404);
    expect(codeOf(await call(page, 'query', 'evidence.preview', { fileId }))).toBe('NOT_SIGNED_IN');
  });

  test('a viewer reads, and is refused every writing call by role', async () => {
    const { page } = w;
    await signInTo(page, PEOPLE.viewer, NORDHAVEN);
    const operation = {
      opId: uuidv7(),
      entity: 'findings',
      entityId: finding.id,
      kind: 'update',
      baseVersion: finding.rowVersion,
      base: { title: String(Reflect.get(finding, 'title')) },
      patch: { title: 'Nothing was found' },
    };
    expect(codeOf(await call(page, 'query', 'entities.findings.get', { id: finding.id }))).toBe('ok');
    expect(codeOf(await call(page, 'mutation', 'entities.findings.write', operation))).toBe('ROLE_FORBIDS');
    const created = { ...operation, opId: uuidv7(), entityId: uuidv7(), kind: 'create', baseVersion: null, base: {} };
    expect(codeOf(await call(page, 'mutation', 'entities.findings.write', created))).toBe('ROLE_FORBIDS');
    const archived = { ...operation, opId: uuidv7(), kind: 'archive', base: {}, patch: {} };
    expect(codeOf(await call(page, 'mutation', 'entities.findings.write', archived))).toBe('ROLE_FORBIDS');
    const raised = {
      opId: uuidv7(),
      findingId: uuidv7(),
      controlTestId: testId,
      finding: { title: 'x', kind: 'observation', severity: 'low' },
    };
    expect(codeOf(await call(page, 'mutation', 'audits.raiseFinding', raised))).toBe('ROLE_FORBIDS');
    // A record of one kind by the path of another kind.
    expect(codeOf(await call(page, 'mutation', 'entities.controls.write', operation))).toBe('INPUT_INVALID');
    // The vault is of the person who filed, on this laptop; another person has no key to it.
    expect(codeOf(await call(page, 'query', 'evidence.preview', { fileId }))).not.toBe('ok');
    const tenants = await answerOf<{ workspaces: { tenantId: string }[] }>(call(page, 'query', 'session.state'));
    expect(tenants.workspaces).toHaveLength(1);
    await signOut(page);
  });

  test('after a switch the other tenant’s records are not there, by any path', async () => {
    const { page } = w;
    await signInTo(page, PEOPLE.admin, NORDHAVEN);
    const state = await answerOf<{ workspaces: { tenantId: string; name: string }[] }>(call(page, 'query', 'session.state'));
    const helvia = state.workspaces.find(({ name }) => name.startsWith('Helvia'))?.tenantId;
    expect(codeOf(await call(page, 'mutation', 'session.switchTenant', { tenantId: SOME_ID }))).toBe('NO_MEMBERSHIP');
    expect(codeOf(await call(page, 'query', 'entities.findings.get', { id: finding.id }))).toBe('ok');
    expect(codeOf(await call(page, 'mutation', 'session.switchTenant', { tenantId: helvia }))).toBe('ok');
    await expect(page.getByTestId('tenant-block')).toContainText('Helvia Health Group');
    const read = (path: string, input: unknown) => call(page, 'query', path, input).then(codeOf);
    expect(await read('entities.findings.get', { id: finding.id })).toBe('NOT_FOUND');
    expect(await read('audits.workpaper', { testId })).toBe('NOT_FOUND');
    expect(await read('evidence.preview', { fileId })).toBe('NOT_FOUND');
    expect(codeOf(await call(page, 'mutation', 'evidence.verify', { fileId }))).toBe('NOT_FOUND');
    const history = await call(page, 'query', 'entities.findings.history', { id: finding.id });
    expect(history.ok ? history.data : history.error.code).toEqual(history.ok ? [] : 'NOT_FOUND');
    const listed = await listOf(page, 'findings', { filter: [{ field: 'id', op: 'eq', value: finding.id }] }).catch(() => ({
      total: 0,
    }));
    expect(listed.total).toBe(0);
    const write = {
      opId: uuidv7(),
      entity: 'findings',
      entityId: finding.id,
      kind: 'update',
      baseVersion: finding.rowVersion,
      base: { title: String(Reflect.get(finding, 'title')) },
      patch: { title: 'Taken from next door' },
    };
    // An administrator writes no findings anywhere; who may, would be told NOT_FOUND.
    expect(codeOf(await call(page, 'mutation', 'entities.findings.write', write))).toMatch(/^(ROLE_FORBIDS|NOT_FOUND)$/);
    expect(await page.evaluate(async (to) => (await fetch(to)).status, fileUrl)).toBe(404);
    const found = await answerOf<unknown>(call(page, 'query', 'search.all', { text: 'visitors' }));
    expect(JSON.stringify(found)).not.toContain(fileId);
  });
});
