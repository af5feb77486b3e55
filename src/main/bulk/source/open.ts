/**
 * The one way into a file of rows: CSV, workbook, JSON or JSON Lines. Gives what was found out about it (format, encoding,
 * delimiter, hash) and its tables, each to be read as often as needed, a row at a time. Everything that reads rows from files
 * stands on this: first loads, imports, catalogues.
 */
import { extname } from 'node:path';
import { csvRows, delimiterIn } from './csv';
import { jsonLists, linesTable, listTable } from './json';
import { formatOf, type SourceFormat } from './kind';
import { tableOf } from './table';
import { type Encoding, type FileFacts, factsOf, textOf } from './text';
import type { SourceRow, SourceTable } from './types';
import { openWorkbook } from './xlsx';

export interface SourcePart {
  /** The sheet or list; null where the file holds just one table. */
  readonly name: string | null;
  /** Every row that is not empty, from the top of the file; of JSON the items, without a row for their keys. */
  rows(): AsyncGenerator<SourceRow>;
  /** The table below the row at `headerLine`, or below the first row. Of JSON the keys are the header. Throws SourceFault. */
  table(headerLine?: number | null): Promise<SourceTable>;
}

export interface Source {
  readonly format: SourceFormat;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** Null for a workbook, which says itself how its texts are kept. */
  readonly encoding: Encoding | null;
  /** Of CSV. */
  readonly delimiter: string | null;
  readonly parts: readonly SourcePart[];
}

export interface OpenOptions {
  /** Else by the name's ending. */
  readonly format?: SourceFormat | null;
  /** Else the one that the first record holds most of. */
  readonly delimiter?: string | null;
  /** Else found out. */
  readonly encoding?: Encoding | null;
}

/** Opens a file. Throws SourceFault for what cannot be read as rows, and the system's own error for what cannot be read at all. */
export async function openSource(path: string, options: OpenOptions = {}): Promise<Source> {
  const format = await formatOf(path, options.format ?? null);
  const found = await factsOf(path);
  const facts: FileFacts = { ...found, encoding: options.encoding ?? found.encoding };
  const { sha256, size, encoding } = facts;
  if (format === 'csv') {
    const named = extname(path).toLowerCase() === '.tsv' ? '\t' : null;
    const delimiter = options.delimiter ?? named ?? (await delimiterIn(textOf(path, encoding)));
    const rows = () => csvRows(textOf(path, encoding), delimiter);
    const part: SourcePart = { name: null, rows, table: (line) => tableOf(rows(), line) };
    return { format, sha256, size, encoding, delimiter, parts: [part] };
  }
  const parts = format === 'xlsx' ? await sheets(path) : format === 'json' ? await lists(path, encoding) : lines(path, encoding);
  return { format, sha256, size, encoding: format === 'xlsx' ? null : encoding, delimiter: null, parts };
}

async function sheets(path: string): Promise<SourcePart[]> {
  const workbook = await openWorkbook(path);
  return workbook.sheets.map((sheet) => ({
    name: sheet,
    rows: () => workbook.rows(sheet),
    table: (line) => tableOf(workbook.rows(sheet), line),
  }));
}

async function lists(path: string, encoding: Encoding): Promise<SourcePart[]> {
  return [...(await jsonLists(path, encoding))].map(([name, list]) => ({
    name,
    rows: () => listTable(list).rows,
    table: async () => listTable(list),
  }));
}

function lines(path: string, encoding: Encoding): SourcePart[] {
  async function* rows(): AsyncGenerator<SourceRow> {
    yield* (await linesTable(path, encoding)).rows;
  }
  return [{ name: null, rows, table: () => linesTable(path, encoding) }];
}
