/** What the bench's main, preload and page say to each other, beside the workstation's own bridge. */

export const BENCH_CHANNELS = {
  /** invoke: the page of rows, straight from a handler. */
  raw: 'bench:raw',
  /** page → main: `Timings`, or what went wrong. */
  done: 'bench:done',
} as const;

/** One number a round and side: the mean of `CALLS` calls, one after the other, in ms. */
export interface Timings {
  /** The typed client, from the call to the rows in the page. */
  readonly typed: readonly number[];
  /** `ipcRenderer.invoke` through a bridge of one function, the least with which a page can have the rows. */
  readonly raw: readonly number[];
  /** `ipcRenderer.invoke` inside the preload: no page can do that; shows what crossing the bridge costs. */
  readonly inside: readonly number[];
}

export type Outcome = { readonly ok: true; readonly timings: Timings } | { readonly ok: false; readonly reason: string };

/** On `window.bench`. */
export interface BenchBridge {
  raw(): Promise<unknown>;
  inside(): Promise<number>;
  done(outcome: Outcome): void;
}

export const ROWS = 200;
/** A page's clock ticks in tenths of a millisecond; several calls a sample keep that out of the medians. */
export const CALLS = 5;
export const WARM_UPS = 20;
export const ROUNDS = 300;
