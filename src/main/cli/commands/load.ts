/** `kompl load`: a tenant's first data from CSV, XLSX and JSON files, as a person with that person's rights. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { faultsAsCsv, faultsAsJsonLines } from '@main/bulk/faults';
import { findFiles } from '@main/bulk/files';
import { type LoadOptions, type LoadOutcome, loadFiles, previewLoad } from '@main/bulk/load';
import { CodedError } from '@shared/errors';
import { operationIdSchema } from '@shared/operations';
import { dateOrderSchema, type LoadedFile } from '@shared/wire/load';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type Answer, AS_OPTION, type Command, type CommandCall, TENANT_OPTION } from '../command';
import { UsageError } from '../usage';

const mapSchema = z.strictObject({
  /** File stem → what it holds. */
  entities: z.record(z.string(), z.string()).default({}),
  /** File stem or entity → header → field, null for a column to leave out. */
  columns: z.record(z.string(), z.record(z.string(), z.string().nullable())).default({}),
});
const MAX_MAP = 1024 * 1024;

/** What a file of JSON for `--map` holds. Throws FILE_UNREADABLE, FILE_TOO_LARGE, and LOAD_UNKNOWN where it is `notThat`. */
export async function readMap<T>(path: string, schema: z.ZodType<T>, notThat: string): Promise<T> {
  const fileName = basename(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
  if (text.length > MAX_MAP) throw new CodedError('FILE_TOO_LARGE', { fileName, limit: MAX_MAP });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CodedError('LOAD_UNKNOWN', { fileName, reason: notThat }, { cause });
  }
}

function optionsOf({ values }: CommandCall, columns: LoadOptions['headers']): LoadOptions {
  const order = dateOrderSchema.optional().safeParse(values.optional('date-order'));
  if (!order.success) throw new UsageError('--date-order is dmy or mdy');
  return { partial: values.flag('partial'), dateOrder: order.data ?? null, ...(columns ? { headers: columns } : {}) };
}

/** The id of an earlier try, or a new one. */
export function operationOf(text: string | undefined): string {
  if (text === undefined) return uuidv7();
  const id = operationIdSchema.safeParse(text);
  if (!id.success) throw new UsageError('--operation is a UUID of version 7');
  return id.data;
}

async function saveFaults(path: string, { faults }: LoadOutcome): Promise<void> {
  const text = extname(path).toLowerCase() === '.csv' ? faultsAsCsv(faults) : faultsAsJsonLines(faults);
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause });
  }
}

function lineOf({ file, rows, created, updated, unchanged, faults }: LoadedFile): string {
  const outcome = faults > 0 ? `${faults} faults` : `${created} created, ${updated} updated, ${unchanged} unchanged`;
  return `${file.padEnd(36)} ${String(rows).padStart(8)} rows  ${outcome}`;
}

function answer({ report, faults }: LoadOutcome, operation: string, faultFile: string | undefined): Answer {
  const shown = report.faults.map(
    ({ file, row, column, reason }) =>
      `  ${file}${row === null ? '' : `, row ${row}`}${column === null ? ':' : `, ${column}:`} ${reason}`,
  );
  const more = report.faultCount - shown.length;
  return {
    json: { operation, ...report },
    text: [
      ...report.files.map(lineOf),
      ...(report.ignored.length > 0 ? [`Left aside: ${report.ignored.join(', ')}`] : []),
      ...shown,
      ...(more > 0 ? [`  and ${more} more${faultFile === undefined ? ', with --errors FILE all of them' : ''}`] : []),
      ...(faultFile !== undefined && faults.length > 0 ? [`The faults are in ${faultFile}.`] : []),
      report.dryRun
        ? 'A trial run: nothing was written.'
        : report.written
          ? report.faultCount > 0
            ? 'Only the files without a fault were written.'
            : 'All of it is written.'
          : 'Nothing was written.',
    ],
    failed: report.faultCount > 0,
  };
}

const load: Command = {
  words: ['load'],
  positionals: ['DIR|FILE…'],
  summary:
    'Load first data from files named after what they hold: controls.csv, findings.xlsx, audit_plans.json … All or nothing; the same again changes nothing.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    'dry-run': { type: 'boolean', help: 'say what would change and what is wrong, and write nothing' },
    errors: { type: 'string', value: 'FILE', help: 'write the faults to a file: .csv, else JSON Lines' },
    partial: { type: 'boolean', help: 'each file for itself: those without a fault are written' },
    'date-order': { type: 'string', value: 'ORDER', help: 'dmy or mdy, for dates such as 3/4/2026' },
    map: { type: 'string', value: 'FILE', help: 'JSON with entities of files and fields of columns that are called otherwise' },
    operation: { type: 'string', value: 'ID', help: 'the id of an earlier try, so that it takes effect once' },
  },
  async run(call) {
    const { values } = call;
    const mapFile = values.optional('map');
    const map =
      mapFile === undefined ? undefined : await readMap(call.path(mapFile), mapSchema, 'is no map of entities and columns');
    const options = optionsOf(call, map?.columns);
    const operation = operationOf(values.optional('operation'));
    const ctx = await call.context();
    const found = await findFiles(call.positionals.map(call.path), map?.entities);
    const outcome = values.flag('dry-run')
      ? await previewLoad(ctx, ctx.database, found, options)
      : await loadFiles(ctx, ctx.database, operation, found, options);
    const faultFile = values.optional('errors');
    if (faultFile !== undefined) await saveFaults(call.path(faultFile), outcome);
    return answer(outcome, operation, faultFile);
  },
};

export const LOAD_COMMANDS: readonly Command[] = [load];
