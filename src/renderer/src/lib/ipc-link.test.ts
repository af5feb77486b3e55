/** The way to main: codes survive, aborts are passed on, and nothing of an old session arrives in a new one. */
import type { AppRouter } from '@main/ipc/router';
import type { RpcRequest, RpcResponse } from '@shared/ipc';
import { createTRPCClient } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { CodedClientError, errorClass, isDropped, toErrorData } from './errors';
import { ipcLink } from './ipc-link';
import { createScopeStore } from './scope';

/** A bridge whose answers the test gives by hand. */
function handBridge() {
  const calls: { request: RpcRequest; answer: (response: RpcResponse) => void; fail: (reason: unknown) => void }[] = [];
  const aborted: number[] = [];
  let written = 0;
  const scope = createScopeStore();
  scope.enter('mira/nordhaven');
  const client = createTRPCClient<AppRouter>({
    links: [
      ipcLink({
        scope,
        onWritten: () => {
          written += 1;
        },
        bridge: () => ({
          invoke: (request) => new Promise((answer, fail) => calls.push({ request, answer, fail })),
          abort: (id) => void aborted.push(id),
        }),
      }),
    ],
  });
  const call = (index: number) => {
    const found = calls[index];
    if (found === undefined) throw new Error(`no call ${index}`);
    return found;
  };
  return { client, call, calls, aborted, scope, written: () => written };
}

async function failureOf(promise: Promise<unknown>): Promise<CodedClientError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CodedClientError)) throw new Error(`not coded: ${String(error)}`);
  return error;
}

describe('the link', () => {
  it('sends path, type and input as they are and gives the answer back', async () => {
    const { client, call } = handBridge();
    const answer = client.search.all.query({ text: 'F-036' });
    expect(call(0).request).toMatchObject({ type: 'query', path: 'search.all', input: { text: 'F-036' } });
    call(0).answer({ ok: true, data: [] });
    expect(await answer).toEqual([]);
  });

  it('numbers every call anew', async () => {
    const { client, call } = handBridge();
    void client.home.posture.query().catch(() => undefined);
    void client.people.list.query().catch(() => undefined);
    expect(call(0).request.id).not.toBe(call(1).request.id);
  });

  it('throws what main refused with its code, details and faults', async () => {
    const { client, call } = handBridge();
    const failure = failureOf(client.session.signIn.mutate({ email: 'a@b.example', password: 'x' }));
    const faults = [{ path: 'email', message: 'unknown' }];
    call(0).answer({ ok: false, error: { code: 'SIGN_IN_SLOWED', details: { retryAfterSeconds: 8 }, faults } });
    const error = await failure;
    expect(error.toData()).toEqual({ code: 'SIGN_IN_SLOWED', details: { retryAfterSeconds: 8 }, faults });
    expect(errorClass(error)).toBe('auth');
    expect(isDropped(error)).toBe(false);
  });

  it('gives nothing away where the channel itself fails', async () => {
    const { client, call } = handBridge();
    const failure = failureOf(client.home.posture.query());
    call(0).fail(new Error('secret path /home/person'));
    expect((await failure).toData()).toEqual({ code: 'INTERNAL', details: { path: 'home.posture' }, faults: [] });
  });

  it('passes an abort on to main and forgets the answer', async () => {
    const { client, call, aborted } = handBridge();
    const stop = new AbortController();
    const failure = failureOf(client.search.all.query({ text: 'a' }, { signal: stop.signal }));
    stop.abort();
    expect(isDropped(await failure)).toBe(true);
    expect(aborted).toEqual([call(0).request.id]);
    call(0).answer({ ok: true, data: [] });
  });

  it('drops records that were asked for in another tenant', async () => {
    const { client, call, scope } = handBridge();
    const failure = failureOf(client.home.posture.query());
    scope.enter('mira/helvia');
    call(0).answer({ ok: true, data: { secret: 'of Nordhaven' } });
    const error = await failure;
    expect(isDropped(error)).toBe(true);
    expect(JSON.stringify(error.toData())).not.toContain('Nordhaven');
  });

  it('drops them even where the person has come back in between', async () => {
    const { client, call, scope } = handBridge();
    const failure = failureOf(client.home.posture.query());
    scope.enter(null);
    scope.enter('mira/nordhaven');
    call(0).answer({ ok: true, data: {} });
    expect(isDropped(await failure)).toBe(true);
  });

  it('lets the answer through that changes the session itself', async () => {
    const { client, call, scope } = handBridge();
    const answer = client.session.signOut.mutate();
    scope.enter(null);
    call(0).answer({ ok: true, data: { person: null, workspace: null, workspaces: [] } });
    expect(await answer).toEqual({ person: null, workspace: null, workspaces: [] });
  });

  it('tells of confirmed writes of records, and of nothing else', async () => {
    const { client, call, written } = handBridge();
    const read = client.home.posture.query();
    call(0).answer({ ok: true, data: {} });
    await read;
    const setting = client.app.saveSettings.mutate({ theme: 'dark' });
    call(1).answer({ ok: true, data: {} });
    await setting;
    expect(written()).toBe(0);
    const verify = client.evidence.verify.mutate({ fileId: '0198aaaa-0000-7000-8000-000000000001' });
    call(2).answer({ ok: true, data: {} });
    await verify;
    expect(written()).toBe(1);
  });
});

describe('errors of other kinds', () => {
  it('says INTERNAL for what has no code and keeps its text to itself', () => {
    expect(toErrorData(new Error('select * from secrets'))).toEqual({ code: 'INTERNAL', details: {}, faults: [] });
    expect(toErrorData('boom')).toEqual({ code: 'INTERNAL', details: {}, faults: [] });
    expect(toErrorData({ code: 'NOT_A_CODE', details: {}, faults: [] }).code).toBe('INTERNAL');
  });
});
