/** The proof of a chain on a server, read in pieces, so that a trail of any length takes the same memory. */
import { CodedError } from '@shared/errors';
import { Archived, type ArchiveFile } from './checkpoint';
import type { TrailSource } from './source';
import { type ChainHead, ChainProof, type KnownKeys, type TrailFault } from './verify';

export interface ProofOptions {
  /** Keys that are trusted; those that the server names where left out. */
  readonly keys?: KnownKeys;
  /** Seals that somebody remembers from before. */
  readonly heads?: readonly ChainHead[];
  readonly onProgress?: (seals: number, rows: number) => void;
  readonly signal?: AbortSignal;
  /** Archive files that were given and read, by their SHA-256. */
  readonly files?: ReadonlyMap<string, ArchiveFile>;
}

export interface ChainReport {
  readonly chain: string;
  readonly seals: number;
  readonly rows: number;
  readonly head: ChainHead | null;
  /** Rows that wait for their seal: nothing can be proven of them yet. */
  readonly waiting: number;
  readonly oldestWaiting: string | null;
  /** Months that left the server, act by act, and how many rows went with each. */
  readonly archived: readonly ArchivedMonths[];
  readonly faults: readonly TrailFault[];
}

export interface ArchivedMonths {
  /** The first month that stayed, YYYY-MM. */
  readonly before: string;
  readonly rows: number;
  /** SHA-256 of the file that holds them, hex. */
  readonly fileSha256: string;
  readonly checkpoint: number;
  /** Whether a file with this sum was given and proven. */
  readonly proven: boolean;
}

/** Seals whose rows are read at once. */
const SEALS_AT_ONCE = 8;

/** Proves a whole chain. The source should speak in one REPEATABLE READ transaction, for a sealer may be at work. */
export async function proveChain(source: TrailSource, options: ProofOptions = {}): Promise<ChainReport> {
  const keys = options.keys ?? (await source.keys());
  const proof = new ChainProof(source.chain, keys);
  const archived = new Archived(source.chain, await source.checkpoints());
  for (let next = 1; ; ) {
    if (options.signal?.aborted) throw new CodedError('INTERNAL', { reason: 'aborted' });
    const seals = await source.seals(next, SEALS_AT_ONCE);
    const [first, last] = [seals[0], seals.at(-1)];
    if (!first || !last) break;
    const rows = await source.rows(first.seq, last.seq);
    for (const seal of seals) {
      const found = rows.filter((row) => row.seal === seal.seq);
      proof.add(seal, archived.complete(seal, found));
    }
    next = last.seq + 1;
    options.onProgress?.(proof.seals, proof.rows);
  }
  for (const known of options.heads ?? []) proof.expectHead(known, await source.hashAt(known.seq));
  const hashes = new Map<number, string | null>();
  for (const { lastSeal } of archived.checkpoints) hashes.set(lastSeal, await source.hashAt(lastSeal));
  const ofArchives = archived.faults(keys, hashes);
  for (const stray of await source.strays()) proof.stray(stray);
  const { rows: waiting, oldest } = await source.waiting();
  return {
    chain: source.chain,
    seals: proof.seals,
    rows: proof.rows - archived.rows,
    head: proof.head,
    waiting,
    oldestWaiting: oldest,
    archived: archived.checkpoints.map(({ before, rowCount, fileSha256, seq }) => ({
      before,
      rows: rowCount,
      fileSha256,
      checkpoint: seq,
      proven: options.files?.has(fileSha256) ?? false,
    })),
    faults: [...proof.faults, ...ofArchives, ...archived.faultsOfFiles(options.files ?? new Map())],
  };
}
