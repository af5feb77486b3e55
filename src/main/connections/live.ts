/**
 * The one live connection: to the workspace on this laptop, prepared before anybody signs in, or to a server, which is only
 * knocked at until somebody's password opens it. Says how it stands, and starts over when another profile is chosen.
 */
import { CodedError, type CodedErrorData } from '@shared/errors';
import type { ConnectionState } from '@shared/ipc';
import type { ConnectionProfile, ServerProfile } from '@shared/wire/connection';
import type { Database } from '../db/database';
import type { DatabaseState } from '../db/monitor';
import type { Logger } from '../platform/logger';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a server says to somebody without a password: there and fit to talk to, or why not. */
export interface Knocking {
  readonly state: DatabaseState;
  onState(listener: (state: DatabaseState) => void): () => void;
  probe(): Promise<DatabaseState>;
  close(): void;
}

export interface LiveOptions {
  readonly profile: () => ConnectionProfile;
  readonly openEmbedded: () => Database;
  /** The workspace on this laptop was open before and is expected to open in a moment. */
  readonly known: () => boolean;
  /** Waits for the workspace on this laptop and brings it up to date: migrations, the demonstration at the first start. */
  readonly prepare: (database: Database, progress: (text: string) => void) => Promise<void>;
  readonly openServer: (profile: ServerProfile, credentials: Credentials) => Promise<Database>;
  readonly knock: (profile: ServerProfile) => Knocking;
  readonly onState: (state: ConnectionState) => void;
  readonly log: Logger;
  readonly now: () => Date;
}

export interface LiveConnection {
  state(): ConnectionState;
  /** Begins with the profile in use; at once, without waiting for anything. */
  start(): void;
  /** The prepared workspace of this laptop; waits for it. Rejects with why it did not come up. */
  embedded(): Promise<Database>;
  /** Signs in to the server of the profile: a database whose first query succeeded, not adopted yet. */
  signIn(credentials: Credentials): Promise<Database>;
  /** The database of the session from here on; its state is the connection's. */
  adopt(database: Database): void;
  /** The session is over: a server's pool is closed, the workspace on this laptop stays open. */
  release(): Promise<void>;
  /** Tries again now. */
  retry(): Promise<ConnectionState>;
  /** After sleep or a change of network: connections of before are not trusted. */
  renew(): Promise<void>;
  /** Ends what there is and starts with the profile that is in use now. */
  restart(): Promise<ConnectionState>;
  close(): Promise<void>;
}

type Phase = Pick<ConnectionState, 'state' | 'error' | 'nextTryAt' | 'since'>;

export function createLiveConnection(options: LiveOptions): LiveConnection {
  let profile = options.profile();
  let phase: Phase = starting(options.now());
  let progress: string | null = null;
  let prepared: Promise<Database> | null = null;
  let local: Database | null = null;
  let adopted: Database | null = null;
  let knocking: Knocking | null = null;
  let stopListening: () => void = () => undefined;
  let closed = false;

  function state(): ConnectionState {
    const embedded = profile.kind === 'embedded';
    return { ...phase, profileName: profile.name, embedded, known: embedded && options.known(), progress };
  }

  function set(next: Phase, text: string | null = null): void {
    if (closed) return;
    phase = next;
    progress = text;
    options.onState(state());
  }

  function follow(database: Pick<Database, 'state' | 'onState'>): void {
    stopListening();
    stopListening = database.onState((next) => set(next));
    set(database.state);
  }

  function startEmbedded(): void {
    const database = options.openEmbedded();
    local = database;
    set(starting(options.now()), 'Opening the workspace on this laptop');
    const work = (async () => {
      await options.prepare(database, (text) => set(phase, text));
      follow(database);
      return database;
    })();
    prepared = work;
    work.catch((error: unknown) => {
      if (prepared !== work) return;
      const data = dataOf(error);
      options.log.error('the workspace on this laptop did not come up', { code: data.code, details: data.details });
      set({ state: 'failed', since: options.now().toISOString(), error: data, nextTryAt: null });
    });
  }

  function start(): void {
    profile = options.profile();
    if (profile.kind === 'embedded') startEmbedded();
    else {
      const current = options.knock(profile);
      knocking = current;
      follow(current);
    }
  }

  async function stop(): Promise<void> {
    stopListening();
    stopListening = () => undefined;
    knocking?.close();
    knocking = null;
    const [database, own] = [adopted, local];
    adopted = null;
    local = null;
    prepared = null;
    await Promise.all([database?.close(), own === database ? undefined : own?.close()]);
  }

  return {
    state,
    start,
    embedded() {
      return prepared ?? Promise.reject(new CodedError('SERVER_CLOSED'));
    },
    async signIn(credentials) {
      if (profile.kind !== 'server') throw new CodedError('SERVER_CLOSED');
      return options.openServer(profile, credentials);
    },
    adopt(database) {
      adopted = database;
      knocking?.close();
      knocking = null;
      follow(database);
    },
    async release() {
      const database = adopted;
      adopted = null;
      if (!database || database === local) return;
      stopListening();
      await database.close();
      if (!closed && profile.kind === 'server') start();
    },
    async retry() {
      if (knocking) await knocking.probe();
      else if (adopted) await adopted.probe();
      else if (phase.state === 'failed' || !prepared) {
        await stop();
        start();
      } else await local?.probe();
      return state();
    },
    async renew() {
      await (adopted ?? local)?.replace();
      await knocking?.probe();
    },
    async restart() {
      await stop();
      set(starting(options.now()));
      start();
      return state();
    },
    async close() {
      closed = true;
      await stop();
    },
  };
}

function starting(now: Date): Phase {
  return { state: 'starting', since: now.toISOString(), error: null, nextTryAt: null };
}

function dataOf(error: unknown): CodedErrorData {
  return error instanceof CodedError ? error.toData() : new CodedError('EMBEDDED_START_FAILED', {}, { cause: error }).toData();
}
