/** Channel names and the size limit of a request. Without zod, for the preload is loaded before every page and stays small. */
export const CHANNELS = {
  /** invoke: one tRPC call, `RpcRequest` → `RpcResponse`. */
  rpc: 'kompl:rpc',
  /** invoke: abort a running call by its number. */
  abort: 'kompl:abort',
  /** invoke, from the preload only: a path the person chose → `FileGrant`. */
  grantFile: 'kompl:grant-file',
  /** main → renderer: `AppEvent`. */
  event: 'kompl:event',
  /** renderer → main: the window can be used. */
  ready: 'kompl:ready',
} as const;

/** Larger requests are refused before they are parsed; files travel as grants, never as bytes. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
