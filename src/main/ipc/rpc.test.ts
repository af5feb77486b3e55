/** The adapter under attack: strangers, unknown paths, huge and polluting bodies, errors that would tell too much. */
import { ENTITY_NAMES } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { MAX_REQUEST_BYTES, type RpcResponse } from '@shared/ipc';
import { judgeRequest } from '@shared/request-size';
import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Logger } from '../platform/logger';
import { rootRouter } from './router';
import { createRpc } from './rpc';
import type { Services } from './services';

const trpc = initTRPC.create();
let aborted = false;
const router = trpc.router({
  echo: trpc.procedure
    .input(z.strictObject({ text: z.string().max(5), n: z.array(z.object({ k: z.int() })).optional() }))
    .query(({ input }) => input),
  deep: trpc.router({
    write: trpc.procedure.mutation(() => 'written'),
    coded: trpc.procedure.query(() => {
      throw new CodedError('ROLE_FORBIDS', { function: 'viewer' });
    }),
    crash: trpc.procedure.query(() => {
      throw new Error('password is hunter2, row of anna.berg@nordhaven.example');
    }),
    wait: trpc.procedure.query(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            aborted = true;
            reject(new CodedError('SERVER_TIMEOUT'));
          });
        }),
    ),
  }),
});

const lines: string[] = [];
const note = (message: string, fields: unknown) => void lines.push(JSON.stringify([message, fields]));
const log: Logger = { debug: note, info: note, warn: note, error: note };
// The routers of this test ask nothing of the services.
const services = Promise.resolve({} as Services);
const rpc = createRpc({ router, services, log, newReference: () => 'R-1' });
const call = (path: string, input?: unknown, type = 'query') => rpc.call(1, true, { id: 1, type, path, input });
const codeOf = (response: RpcResponse) => (response.ok ? 'ok' : response.error.code);

