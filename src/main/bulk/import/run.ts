/**
 * The import of one file into one kind of record, as one person with just that person's rights, on the stage, judgement and writing of
 * first loads. Promises: a trial changes nothing and finds what the import finds; the import is one act with one id, whole or not at
 * all, the same when it is repeated; it never writes over what somebody changed since the trial.
 */
import type { EntityContext } from '@main/entities/context';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { errorSentence } from '@shared/error-texts';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { ImportBase, ImportCounts, ImportFault, ImportOutcome, ImportProgress, ImportSettings } from '@shared/wire/imports';
import type { LoadFault } from '@shared/wire/load';
import { z } from 'zod';
import { type Applied, applyStage, markFaulty, type RowRefused, settleStates } from '../apply';
import { asLoadTransaction, type LoadDatabase, LoadRunner, type LoadTransaction, TakenBack } from '../connection';
import { FaultList } from '../faults';
import { judge } from '../resolve';
import type { LoadShape } from '../shapes';
import { SourceFault, type SourceTable } from '../source/types';
import { type Stage, type StagePlan, stageTable } from '../stage';
import { leaveOutParts } from './parts';
import { fileError, type ImportFile, importShape, type OpenedFile, openTable, planOf } from './plan';
import { type ImportFunctions, importFunctions } from './rights';
import { refuseStale, tooManyNew } from './stale';

/** With so many refused rows the mapping is wrong, and nobody corrects them one by one. */
export const MAX_REFUSED_ROWS = 20_000;
/** As many faults as an answer carries; the rest is in the file of faults. */
const SHOWN_FAULTS = 500;
const PROGRESS_ROWS = 500;

export interface ImportHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Omit<ImportProgress, 'jobId'>) => void;
}

export interface Prepared {
  readonly shape: LoadShape;
  readonly opened: OpenedFile;
  readonly settings: ImportSettings;
  readonly functions: ImportFunctions;
  readonly first: TenantFunction;
}

/** Opens the file and finds out who does it. Throws LOAD_UNKNOWN, FILE_UNREADABLE, ROLE_FORBIDS. */
export async function prepareImport(ctx: EntityContext, file: ImportFile, settings: ImportSettings): Promise<Prepared> {
  const shape = importShape(settings.entity);
  const functions = importFunctions(ctx, shape);
  const first = functions.create ?? functions.update;
  if (first === null) throw new CodedError('ROLE_FORBIDS', { entity: shape.name, action: 'create' });
  return { shape, opened: await openTable(file, settings.place), settings, functions, first };
}

/** One judged file inside of a transaction. */
export interface Judged {
  readonly stage: Stage;
  readonly plan: StagePlan;
  readonly header: readonly string[];
  readonly headerLine: number | null;
  readonly faults: FaultList;
  readonly lacks: FaultList;
}

/** Why the file as a whole cannot be taken. */
export class Blocked extends TakenBack {
  override readonly name = 'Blocked';
  constructor(
    readonly row: number | null,
    readonly reason: string,
  ) {
    super('Blocked');
  }
}

/** Stages and judges; rows with faults are marked. Throws Blocked, FILE_CHANGED, IMPORT_MAPPING. */
export async function judgeFile(tx: LoadTransaction, prepared: Prepared, hooks: ImportHooks): Promise<Judged> {
  const { shape, opened, settings, functions, first } = prepared;
  const faults = new FaultList(MAX_REFUSED_ROWS);
  const lacks = new FaultList(MAX_REFUSED_ROWS);
  await tx.actAs(first);
  try {
    const table: SourceTable = await opened.part.table(settings.place.headerLine);
    const plan = planOf(shape, table, opened.file, settings, lacks, progressOf(hooks));
    const stage = await stageTable(tx, table, plan, faults, 0);
    hooks.onProgress?.({ phase: 'judging', rows: stage.rows });
    await judge(tx, stage, [stage], faults, {
      keyless: settings.map.keyless,
      may: { create: functions.create !== null, update: functions.update !== null },
    });
    stopped(hooks);
    if (faults.isFull(opened.file.name))
      throw new Blocked(null, `has more than ${MAX_REFUSED_ROWS} faults; look at the mapping of its columns`);
    const whole = faults.kept.find(({ row }) => row === null);
    await markFaulty(tx, stage, [...faults.rows]);
    await leaveOutParts(tx, stage, faults);
    if (whole !== undefined) throw new Blocked(null, `${whole.column === null ? '' : `${whole.column}: `}${whole.reason}`);
    return { stage, plan, header: table.header, headerLine: settings.place.headerLine, faults, lacks };
  } catch (error) {
    if (error instanceof SourceFault) throw new Blocked(error.line, error.reason);
    throw error instanceof TakenBack || error instanceof CodedError ? error : fileError(opened.file, error);
  }
}

