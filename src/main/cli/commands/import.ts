/** `kompl import`: one file into one kind of record, as a person with that person's rights; the same engine as the window's wizard. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { faultFile } from '@main/bulk/import/fault-file';
import { inspectFile } from '@main/bulk/import/inspect';
import { type ImportFile, nameOf } from '@main/bulk/import/plan';
import { runImport } from '@main/bulk/import/run';
import { type FullTrial, trialImport } from '@main/bulk/import/trial';
import { plainName } from '@main/bulk/shapes';
import { CodedError } from '@shared/errors';
import {
  decimalSchema,
  existingSchema,
  type ImportColumn,
  type ImportFault,
  type ImportInspection,
  type ImportMap,
  type ImportOutcome,
  type ImportPlace,
  type ImportSettings,
  importFormatSchema,
} from '@shared/wire/imports';
import { dateOrderSchema } from '@shared/wire/load';
import { z } from 'zod';
import { type Answer, AS_OPTION, type Command, type CommandCall, TENANT_OPTION } from '../command';
import { UsageError } from '../usage';
import { operationOf, readMap } from './load';

const columnSchema = z.union([
  z.string().max(100).nullable(),
  z.strictObject({
    field: z.string().max(100).nullable(),
    dateOrder: dateOrderSchema.optional(),
    decimal: decimalSchema.optional(),
    values: z.record(z.string(), z.string().nullable()).optional(),
  }),
]);

/** What `--map` holds; every part may be left out. */
const mapFileSchema = z.strictObject({
  /** Header → field, null to leave it out, or a field with how its cells are read. */
  columns: z.record(z.string(), columnSchema).default({}),
  /** Field → what it is in every row. */
  fixed: z.record(z.string(), z.string()).default({}),
  existing: existingSchema.optional(),
  keyless: z.boolean().optional(),
  lenient: z.boolean().optional(),
  dateOrder: dateOrderSchema.optional(),
});
type MapFile = z.output<typeof mapFileSchema>;

function choice<T>(call: CommandCall, name: string, schema: z.ZodType<T>, words: string): T | undefined {
  const given = call.values.optional(name);
  if (given === undefined) return undefined;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UsageError(`--${name} is ${words}`);
  return parsed.data;
}

/** The mapping: what the file says about itself or what was remembered, under what `--map` says. IMPORT_MAPPING for a header that the file does not have. */
function mapOf(found: ImportInspection, file: MapFile, dateOrder: MapFile['dateOrder']): ImportMap {
  const given = new Map(Object.entries(file.columns).map(([header, column]) => [plainName(header), { header, column }]));
  const known = new Set(found.columns.map(({ header }) => plainName(header)));
  for (const [plain, { header }] of given) {
    if (!known.has(plain)) throw new CodedError('IMPORT_MAPPING', { reason: `the file has no column “${header.slice(0, 60)}”` });
  }
  const order = file.dateOrder ?? dateOrder;
  const taken = new Set([...given.values()].flatMap(({ column }) => fieldOf(column) ?? []).concat(Object.keys(file.fixed)));
  const columns = found.map.columns.map((guess): ImportColumn => {
    const column = given.get(plainName(guess.header))?.column;
    // What the map says goes before what was guessed, for other columns too.
    const base: ImportColumn = guess.field !== null && taken.has(guess.field) ? { ...guess, field: null } : guess;
    const own = column === undefined ? base : { header: guess.header, ...(isDetailed(column) ? column : { field: column }) };
    return { ...own, dateOrder: own.dateOrder ?? guess.dateOrder ?? order ?? null };
  });
  const { existing, keyless, lenient } = { ...found.map, ...definedOf(file) };
  return { columns, fixed: { ...found.map.fixed, ...file.fixed }, existing, keyless, lenient };
}

type MapColumn = z.output<typeof columnSchema>;
type Detailed = Exclude<MapColumn, string | null>;

function isDetailed(column: MapColumn): column is Detailed {
  return typeof column === 'object' && column !== null;
}

function fieldOf(column: MapColumn): string | null {
  return isDetailed(column) ? column.field : column;
}

function definedOf({ existing, keyless, lenient }: MapFile): Partial<ImportMap> {
  return {
    ...(existing === undefined ? {} : { existing }),
    ...(keyless === undefined ? {} : { keyless }),
    ...(lenient === undefined ? {} : { lenient }),
  };
}

/** One line of JSON a fault: file, row, column, reason. */
function faultLine(file: string, { row, column, reason }: ImportFault): string {
  return `${JSON.stringify({ file, row, column, reason })}\n`;
}

function allFaults({ trial, judged }: FullTrial): ImportFault[] {
  if (trial.blocked !== null) return [trial.blocked];
  return (judged?.faults.kept ?? [])
    .map(({ row, column, reason }): ImportFault => ({ row, column, at: null, cell: null, reason }))
    .sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
}

async function saveFaults(path: string, full: FullTrial): Promise<void> {
  const format = /\.xlsx$/i.test(path) ? 'xlsx' : /\.csv$/i.test(path) ? 'csv' : null;
  const lines = allFaults(full).map((fault) => faultLine(full.trial.fileName, fault));
  try {
    await writeFile(path, format === null ? lines.join('') : (await faultFile(full, format)).content, { mode: 0o600 });
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause });
  }
}

function columnLines({ columns }: ImportMap): string[] {
  return columns.map(({ header, field }, at) => `  ${nameOf(header, at).slice(0, 40).padEnd(40)} ${field ?? '(left out)'}`);
}

