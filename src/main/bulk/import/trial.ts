/** The trial run: everything that the import does, and everything of it taken back. */
import type { EntityContext } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type { ImportRow, ImportSettings, ImportTrial } from '@shared/wire/imports';
import { type LoadDatabase, LoadRunner, TakenBack } from '../connection';
import { changedRows, createdRows, faultyRows } from './differences';
import type { ImportFile } from './plan';
import {
  Blocked,
  countsOf,
  type ImportHooks,
  importReason,
  type Judged,
  judgeFile,
  type Prepared,
  prepareImport,
  stopped,
  writeRows,
} from './run';
import { snapshotOf } from './stale';

const SHOWN_FAULTY = 1_000;

/** A trial with what it found in full, for the file of faults. */
export interface FullTrial {
  readonly trial: ImportTrial;
  readonly prepared: Prepared;
  /** Null where the file as a whole cannot be taken. */
  readonly judged: Judged | null;
}

/**
 * What the import would do: how many records are new, change, stay as they are, which rows stay out and why. Throws what `prepareImport`
 * and the mapping throw; a file that cannot be read on is an answer with `blocked`.
 */
export async function trialImport(
  ctx: EntityContext,
  database: LoadDatabase,
  file: ImportFile,
  settings: ImportSettings,
  hooks: ImportHooks = {},
): Promise<FullTrial> {
  const prepared = await prepareImport(ctx, file, settings);
  const { personId, tenantId } = ctx.session;
  const { sha256 } = prepared.opened.source;
  let full: FullTrial | null = null;
  try {
    await new LoadRunner(database, hooks.signal).withTenant(
      { personId, tenantId, function: prepared.first, source: ctx.source, reason: importReason(file) },
      async (tx) => {
        const snapshot = await snapshotOf(tx);
        const judged = await judgeFile(tx, prepared, hooks);
        hooks.onProgress?.({ phase: 'looking', rows: judged.stage.rows });
        const rows: ImportRow[] = [...(await changedRows(tx, judged.stage)), ...(await createdRows(tx, judged.stage))];
        hooks.onProgress?.({ phase: 'writing', rows: judged.stage.rows });
        const applied = await writeRows(tx, prepared, judged, true);
        stopped(hooks);
        const standing = rows.filter(({ row }) => !judged.faults.rows.has(row));
        const faulty = await faultyRows(judged, prepared.opened, SHOWN_FAULTY);
        full = {
          prepared,
          judged,
          trial: {
            fileName: file.name,
            counts: countsOf(judged, applied),
            base: { sha256, snapshot, created: applied.created },
            blocked: null,
            rows: [...faulty, ...standing],
          },
        };
        throw new TakenBack();
      },
    );
  } catch (error) {
    if (error instanceof Blocked) return { prepared, judged: null, trial: blockedTrial(file, sha256, error) };
    if (!(error instanceof TakenBack) || full === null) throw error;
  }
  if (full === null) throw new CodedError('INTERNAL', { reference: 'import-trial' });
  return full;
}

function blockedTrial(file: ImportFile, sha256: string, { row, reason }: Blocked): ImportTrial {
  return {
    fileName: file.name,
    counts: { rows: 0, created: 0, updated: 0, unchanged: 0, refused: 0, lacking: 0 },
    base: { sha256, snapshot: '1:1:', created: 0 },
    blocked: { row, at: null, column: null, cell: null, reason },
    rows: [],
  };
}
