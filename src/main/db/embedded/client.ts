/**
 * The parent's end of the embedded server: starts its process, waits until it is ready, gives out connections as streams that
 * `pg` speaks its protocol over (no TCP, no socket file), and ends it properly.
 */
import { Duplex } from 'node:stream';
import { CodedError, type CodedErrorData } from '@shared/errors';
import type { EmbeddedOptions, FromServer } from './messages';
import type { EmbeddedLink, EmbeddedTransport } from './transport';

/** For each step of a start. Seconds on a quiet machine; a loaded one, or the recovery of a large cluster, takes far longer. */
const BOOT_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

export interface BootOptions {
  /** For each step of the start, milliseconds. */
  readonly timeoutMs?: number;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

/** Rebuilds the error that another process described. */
function revive(data: CodedErrorData): CodedError {
  return new CodedError(data.code, data.details, { faults: data.faults });
}

/** The error of a connection whose server process has gone; `code` as a socket would give it. */
class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('the embedded server has ended');
  }
}

/** One logical connection, shaped like the socket that `pg` expects. */
class EmbeddedStream extends Duplex {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #open: () => void;
  readonly #close: () => void;

  constructor(ends: { open: () => void; send: (bytes: Uint8Array) => void; close: () => void }) {
    super();
    this.#open = ends.open;
    this.#send = ends.send;
    this.#close = ends.close;
  }

  /** Same call as net.Socket's; port and host mean nothing here. */
  connect(): this {
    process.nextTick(() => {
      if (this.destroyed) return;
      this.#open();
      this.emit('connect');
    });
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Bytes are pushed as they come.
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk);
    done();
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#close();
    done(error);
  }
}

export class EmbeddedClient {
  readonly #link: EmbeddedLink;
  readonly #streams = new Map<number, EmbeddedStream>();
  readonly #exited: Promise<void>;
  #next = 1;
  #ended = false;
  #onLost: (error: CodedError) => void = () => undefined;

  private constructor(link: EmbeddedLink) {
    this.#link = link;
    this.#exited = new Promise((resolve) => {
      link.onExit(() => {
        this.#end(new CodedError('SERVER_CLOSED'));
        resolve();
      });
    });
  }

  /**
   * Starts a server process and waits until it takes connections. Throws what the server reports (WORKSPACE_IN_USE,
   * WORKSPACE_DAMAGED, DISK_FULL, EMBEDDED_START_FAILED), or SERVER_CLOSED when it was told to give up.
   */
  static async start(transport: EmbeddedTransport, options: EmbeddedOptions, boot: BootOptions = {}): Promise<EmbeddedClient> {
    const { timeoutMs = BOOT_TIMEOUT_MS, signal } = boot;
    const link = transport();
    const client = new EmbeddedClient(link);
    let settle: (error?: CodedError) => void = () => undefined;
    const started = new Promise<void>((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve());
    });
    const giveUp = (error: CodedError) => {
      link.kill();
      settle(error);
    };
    const timer = setTimeout(
      () => giveUp(new CodedError('EMBEDDED_START_FAILED', { step: 'boot', afterMs: timeoutMs })),
      timeoutMs,
    );
    // A kill in the middle of a start is safe: a cluster in the making is not in its place yet, an existing one recovers.
    const onAbort = () => giveUp(new CodedError('SERVER_CLOSED'));
    signal?.addEventListener('abort', onAbort, { once: true });
    link.listen((message) => {
      if (message.type === 'ready') settle();
      else if (message.type === 'failed') settle(revive(message.error));
      else if (message.type === 'progress') timer.refresh();
      else client.#receive(message);
    });
    void client.#exited.then(() => settle(new CodedError('EMBEDDED_START_FAILED', { step: 'process' })));
    link.post({ type: 'start', options });
    try {
      await started;
      return client;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Called once when the server ends without having been told to. */
  onLost(listener: (error: CodedError) => void): void {
    this.#onLost = listener;
  }

  /** A new connection for `pg`'s `stream` option. */
  stream(): Duplex {
    const connection = this.#next++;
    const stream: EmbeddedStream = new EmbeddedStream({
      open: () => {
        if (this.#ended) {
          stream.destroy(new ConnectionLost());
          return;
        }
        this.#streams.set(connection, stream);
        this.#link.post({ type: 'open', connection });
      },
      send: (bytes) => this.#link.post({ type: 'data', connection, bytes }),
      close: () => {
        if (this.#streams.delete(connection)) this.#link.post({ type: 'close', connection });
      },
    });
    return stream;
  }

  /** Shuts the server down with a checkpoint and waits for the end of its process; kills one that does not answer. */
  async stop(): Promise<void> {
    this.#onLost = () => undefined;
    if (!this.#ended) this.#link.post({ type: 'stop' });
    const timer = setTimeout(() => this.#link.kill(), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #receive(message: FromServer): void {
    if (message.type === 'data') this.#streams.get(message.connection)?.push(message.bytes);
    else if (message.type === 'closed') {
      const stream = this.#streams.get(message.connection);
      this.#streams.delete(message.connection);
      stream?.destroy();
    } else if (message.type === 'broken') this.#end(revive(message.error));
  }

  #end(error: CodedError): void {
    if (this.#ended) return;
    this.#ended = true;
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.destroy(new ConnectionLost());
    this.#onLost(error);
  }
}
