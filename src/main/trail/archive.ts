/**
 * Archiving months of the trail: the rows go to a file that proves itself, the file is read back and proven, and only then the
 * months leave the server, under a checkpoint for each chain that a sealer's key has signed. Until the last transaction has
 * committed nothing has left; a kill before it leaves a file and a whole trail.
 *
 * The file is exports of chains one after another between a first and a last line (docs/trail-format.md).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, asOwner, inTransaction, queryRows, sqlState } from '../db/migrate/client';
import { type ArchiveFile, type CheckpointFacts, checkpointFacts, checkpointText } from './checkpoint';
import { exportLines } from './export';
import type { SealingKey } from './keys';
import { proveChain } from './prove';
import { type FileReport, linesOf, proveLines } from './read-export';
import { ownerSource } from './source';
import type { KnownKeys, TrailFault } from './verify';

export const ARCHIVE_FORMAT = 'kompl.trail.archive.1';

export interface ArchiveRequest {
  /** The first month that stays, YYYY-MM. */
  readonly before: string;
  readonly key: SealingKey;
  /** ISO instant; of the file and of the checkpoints. */
  readonly now: () => string;
  readonly by: string;
}

/** Where the file is written; `end` returns when it is on disk for good. */
export interface ArchiveSink {
  line(text: string): Promise<void>;
  end(): Promise<void>;
}

export interface ArchivePlan {
  /** Months that would leave, YYYY-MM. */
  readonly months: readonly string[];
  readonly chains: readonly CheckpointFacts[];
}

export interface Archived {
  readonly months: readonly string[];
  readonly chains: number;
  readonly rows: number;
  readonly sha256: string;
}

const planRow = z
  .object({
    chain: z.string(),
    seq: z.string(),
    first: z.string(),
    last: z.string(),
    head: z.string(),
    n: z.string(),
    whole: z.unknown(),
    parts: z.unknown(),
    previous: z.string(),
  })
  .transform(({ first, last, n, ...row }) => checkpointFacts.parse({ ...row, firstSeal: first, lastSeal: last, rowCount: n }));
const monthRow = z.object({ month: z.string() });

const PLAN = `SELECT p.chain::text, p.seq::text, p.first_seal::text AS first, p.last_seal::text AS last, p.head, p.row_count::text AS n, p.whole,
  p.parts, p.previous FROM private.archive_plan($1::date) p`;

const dateOf = (month: string) => `${month}-01`;

/** `TRAIL_KEPT` with the reason where the database refuses. */
function kept(error: unknown): unknown {
  if (sqlState(error) !== '55000' || !(error instanceof Error) || !('constraint' in error)) return error;
  const why = String(error.constraint).replace(/^archive_/, '');
  const tenant = 'detail' in error && typeof error.detail === 'string' && error.detail !== '' ? error.detail : null;
  return new CodedError('TRAIL_KEPT', tenant === null ? { why } : { why, tenant }, { cause: error });
}

/**
 * What would leave. Changes nothing.
 * @throws CodedError TRAIL_KEPT with `why` (none, retention, hold, unsealed), ROLE_FORBIDS
 */
export async function planArchive(client: AdminClient, before: string): Promise<ArchivePlan> {
  try {
    return await asOwner(client, async () => {
      await client.query('SELECT private.require_archivable($1::date)', [dateOf(before)]);
      return readPlan(client, before);
    });
  } catch (error) {
    throw kept(error);
  }
}

async function readPlan(client: AdminClient, before: string): Promise<ArchivePlan> {
  const months = await queryRows(
    client,
    monthRow,
    `SELECT to_char(m.month, 'YYYY-MM') AS month FROM private.trail_months($1::date) m`,
    [dateOf(before)],
  );
  return { months: months.map(({ month }) => month), chains: await queryRows(client, planRow, PLAN, [dateOf(before)]) };
}

/**
 * Writes the file. In one snapshot; every chain is proven first, for what is not whole must not leave.
 * @throws CodedError TRAIL_KEPT (`broken` where a chain does not prove, besides those of `planArchive`)
 */
export async function writeArchive(client: AdminClient, request: ArchiveRequest, sink: ArchiveSink): Promise<ArchivePlan> {
  await planArchive(client, request.before);
  return inTransaction(client, async () => {
    await client.query(
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL ROLE kompl_owner; SET LOCAL search_path = pg_catalog',
    );
    const plan = await readPlan(client, request.before);
    const sum = createHash('sha256');
    const put = async (line: string) => {
      sum.update(`${line}\n`, 'utf8');
      await sink.line(line);
    };
    await put(
      JSON.stringify({
        kind: 'archive',
        format: ARCHIVE_FORMAT,
        before: request.before,
        months: plan.months,
        chains: plan.chains.length,
      }),
    );
    for (const { chain, firstSeal, lastSeal } of plan.chains) {
      const source = ownerSource(chain, (text, values) => client.query(text, [...values]));
      const { faults } = await proveChain(source);
      if (faults.length > 0) throw new CodedError('TRAIL_KEPT', { why: 'broken', tenant: chain });
      const seals = { first: firstSeal, last: lastSeal };
      await exportLines(source, { from: null, to: null, seals, exportedAt: request.now(), by: request.by }, put);
    }
    await sink.line(JSON.stringify({ kind: 'archive-end', chains: plan.chains.length, sha256: sum.digest('hex') }));
    await sink.end();
    return plan;
  });
}

