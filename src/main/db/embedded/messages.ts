/**
 * What the embedded server's process and its parent say to each other. Every message survives a structured clone, so the same
 * words travel over a utilityProcess port, a forked child's channel or a plain function call.
 */
import type { CodedErrorData } from '@shared/errors';

/** How the embedded server is to be started. */
export interface EmbeddedOptions {
  /** Folder of the workspace; the cluster lies in `postgres` below it, the lock in `lock.json`. */
  readonly dataDir: string;
  /** A connection that keeps a transaction open and idle for longer is ended with 25P03, milliseconds. */
  readonly idleInTransactionMs?: number;
  /** Quiet time after which upkeep may run, milliseconds. */
  readonly quietMs?: number;
}

export type ToServer =
  | { readonly type: 'start'; readonly options: EmbeddedOptions }
  | { readonly type: 'open'; readonly connection: number }
  | { readonly type: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly connection: number }
  | { readonly type: 'stop' };

export type FromServer =
  /** The start has come this far; each step has its own time-out. */
  | { readonly type: 'progress'; readonly step: 'locked' | 'creating' | 'opening' }
  | { readonly type: 'ready'; readonly serverVersion: string }
  | { readonly type: 'failed'; readonly error: CodedErrorData }
  | { readonly type: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly connection: number }
  /** The engine broke while running (a panic, a full disk); the process ends right after. */
  | { readonly type: 'broken'; readonly error: CodedErrorData }
  | { readonly type: 'stopped' };

const TO_SERVER = new Set(['start', 'open', 'data', 'close', 'stop']);
const FROM_SERVER = new Set(['progress', 'ready', 'failed', 'data', 'closed', 'broken', 'stopped']);

function hasType(value: unknown, types: ReadonlySet<string>): boolean {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && types.has(value.type)
  );
}

/** True for a message to the server; both ends are ours, so the type alone is checked. */
export function isToServer(value: unknown): value is ToServer {
  return hasType(value, TO_SERVER);
}

/** True for a message from the server. */
export function isFromServer(value: unknown): value is FromServer {
  return hasType(value, FROM_SERVER);
}

/** The bytes in a buffer of exactly their size: a structured clone of a view would carry the whole buffer behind it. */
export function exactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.prototype.slice.call(bytes);
}