function textOf(
  outcome: Pick<ImportOutcome, 'counts'>,
  ending: string,
  map: ImportMap,
  faults: readonly ImportFault[],
  errors: string | undefined,
): string[] {
  const { rows, created, updated, unchanged, refused, lacking } = outcome.counts;
  return [
    'Columns:',
    ...columnLines(map),
    `${rows} rows: ${created} new, ${updated} changed, ${unchanged} the same, ${refused} stay out${lacking > 0 ? `, ${lacking} come in without a value` : ''}`,
    ...(errors !== undefined && faults.length > 0 ? [`The rows that stay out are in ${errors}.`] : []),
    ending,
  ];
}

const importCommand: Command = {
  words: ['import'],
  positionals: ['ENTITY', 'FILE'],
  summary:
    'Import one file into one kind of record. New ones are created, those that are there change where they differ. All rows or none.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    format: { type: 'string', value: 'FORMAT', help: 'csv, xlsx, json or jsonl, where the name does not say it' },
    sheet: { type: 'string', value: 'NAME', help: 'the sheet of a workbook or the list of a JSON file; else the first' },
    header: { type: 'string', value: 'ROW', help: 'the row of the header, where it is not found' },
    map: { type: 'string', value: 'FILE', help: 'JSON with the fields of columns, fixed values and how cells are read' },
    'dry-run': { type: 'boolean', help: 'say what would change and what is wrong, and write nothing' },
    errors: {
      type: 'string',
      value: 'FILE',
      help: 'the rows that stay out: .csv or .xlsx to correct and import again, else JSON Lines',
    },
    'good-rows': { type: 'boolean', help: 'write the rows without a fault, instead of all or nothing' },
    existing: { type: 'string', value: 'HOW', help: 'replace (default), fill, leave, or exactly (empty cells too)' },
    'new-rows': { type: 'boolean', help: 'rows that nothing names for good become new records' },
    'date-order': { type: 'string', value: 'ORDER', help: 'dmy or mdy, for dates such as 3/4/2026' },
    operation: { type: 'string', value: 'ID', help: 'the id of an earlier try, so that it takes effect once' },
  },
  async run(call): Promise<Answer> {
    const { values, positionals, io } = call;
    const [entity = '', given = ''] = positionals;
    const format = choice(call, 'format', importFormatSchema, 'csv, xlsx, json or jsonl');
    const existing = choice(call, 'existing', existingSchema, 'replace, fill, leave or exactly');
    const dateOrder = choice(call, 'date-order', dateOrderSchema, 'dmy or mdy');
    const header = choice(call, 'header', z.coerce.number().int().min(1).max(2_000_000), 'the number of a row');
    const operation = operationOf(values.optional('operation'));
    const mapPath = values.optional('map');
    const mapFile =
      mapPath === undefined ? mapFileSchema.parse({}) : await readMap(call.path(mapPath), mapFileSchema, 'is no map of columns');
    const ctx = await call.context();
    const path = call.path(given);
    const file: ImportFile = { path, name: basename(path), ...(format === undefined ? {} : { format }) };
    const wanted: ImportPlace = {
      sheet: values.optional('sheet') ?? null,
      headerLine: header ?? null,
      delimiter: null,
      encoding: null,
    };
    const found = await inspectFile(ctx, file, entity, wanted);
    const mapped = mapOf(found, mapFile, dateOrder);
    const map: ImportMap = {
      ...mapped,
      existing: existing ?? mapped.existing,
      keyless: mapped.keyless || values.flag('new-rows'),
    };
    const settings: ImportSettings = {
      entity,
      place: { ...wanted, headerLine: found.headerLine },
      map,
      corrections: [],
      rows: values.flag('good-rows') ? 'good' : 'all',
    };
    const errors = values.optional('errors');
    // The trial finds every fault, also what only the database refuses; the import is held to what it saw.
    const full = await trialImport(ctx, ctx.database, file, settings);
    const faults = allFaults(full);
    if (errors !== undefined && faults.length > 0) await saveFaults(call.path(errors), full);
    if (errors === undefined) for (const fault of faults) io.err(faultLine(file.name, fault));
    const { counts, base, blocked } = full.trial;
    if (values.flag('dry-run')) {
      return {
        json: { operation, dryRun: true, written: false, counts, columns: map.columns, faultCount: faults.length },
        text: textOf({ counts }, 'A trial run: nothing was written.', map, faults, errors),
        failed: faults.length > 0,
      };
    }
    if (blocked !== null || (faults.length > 0 && settings.rows === 'all')) {
      return {
        json: { operation, dryRun: false, written: false, counts, columns: map.columns, faultCount: faults.length },
        text: textOf({ counts }, 'Nothing was written.', map, faults, errors),
        failed: true,
      };
    }
    const outcome = await runImport(
      ctx,
      ctx.database,
      file,
      settings,
      values.optional('operation') === undefined ? base : null,
      operation,
    );
    if (!outcome.written) for (const fault of outcome.faults) io.err(faultLine(file.name, fault));
    const ending = outcome.written
      ? outcome.counts.refused > 0
        ? 'The good rows are written.'
        : 'All of it is written.'
      : 'Nothing was written.';
    return {
      json: {
        dryRun: false,
        ...outcome,
        operation,
        columns: map.columns,
        faultCount: faults.length,
        faults: undefined,
        opId: undefined,
      },
      text: textOf(outcome, ending, map, faults, errors),
      failed: !outcome.written || outcome.counts.refused > 0,
    };
  },
};

export const IMPORT_COMMANDS: readonly Command[] = [importCommand];
