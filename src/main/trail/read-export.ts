/**
 * Proves an export file without a server. Every byte counts: a line that is not exactly as the exporter writes it is a fault,
 * for a file of evidence has no reason to look otherwise.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { columnsOf, EXPORT_FORMAT, keysOf } from './export';
import { keyIdOf } from './keys';
import { leafHash, type ProofStep, rootFromProof } from './merkle';
import { type ChainHead, ChainProof, type FoundRow, type KnownKeys, type ListedSeal, type TrailFault } from './verify';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const digits = z.string().regex(/^\d{1,20}$/);

const headerLine = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(EXPORT_FORMAT),
  chain: z.guid(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  firstSeal: z.int().positive().nullable(),
  exportedAt: z.string(),
  by: z.string(),
  columns: z.array(z.string()),
  keys: z.record(hex, z.string()),
});
const sealLine = z.strictObject({
  kind: z.literal('seal'),
  chain: z.guid(),
  seq: z.int().positive(),
  rowCount: z.int().positive(),
  firstTxid: digits,
  firstId: digits,
  lastTxid: digits,
  lastId: digits,
  root: hex,
  previous: hex,
  keyId: hex,
  sealedAt: z.string(),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
  ids: z.array(digits),
  leaves: z.string(),
});
const rowLine = z.object({
  kind: z.literal('row'),
  seal: z.int(),
  index: z.int(),
  proof: z.array(z.string()),
  row: z.array(z.unknown()).optional(),
  id: z.string().optional(),
  at: z.string().nullable().optional(),
  leaf: hex.optional(),
});
const endLine = z.strictObject({
  kind: z.literal('end'),
  seals: z.int(),
  rows: z.int(),
  head: z.strictObject({ seq: z.int(), hash: hex }).nullable(),
  sha256: hex,
});

export interface FileReport {
  readonly chain: string;
  readonly seals: number;
  readonly rows: number;
  readonly withheld: number;
  readonly head: ChainHead | null;
  readonly from: string | null;
  readonly to: string | null;
  /** True where the keys are the caller's own; else they are the file's, which whoever made it could have chosen. */
  readonly keysPinned: boolean;
  readonly faults: readonly TrailFault[];
}

export interface FileOptions {
  readonly fileName: string;
  readonly keys?: KnownKeys;
  readonly heads?: readonly ChainHead[];
  /** Told of each seal that was read: its hash, how many rows it has, and the places whose text is there. */
  readonly onSeal?: (seal: number, hash: string, size: number, places: ReadonlySet<number>) => void;
}

/**
 * Reads and proves the lines of a file.
 * @throws CodedError TRAIL_FILE_INVALID with the line where the file is not an export at all or was cut or rewritten
 */
export async function proveLines(lines: AsyncIterable<Buffer>, options: FileOptions): Promise<FileReport> {
  const reader = new Reader(options);
  for await (const line of lines) reader.take(line);
  return reader.end();
}

class Reader {
  #line = 0;
  #header: z.infer<typeof headerLine> | null = null;
  #proof: ChainProof | null = null;
  #seal: ListedSeal | null = null;
  #rows: FoundRow[] = [];
  #texts = new Set<number>();
  #ended: z.infer<typeof endLine> | null = null;
  #withheld = 0;
  readonly #hashes = new Map<number, string>();
  readonly #faults: TrailFault[] = [];
  readonly #sum = createHash('sha256');
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(private readonly options: FileOptions) {}

