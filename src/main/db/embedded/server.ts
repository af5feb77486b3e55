/**
 * The embedded server: many logical connections, each speaking the PostgreSQL wire protocol, on one engine.
 *
 * One transaction at a time: whoever has a transaction (or an unfinished extended batch) open is served alone, the others wait
 * in the order in which they asked. A connection that ends inside a transaction is rolled back. Free of any platform: bytes come
 * in by `receive` and leave by the `send` callback, so it runs in a utilityProcess, a forked child or a test alike.
 *
 * Connections share one PostgreSQL session: only LOCAL settings keep apart from each other. Session state that somebody left is
 * discarded when the last connection ends.
 */
import { CodedError } from '@shared/errors';
import {
  ABORT_BATCH,
  copyInResponse,
  errorResponse,
  greeting,
  REFUSE_ENCRYPTION,
  simpleQuery,
  withoutCopyInResponse,
} from './backend';
import type { Engine } from './engine';
import { FrontendReader, ProtocolError, type Unit } from './frontend';

export interface ServerEvents {
  /** Bytes for a client. */
  send(connection: number, bytes: Buffer): void;
  /** The server ended a connection. */
  closed(connection: number): void;
  /** The engine broke; every connection is closed. */
  broken(error: CodedError): void;
}

interface Connection {
  readonly id: number;
  readonly reader: FrontendReader;
  started: boolean;
  /** The client has gone; what is left is to roll back. */
  gone: boolean;
  copying: boolean;
  readonly units: Unit[];
}

/** A transaction that stays open and idle for longer is ended, as `idle_in_transaction_session_timeout` would; milliseconds. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** Quiet time after which upkeep may run, milliseconds. */
const QUIET_MS = 2_000;
/** Units run in a row before waiting messages get a look-in. */
const TURN = 64;

export class EmbeddedServer {
  readonly #engine: Engine;
  readonly #events: ServerEvents;
  readonly #idleInTransactionMs: number;
  readonly #quietMs: number;
  readonly #connections = new Map<number, Connection>();
  /** Connections with a unit to run, in the order in which they asked. */
  readonly #waiting = new Set<Connection>();
  /** Served alone: in a transaction or in the middle of a batch. */
  #holder: Connection | null = null;
  #midBatch = false;
  #scheduled = false;
  #stopped = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #quietTimer: NodeJS.Timeout | undefined;

  constructor(engine: Engine, events: ServerEvents, options: { idleInTransactionMs?: number; quietMs?: number } = {}) {
    this.#engine = engine;
    this.#events = events;
    this.#idleInTransactionMs = options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS;
    this.#quietMs = options.quietMs ?? QUIET_MS;
  }

