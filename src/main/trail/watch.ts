/**
 * Sealing without end: looks which chains were written to, seals them, and rests longer the more it had to do while writers are
 * at work, so that it never takes more than a small share of the server from them. Where it is calm it catches up at once.
 */
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { type AdminClient, isConnectionLost } from '../db/migrate/client';
import { PLATFORM_CHAIN } from './seal';
import { hasUnsealed, readActivity, type SealOptions, sealBatch } from './sealer';

export interface WatchOptions extends SealOptions {
  /** Only this chain; all of them where left out. */
  readonly chain?: string;
  readonly signal: AbortSignal;
  /** Milliseconds of any clock. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal is raised. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onSealed?: (chain: string, rows: number) => void;
  /** A chain was left without anything to seal after batches were sealed; its table, or null for the platform's. */
  readonly onDrained?: (table: string | null) => Promise<void>;
  /** A chain that could not be sealed; the others go on. Connection errors are thrown instead. */
  readonly onFailure?: (chain: string, error: unknown) => void;
  /** Between two looks where nothing happens, milliseconds. */
  readonly idleMs?: number;
  /** While others write: rest so many times as long as the batch took. */
  readonly restFactor?: number;
  /** Every chain is looked at after so many milliseconds, whatever the counts say. */
  readonly sweepMs?: number;
}

const IDLE_MS = 1_000;
/** One part of work to nineteen of rest: a twentieth of one connection's time. */
const REST_FACTOR = 19;
/** Counts may be reset and statistics may be lost: every chain is looked at now and then anyway, unless said otherwise. */
const SWEEP_MS = 5 * 60_000;

/** Runs until the signal is raised. Rejects where the connection is lost. */
export async function watchAndSeal(client: AdminClient, options: WatchOptions): Promise<void> {
  const seen = new Map<string, string>();
  let swept = Number.NEGATIVE_INFINITY;
  while (!options.signal.aborted) {
    const all = options.now() - swept >= (options.sweepMs ?? SWEEP_MS);
    if (all) swept = options.now();
    const chains = (await readActivity(client)).filter(({ chain }) => options.chain === undefined || chain === options.chain);
    for (const { chain, written } of chains) {
      if (options.signal.aborted) return;
      if (!all && seen.get(chain) === written) continue;
      if (await drain(client, chain, options)) seen.set(chain, written);
    }
    await options.sleep(options.idleMs ?? IDLE_MS, options.signal);
  }
}

/** True where the chain was left with nothing to seal, so that it need not be looked at before it is written to again. */
async function drain(client: AdminClient, chain: string, options: WatchOptions): Promise<boolean> {
  for (let batches = 0; ; batches += 1) {
    const began = options.now();
    let rows: number;
    try {
      rows = await sealBatch(client, chain, options);
    } catch (error) {
      if (!(error instanceof CodedError) && isConnectionLost(error)) throw error;
      options.onFailure?.(chain, error);
      return true;
    }
    // What an open transaction may still precede is looked for again.
    if (rows === 0) {
      if (batches > 0) await options.onDrained?.(chain === PLATFORM_CHAIN ? null : `${tenantSchema(chain)}.audit_log`);
      return !(await hasUnsealed(client, chain));
    }
    options.onSealed?.(chain, rows);
    await options.sleep((options.now() - began) * (options.restFactor ?? REST_FACTOR), options.signal);
    if (options.signal.aborted) return false;
  }
}
