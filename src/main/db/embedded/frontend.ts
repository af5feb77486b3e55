/**
 * Reads the frontend half of the PostgreSQL wire protocol (PostgreSQL manual, "Frontend/Backend Protocol"): cuts a byte stream
 * into start-up packets and, later, into units that the engine can run without waiting for more bytes.
 *
 * A unit is one simple query, one extended batch up to its Sync (or a part of it up to a Flush), or one simple
 * COPY … FROM STDIN together with all of its data.
 */

/** The client broke the protocol; its connection ends with 08P01. */
export class ProtocolError extends Error {}

const MAX_MESSAGE = 1024 * 1024 * 1024;
const PROTOCOL_3 = 3;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

const code = (letter: string) => letter.charCodeAt(0);
const QUERY = code('Q');
const FUNCTION_CALL = code('F');
const SYNC = code('S');
const FLUSH = code('H');
const TERMINATE = code('X');
const COPY_DATA = code('d');
const COPY_DONE = code('c');
const COPY_FAIL = code('f');
const KNOWN = new Set([...'QPBDESHCFXdcf'].map(code));

/** `COPY … FROM STDIN` at the head of a statement; anything else never waits for data. */
const COPY_FROM_STDIN = /(?:^|;)\s*copy\s[^;]*\sfrom\s+stdin\b/i;

export type Startup =
  | { readonly kind: 'start'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel' };

export type Unit =
  /** `endsBatch` is false after a Flush: the batch goes on and nobody else may run in between. */
  | { readonly kind: 'run'; readonly bytes: Buffer; readonly endsBatch: boolean }
  /** A simple COPY … FROM STDIN waits for its data: the client must be told to send it, then a `run` follows. */
  | { readonly kind: 'copyIn' }
  | { readonly kind: 'terminate' };

/** Collects bytes and gives messages; holds at most one incomplete message and one incomplete unit. */
export class FrontendReader {
  #buffer: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  /** A COPY … FROM STDIN that waits for its end. */
  #copying = false;

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
  }

  /** The next start-up packet, or null while it is incomplete. Throws ProtocolError for another protocol. */
  startup(): Startup | null {
    if (this.#buffer.length < 8) return null;
    const length = this.#buffer.readInt32BE(0);
    if (length < 8 || length > 10_000) throw new ProtocolError('invalid length of startup packet');
    if (this.#buffer.length < length) return null;
    const packet = this.#take(length);
    const version = packet.readInt32BE(4);
    if (version === SSL_REQUEST || version === GSS_REQUEST) return { kind: 'encryption' };
    if (version === CANCEL_REQUEST) return { kind: 'cancel' };
    if (version >>> 16 !== PROTOCOL_3) throw new ProtocolError('unsupported frontend protocol');
    const words = packet.toString('utf8', 8).split('\0');
    const parameters = new Map<string, string>();
    for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2) {
      parameters.set(words[index] ?? '', words[index + 1] ?? '');
    }
    return { kind: 'start', parameters };
  }

  /** The next unit, or null while it is incomplete. Throws ProtocolError for an unknown message. */
  unit(): Unit | null {
    for (;;) {
      const message = this.#message();
      if (message === null) return null;
      const type = message[0];
      if (type === TERMINATE) return { kind: 'terminate' };
      const copyMessage = type === COPY_DATA || type === COPY_DONE || type === COPY_FAIL;
      if (this.#copying) {
        // PostgreSQL, too, ignores Flush and Sync while it takes in data.
        if (!copyMessage) continue;
        this.#parts.push(message);
        if (type === COPY_DATA) continue;
        this.#copying = false;
        return this.#finish(true);
      }
      // Left-overs of a COPY that is over; the protocol says to ignore them.
      if (copyMessage) continue;
      this.#parts.push(message);
      if (type === QUERY && COPY_FROM_STDIN.test(message.toString('utf8', 5))) {
        this.#copying = true;
        return { kind: 'copyIn' };
      }
      if (type === QUERY || type === FUNCTION_CALL || type === SYNC) return this.#finish(true);
      if (type === FLUSH) return this.#finish(false);
    }
  }

  #finish(endsBatch: boolean): Unit {
    const bytes = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    return { kind: 'run', bytes, endsBatch };
  }

  #message(): Buffer | null {
    if (this.#buffer.length < 5) return null;
    const type = this.#buffer[0] ?? 0;
    if (!KNOWN.has(type)) throw new ProtocolError('unknown frontend message');
    const length = this.#buffer.readInt32BE(1);
    if (length < 4 || length > MAX_MESSAGE) throw new ProtocolError('invalid message length');
    return this.#buffer.length < length + 1 ? null : this.#take(length + 1);
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }
}
