/** How the connection stands: told from what the databases say, through failures, retries and changes of profile. */
import { CodedError } from '@shared/errors';
import type { ConnectionState } from '@shared/ipc';
import type { ConnectionProfile } from '@shared/wire/connection';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../db/database';
import type { DatabaseState } from '../db/monitor';
import { silentLogger } from '../platform/logger';
import { refusalOfDiagnosis } from './knock';
import { createLiveConnection, type Knocking, type LiveConnection } from './live';

const at = '2026-03-01T10:00:00.000Z';
const online: DatabaseState = { state: 'online', since: at, error: null, nextTryAt: null };
const offline: DatabaseState = {
  state: 'offline',
  since: at,
  error: new CodedError('SERVER_UNREACHABLE').toData(),
  nextTryAt: at,
};

/** Only what the live connection uses of a database. */
class FakeDatabase {
  state: DatabaseState = { state: 'starting', since: at, error: null, nextTryAt: null };
  closed = false;
  replaced = 0;
  readonly embedded: boolean;
  #listener: (state: DatabaseState) => void = () => undefined;
  #failure: CodedError | null;
  constructor(embedded: boolean, failure: CodedError | null = null) {
    this.embedded = embedded;
    this.#failure = failure;
  }
  onState(listener: (state: DatabaseState) => void) {
    this.#listener = listener;
    return () => {
      this.#listener = () => undefined;
    };
  }
  say(state: DatabaseState) {
    this.state = state;
    this.#listener(state);
  }
  async ready() {
    if (this.#failure) throw this.#failure;
    this.state = online;
  }
  async probe() {
    return this.state;
  }
  async replace() {
    this.replaced += 1;
    return this.state;
  }
  async close() {
    this.closed = true;
  }
  get asDatabase(): Database {
    return this as unknown as Database;
  }
}

const embedded: ConnectionProfile = { id: 'embedded', name: 'This laptop', kind: 'embedded', inUse: true };
const server: ConnectionProfile = {
  id: 's',
  name: 'Frankfurt',
  kind: 'server',
  host: 'h',
  port: 1,
  database: 'd',
  tlsMode: 'verify-full',
  ca: null,
  viaPgBouncer: false,
  inUse: true,
};

describe('the live connection', () => {
  let profile: ConnectionProfile;
  let locals: FakeDatabase[];
  let failure: CodedError | null;
  let prepare: (progress: (text: string) => void) => Promise<void>;
  let knocks: { say: (state: DatabaseState) => void; closed: boolean }[];
  let states: ConnectionState[];
  let live: LiveConnection;

  beforeEach(() => {
    profile = embedded;
    locals = [];
    knocks = [];
    states = [];
    failure = null;
    prepare = async () => undefined;
    live = createLiveConnection({
      profile: () => profile,
      known: () => true,
      openEmbedded() {
        const database = new FakeDatabase(true, failure);
        locals.push(database);
        return database.asDatabase;
      },
      async prepare(database, progress) {
        await database.ready();
        await prepare(progress);
      },
      openServer: async () => new FakeDatabase(false).asDatabase,
      knock(): Knocking {
        let listener: (state: DatabaseState) => void = () => undefined;
        const knock = { say: (state: DatabaseState) => listener(state), closed: false };
        knocks.push(knock);
        return {
          state: { ...online, state: 'starting' },
          onState(next) {
            listener = next;
            return () => {
              listener = () => undefined;
            };
          },
          probe: async () => online,
          close: () => {
            knock.closed = true;
          },
        };
      },
      onState: (state) => void states.push(state),
      log: silentLogger,
      now: () => new Date(at),
    });
  });

  it('is starting, says what it is at, and is online when the workspace is prepared', async () => {
    prepare = async (progress) => progress('Bringing the workspace up to date');
    live.start();
    await live.embedded();
    expect(states.map(({ state, progress }) => [state, progress])).toEqual([
      ['starting', 'Opening the workspace on this laptop'],
      ['starting', 'Bringing the workspace up to date'],
      ['online', null],
    ]);
    expect(live.state()).toMatchObject({ profileName: 'This laptop', embedded: true });
  });

  it('is not online before the workspace is prepared, whatever its server says', async () => {
    let finish: () => void = () => undefined;
    prepare = () => new Promise((resolve) => (finish = resolve));
    live.start();
    await new Promise(setImmediate);
    expect(live.state().state).toBe('starting');
    finish();
    await live.embedded();
    expect(live.state().state).toBe('online');
  });

  it('fails with the reason, and starts over when told to try again', async () => {
    failure = new CodedError('WORKSPACE_IN_USE', { pid: 7 });
    live.start();
    await expect(live.embedded()).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' });
    expect(live.state()).toMatchObject({ state: 'failed', error: { code: 'WORKSPACE_IN_USE', details: { pid: 7 } } });
    failure = null;
    await live.retry();
    await live.embedded();
    expect(live.state().state).toBe('online');
    expect(locals[0]?.closed).toBe(true);
  });

  it('fails when the preparation does', async () => {
    prepare = async () => {
      throw new CodedError('MIGRATION_FAILED', { version: '0003' });
    };
    live.start();
    await expect(live.embedded()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(live.state()).toMatchObject({ state: 'failed', error: { code: 'MIGRATION_FAILED' } });
  });

  it('keeps the workspace of this laptop open when somebody signs out', async () => {
    live.start();
    live.adopt(await live.embedded());
    await live.release();
    expect(locals[0]?.closed).toBe(false);
    await expect(live.embedded()).resolves.toBeDefined();
  });

  it('knocks at a server until somebody signs in, and again after they left', async () => {
    profile = server;
    live.start();
    knocks[0]?.say(offline);
    expect(live.state()).toMatchObject({ state: 'offline', error: { code: 'SERVER_UNREACHABLE' }, nextTryAt: at });
    knocks[0]?.say(online);
    expect(live.state()).toMatchObject({ state: 'online', embedded: false, known: false, profileName: 'Frankfurt' });
    const database = await live.signIn({ user: 'u', password: 'p' });
    live.adopt(database);
    expect(knocks[0]?.closed).toBe(true);
    (database as unknown as FakeDatabase).say(offline);
    expect(live.state().state).toBe('offline');
    await live.release();
    expect((database as unknown as FakeDatabase).closed).toBe(true);
    expect(knocks).toHaveLength(2);
  });

  it('leaves nothing of the former profile open', async () => {
    live.start();
    await live.embedded();
    profile = server;
    await live.restart();
    expect(locals[0]?.closed).toBe(true);
    await expect(live.embedded()).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    locals[0]?.say(offline);
    expect(live.state().profileName).toBe('Frankfurt');
    expect(live.state().state).toBe('starting');
  });

  it('trusts no connection after sleep', async () => {
    live.start();
    await live.embedded();
    await live.renew();
    expect(locals[0]?.replaced).toBe(1);
  });

  it('says nothing any more once it is closed', async () => {
    live.start();
    await live.embedded();
    await live.close();
    const count = states.length;
    locals[0]?.say(offline);
    expect(states).toHaveLength(count);
    expect(locals[0]?.closed).toBe(true);
  });
});

describe('knocking', () => {
  it('looks only at what can be judged without a password', () => {
    const step = (key: 'connect' | 'tls' | 'signIn', ok: boolean | null) => ({
      key,
      ok,
      text: '',
      code: 'TLS_UNTRUSTED' as const,
    });
    expect(
      refusalOfDiagnosis({
        ok: false,
        latencyMs: null,
        steps: [step('connect', true), step('tls', null), step('signIn', false)],
      }),
    ).toBeNull();
    expect(refusalOfDiagnosis({ ok: false, latencyMs: null, steps: [step('connect', true), step('tls', false)] })).toMatchObject({
      code: 'TLS_UNTRUSTED',
    });
  });
});
