/**
 * Loads a tenant's first data: files → stage → judgement → records, as one person with just that person's rights. Promises: all or
 * nothing (or each file for itself, where asked); the same load again changes nothing; an answer that was lost on the way is the
 * same when asked for again by its operation id; a trial run changes nothing and finds the same faults.
 */
import type { EntityContext } from '@main/entities/context';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import type { EntityName } from '@shared/entities/registry';
import { errorSentence } from '@shared/error-texts';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { LoadedFile, LoadFault, LoadReport } from '@shared/wire/load';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { applyStage, RowRefused, settleStates } from './apply';
import type { DateOrder } from './cells';
import type { HeaderMap } from './columns';
import { asLoadTransaction, type LoadDatabase, LoadRunner, type LoadTransaction, TakenBack } from './connection';
import { FaultList } from './faults';
import type { FoundFiles, LoadFile } from './files';
import { judge } from './resolve';
import type { LoadShape } from './shapes';
import { type Stage, stageFile } from './stage';

export interface LoadOptions {
  readonly dateOrder?: DateOrder | null;
  readonly headers?: HeaderMap;
  /** Each file for itself, instead of all or nothing. */
  readonly partial?: boolean;
}

/** The report, with every fault that was kept. */
export interface LoadOutcome {
  readonly report: LoadReport;
  readonly faults: readonly LoadFault[];
}

/** As many faults as a screen shows; the rest is in the file of faults. */
const SHOWN_FAULTS = 50;

/** What a load would do. Everything that it writes on the way is rolled back; numbers that people quote are not used up. */
export async function previewLoad(
  ctx: EntityContext,
  database: LoadDatabase,
  found: FoundFiles,
  options: LoadOptions = {},
): Promise<LoadOutcome> {
  const functions = functionsFor(ctx, found.files);
  const { personId, tenantId } = ctx.session;
  let outcome: LoadOutcome | null = null;
  try {
    await new LoadRunner(database).withTenant(
      { personId, tenantId, function: functions.first, source: ctx.source, reason: reasonOf(found.files) },
      async (tx) => {
        outcome = await run(tx, found.files, functions, { ...options, dryRun: true, ignored: found.ignored });
        throw new TakenBack();
      },
    );
  } catch (error) {
    if (!(error instanceof TakenBack) || outcome === null) throw error;
  }
  if (outcome === null) throw new CodedError('INTERNAL', { reference: 'load-preview' });
  return outcome;
}

/**
 * Loads the files as the operation `opId`. Faults are an answer, not an error: the report says that nothing was written.
 * Throws ROLE_FORBIDS where no function of the person may write what a file holds, and what the database refuses as a whole.
 */
export async function loadFiles(
  ctx: EntityContext,
  database: LoadDatabase,
  opId: string,
  found: FoundFiles,
  options: LoadOptions = {},
): Promise<LoadOutcome> {
  if (options.partial !== true) return loadTogether(ctx, database, opId, found, options);
  const parts: LoadOutcome[] = [];
  for (const [at, file] of found.files.entries()) {
    parts.push(await loadTogether(ctx, database, uuidv5(`${at} ${file.name}`, opId), { files: [file], ignored: [] }, options));
  }
  return {
    report: {
      dryRun: false,
      written: parts.some(({ report }) => report.written),
      files: parts.flatMap(({ report }) => report.files),
      ignored: found.ignored,
      faultCount: parts.reduce((sum, { report }) => sum + report.faultCount, 0),
      faults: parts.flatMap(({ report }) => report.faults).slice(0, SHOWN_FAULTS),
    },
    faults: parts.flatMap(({ faults }) => faults),
  };
}

async function loadTogether(
  ctx: EntityContext,
  database: LoadDatabase,
  opId: string,
  found: FoundFiles,
  options: LoadOptions,
): Promise<LoadOutcome> {
  try {
    return await loadOnce(ctx, database, opId, found, options);
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    // The connection ended before or after the commit: the ledger knows, and the same operation twice is one.
    if (!(error instanceof CodedError) || error.code !== 'SERVER_CLOSED') throw error;
    try {
      return await loadOnce(ctx, database, opId, found, options);
    } catch (again) {
      if (again instanceof Refused) return again.outcome;
      throw again;
    }
  }
}

