/**
 * Proof of a chain: each seal follows the one before, is signed by a known key, and its rows are exactly those that were sealed,
 * in their order. Says of every fault where it is. Pure: seals and rows come from a server or from a file.
 */
import { signatureHolds } from './keys';
import { merkleRoot, splitHashes } from './merkle';
import { GENESIS, type Seal, sealHash, sealText } from './seal';

export type FaultKind =
  | 'row_changed'
  | 'row_removed'
  | 'row_added'
  | 'row_moved'
  | 'row_copy'
  | 'seal_missing'
  | 'seal_changed'
  | 'seal_order'
  | 'seal_signature'
  | 'seal_key'
  | 'head_missing'
  /** A checkpoint of archived rows that is forged, out of order or not about this chain. */
  | 'checkpoint';

/** One fault. `row` is the number of the row in its trail, `at` its time as it stands there now. */
export interface TrailFault {
  readonly kind: FaultKind;
  readonly chain: string;
  readonly seal: number | null;
  readonly row: string | null;
  readonly at: string | null;
  readonly what: string;
}

/** A seal with its lists of leaf hashes and row numbers, in the order of the rows. */
export interface ListedSeal extends Seal {
  readonly leaves: Buffer;
  readonly ids: readonly string[];
  /** The hash that is kept beside the seal, where there is one. */
  readonly hash: string | null;
}

/** A row as it is found. `leaf` null: it is listed and not there. */
export interface FoundRow {
  readonly seal: number;
  readonly index: number;
  readonly id: string;
  readonly at: string | null;
  readonly leaf: Buffer | null;
  /** A column that the hashed text does not hold is not what it must be. */
  readonly odd: boolean;
}

/** Public keys of 32 bytes by their id. */
export type KnownKeys = ReadonlyMap<string, Buffer>;

export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Goes over one chain, seal by seal in order. */
export class ChainProof {
  readonly faults: TrailFault[] = [];
  rows = 0;
  seals = 0;
  head: ChainHead | null = null;
  #next: number;
  #previous: string | null;

  /** `from`: the first seal to come; the hash before it is known only for the first of a chain. */
  constructor(
    readonly chain: string,
    private readonly keys: KnownKeys,
    from = 1,
  ) {
    this.#next = from;
    this.#previous = from === 1 ? GENESIS : null;
  }

  add(seal: ListedSeal, rows: readonly FoundRow[]): void {
    this.#checkSeal(seal);
    this.#checkRows(seal, rows);
    this.seals += 1;
    this.rows += rows.length;
    this.#next = seal.seq + 1;
    this.#previous = sealHash(seal);
    this.head = { seq: seal.seq, hash: this.#previous };
  }

  /** Somebody remembers this seal; it must be in the chain as it was. `hashAt` gives the hash that stands there now. */
  expectHead(known: ChainHead, hashAt: string | null): void {
    if (hashAt === known.hash) return;
    this.#fault(
      'head_missing',
      known.seq,
      null,
      null,
      hashAt === null ? 'the chain was cut back' : 'another seal stands in its place',
    );
  }

  /** A row that says it is sealed and is in no seal. */
  stray(row: { readonly id: string; readonly at: string | null }): void {
    this.#fault('row_added', null, row.id, row.at, 'it belongs to no seal');
  }