  /** A new client; its start-up packet comes by `receive`. */
  open(id: number): void {
    if (this.#stopped) {
      this.#events.closed(id);
      return;
    }
    this.#connections.set(id, {
      id,
      reader: new FrontendReader(),
      started: false,
      gone: false,
      copying: false,
      units: [],
    });
  }

  receive(id: number, bytes: Uint8Array): void {
    const connection = this.#connections.get(id);
    if (!connection || connection.gone) return;
    connection.reader.push(bytes);
    try {
      if (!connection.started && !this.#startUp(connection)) return;
      for (let unit = connection.reader.unit(); unit !== null; unit = connection.reader.unit()) {
        connection.units.push(unit);
        if (unit.kind === 'terminate') break;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#events.send(id, errorResponse('FATAL', '08P01', error.message));
      this.#end(connection);
      return;
    }
    if (connection === this.#holder) this.#watchIdle();
    if (connection.units.length === 0) return;
    this.#waiting.add(connection);
    this.#schedule();
  }

  /** The client has gone, with or without a good-bye. */
  close(id: number): void {
    const connection = this.#connections.get(id);
    if (connection) this.#leave(connection);
  }

  /** Ends every connection, rolls back what is open and shuts the engine down. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    for (const id of this.#connections.keys()) this.#events.closed(id);
    this.#connections.clear();
    this.#waiting.clear();
    if (this.#engine.usable) this.#rollBack();
    await this.#engine.close();
  }

  #startUp(connection: Connection): boolean {
    for (;;) {
      const packet = connection.reader.startup();
      if (packet === null) return false;
      if (packet.kind === 'encryption') {
        this.#events.send(connection.id, REFUSE_ENCRYPTION);
      } else if (packet.kind === 'cancel') {
        this.#end(connection);
        return false;
      } else {
        connection.started = true;
        this.#events.send(connection.id, greeting(this.#parameters(packet.parameters), connection.id));
        return true;
      }
    }
  }

  #parameters(asked: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
    return {
      server_version: this.#engine.serverVersion,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      application_name: asked.get('application_name') ?? '',
      is_superuser: 'on',
      session_authorization: 'postgres',
      DateStyle: 'ISO, MDY',
      IntervalStyle: 'postgres',
      TimeZone: 'UTC',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
    };
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#work();
    });
  }

  /** Runs what is waiting, fairly: the holder alone while there is one, else whoever asked first. */
  #work(): void {
    for (let count = 0; count < TURN && !this.#stopped; count++) {
      const next = this.#holder ?? this.#waiting.values().next().value;
      if (next === undefined || !this.#waiting.has(next)) break;
      const unit = next.units.shift();
      if (unit) this.#perform(next, unit);
      // Back of the queue, unless it holds the engine; out of it when it has nothing more.
      if (this.#holder !== next || next.units.length === 0) this.#waiting.delete(next);
      if (next.units.length > 0 && this.#connections.has(next.id)) this.#waiting.add(next);
    }
    if (this.#stopped) return;
    const next = this.#holder ?? this.#waiting.values().next().value;
    if (next !== undefined && this.#waiting.has(next)) this.#schedule();
    this.#watchIdle();
    this.#watchQuiet();
  }

  #perform(connection: Connection, unit: Unit): void {
    if (unit.kind === 'terminate') {
      this.#leave(connection);
      return;
    }
    if (unit.kind === 'copyIn') {
      connection.copying = true;
      this.#events.send(connection.id, copyInResponse());
      return;
    }
    const answer = this.#run(unit.bytes);
    if (answer === null) return;
    const sent = connection.copying ? withoutCopyInResponse(answer) : answer;
    connection.copying = false;
    if (sent.length > 0) this.#events.send(connection.id, sent);
    this.#midBatch = !unit.endsBatch;
    this.#holder = this.#midBatch || this.#engine.inTransaction ? connection : null;
  }

  /** The engine's answer, or null when it broke. */
  #run(bytes: Uint8Array): Buffer | null {
    try {
      return this.#engine.run(bytes);
    } catch (error) {
      this.#break(error);
      return null;
    }
  }

  #break(error: unknown): void {
    this.#stopped = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    for (const id of this.#connections.keys()) this.#events.closed(id);
    this.#connections.clear();
    this.#waiting.clear();
    this.#events.broken(error instanceof CodedError ? error : new CodedError('SERVER_CLOSED', {}, { cause: error }));
  }

  #end(connection: Connection): void {
    this.#leave(connection);
    this.#events.closed(connection.id);
  }

  #leave(connection: Connection): void {
    if (connection.gone) return;
    connection.gone = true;
    connection.units.length = 0;
    this.#connections.delete(connection.id);
    this.#waiting.delete(connection);
    if (this.#stopped) return;
    if (this.#holder === connection) this.#rollBack();
    if (!this.#stopped && this.#connections.size === 0) this.#run(simpleQuery('DISCARD ALL'));
    this.#schedule();
  }

  #rollBack(): void {
    if (this.#midBatch) this.#run(ABORT_BATCH);
    this.#midBatch = false;
    if (this.#engine.inTransaction) this.#run(simpleQuery('ROLLBACK'));
    this.#holder = null;
  }

  #watchIdle(): void {
    clearTimeout(this.#idleTimer);
    const holder = this.#holder;
    if (holder === null) return;
    this.#idleTimer = setTimeout(() => {
      this.#events.send(holder.id, errorResponse('FATAL', '25P03', 'terminating connection due to idle-in-transaction timeout'));
      this.#end(holder);
    }, this.#idleInTransactionMs);
    this.#idleTimer.unref();
  }

  #watchQuiet(): void {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => {
      if (this.#stopped || this.#holder !== null || this.#waiting.size > 0) return;
      try {
        if (this.#engine.upkeep()) this.#watchQuiet();
      } catch (error) {
        this.#break(error);
      }
    }, this.#quietMs);
    this.#quietTimer.unref();
  }
}