export interface ArchiveReport {
  readonly sha256: string;
  readonly before: string;
  readonly months: readonly string[];
  readonly chains: readonly FileReport[];
  readonly file: ArchiveFile;
  readonly faults: readonly TrailFault[];
}

const firstLine = z.strictObject({
  kind: z.literal('archive'),
  format: z.literal(ARCHIVE_FORMAT),
  before: z.string(),
  months: z.array(z.string()),
  chains: z.int(),
});
const lastLine = z.strictObject({ kind: z.literal('archive-end'), chains: z.int(), sha256: z.string() });

/** True where a file begins as an archive does. */
export async function isArchive(path: string): Promise<boolean> {
  for await (const line of linesOf(path)) return line.subarray(0, 17).toString('utf8') === '{"kind":"archive"';
  return false;
}

/** SHA-256 of a file, hex. */
export async function fileSum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Reads an archive and proves every chain in it, without a server.
 * @throws CodedError TRAIL_FILE_INVALID with the line where it is none, was cut or rewritten
 */
export async function readArchive(
  path: string,
  options: { readonly fileName: string; readonly keys?: KnownKeys },
): Promise<ArchiveReport> {
  const { fileName, keys } = options;
  const lines = linesOf(path);
  const sum = createHash('sha256');
  let at = 0;
  const invalid = (reason: string) => new CodedError('TRAIL_FILE_INVALID', { fileName, line: at, column: 1, reason });
  const take = async (): Promise<Buffer> => {
    const next = await lines.next();
    at += 1;
    if (next.done) throw invalid('Its end is missing: it was cut off');
    return next.value;
  };
  const exact = <T>(schema: z.ZodType<T>, line: Buffer): T => {
    const text = line.toString('utf8');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw invalid('A line is no JSON');
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success || JSON.stringify(value) !== text) throw invalid('A line was rewritten');
    return parsed.data;
  };
  const first = await take();
  const head = exact(firstLine, first);
  sum.update(first).update('\n');

  async function* section(): AsyncGenerator<Buffer> {
    for (;;) {
      const line = await take();
      sum.update(line).update('\n');
      yield line;
      if (line.subarray(0, 12).toString('utf8') === '{"kind":"end') return;
    }
  }
  const reports: FileReport[] = [];
  const chains = new Map<string, Map<number, { hash: string; size: number; places: ReadonlySet<number> }>>();
  for (let n = 0; n < head.chains; n += 1) {
    const seals = new Map<number, { hash: string; size: number; places: ReadonlySet<number> }>();
    const onSeal = (seal: number, hash: string, size: number, places: ReadonlySet<number>) =>
      void seals.set(seal, { hash, size, places });
    const report = await proveLines(section(), { fileName, onSeal, ...(keys ? { keys } : {}) });
    reports.push(report);
    chains.set(report.chain, seals);
  }
  const end = exact(lastLine, await take());
  const faults = reports.flatMap((report) => report.faults);
  if (end.chains !== head.chains || end.sha256 !== sum.digest('hex'))
    throw invalid('The sum in its last line is not that of the file');
  if (!(await lines.next()).done) throw invalid('Something stands behind its last line');
  return { sha256: await fileSum(path), before: head.before, months: head.months, chains: reports, file: { chains }, faults };
}

/**
 * The act: the months leave under signed checkpoints. `report` is of the file, read back from where it will stay.
 * @throws CodedError TRAIL_KEPT (`moved`: the trail changed since the file was written, or the file does not hold the plan)
 */
export async function dropArchived(
  client: AdminClient,
  request: ArchiveRequest,
  plan: ArchivePlan,
  report: ArchiveReport,
): Promise<Archived> {
  const holds = plan.chains.every(({ chain, lastSeal, head, whole, parts }) => {
    const seals = report.file.chains.get(chain);
    const complete = (seal: number, places: readonly number[] | null) => {
      const held = seals?.get(seal);
      return (
        held !== undefined && (places === null ? held.places.size === held.size : places.every((index) => held.places.has(index)))
      );
    };
    return (
      seals?.get(lastSeal)?.hash === head &&
      whole.every(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, n) => from + n).every((seal) => complete(seal, null)),
      ) &&
      parts.every(([seal, places]) => complete(seal, places))
    );
  });
  if (!holds || report.faults.length > 0 || report.before !== request.before)
    throw new CodedError('TRAIL_KEPT', { why: 'moved' });
  const archivedAt = request.now().replace(/\.(\d{3})Z$/, '.$1000Z');
  const { key, before } = request;
  const checkpoints = plan.chains.map((facts) => {
    const text = checkpointText({ ...facts, before, fileSha256: report.sha256, keyId: key.id, archivedAt });
    const { firstSeal, lastSeal, rowCount, ...rest } = facts;
    return {
      ...rest,
      first_seal: firstSeal,
      last_seal: lastSeal,
      row_count: rowCount,
      signature: key.sign(text).toString('hex'),
    };
  });
  try {
    await asOwner(client, async () => {
      await client.query("SELECT set_config('app.source', $1, true)", [request.by]);
      await client.query('SELECT private.archive_trail($1::date, $2, $3, $4, $5::jsonb)', [
        dateOf(before),
        report.sha256,
        key.id,
        archivedAt,
        JSON.stringify(checkpoints),
      ]);
    });
  } catch (error) {
    throw kept(error);
  }
  const rows = plan.chains.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return { months: plan.months, chains: plan.chains.length, rows, sha256: report.sha256 };
}
