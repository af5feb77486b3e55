/** Guards against forged senders, addresses that lead elsewhere, and a policy with holes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, VAULT_POLICY } from './csp';
import { externalAddress } from './external-address';
import { isAppUrl } from './origin';
import { type FrameLike, isTrustedSender } from './sender';
import { pathInside, readStatic } from './static-files';

const frame = (extra: Partial<FrameLike> = {}): FrameLike => ({
  url: 'kompl://app/index.html',
  routingId: 1,
  processId: 4,
  parent: null,
  ...extra,
});
const own = new Set([11]);

describe('the sender guard', () => {
  it('lets the main frame of an own window in', () => {
    expect(isTrustedSender({ senderFrame: frame(), sender: { id: 11, mainFrame: frame() } }, own)).toBe(true);
  });

  it.each<[string, FrameLike | null, number]>([
    ['a frame that is gone', null, 11],
    ['a subframe', frame({ parent: frame(), routingId: 2 }), 11],
    ['another frame that says it has no parent', frame({ routingId: 2 }), 11],
    ['a frame of another process', frame({ processId: 5 }), 11],
    ['another window', frame(), 12],
    ['a page of the web', frame({ url: 'https://app/index.html' }), 11],
    ['another host of the protocol', frame({ url: 'kompl://app.example/index.html' }), 11],
    ['a host that only begins alike', frame({ url: 'kompl://application/' }), 11],
    ['credentials in front of the host', frame({ url: 'kompl://app@evil/' }), 11],
    ['a port', frame({ url: 'kompl://app:1/' }), 11],
    ['a blank page', frame({ url: 'about:blank' }), 11],
    ['no address', frame({ url: '' }), 11],
  ])('refuses %s', (_what, senderFrame, id) => {
    expect(isTrustedSender({ senderFrame, sender: { id, mainFrame: frame() } }, own)).toBe(false);
  });

  it('refuses a frame that was disposed of and throws', () => {
    const disposed = {
      get url(): string {
        throw new Error('Render frame was disposed');
      },
      routingId: 1,
      processId: 4,
      parent: null,
    };
    expect(isTrustedSender({ senderFrame: disposed, sender: { id: 11, mainFrame: frame() } }, own)).toBe(false);
  });
});

describe('the own origin', () => {
  it.each(['kompl://app/', 'kompl://app/index.html#/findings', 'kompl://app/vault/x?y=1'])('has %s', (url) =>
    expect(isAppUrl(url)).toBe(true),
  );
  it.each([
    'kompl:app',
    'kompl:///app/',
    'kompl://',
    'file:///kompl://app/',
    'https://app/',
    'javascript:alert(1)//kompl://app/',
    'kompl://user@app/',
  ])('does not have %s', (url) => expect(isAppUrl(url)).toBe(false));
});

describe('files of the protocol', () => {
  let root: string;
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'kompl-static-'));
    root = join(folder, 'renderer');
    mkdirSync(join(root, 'assets'), { recursive: true });
    writeFileSync(join(root, 'index.html'), '<!doctype html>');
    writeFileSync(join(root, 'assets', 'a-1.js'), '1');
    writeFileSync(join(root, 'assets', 'notes.exe'), '1');
    writeFileSync(join(folder, 'secret.json'), '{}');
    symlinkSync(join(folder, 'secret.json'), join(root, 'assets', 'link.json'));
  });
  afterAll(() => rmSync(join(root, '..'), { recursive: true, force: true }));

  it('are read with their type', async () => {
    expect(await readStatic(root, 'kompl://app/')).toMatchObject({ mediaType: 'text/html; charset=utf-8', isPage: true });
    expect(await readStatic(root, 'kompl://app/assets/a-1.js?v=1#x')).toMatchObject({
      mediaType: 'text/javascript; charset=utf-8',
      isPage: false,
    });
  });

  it.each([
    'kompl://app/../secret.json',
    'kompl://app/assets/../../secret.json',
    'kompl://app/%2e%2e/secret.json',
    'kompl://app/..%2fsecret.json',
    'kompl://app/%252e%252e/secret.json',
    'kompl://app/..%5csecret.json',
    'kompl://app/assets/..\\..\\secret.json',
    'kompl://app//etc/passwd',
    'kompl://app/assets/%00a-1.js',
    'kompl://app/%',
    'kompl://app/.env',
    'kompl://app/assets/',
    'kompl://app/assets',
    'kompl://app/index.html/x',
    'kompl://app/C:/windows/win.ini',
    'kompl://other/index.html',
    'file:///etc/passwd',
    'kompl://app/assets/notes.exe',
    'kompl://app/assets/link.json',
  ])('do not include %s', async (address) => expect(await readStatic(root, address)).toBeNull());

  it('have plain names only', () => {
    expect(pathInside('kompl://app/assets/Inter-4x_Y.woff2')).toBe('assets/Inter-4x_Y.woff2');
    expect(pathInside('kompl://app/assets/.hidden')).toBeNull();
  });
});

describe('the policy', () => {
  const policy = contentSecurityPolicy('A'.repeat(24));
  it('lets scripts come from files only and nothing go elsewhere', () => {
    expect(policy).not.toMatch(/unsafe-(?:inline|eval)|\*|https?:/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    for (const part of [
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "frame-src 'none'",
      "form-action 'none'",
    ])
      expect(policy).toContain(part);
  });
  it('takes no nonce that could end a directive', () => {
    expect(() => contentSecurityPolicy("x' 'unsafe-inline'; aaaaaaaaaaaa")).toThrow(TypeError);
    expect(() => contentSecurityPolicy('')).toThrow(TypeError);
  });
  it('lets evidence run nothing', () => {
    expect(VAULT_POLICY).toMatch(/^sandbox;/);
    expect(VAULT_POLICY).not.toContain('script-src');
  });
});

describe('addresses for the browser', () => {
  it('are https without credentials', () =>
    expect(externalAddress('https://eur-lex.europa.eu/eli/reg/2016/679/oj').host).toBe('eur-lex.europa.eu'));
  it.each([
    'http://example.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:pw@example.org/',
    'https://user@example.org/',
    'smb://host/share',
    'ms-msdt:/id',
    'kompl://app/',
    '',
    'example.org',
    'https://',
  ])('are not %j', (address) => {
    expect(() => externalAddress(address)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