async function loadOnce(
  ctx: EntityContext,
  database: LoadDatabase,
  opId: string,
  found: FoundFiles,
  options: LoadOptions,
): Promise<LoadOutcome> {
  const functions = functionsFor(ctx, found.files);
  const files = found.files.map(({ name, sha256, shape }) => ({ name, sha256, entity: shape.name }));
  const { result, repeated } = await withLedger<LoadReport>(
    { ...ctx, database: new LoadRunner(database) },
    {
      opId,
      body: { kind: 'load', files, dateOrder: options.dateOrder ?? null, headers: options.headers ?? {} },
      entity: 'load',
      entityId: null,
      function: functions.first,
      reason: reasonOf(found.files),
    },
    (stored) => parseStored(reportSchema, stored),
    async (client) => {
      const tx = asLoadTransaction(client);
      const outcome = await run(tx, found.files, functions, {
        ...options,
        partial: false,
        dryRun: false,
        ignored: found.ignored,
      });
      if (outcome.report.faultCount > 0) throw new Refused(outcome);
      return outcome.report;
    },
  );
  if (!repeated) announce(ctx, found.files);
  return { report: result, faults: [] };
}

/** Takes the report out of a transaction that is rolled back. */
class Refused extends TakenBack {
  override readonly name = 'Refused';
  constructor(readonly outcome: LoadOutcome) {
    super('Refused');
  }
}

function announce(ctx: EntityContext, files: readonly LoadFile[]): void {
  // Kept answers know tables, screens know entities; not every table has one yet.
  ctx.cache?.forget(files.map((file) => file.shape.table));
  const names = files.map((file) => file.shape.entity).filter((name): name is EntityName => name !== null);
  if (names.length > 0) ctx.onChanged?.([...new Set(names)]);
}

function reasonOf(files: readonly LoadFile[]): string {
  return `First load: ${files.map((file) => file.name).join(', ')}`.slice(0, 500);
}

interface Functions {
  readonly first: TenantFunction;
  of(shape: LoadShape): TenantFunction;
}

/** For each kind of record one of the person's functions that may create and change it. */
function functionsFor(ctx: EntityContext, files: readonly LoadFile[]): Functions {
  const chosen = new Map<LoadShape, TenantFunction>();
  for (const { shape } of files) {
    const fn = ctx.session.functions.find((one) => shape.create.includes(one) && shape.update.includes(one));
    if (fn === undefined) {
      throw new CodedError('ROLE_FORBIDS', { entity: shape.name, action: 'create', functions: ctx.session.functions });
    }
    chosen.set(shape, fn);
  }
  const [first] = chosen.values();
  if (first === undefined) throw new CodedError('LOAD_UNKNOWN', { fileName: 'The load', reason: 'holds no file' });
  return { first, of: (shape) => chosen.get(shape) ?? first };
}

interface RunOptions extends LoadOptions {
  readonly dryRun: boolean;
  readonly ignored: readonly string[];
}

/** Stages, judges and, where nothing stands in the way, writes. */
async function run(
  tx: LoadTransaction,
  files: readonly LoadFile[],
  functions: Functions,
  options: RunOptions,
): Promise<LoadOutcome> {
  const faults = new FaultList();
  const stages: Stage[] = [];
  const rows = new Map<string, number>();
  for (const [number, file] of files.entries()) {
    await tx.actAs(functions.of(file.shape));
    const stage = await stageFile(tx, file, faults, {
      number,
      dateOrder: options.dateOrder ?? null,
      headers: options.headers ?? {},
    });
    if (stage === null) continue;
    rows.set(file.name, stage.rows);
    stages.push(stage);
    await judge(tx, stage, stages, faults);
    // Alone, a file with faults would not be there for the next ones to refer to.
    if (options.partial === true && faults.of(file.name) > 0) stages.pop();
  }
  const written = new Map<string, LoadedFile>();
  if (faults.count === 0 || options.partial === true) {
    for (const stage of stages) {
      const file = files.find((one) => one.name === stage.file);
      const applied = file && (await writeStage(tx, stage, file, functions, faults, options, files));
      if (!applied) break;
      written.set(stage.file, applied);
    }
    if (faults.count === 0 || options.partial === true) await settle(tx, stages, files, functions, faults, options);
  }
  const none = { created: 0, updated: 0, unchanged: 0, written: false };
  const sorted = faults.sorted(files.map((file) => file.name));
  return {
    report: {
      dryRun: options.dryRun,
      written: !options.dryRun && faults.count === 0,
      files: files.map(
        (file): LoadedFile =>
          written.get(file.name) ?? {
            file: file.name,
            entity: file.shape.name,
            rows: rows.get(file.name) ?? 0,
            ...none,
            faults: faults.of(file.name),
          },
      ),
      ignored: options.ignored,
      faultCount: faults.count,
      faults: sorted.slice(0, SHOWN_FAULTS),
    },
    faults: sorted,
  };
}