  #fault(kind: FaultKind, seal: number | null, row: string | null, at: string | null, what: string): void {
    this.faults.push({ kind, chain: this.chain, seal, row, at, what });
  }

  #checkSeal(seal: ListedSeal): void {
    const fault = (kind: FaultKind, what: string) => this.#fault(kind, seal.seq, null, seal.sealedAt, what);
    if (seal.chain !== this.chain) fault('seal_changed', 'it names another chain');
    if (seal.seq > this.#next) {
      const until = seal.seq - 1;
      const which = until === this.#next ? `seal ${until}` : `seals ${this.#next} to ${until}`;
      this.#fault(
        'seal_missing',
        this.#next,
        null,
        null,
        `${which} of the chain ${until === this.#next ? 'is' : 'are'} not there`,
      );
    } else if (seal.seq < this.#next) {
      fault('seal_order', 'it stands twice or out of order');
    } else if (this.#previous !== null && seal.previous !== this.#previous) {
      fault('seal_order', 'it does not name the seal before it');
    }
    const key = this.keys.get(seal.keyId);
    if (!key) fault('seal_key', 'it is signed with a key that is not known');
    else if (!signatureHolds(key, sealText(seal), Buffer.from(seal.signature, 'hex'))) {
      fault('seal_signature', 'its signature does not hold: the seal was changed or forged');
    }
    if (seal.hash !== null && seal.hash !== sealHash(seal)) fault('seal_changed', 'the hash kept beside it is another');
  }

  #checkRows(seal: ListedSeal, rows: readonly FoundRow[]): void {
    const leaves = listOf(seal);
    if (leaves === null)
      this.#fault('seal_changed', seal.seq, null, seal.sealedAt, 'its list of row hashes does not lead to its root');
    const byIndex = new Map<number, FoundRow[]>();
    for (const row of rows) byIndex.set(row.index, [...(byIndex.get(row.index) ?? []), row]);
    if (leaves === null) {
      this.#checkByRoot(seal, byIndex);
      return;
    }
    const places = new Map(leaves.map((leaf, index) => [leaf.toString('hex'), index]));
    for (let index = 0; index < seal.rowCount; index += 1) {
      const found = byIndex.get(index) ?? [];
      const listed = leaves[index]?.toString('hex') ?? '';
      const right = found.find((row) => row.leaf?.toString('hex') === listed);
      const id = seal.ids[index] ?? null;
      if (!found.some((row) => row.leaf !== null)) {
        this.#fault(
          'row_removed',
          seal.seq,
          id,
          neighbour(byIndex, index),
          `row ${index + 1} of ${seal.rowCount} is not there; the time is its neighbour’s`,
        );
      }
      for (const row of found) {
        if (row === right || row.leaf === null) continue;
        const place = places.get(row.leaf.toString('hex'));
        if (right) this.#fault('row_added', seal.seq, row.id, row.at, 'a second row stands in its place');
        else if (place !== undefined)
          this.#fault('row_moved', seal.seq, row.id, row.at, `it was row ${place + 1} and stands as row ${index + 1}`);
        else this.#fault('row_changed', seal.seq, row.id, row.at, 'its content is not what was sealed');
      }
      if (right?.odd) this.#fault('row_copy', seal.seq, right.id, right.at, 'a column beside the sealed content was changed');
      if (right && id !== null && right.id !== id)
        this.#fault('seal_changed', seal.seq, right.id, right.at, 'its list of row numbers is another');
    }
    for (const row of rows) {
      if (row.index < 0 || row.index >= seal.rowCount)
        this.#fault('row_added', seal.seq, row.id, row.at, 'the seal does not hold it');
    }
  }

  /** The list itself was changed: the rows may still be whole, which their own root tells. */
  #checkByRoot(seal: ListedSeal, byIndex: ReadonlyMap<number, readonly FoundRow[]>): void {
    const hashes: Buffer[] = [];
    for (let index = 0; index < seal.rowCount; index += 1) {
      const leaf = byIndex.get(index)?.[0]?.leaf;
      if (leaf) hashes.push(leaf);
    }
    if (hashes.length === seal.rowCount && byIndex.size === seal.rowCount && merkleRoot(hashes).toString('hex') === seal.root)
      return;
    this.#fault(
      'row_changed',
      seal.seq,
      null,
      seal.sealedAt,
      'its rows do not lead to its root either; which of them cannot be told',
    );
  }
}

/** The listed leaf hashes, where they lead to the root. */
function listOf(seal: ListedSeal): Buffer[] | null {
  if (seal.leaves.length !== seal.rowCount * 32 || seal.rowCount === 0) return null;
  const leaves = splitHashes(seal.leaves);
  return merkleRoot(leaves).toString('hex') === seal.root ? leaves : null;
}

function neighbour(byIndex: ReadonlyMap<number, readonly FoundRow[]>, index: number): string | null {
  return byIndex.get(index - 1)?.[0]?.at ?? byIndex.get(index + 1)?.[0]?.at ?? null;
}