function progressOf(hooks: ImportHooks): (rows: number) => void {
  return (rows) => {
    if (rows % PROGRESS_ROWS !== 0) return;
    stopped(hooks);
    hooks.onProgress?.({ phase: 'reading', rows });
  };
}

/** Throws CANCELLED where the person does not want it any more. */
export function stopped({ signal }: ImportHooks): void {
  if (signal?.aborted === true) throw new CodedError('CANCELLED');
}

/**
 * Writes the rows without a fault, takes them to their states, and adds what the database refuses to the faults. `trial`: numbers
 * that people quote are not used up, so of numbered records only the rights are tried.
 */
export async function writeRows(tx: LoadTransaction, prepared: Prepared, judged: Judged, trial: boolean): Promise<Applied> {
  const { shape, functions } = prepared;
  const { stage, faults } = judged;
  const planned = trial && shape.numbered;
  const actAs = async (action: 'create' | 'update') => tx.actAs(functions[action] ?? prepared.first);
  for (;;) {
    const late: RowRefused[] = [];
    const refused = (refusal: RowRefused): void => faults.add(refusalFault(stage, refusal));
    try {
      return await tx.attempt(async () => {
        const applied = await applyStage(tx, stage, { trial: planned, actAs, refused });
        if (!planned) {
          await actAs('update');
          await settleStates(tx, stage, { trial: false, refused: (refusal) => late.push(refusal) });
        }
        // A record that cannot have its state does not come in at all: everything is undone, and written again without it.
        if (late.length > 0) throw new TakenBack();
        return applied;
      });
    } catch (error) {
      if (!(error instanceof TakenBack) || late.length === 0) throw error;
      for (const refusal of late) refused(refusal);
      await markFaulty(tx, stage, [...faults.rows]);
      await leaveOutParts(tx, stage, faults);
    }
  }
}

function refusalFault({ file, shape, fields }: Stage, { refusal, line }: RowRefused): LoadFault {
  const column = fields.find(({ field }) => field.column === refusal.details.column)?.header ?? null;
  return { file, entity: shape.name, row: line, column, reason: `was refused: ${errorSentence(refusal.toData())}` };
}

/** The figures of a judged file; what is written is counted by who wrote it. */
export function countsOf({ stage, faults, lacks }: Judged, applied: Applied): ImportCounts {
  const { created, updated, unchanged } = applied;
  const refused = faults.rows.size;
  return {
    rows: stage.rows,
    created,
    updated,
    unchanged,
    refused,
    lacking: [...lacks.rows].filter((row) => !faults.rows.has(row)).length,
  };
}

/** Faults as an answer carries them: with the place of their column. */
export function shownFaults({ plan, faults }: Pick<Judged, 'plan' | 'faults'>, limit = SHOWN_FAULTS): ImportFault[] {
  const places = new Map(plan.fields.map(({ header, at }) => [header, at]));
  return [...faults.kept]
    .sort((a, b) => (a.row ?? 0) - (b.row ?? 0))
    .slice(0, limit)
    .map(({ row, column, reason }) => ({
      row,
      column,
      at: column === null ? null : (places.get(column) ?? (plan.key?.header === column ? plan.key.at : null)),
      cell: null,
      reason,
    }));
}

const NOTHING: ImportCounts = { rows: 0, created: 0, updated: 0, unchanged: 0, refused: 0, lacking: 0 };

/** Takes the outcome out of a transaction that is rolled back. */
class Refused extends TakenBack {
  override readonly name = 'Refused';
  constructor(readonly outcome: ImportOutcome) {
    super('Refused');
  }
}

/**
 * Imports as the operation `opId`. Rows that stay out are an answer: with `rows: 'all'` then nothing is written, with `'good'` the
 * others are. `base` is what the trial saw; without it nothing is compared. Throws FILE_CHANGED where the file is another one than
 * the trial read, IMPORT_STALE, ROLE_FORBIDS, CANCELLED.
 */