describe('a call', () => {
  it('is answered', async () => {
    expect(await call('echo', { text: 'hello' })).toEqual({ ok: true, data: { text: 'hello' } });
    expect(await call('deep.write', undefined, 'mutation')).toEqual({ ok: true, data: 'written' });
  });

  it('from a stranger is refused before it is looked at', async () => {
    expect(
      codeOf(
        await rpc.call(1, false, {
          get id() {
            throw new Error('looked at');
          },
        }),
      ),
    ).toBe('SENDER_REFUSED');
  });

  it.each([
    'nothing',
    'deep',
    'deep.',
    'echo.toString',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'deep.__proto__',
    '..',
    'deep.crash ',
  ])('of the unknown path %j is refused', async (path) => expect(codeOf(await call(path))).toBe('PATH_UNKNOWN'));

  it('of the wrong kind is an unknown path', async () => {
    expect(codeOf(await call('deep.write', undefined, 'query'))).toBe('PATH_UNKNOWN');
    expect(codeOf(await call('echo', { text: 'a' }, 'mutation'))).toBe('PATH_UNKNOWN');
  });

  it.each([
    [null],
    [undefined],
    [7],
    ['text'],
    [[]],
    [{}],
    [{ id: -1, type: 'query', path: 'echo' }],
    [{ id: 1, type: 'subscription', path: 'echo' }],
    [{ id: 1, type: 'query', path: 'echo', input: {}, more: 1 }],
  ])('that is %j is refused', async (raw) => {
    expect(codeOf(await rpc.call(1, true, raw))).toBe('INPUT_INVALID');
  });

  it('with refused input names the places', async () => {
    const response = await call('echo', { text: 'much too long', n: [{ k: 1 }, { k: 'x' }], extra: 1 });
    expect(response).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID' } });
    if (!response.ok) expect(response.error.faults.map((fault) => fault.path).sort()).toEqual(['', 'n[1].k', 'text']);
  });

  it('passes coded errors on, and turns everything else into a reference', async () => {
    expect(await call('deep.coded')).toEqual({
      ok: false,
      error: { code: 'ROLE_FORBIDS', details: { function: 'viewer' }, faults: [] },
    });
    lines.length = 0;
    expect(await call('deep.crash')).toEqual({
      ok: false,
      error: { code: 'INTERNAL', details: { reference: 'R-1' }, faults: [] },
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('R-1');
    expect(lines[0]).toContain('deep.crash');
    expect(lines[0]).not.toMatch(/hunter2|nordhaven/);
  });

  it('is aborted by its number, by nobody else', async () => {
    const running = rpc.call(7, true, { id: 42, type: 'query', path: 'deep.wait', input: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    rpc.abort(8, true, 42);
    rpc.abort(7, false, 42);
    rpc.abort(7, true, '42');
    expect(aborted).toBe(false);
    rpc.abort(7, true, 42);
    expect(codeOf(await running)).toBe('SERVER_TIMEOUT');
    expect(aborted).toBe(true);
  });

  it('of a window that went away is aborted', async () => {
    const running = rpc.call(9, true, { id: 1, type: 'query', path: 'deep.wait', input: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    rpc.forget(9);
    expect(codeOf(await running)).toBe('SERVER_TIMEOUT');
  });

  it('gets a coded answer though the services could not be put together', async () => {
    const failed = Promise.reject(new CodedError('WORKSPACE_DAMAGED'));
    const broken = createRpc({ router, services: failed, log, newReference: () => 'R-2' });
    expect(codeOf(await broken.call(1, true, { id: 1, type: 'query', path: 'echo', input: { text: 'a' } }))).toBe(
      'WORKSPACE_DAMAGED',
    );
  });
});

describe('a huge or odd body', () => {
  const verdict = (value: unknown) => judgeRequest(value, MAX_REQUEST_BYTES);

  it.each([
    ['one text of 50 MB', () => 'x'.repeat(50_000_000)],
    ['50 MB of bytes', () => new Uint8Array(50_000_000)],
    ['a list of millions', () => new Array(5_000_000).fill(0)],
    ['a sparse list', () => new Array(4_000_000_000)],
    ['one long key', () => ({ ['k'.repeat(MAX_REQUEST_BYTES)]: 1 })],
    ['many keys', () => Object.fromEntries(Array.from({ length: 600_000 }, (_, i) => [`k${i}`, i]))],
    ['one text shared a thousand times', () => new Array(1000).fill({ text: 'x'.repeat(10_000) })],
    ['doubling by reference', () => Array.from({ length: 40 }).reduce<unknown>((inner) => [inner, inner], 'x')],
  ])('of %s is too large', async (_what, make) => {
    const value = make();
    expect(verdict(value)).toBe('tooLarge');
    expect(codeOf(await call('echo', value))).toBe('INPUT_TOO_LARGE');
  });

  it('that contains itself is refused', async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(verdict(loop)).toBe('refused');
    expect(codeOf(await call('echo', loop))).toBe('INPUT_INVALID');
  });

  it.each([
    ['__proto__', JSON.parse('{"text":"a","__proto__":{"polluted":true}}')],
    ['constructor', { text: 'a', constructor: { prototype: { polluted: true } } }],
    ['prototype, deeper', { text: 'a', n: [{ k: 1, prototype: {} }] }],
  ])('with the key %s is refused and pollutes nothing', async (_key, value) => {
    expect(codeOf(await call('echo', value))).toBe('INPUT_INVALID');
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    [new Map()],
    [new Set()],
    [/x/],
    [new Date()],
    [new Error('x')],
    [new Uint8Array(3)],
    [10n],
    [() => 1],
    [new (class Foreign {})()],
  ])('holding %s is refused', (value) => expect(verdict({ value })).toBe('refused'));

  it('of an ordinary request fits', () => {
    expect(
      verdict({
        id: 1,
        type: 'query',
        path: 'a',
        input: { filter: [{ field: 'a', value: null }], text: 'ü'.repeat(1000), u: undefined },
      }),
    ).toBe('fits');
  });
});

describe('the root router', () => {
  it('has every procedure of the contract', () => {
    const paths = Object.keys(rootRouter._def.procedures);
    for (const path of [
      'app.info',
      'connection.test',
      'session.signIn',
      'people.list',
      'lists.groups',
      'lists.bulk',
      'lists.export',
      'oscal.import',
      'catalogs.coverage',
      'load.run',
      'library.accept',
      'audits.workpaper',
      'evidence.attach',
      'home.posture',
      'search.all',
      'session.changePassword',
      'admin.people.list',
      'admin.people.resetPassword',
      'admin.tenants.create',
      'admin.tenants.cancelDeletion',
      'admin.config.set',
    ]) {
      expect(paths).toContain(path);
    }
    // each entity is listed by hand, so that its own types reach the window; none may be forgotten
    expect(paths.filter((path) => path.startsWith('entities.'))).toHaveLength(5 * ENTITY_NAMES.length);
  });

  it('lets nobody into a tenant who is not signed in', async () => {
    const nobody = Promise.resolve({
      session: { state: () => ({ person: null, workspace: null, workspaces: [] }), epoch: () => 0 },
    } as unknown as Services);
    const app = createRpc({ router: rootRouter, services: nobody, log, newReference: () => 'R' });
    const open = /^(?:app|connection)\.|^session\.(?:state|signIn|signOut)$/;
    for (const [path, procedure] of Object.entries(rootRouter._def.procedures)) {
      if (open.test(path)) continue;
      const { type } = (procedure as unknown as { _def: { type: string } })._def;
      expect(codeOf(await app.call(1, true, { id: 1, type, path, input: undefined })), path).toBe('NOT_SIGNED_IN');
    }
  });
});
