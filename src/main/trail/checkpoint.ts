/**
 * Checkpoints: what is left of rows that were archived. Each says which rows of which seals are in which file, names the checkpoint
 * before it, and is signed with a sealer's key; the bytes are specified in docs/trail-format.md. A missing row is archived only
 * if a checkpoint says so, place by place.
 */
import { z } from 'zod';
import { signatureHolds } from './keys';
import { sha256, splitHashes } from './merkle';
import { GENESIS } from './seal';
import type { TextRow } from './source';
import type { KnownKeys, ListedSeal, TrailFault } from './verify';

const place = z.int().nonnegative();

/** The facts of a checkpoint as `private.archive_plan` gives them. */
export const checkpointFacts = z.object({
  chain: z.string(),
  seq: z.coerce.number(),
  firstSeal: z.coerce.number(),
  lastSeal: z.coerce.number(),
  /** The hash of the last of these seals. */
  head: z.string(),
  rowCount: z.coerce.number(),
  /** Spans of seals all of whose rows went. */
  whole: z.array(z.tuple([z.int().positive(), z.int().positive()])),
  /** Seals that hold rows of months that stayed too, with the places of the rows that went. */
  parts: z.array(z.tuple([z.int().positive(), z.array(place)])),
  previous: z.string(),
});
export type CheckpointFacts = z.infer<typeof checkpointFacts>;

export const checkpointRow = checkpointFacts.extend({
  /** The first month that stayed, YYYY-MM. */
  before: z.string(),
  fileSha256: z.string(),
  keyId: z.string(),
  archivedAt: z.string(),
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof checkpointRow>;

type Part = string | number | readonly Part[];

/** PostgreSQL's text of a jsonb array. */
function written(part: Part): string {
  return typeof part === 'object' ? `[${part.map(written).join(', ')}]` : JSON.stringify(part);
}

/** The text that is hashed and signed. */
export function checkpointText(c: Omit<Checkpoint, 'signature'>): string {
  const numbers = [String(c.seq), c.before, String(c.firstSeal), String(c.lastSeal), c.head, String(c.rowCount)];
  return written(['kompl.checkpoint.1', c.chain, ...numbers, c.whole, c.parts, c.fileSha256, c.previous, c.keyId, c.archivedAt]);
}

export function checkpointHash(checkpoint: Omit<Checkpoint, 'signature'>): string {
  return sha256(checkpointText(checkpoint)).toString('hex');
}

/** What an archive file was found to hold, when it was read and proven by itself. */
export interface ArchiveFile {
  /** By chain: the hash of each seal in it, and the places whose text it holds. */
  readonly chains: ReadonlyMap<
    string,
    ReadonlyMap<number, { readonly hash: string; readonly size: number; readonly places: ReadonlySet<number> }>
  >;
}

/** The archived rows of one chain. */
export class Archived {
  /** Rows that were found to be archived while seals were completed. */
  rows = 0;

  constructor(
    readonly chain: string,
    readonly checkpoints: readonly Checkpoint[],
  ) {}

  covers(seal: number, index: number): boolean {
    return this.checkpoints.some(
      ({ whole, parts }) =>
        whole.some(([from, to]) => seal >= from && seal <= to) ||
        parts.some(([one, places]) => one === seal && places.includes(index)),
    );
  }

  /** The rows of a seal, with those that are archived in their places: withheld, by the leaf hash that the seal lists. */
  complete(seal: ListedSeal, found: readonly TextRow[]): readonly TextRow[] {
    if (this.checkpoints.length === 0) return found;
    // Events of the platform are listed also where they are gone.
    const there = new Map<number, TextRow[]>();
    for (const row of found) if (row.leaf !== null) there.set(row.index, [...(there.get(row.index) ?? []), row]);
    const leaves = seal.leaves.length === seal.rowCount * 32 ? splitHashes(seal.leaves) : [];
    const rows: TextRow[] = [];
    for (let index = 0; index < seal.rowCount; index += 1) {
      const own = there.get(index);
      const leaf = leaves[index];
      if (own) rows.push(...own);
      else if (leaf && this.covers(seal.seq, index)) {
        this.rows += 1;
        rows.push({ seal: seal.seq, index, id: seal.ids[index] ?? '', at: null, leaf, odd: false, text: null });
      }
    }
    return [...rows, ...found.filter(({ index, leaf }) => leaf !== null && (index < 0 || index >= seal.rowCount))];
  }

  /** Whether each checkpoint is signed, follows the one before it and stands on the seal that it names. */
  faults(keys: KnownKeys, hashAt: ReadonlyMap<number, string | null>): TrailFault[] {
    const faults: TrailFault[] = [];
    let previous = GENESIS;
    for (const [at, one] of this.checkpoints.entries()) {
      const fault = (what: string) => faults.push(this.#fault(one, what));
      const key = keys.get(one.keyId);
      if (!key) fault('it is signed with a key that is not known');
      else if (!signatureHolds(key, checkpointText(one), Buffer.from(one.signature, 'hex'))) fault('its signature does not hold');
      if (one.chain !== this.chain) fault('it names another chain');
      if (one.seq !== at + 1 || one.previous !== previous) fault('it does not follow the checkpoint before it');
      if (hashAt.get(one.lastSeal) !== one.head) fault(`seal ${one.lastSeal} is not the one that it names`);
      previous = checkpointHash(one);
    }
    return faults;
  }

  /** Of files that were given: whether each holds what its checkpoint says, under the very seals of the server. */
  faultsOfFiles(files: ReadonlyMap<string, ArchiveFile>): TrailFault[] {
    return this.checkpoints.flatMap((one) => {
      const file = files.get(one.fileSha256);
      if (!file) return [];
      const seals = file.chains.get(this.chain);
      const lacks = (seal: number, places: readonly number[] | null) => {
        const held = seals?.get(seal);
        return !held || (places === null ? held.places.size < held.size : places.some((index) => !held.places.has(index)));
      };
      const missing = [
        ...one.whole.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, n) => from + n).filter((seal) => lacks(seal, null)),
        ),
        ...one.parts.filter(([seal, places]) => lacks(seal, places)).map(([seal]) => seal),
      ];
      const head = seals?.get(one.lastSeal)?.hash;
      return [
        ...(missing.length > 0 ? [this.#fault(one, `its file does not hold the rows of seal ${missing[0]}`)] : []),
        ...(head === one.head ? [] : [this.#fault(one, `its file ends with another seal ${one.lastSeal}`)]),
      ];
    });
  }

  #fault({ seq, lastSeal, before }: Checkpoint, what: string): TrailFault {
    return {
      kind: 'checkpoint',
      chain: this.chain,
      seal: lastSeal,
      row: null,
      at: null,
      what: `checkpoint ${seq}, before ${before}: ${what}`,
    };
  }
}
