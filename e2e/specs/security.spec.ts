/**
 * A page that has turned hostile, in the real window: it may not leave, load, embed, evaluate, ask for devices or see Node,
 * and the application's protocol gives it nothing but the built files. A server on loopback plays the attacker's and counts.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { type Prepared, prepare } from '../fixtures/servers';
import { startWorkstation, type Workstation } from '../fixtures/workstation';

const START = 'kompl://app/index.html';

test.describe('a hostile page', () => {
  let prepared: Prepared;
  let w: Workstation;
  let attacker: Server;
  let foreign: string;
  const hits: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(300_000);
    attacker = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Content-Type', 'text/html');
      response.end('<script>window.stolen = true</script>');
    });
    await new Promise<void>((listening) => attacker.listen(0, '127.0.0.1', listening));
    foreign = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
    prepared = await prepare('embedded');
    w = await startWorkstation(prepared.newFolder('security'));
    await w.page.getByTestId('email').waitFor({ timeout: 60_000 });
  });
  test.afterAll(async () => {
    await w?.close();
    attacker?.close();
    await prepared?.remove();
  });
  test.afterEach(async () => {
    // Whatever was tried: one window, still ours, still alive, and the attacker heard nothing.
    const windows = await w.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
    );
    expect(windows).toHaveLength(1);
    expect(windows[0]?.split('#')[0]).toBe(START);
    expect(await w.page.evaluate(() => typeof window.kompl.invoke)).toBe('function');
    expect(hits).toEqual([]);
  });

  test('runs in a sandboxed, isolated window without Node', async () => {
    const preferences = await w.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => {
        // What the window was really made with; Electron leaves this one out of its typings.
        const last: () => Record<string, unknown> = Reflect.get(contents, 'getLastWebPreferences');
        return { nodeIntegrationInWorker: false, ...last.call(contents) };
      }),
    );
    expect(preferences).toHaveLength(1);
    expect(preferences[0]).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
    const seen = await w.page.evaluate(() => ({
      node: [
        'require',
        'process',
        'module',
        'exports',
        'global',
        'Buffer',
        'setImmediate',
        '__dirname',
        'electron',
        'ipcRenderer',
      ].filter((name) => name in window),
      bridge: Object.keys(window.kompl).sort(),
      frozen: Reflect.set(window.kompl, 'invoke', () => undefined) === false || Object.isFrozen(window.kompl),
    }));
    expect(seen.node).toEqual([]);
    expect(seen.bridge).toEqual(['abort', 'grantFile', 'invoke', 'onEvent', 'ready']);
    expect(seen.frozen).toBe(true);
  });

  test('gets no Node through the constructors of the bridge', async () => {
    const reached = await w.page.evaluate(async () => {
      const results: string[] = [];
      for (const make of [
        () => window.kompl.invoke.constructor,
        () => window.kompl.onEvent(() => undefined).constructor,
        () =>
          Object.getPrototypeOf(window.kompl.invoke({ id: 1, type: 'query', path: 'app.info', input: undefined })).constructor,
      ]) {
        const outer = make();
        // Whatever it is, it must be of this page's world.
        results.push(outer === Function || outer === Promise ? 'own world' : String(outer));
      }
      return results;
    });
    expect(reached).toEqual(['own world', 'own world', 'own world']);
  });

  test('is served under a strict policy', async () => {
    const headers = await w.page.evaluate(async () => Object.fromEntries((await fetch('kompl://app/index.html')).headers));
    const policy = headers['content-security-policy'] ?? '';
    const directives = Object.fromEntries(
      policy.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    );
    expect(directives).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'object-src': "'none'",
      'frame-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toMatch(/unsafe-eval|unsafe-inline|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('cannot run text as code', async () => {
    const ran = await w.page.evaluate(async () => {
      const marks: string[] = [];
      Object.assign(window, { mark: (what: string) => marks.push(what) });
      const add = (html: string) => {
        const holder = document.createElement('div');
        holder.innerHTML = html;
        document.body.append(holder);
        return holder;
      };
      const script = document.createElement('script');
      script.textContent = "mark('inline script')";
      document.body.append(script);
      const data = document.createElement('script');
      data.src = "data:text/javascript,mark('data script')";
      document.body.append(data);
      const blob = document.createElement('script');
      blob.src = URL.createObjectURL(new Blob(["mark('blob script')"], { type: 'text/javascript' }));
      document.body.append(blob);
      add(`<img src="data:image/png;base64,AAAA" onerror="mark('handler')">`);
      const link = add(`<a href="javascript:mark('javascript link')">x</a>`).querySelector('a');
      link?.click();
      // Beyond the debugger's own call, which is let past the policy.
      const evaluated = new Promise<string[]>((done) => {
        setTimeout(() => {
          const tries: [string, () => unknown][] = [
            // biome-ignore lint/security/noGlobalEval: the policy must stop it
            ['eval', () => window.eval('1')],
            ['Function', () => new Function('return 1')()],
            ['constructor', () => (() => 1).constructor('return 1')()],
          ];
          done(
            tries.flatMap(([name, attempt]) => {
              try {
                attempt();
                return [name];
              } catch (error) {
                return error instanceof EvalError ? [] : [`${name}: ${String(error)}`];
              }
            }),
          );
        });
      });
      marks.push(...(await evaluated));
      for (const address of ["data:text/javascript,mark('import')", 'blob:kompl://app/none']) {
        await import(/* @vite-ignore */ address).catch(() => undefined);
      }
      for (const source of [
        URL.createObjectURL(new Blob(["postMessage('worker')"], { type: 'text/javascript' })),
        "data:text/javascript,postMessage('worker')",
      ]) {
        await new Promise<void>((done) => {
          try {
            const worker = new Worker(source);
            worker.onmessage = () => {
              marks.push('worker');
              done();
            };
            worker.onerror = () => done();
          } catch {
            done(); // refused at once, which is as good
          }
        });
      }
      await new Promise((done) => setTimeout(done, 300));
      return marks;
    });
    expect(ran).toEqual([]);
  });

  test('cannot speak to anybody', async () => {
    const spoke = await w.page.evaluate(async (address) => {
      const worked: string[] = [];
      const tries: [string, () => Promise<unknown>][] = [
        ['fetch', () => fetch(`${address}/fetch`)],
        ['fetch without CORS', () => fetch(`${address}/no-cors`, { mode: 'no-cors' })],
        ['fetch of https', () => fetch('https://127.0.0.1:1/')],
        ['fetch of file', () => fetch('file:///etc/hostname')],
        ['fetch of another host', () => fetch('kompl://other/index.html')],
        [
          'XMLHttpRequest',
          () =>
            new Promise((done, fail) => {
              const request = new XMLHttpRequest();
              request.open('GET', `${address}/xhr`);
              request.onload = done;
              request.onerror = fail;
              request.send();
            }),
        ],
        [
          'WebSocket',
          () =>
            new Promise((done, fail) => {
              const socket = new WebSocket(address.replace('http', 'ws'));
              socket.onopen = done;
              socket.onerror = fail;
            }),
        ],
        [
          'EventSource',
          () =>
            new Promise((done, fail) => {
              const source = new EventSource(`${address}/events`);
              source.onopen = done;
              source.onerror = fail;
            }),
        ],
        ...(['img', 'script', 'iframe', 'video', 'link', 'embed'] as const).map((name): [string, () => Promise<unknown>] => [
          name,
          () =>
            new Promise((done, fail) => {
              const element = document.createElement(name);
              element.setAttribute('src', `${address}/${name}`);
              if (name === 'link') {
                element.setAttribute('rel', 'stylesheet');
                element.setAttribute('href', `${address}/link`);
              }
              // An embedded page that was refused may say "load" of the empty page in its place; the attacker's count decides.
              element.onload = name === 'iframe' || name === 'embed' ? fail : done;
              element.onerror = fail;
              document.body.append(element);
              setTimeout(fail, 1500);
            }),
        ]),
        ['service worker', () => navigator.serviceWorker.register('/sw.js')],
      ];
      await Promise.all(
        tries.map(async ([name, attempt]) => {
          try {
            await attempt();
            worked.push(name);
          } catch {
            return; // refused, as it should be
          }
        }),
      );
      navigator.sendBeacon(`${address}/beacon`, 'x');
      new RTCPeerConnection().close();
      await new Promise((done) => setTimeout(done, 300));
      return worked;
    }, foreign);
    expect(spoke).toEqual([]);
  });

  test('cannot go elsewhere, nor open a window', async () => {
    test.setTimeout(180_000);
    const addresses = [
      `${foreign}/go`,
      'https://127.0.0.1:1/',
      'file:///etc/hostname',
      'data:text/html,<h1>away</h1>',
      'kompl://other/index.html',
      'kompl://app/assets/none.html',
    ];
    for (const address of addresses) {
      await w.page.evaluate(async (to) => {
        const settle = () => new Promise((done) => setTimeout(done, 60));
        const tries: (() => void)[] = [
          () => {
            location.href = to;
          },
          () => location.assign(to),
          () => location.replace(to),
          () => {
            const link = document.createElement('a');
            link.href = to;
            document.body.append(link);
            link.click();
          },
          () => {
            const link = document.createElement('a');
            link.href = to;
            link.target = '_blank';
            link.rel = 'opener';
            document.body.append(link);
            link.click();
          },
          () => {
            const form = document.createElement('form');
            form.action = to;
            form.method = 'post';
            document.body.append(form);
            form.submit();
          },
          () => {
            const meta = document.createElement('meta');
            meta.httpEquiv = 'refresh';
            meta.content = `0; url=${to}`;
            document.head.append(meta);
          },
        ];
        for (const attempt of tries) {
          attempt();
          await settle();
        }
        if (window.open(to) !== null) throw new Error(`window.open opened ${to}`);
        await settle();
      }, address);
    }
    expect(await w.page.evaluate(() => location.href.split('#')[0])).toBe(START);
    expect(await w.page.evaluate(() => 'stolen' in window)).toBe(false);
  });

  test('that goes blank comes back to the application', async () => {
    await w.page.evaluate(() => {
      location.href = 'about:blank';
    });
    await w.page.getByTestId('email').waitFor();
    await expect.poll(() => w.page.evaluate(() => location.href.split('#')[0])).toBe(START);
  });

  test('is given no device and no permission', async () => {
    const given = await w.page.evaluate(async () => {
      const outcome = async (attempt: () => Promise<unknown>) => {
        try {
          return String(await Promise.race([attempt(), new Promise((done) => setTimeout(() => done('asks on'), 5000))]));
        } catch {
          return 'refused';
        }
      };
      const states: Record<string, string> = {};
      for (const name of ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'])
        states[name] = await outcome(async () => (await navigator.permissions.query({ name: name as PermissionName })).state);
      return {
        states,
        notification: await outcome(() => Notification.requestPermission()),
        camera: await outcome(() => navigator.mediaDevices.getUserMedia({ video: true, audio: true })),
        screen: await outcome(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
        clipboard: await outcome(() => navigator.clipboard.readText()),
        position: await outcome(
          () => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, fail, { timeout: 3000 })),
        ),
        midi: await outcome(() => navigator.requestMIDIAccess({ sysex: true })),
      };
    });
    expect(Object.values(given.states).filter((state) => state === 'granted' || state === 'prompt')).toEqual([]);
    expect(given).toMatchObject({
      notification: 'denied',
      camera: 'refused',
      screen: 'refused',
      clipboard: 'refused',
      position: 'refused',
      midi: 'refused',
    });
  });

  test('reads nothing but built files from the protocol', async () => {
    const answers = await w.page.evaluate(async () => {
      const paths = [
        '../package.json',
        '../../package.json',
        '%2e%2e/main/index.js',
        '..%2fmain%2findex.js',
        '%252e%252e/main/index.js',
        '..%5cmain%5cindex.js',
        'assets/..%2f..%2fmain%2findex.js',
        'assets/%00',
        '/etc/passwd',
        'file:///etc/passwd',
        '.built-from',
        'assets/',
        'vault',
        'vault/../../main/index.js',
        'vault/00000000-0000-4000-8000-000000000000',
        'vault/00000000-0000-4000-8000-000000000000?sha256=0',
        '%',
      ];
      const statuses: Record<string, number> = {};
      for (const path of paths) {
        // An address that is none is as good as one that is not found.
        statuses[path] = await fetch(`kompl://app/${path}`)
          .then(({ status }) => status)
          .catch(() => 404);
      }
      for (const method of ['POST', 'PUT', 'DELETE'])
        statuses[method] = (await fetch('kompl://app/index.html', { method })).status;
      return { statuses, page: (await fetch('kompl://app/index.html')).status };
    });
    expect(answers.page).toBe(200);
    const { POST, PUT, DELETE, ...paths } = answers.statuses;
    expect([POST, PUT, DELETE]).toEqual([405, 405, 405]);
    expect(Object.fromEntries(Object.entries(paths).filter(([, status]) => status !== 404))).toEqual({});
  });
});