async function writeStage(
  tx: LoadTransaction,
  stage: Stage,
  file: LoadFile,
  functions: Functions,
  faults: FaultList,
  { dryRun }: RunOptions,
  files: readonly LoadFile[],
): Promise<LoadedFile | null> {
  const { shape } = stage;
  await tx.actAs(functions.of(shape));
  try {
    const applied = await applyStage(tx, stage, { trial: dryRun && usesNumbers(shape, files) });
    await tx.query('SELECT log_access($1::text, $2::text, NULL, $3::jsonb)', [
      'import',
      shape.table,
      JSON.stringify({ file: file.name, sha256: file.sha256, rows: stage.rows, ...applied }),
    ]);
    return { file: file.name, entity: shape.name, rows: stage.rows, ...applied, faults: 0, written: !dryRun };
  } catch (error) {
    noteRefusal(stage, faults, error);
    return null;
  }
}

/** The states that the files give, from the last file to the first: an audit is closed when its findings are there. */
async function settle(
  tx: LoadTransaction,
  stages: readonly Stage[],
  files: readonly LoadFile[],
  functions: Functions,
  faults: FaultList,
  { dryRun }: RunOptions,
): Promise<void> {
  for (const stage of [...stages].reverse()) {
    // What a trial did not write has no state to settle.
    if (dryRun && usesNumbers(stage.shape, files)) continue;
    await tx.actAs(functions.of(stage.shape));
    try {
      await settleStates(tx, stage);
    } catch (error) {
      noteRefusal(stage, faults, error);
      return;
    }
  }
}

/** What the database itself refused, as a fault of its row. Anything else is thrown on. */
function noteRefusal({ file, shape, fields }: Stage, faults: FaultList, error: unknown): void {
  if (!(error instanceof RowRefused)) throw error;
  const { refusal, line } = error;
  const column = fields.find(({ field }) => field.column === refusal.details.column)?.header ?? null;
  faults.add({ file, entity: shape.name, row: line, column, reason: `was refused: ${errorSentence(refusal.toData())}` });
}

/** True where a trial cannot write the records, because that would use up numbers, or because what they refer to was not written. */
function usesNumbers(shape: LoadShape, files: readonly LoadFile[], seen: readonly LoadShape[] = []): boolean {
  if (shape.numbered) return true;
  return shape.fields.some(({ target }) => {
    const other = files.find((file) => file.shape.name === target)?.shape;
    return other !== undefined && other !== shape && !seen.includes(other) && usesNumbers(other, files, [...seen, shape]);
  });
}

const count = z.int().min(0);
const reportSchema: z.ZodType<LoadReport> = z.object({
  dryRun: z.boolean(),
  written: z.boolean(),
  files: z.array(
    z.object({
      file: z.string(),
      entity: z.string(),
      rows: count,
      created: count,
      updated: count,
      unchanged: count,
      faults: count,
      written: z.boolean(),
    }),
  ),
  ignored: z.array(z.string()),
  faultCount: count,
  faults: z.array(
    z.object({
      file: z.string(),
      entity: z.string(),
      row: z.number().nullable(),
      column: z.string().nullable(),
      reason: z.string(),
    }),
  ),
});
