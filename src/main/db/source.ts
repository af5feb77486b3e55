/** Where connections come from: a server over the network, or the embedded server's process. One shape for both. */
import { CodedError } from '@shared/errors';
import pg from 'pg';
import { EmbeddedClient } from './embedded/client';
import { toCodedError } from './errors';
import { negotiateTls, reach } from './negotiate';
import type { Place } from './places';
import { type EmbeddedTarget, isThisMachine, type ServerTarget, type Target, tlsOptions } from './target';
import { TYPE_PARSERS } from './types';

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const EXPLAIN_MS = 2_000;
const SERVER_POOL = 6;
const EMBEDDED_POOL = 3;

export interface ConnectionSource {
  readonly embedded: boolean;
  readonly poolSize: number;
  /** Every place where the server may be, the given one first; one for the embedded server. */
  readonly places: readonly Place[];
  /** Where the primary was last seen. */
  readonly place: Place;
  moveTo(place: Place): void;
  /** Prepares what connections need (reads the CA file, starts the process) and gives their configuration. */
  configuration(): Promise<pg.ClientConfig>;
  /** Looks closer after `pg` failed to connect without giving a code; null where nothing more can be told. */
  explain(): Promise<CodedError | null>;
  /** The other end died by itself. */
  onLost(listener: (error: CodedError) => void): void;
  close(): Promise<void>;
}

const COMMON: pg.ClientConfig = {
  types: TYPE_PARSERS,
  connectionTimeoutMillis: CONNECT_MS,
  application_name: 'kompl-workstation',
};

function serverSource(target: ServerTarget): ConnectionSource {
  let place: Place = { host: target.host, port: target.port };
  const places = [place, ...(target.also ?? [])];
  return {
    embedded: false,
    poolSize: target.poolSize ?? SERVER_POOL,
    places,
    get place() {
      return place;
    },
    moveTo(next) {
      place = next;
    },
    async configuration() {
      // Every place is held to the same rule about TLS before anything is sent to any of them.
      for (const each of places) if (!isThisMachine(each.host)) await tlsOptions({ ...target, ...each });
      return {
        ...COMMON,
        host: place.host,
        port: place.port,
        database: target.database,
        user: target.user,
        password: target.password,
        ssl: await tlsOptions({ ...target, ...place }),
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      };
    },
    async explain() {
      if (target.tls.mode === 'disable') return null;
      try {
        const at = { ...target, ...place };
        const { socket } = await reach(at, EXPLAIN_MS);
        await negotiateTls(at, socket, EXPLAIN_MS);
        socket.destroy();
        return null;
      } catch (error) {
        return toCodedError(error);
      }
    },
    onLost: () => undefined,
    close: async () => undefined,
  };
}

function embeddedSource(target: EmbeddedTarget): ConnectionSource {
  let running: Promise<EmbeddedClient> | null = null;
  let notify: (error: CodedError) => void = () => undefined;
  const closing = new AbortController();
  const start = async () => {
    const client = await EmbeddedClient.start(
      target.transport,
      { dataDir: target.dataDir },
      { timeoutMs: target.bootTimeoutMs, signal: closing.signal },
    );
    client.onLost((error) => {
      running = null;
      notify(error);
    });
    return client;
  };
  const place: Place = { host: 'embedded', port: 0 };
  return {
    embedded: true,
    poolSize: EMBEDDED_POOL,
    places: [place],
    place,
    moveTo: () => undefined,
    async configuration() {
      if (closing.signal.aborted) throw new CodedError('SERVER_CLOSED');
      running ??= start().catch((error: unknown) => {
        running = null;
        throw error;
      });
      const client = await running;
      return { ...COMMON, user: 'postgres', database: 'postgres', password: '', ssl: false, stream: () => client.stream() };
    },
    explain: async () => null,
    onLost(listener) {
      notify = listener;
    },
    async close() {
      closing.abort();
      const client = await running?.catch(() => null);
      running = null;
      await client?.stop();
    },
  };
}

export function connectionSource(target: Target): ConnectionSource {
  return target.kind === 'embedded' ? embeddedSource(target) : serverSource(target);
}

/** A connection of its own outside of the pool, for migrations and probes. The caller ends it. Rejects with a CodedError. */
export async function connectOnce(source: ConnectionSource, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ ...(await source.configuration()), ...options });
  // A lost connection reaches its user through the query that fails; without a listener it would end the process.
  client.on('error', () => undefined);
  let judged = false;
  for (const event of ['authenticationSASLContinue', 'authenticationMD5Password', 'authenticationCleartextPassword']) {
    client.connection.on(event, () => {
      judged = true;
    });
  }
  client.connection.on('authenticationOk', () => {
    judged = false;
  });
  try {
    await client.connect();
  } catch (error) {
    if (refusedByPooler(error, judged)) throw new CodedError('SIGN_IN_REFUSED', { sqlState: '08P01' }, { cause: error });
    throw await connectError(source, error);
  }
  return client;
}

/**
 * PgBouncer before 1.20 has one SQLSTATE, 08P01, for whatever goes wrong. After the password was asked for it can only mean the
 * password; before, its text (which is never translated) is the one thing that tells an unknown person from a server in trouble.
 */
function refusedByPooler(error: unknown, judged: boolean): boolean {
  return error instanceof pg.DatabaseError && error.code === '08P01' && (judged || error.message === 'no such user');
}

/** The coded error for a connection that could not be made. `pg` gives no code for its own time-out, nor for a server without TLS. */
export async function connectError(source: ConnectionSource, error: unknown): Promise<CodedError> {
  const coded = toCodedError(error);
  if (coded.code !== 'INTERNAL' || error instanceof pg.DatabaseError) return coded;
  return (await source.explain()) ?? new CodedError('SERVER_TIMEOUT', { step: 'connect' }, { cause: error });
}
