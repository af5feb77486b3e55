/**
 * Asks for the same rows over the renderer's real link and over a bare invoke, in turn, each after the other has come in, and
 * in changing order, so that neither always pays for the other's garbage.
 */
import type { AppRouter } from '@main/ipc/router';
import { bridge } from '@renderer/lib/bridge';
import { ipcLink } from '@renderer/lib/ipc-link';
import { scope } from '@renderer/lib/scope';
import { createTRPCClient } from '@trpc/client';
import { type BenchBridge, CALLS, ROUNDS, ROWS, type Timings, WARM_UPS } from '../channels';

declare global {
  interface Window {
    readonly bench: BenchBridge;
  }
}

const client = createTRPCClient<AppRouter>({ links: [ipcLink({ bridge, scope })] });

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  let page: unknown;
  const started = performance.now();
  for (let call = 0; call < CALLS; call++) page = await work();
  const took = (performance.now() - started) / CALLS;
  if (countOf(page) !== ROWS) throw new RangeError(`${countOf(page)} rows came instead of ${ROWS}`);
  return took;
};

function countOf(page: unknown): number {
  return typeof page === 'object' && page !== null && 'rows' in page && Array.isArray(page.rows) ? page.rows.length : 0;
}

const SIDES: Readonly<Record<keyof Timings, () => Promise<number>>> = {
  typed: () => timed(() => client.entities.controls.list.query({ limit: ROWS })),
  raw: () => timed(() => window.bench.raw()),
  inside: () => window.bench.inside(),
};

const ORDERS: readonly (readonly (keyof Timings)[])[] = [
  ['typed', 'raw', 'inside'],
  ['raw', 'inside', 'typed'],
  ['inside', 'typed', 'raw'],
  ['raw', 'typed', 'inside'],
  ['typed', 'inside', 'raw'],
  ['inside', 'raw', 'typed'],
];

async function measure(): Promise<Timings> {
  const timings = { typed: [] as number[], raw: [] as number[], inside: [] as number[] };
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const side of ORDERS[(round + WARM_UPS) % ORDERS.length] ?? []) {
      const took = await SIDES[side]();
      if (round >= 0) timings[side].push(took);
    }
  }
  return timings;
}

measure().then(
  (timings) => window.bench.done({ ok: true, timings }),
  (error: unknown) => window.bench.done({ ok: false, reason: error instanceof Error ? error.message : 'unknown' }),
);