export async function runImport(
  ctx: EntityContext,
  database: LoadDatabase,
  file: ImportFile,
  settings: ImportSettings,
  base: ImportBase | null,
  opId: string,
  hooks: ImportHooks = {},
): Promise<ImportOutcome> {
  const prepared = await prepareImport(ctx, file, settings);
  if (base !== null && base.sha256 !== prepared.opened.source.sha256)
    throw new CodedError('FILE_CHANGED', { fileName: file.name });
  const once = () => importOnce(ctx, database, prepared, base, opId, hooks);
  try {
    return await once();
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    if (error instanceof Blocked) return refusedWhole(opId, error);
    // The connection ended before or after the commit: the ledger knows, and the same operation twice is one.
    if (!(error instanceof CodedError) || error.code !== 'SERVER_CLOSED') throw error;
    try {
      return await once();
    } catch (again) {
      if (again instanceof Refused) return again.outcome;
      if (again instanceof Blocked) return refusedWhole(opId, again);
      throw again;
    }
  }
}

function refusedWhole(opId: string, { row, reason }: Blocked): ImportOutcome {
  return {
    opId,
    written: false,
    counts: NOTHING,
    faults: [{ row, at: null, column: null, cell: null, reason }],
    repeated: false,
  };
}

/** What the trail and the states that ask for one are told; the trial says the same, so that it finds the same. */
export function importReason({ name }: ImportFile): string {
  return `Import: ${name}`.slice(0, 500);
}

async function importOnce(
  ctx: EntityContext,
  database: LoadDatabase,
  prepared: Prepared,
  base: ImportBase | null,
  opId: string,
  hooks: ImportHooks,
): Promise<ImportOutcome> {
  const { shape, opened, settings, first } = prepared;
  const { sha256 } = opened.source;
  const fileName = opened.file.name;
  const { result, repeated } = await withLedger<ImportOutcome>(
    { ...ctx, database: new LoadRunner(database, hooks.signal) },
    {
      opId,
      body: { kind: 'import', sha256, settings, base },
      entity: shape.entity ?? 'load',
      entityId: null,
      function: first,
      reason: importReason(opened.file),
    },
    (stored) => parseStored(outcomeSchema, stored),
    async (client) => {
      const tx = asLoadTransaction(client);
      const judged = await judgeFile(tx, prepared, hooks);
      const refuse = (): never => {
        throw new Refused({
          opId,
          written: false,
          counts: countsOf(judged, { created: 0, updated: 0, unchanged: 0 }),
          faults: shownFaults(judged),
          repeated: false,
        });
      };
      const { stage, faults } = judged;
      if (base !== null) {
        await tx.actAs(prepared.functions.update ?? first);
        await refuseStale(tx, stage, base.snapshot, faults);
      }
      if (faults.rows.size > 0 && settings.rows === 'all') refuse();
      if (base !== null && (await tooManyNew(tx, stage, base.created)))
        throw new CodedError('IMPORT_STALE', { entity: shape.name });
      hooks.onProgress?.({ phase: 'writing', rows: stage.rows });
      const applied = await writeRows(tx, prepared, judged, false);
      if (faults.rows.size > 0 && settings.rows === 'all') refuse();
      stopped(hooks);
      await tx.query('SELECT log_access($1::text, $2::text, NULL, $3::jsonb)', [
        'import',
        shape.table,
        JSON.stringify({ file: fileName, sha256, rows: stage.rows, refused: faults.rows.size, ...applied }),
      ]);
      return { opId, written: true, counts: countsOf(judged, applied), faults: shownFaults(judged), repeated: false };
    },
  );
  if (!repeated) {
    ctx.cache?.forget([shape.table]);
    if (shape.entity !== null) ctx.onChanged?.([shape.entity]);
  }
  return { ...result, repeated };
}

const count = z.int().min(0);
const place = z.number().nullable();
export const outcomeSchema: z.ZodType<ImportOutcome> = z.object({
  opId: z.string(),
  written: z.boolean(),
  counts: z.object({ rows: count, created: count, updated: count, unchanged: count, refused: count, lacking: count }),
  faults: z.array(
    z.object({ row: place, at: place, column: z.string().nullable(), cell: z.string().nullable(), reason: z.string() }),
  ),
  repeated: z.boolean(),
});
