/**
 * The trail as JSON Lines that prove themselves: a header with the public keys, then each seal followed by its rows in order, an
 * end line with counts and the last seal. Whole seals only, so that nothing of a span can be left out unseen. The format is
 * specified in docs/trail-format.md.
 */
import { createHash } from 'node:crypto';
import { Archived } from './checkpoint';
import { merkleProofs, splitHashes } from './merkle';
import { PLATFORM_CHAIN } from './seal';
import type { TextRow, TrailSource } from './source';
import { type ChainHead, ChainProof, type KnownKeys, type ListedSeal, type TrailFault } from './verify';

export const EXPORT_FORMAT = 'kompl.trail.export.1';

/** The places of a row's text, in order. */
export const ROW_COLUMNS = [
  'format',
  'tenant_id',
  'id',
  'txid',
  'at',
  'actor',
  'login',
  'action',
  'resource_type',
  'resource_id',
  'old_values',
  'new_values',
  'source',
  'op_id',
  'reason',
  'details',
] as const;

/** The platform's events have two more. */
export const EVENT_COLUMNS = [...ROW_COLUMNS, 'event_id', 'ip_address'] as const;

export function columnsOf(chain: string): readonly string[] {
  return chain === PLATFORM_CHAIN ? EVENT_COLUMNS : ROW_COLUMNS;
}

export interface ExportOptions {
  /** ISO instants; the seals that hold rows of this span are taken. */
  readonly from: string | null;
  readonly to: string | null;
  readonly exportedAt: string;
  /** These seals instead of those of the span. */
  readonly seals?: { readonly first: number; readonly last: number };
  /** What the exporter is called, for the header. */
  readonly by: string;
}

export interface ExportSummary {
  readonly seals: number;
  readonly rows: number;
  readonly head: ChainHead | null;
  readonly faults: readonly TrailFault[];
}

const SEALS_AT_ONCE = 8;

/**
 * Writes the lines one after another. What is exported is proven on the way; faults are in the summary, and the file holds what
 * is there. Reads in the transaction of the source, which should be REPEATABLE READ.
 */
export async function exportLines(
  source: TrailSource,
  options: ExportOptions,
  put: (line: string) => Promise<void>,
): Promise<ExportSummary> {
  const sum = createHash('sha256');
  const write = async (line: string) => {
    sum.update(`${line}\n`, 'utf8');
    await put(line);
  };
  const keys = await source.keys();
  const span = options.seals ?? (await source.span(options.from, options.to));
  const archived = new Archived(source.chain, await source.checkpoints());
  await write(
    JSON.stringify({
      kind: 'header',
      format: EXPORT_FORMAT,
      chain: source.chain,
      from: options.from,
      to: options.to,
      firstSeal: span?.first ?? null,
      exportedAt: options.exportedAt,
      by: options.by,
      columns: columnsOf(source.chain),
      keys: Object.fromEntries([...keys].map(([id, key]) => [id, key.toString('base64')])),
    }),
  );
  const proof = new ChainProof(source.chain, keys, span?.first ?? 1);
  for (let next = span?.first ?? Number.POSITIVE_INFINITY; span && next <= span.last; ) {
    const seals = (await source.seals(next, SEALS_AT_ONCE)).filter((seal) => seal.seq <= span.last);
    const [first, last] = [seals[0], seals.at(-1)];
    if (!first || !last) break;
    const rows = await source.rows(first.seq, last.seq);
    for (const seal of seals) {
      const found = rows.filter((row) => row.seal === seal.seq);
      const own = archived.complete(seal, found);
      proof.add(seal, own);
      for (const line of sealLines(seal, own)) await write(line);
    }
    next = last.seq + 1;
  }
  await put(JSON.stringify({ kind: 'end', seals: proof.seals, rows: proof.rows, head: proof.head, sha256: sum.digest('hex') }));
  return { seals: proof.seals, rows: proof.rows, head: proof.head, faults: proof.faults };
}

function* sealLines(seal: ListedSeal, rows: readonly TextRow[]): Generator<string> {
  const { leaves, ids, hash: _, ...facts } = seal;
  yield JSON.stringify({ kind: 'seal', ...facts, ids, leaves: leaves.toString('base64') });
  const proofs = merkleProofs(splitHashes(leaves));
  for (const row of rows) {
    const steps = (proofs[row.index] ?? []).map(({ side, hash }) => `${side === 'left' ? 'L' : 'R'}${hash.toString('base64')}`);
    const head = `{"kind":"row","seal":${row.seal},"index":${row.index},"proof":${JSON.stringify(steps)}`;
    // The text itself, byte for byte as it was hashed; where it is withheld, its leaf hash.
    if (row.text !== null) yield `${head},"row":${row.text}}`;
    else if (row.leaf !== null)
      yield `${head},"id":${JSON.stringify(row.id)},"at":${JSON.stringify(row.at)},"leaf":"${row.leaf.toString('hex')}"}`;
  }
}

/** A map for the keys of a header. */
export function keysOf(stated: Readonly<Record<string, string>>): KnownKeys {
  return new Map(Object.entries(stated).map(([id, key]) => [id, Buffer.from(key, 'base64')]));
}
