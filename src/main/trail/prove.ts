/** The proof of a chain on a server, read in pieces, so that a trail of any length takes the same memory. */
import { CodedError } from '@shared/errors';
import type { TrailSource } from './source';
import { type ChainHead, ChainProof, type KnownKeys, type TrailFault } from './verify';

export interface ProofOptions {
  /** Keys that are trusted; those that the server names where left out. */
  readonly keys?: KnownKeys;
  /** Seals that somebody remembers from before. */
  readonly heads?: readonly ChainHead[];
  readonly onProgress?: (seals: number, rows: number) => void;
  readonly signal?: AbortSignal;
}

export interface ChainReport {
  readonly chain: string;
  readonly seals: number;
  readonly rows: number;
  readonly head: ChainHead | null;
  /** Rows that wait for their seal: nothing can be proven of them yet. */
  readonly waiting: number;
  readonly oldestWaiting: string | null;
  readonly faults: readonly TrailFault[];
}

/** Seals whose rows are read at once. */
const SEALS_AT_ONCE = 8;

/** Proves a whole chain. The source should speak in one REPEATABLE READ transaction, for a sealer may be at work. */
export async function proveChain(source: TrailSource, options: ProofOptions = {}): Promise<ChainReport> {
  const proof = new ChainProof(source.chain, options.keys ?? (await source.keys()));
  for (let next = 1; ; ) {
    if (options.signal?.aborted) throw new CodedError('INTERNAL', { reason: 'aborted' });
    const seals = await source.seals(next, SEALS_AT_ONCE);
    const [first, last] = [seals[0], seals.at(-1)];
    if (!first || !last) break;
    const rows = await source.rows(first.seq, last.seq);
    for (const seal of seals)
      proof.add(
        seal,
        rows.filter((row) => row.seal === seal.seq),
      );
    next = last.seq + 1;
    options.onProgress?.(proof.seals, proof.rows);
  }
  for (const known of options.heads ?? []) proof.expectHead(known, await source.hashAt(known.seq));
  for (const stray of await source.strays()) proof.stray(stray);
  const { rows: waiting, oldest } = await source.waiting();
  return {
    chain: source.chain,
    seals: proof.seals,
    rows: proof.rows,
    head: proof.head,
    waiting,
    oldestWaiting: oldest,
    faults: proof.faults,
  };
}