  take(bytes: Buffer): void {
    this.#line += 1;
    const line = this.#decode(bytes);
    if (this.#ended) throw this.#invalid('Something stands behind its last line');
    const value = this.#parse(line);
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;
    if (!this.#header) this.#begin(value, line);
    else if (kind === 'seal') this.#takeSeal(value, line);
    else if (kind === 'row') this.#takeRow(value, line);
    else if (kind === 'end') this.#takeEnd(value, line);
    else throw this.#invalid('A line is of no known kind');
    this.#addUp(bytes);
  }

  #addUp(bytes: Buffer): void {
    if (!this.#ended) {
      this.#sum.update(bytes).update('\n');
      return;
    }
    if (this.#ended.sha256 !== this.#sum.digest('hex')) {
      this.#fault('seal_changed', null, null, null, 'the sum in the last line is not that of the file: a byte of it was changed');
    }
  }

  end(): FileReport {
    const { chain, from, to } = this.#header ?? {};
    if (!this.#ended || !this.#proof || chain === undefined) throw this.#invalid('Its end is missing: it was cut off');
    const { seals, rows, head, faults } = this.#proof;
    if (
      this.#ended.seals !== seals ||
      this.#ended.rows !== rows ||
      this.#ended.head?.hash !== head?.hash ||
      this.#ended.head?.seq !== head?.seq
    ) {
      this.#fault('seal_missing', null, null, null, 'the last line counts other seals or rows than the file holds');
    }
    for (const known of this.options.heads ?? []) {
      const within = to === null || known.seq <= (head?.seq ?? 0);
      if (within && known.seq >= (this.#header?.firstSeal ?? 1)) {
        this.#proof.expectHead(known, this.#hashes.get(known.seq) ?? null);
      }
    }
    return {
      chain,
      seals,
      rows,
      withheld: this.#withheld,
      head,
      from: from ?? null,
      to: to ?? null,
      keysPinned: this.options.keys !== undefined,
      faults: [...faults, ...this.#faults],
    };
  }

  #begin(value: unknown, line: string): void {
    const header = this.#exact(headerLine, value, line);
    if (header.columns.join() !== columnsOf(header.chain).join()) throw this.#invalid('Its columns are not those of this format');
    const keys = keysOf(header.keys);
    for (const [id, key] of keys)
      if (key.length !== 32 || keyIdOf(key) !== id) throw this.#invalid('A key in its header is not the one it names');
    this.#header = header;
    this.#proof = new ChainProof(header.chain, this.options.keys ?? keys, header.firstSeal ?? 1);
  }

  #takeSeal(value: unknown, line: string): void {
    this.#finishSeal();
    const seal = this.#exact(sealLine, value, line);
    const { kind: _, leaves, ...facts } = seal;
    const bytes = Buffer.from(leaves, 'base64');
    if (bytes.toString('base64') !== leaves) throw this.#invalid('A list of hashes was rewritten');
    this.#seal = { ...facts, leaves: bytes, hash: null };
  }

  #takeRow(value: unknown, line: string): void {
    const row = this.#shape(rowLine, value);
    const seal = this.#seal;
    if (!seal || row.seal !== seal.seq) throw this.#invalid('A row stands under another seal than its own');
    const head = `{"kind":"row","seal":${row.seal},"index":${row.index},"proof":${JSON.stringify(row.proof)}`;
    if (row.index !== this.#rows.length) {
      const id = String(row.row?.[2] ?? row.id ?? '');
      this.#fault(
        'row_moved',
        row.seal,
        id,
        null,
        `line ${this.#line}: row ${row.index + 1} stands where row ${this.#rows.length + 1} belongs`,
      );
    }
    let leaf: Buffer;
    if (row.row !== undefined) {
      const prefix = `${head},"row":`;
      if (!line.startsWith(prefix) || !line.endsWith('}')) throw this.#invalid('A row was rewritten');
      leaf = leafHash(line.slice(prefix.length, -1));
      this.#texts.add(row.index);
    } else {
      const { id, at, leaf: stated } = row;
      if (stated === undefined || line !== `${head},"id":${JSON.stringify(id)},"at":${JSON.stringify(at)},"leaf":"${stated}"}`) {
        throw this.#invalid('A withheld row was rewritten');
      }
      leaf = Buffer.from(stated, 'hex');
      this.#withheld += 1;
    }
    const id = String(row.row?.[2] ?? row.id ?? '');
    const time = row.row?.[4] ?? row.at;
    const at = typeof time === 'string' ? time : null;
    const listed = seal.leaves.subarray(row.index * 32, row.index * 32 + 32);
    if (
      listed.equals(leaf) &&
      rootFromProof(
        leaf,
        row.proof.map((step) => this.#step(step)),
      ).toString('hex') !== seal.root
    ) {
      this.#fault('seal_changed', seal.seq, id, at, `line ${this.#line}: the proof beside the row does not lead to the root`);
    }
    this.#rows.push({ seal: seal.seq, index: row.index, id, at, leaf, odd: false });
  }

  #step(text: string): ProofStep {
    const hash = Buffer.from(text.slice(1), 'base64');
    const side = text[0] === 'L' ? 'left' : 'right';
    if (!/^[LR]/.test(text) || hash.length !== 32 || hash.toString('base64') !== text.slice(1))
      throw this.#invalid('A proof was rewritten');
    return { side, hash };
  }

  #takeEnd(value: unknown, line: string): void {
    this.#finishSeal();
    this.#ended = this.#exact(endLine, value, line);
  }

  #finishSeal(): void {
    if (!this.#seal || !this.#proof) return;
    this.#proof.add(this.#seal, this.#rows);
    if (this.#proof.head) {
      const { seq, hash } = this.#proof.head;
      this.#hashes.set(seq, hash);
      this.options.onSeal?.(seq, hash, this.#seal.rowCount, this.#texts);
    }
    this.#seal = null;
    this.#rows = [];
    this.#texts = new Set();
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw this.#invalid('A line is no UTF-8', cause);
    }
  }

  #parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw this.#invalid('A line is no JSON', cause);
    }
  }

  #shape<T>(schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw this.#invalid('A line does not have its parts', parsed.error);
    return parsed.data;
  }

  /** The line must be what its own value looks like when it is written. */
  #exact<T>(schema: z.ZodType<T>, value: unknown, line: string): T {
    const parsed = this.#shape(schema, value);
    if (JSON.stringify(value) !== line) throw this.#invalid('A line was rewritten');
    return parsed;
  }

  #fault(kind: TrailFault['kind'], seal: number | null, row: string | null, at: string | null, what: string): void {
    this.#faults.push({ kind, chain: this.#header?.chain ?? '', seal, row, at, what });
  }

  #invalid(reason: string, cause?: unknown): CodedError {
    return new CodedError(
      'TRAIL_FILE_INVALID',
      { fileName: this.options.fileName, line: this.#line, column: 1, reason },
      { cause },
    );
  }
}

/** The lines of a file as their bytes, ended by LF and nothing else. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    let bytes = Buffer.concat([rest, Buffer.from(chunk)]);
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
      yield bytes.subarray(0, end);
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
  if (rest.length > 0) yield rest;
}
