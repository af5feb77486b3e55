/**
 * Runs the embedded server behind a message port: what a utilityProcess, a forked child and an in-process opener have in common.
 * Takes the folder's lock before the engine touches anything and gives it back last.
 */
import { CodedError } from '@shared/errors';
import { Engine } from './engine';
import { type FolderLock, lockFolder } from './lock';
import type { EmbeddedOptions, FromServer, ToServer } from './messages';
import { EmbeddedServer } from './server';

function coded(error: unknown): CodedError {
  return error instanceof CodedError ? error : new CodedError('EMBEDDED_START_FAILED', {}, { cause: error });
}

/** One server, from its `start` message to `stopped`. `ended` settles when nothing of it is left. */
export class EmbeddedHost {
  readonly ended: Promise<void>;
  readonly #post: (message: FromServer) => void;
  readonly #patienceMs: number;
  #markEnded: () => void = () => undefined;
  #lock: FolderLock | null = null;
  #server: EmbeddedServer | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  /** `patienceMs`: how long to wait for another opener of the folder to end. */
  constructor(post: (message: FromServer) => void, patienceMs = 0) {
    this.#post = post;
    this.#patienceMs = patienceMs;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  handle(message: ToServer): void {
    switch (message.type) {
      case 'start':
        this.#starting ??= this.#start(message.options);
        break;
      case 'open':
        this.#server?.open(message.connection);
        break;
      case 'data':
        this.#server?.receive(message.connection, message.bytes);
        break;
      case 'close':
        this.#server?.close(message.connection);
        break;
      case 'stop':
        void this.stop();
        break;
    }
  }

  /** Shuts down properly, after a start that is still under way; safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(options: EmbeddedOptions): Promise<void> {
    try {
      this.#lock = await lockFolder(options.dataDir, this.#patienceMs);
      this.#post({ type: 'progress', step: 'locked' });
      const engine = await Engine.open(options.dataDir, (step) => this.#post({ type: 'progress', step }));
      this.#server = new EmbeddedServer(
        engine,
        {
          send: (connection, bytes) => this.#post({ type: 'data', connection, bytes }),
          closed: (connection) => this.#post({ type: 'closed', connection }),
          broken: (error) => void this.#finish({ type: 'broken', error: error.toData() }),
        },
        options,
      );
      this.#post({ type: 'ready', serverVersion: engine.serverVersion });
    } catch (error) {
      await this.#finish({ type: 'failed', error: coded(error).toData() });
    }
  }

  async #stop(): Promise<void> {
    await this.#starting;
    const server = this.#server;
    this.#server = null;
    if (server) await server.stop();
    await this.#finish({ type: 'stopped' });
  }

  async #finish(last: FromServer): Promise<void> {
    this.#server = null;
    const lock = this.#lock;
    this.#lock = null;
    await lock?.release();
    this.#post(last);
    this.#markEnded();
  }
}
