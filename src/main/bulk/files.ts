/**
 * Which files a load reads and what each holds: a file or a sheet is named after its records (`controls.csv`, a sheet “Findings”, a
 * list under `auditPlans`). A folder is taken as it lies, without its sub-folders.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { CodedError } from '@shared/errors';
import { LOAD_SHAPES, type LoadShape, shapeNamed } from './shapes';
import { csvTable } from './source/csv';
import { jsonLists, linesTable, listTable } from './source/json';
import { type FileFacts, factsOf, textOf } from './source/text';
import { SourceFault, type SourceTable } from './source/types';
import { openWorkbook } from './source/xlsx';

export interface LoadFile {
  /** As reports call it: the file's name, with the sheet or list where it has several. */
  readonly name: string;
  /** The name without its ending, by which a map of headers may call it. */
  readonly stem: string;
  readonly shape: LoadShape;
  readonly sha256: string;
  open(): Promise<SourceTable>;
}

export interface FoundFiles {
  /** In the order in which they are loaded: what others refer to comes first. */
  readonly files: readonly LoadFile[];
  /** Files of a folder with an ending that no reader knows. */
  readonly ignored: readonly string[];
}

const READERS: Readonly<Record<string, (path: string, facts: FileFacts) => Promise<readonly Part[]>>> = {
  '.csv': csvParts,
  '.tsv': csvParts,
  '.json': jsonParts,
  '.jsonl': lineParts,
  '.ndjson': lineParts,
  '.xlsx': workbookParts,
};

/** One table of a file; `name` is null where the file holds just one. */
interface Part {
  readonly name: string | null;
  open(): Promise<SourceTable>;
}

/**
 * Finds the files of a load. `entities` says what a file holds whose name does not, by its name or stem.
 * Throws FILE_UNREADABLE, and LOAD_UNKNOWN for a file whose records are of no known kind.
 */
export async function findFiles(paths: readonly string[], entities: Readonly<Record<string, string>> = {}): Promise<FoundFiles> {
  const files: LoadFile[] = [];
  const ignored: string[] = [];
  for (const path of paths) {
    const folder = await isFolder(path);
    for (const each of folder ? await entriesOf(path) : [path]) {
      const reader = READERS[extname(each).toLowerCase()];
      if (reader !== undefined) files.push(...(await partsOf(each, reader, entities)));
      else if (folder) ignored.push(basename(each));
      else throw unknown(basename(each), 'is none of .csv, .tsv, .json, .jsonl, .xlsx');
    }
  }
  if (files.length === 0) throw unknown(paths.map((path) => basename(path)).join(', '), 'holds no file that can be loaded');
  const order = new Map(LOAD_SHAPES.map((shape, at) => [shape.name, at]));
  return { files: files.sort((a, b) => (order.get(a.shape.name) ?? 0) - (order.get(b.shape.name) ?? 0)), ignored };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause });
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  // `~$` is what office programs leave beside an open file.
  const names = entries.filter((entry) => entry.isFile() && !/^(\.|~\$)/.test(entry.name)).map((entry) => entry.name);
  return names.sort((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name));
}

async function partsOf(
  path: string,
  reader: (path: string, facts: FileFacts) => Promise<readonly Part[]>,
  entities: Readonly<Record<string, string>>,
): Promise<LoadFile[]> {
  const fileName = basename(path);
  const fileStem = fileName.slice(0, fileName.length - extname(fileName).length);
  try {
    const facts = await factsOf(path);
    const parts = await reader(path, facts);
    return parts.map((part): LoadFile => {
      const stem = part.name ?? fileStem;
      const named = entities[part.name ?? fileName] ?? entities[stem];
      // A workbook of one sheet that is called “Sheet1” is named by its file.
      const shape = shapeNamed(named ?? stem) ?? (parts.length === 1 && named === undefined ? shapeNamed(fileStem) : undefined);
      const name = part.name === null ? fileName : `${fileName} › ${part.name}`;
      if (shape === undefined)
        throw unknown(name, `is named after no kind of record; known are ${LOAD_SHAPES.map((one) => one.table).join(', ')}`);
      return { name, stem, shape, sha256: facts.sha256, open: part.open };
    });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    if (error instanceof SourceFault) throw unknown(fileName, error.reason, error.line);
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause: error });
  }
}

function unknown(fileName: string, reason: string, line: number | null = null): CodedError {
  return new CodedError('LOAD_UNKNOWN', { fileName, reason, ...(line === null ? {} : { line }) });
}

async function csvParts(path: string, { encoding }: FileFacts): Promise<Part[]> {
  const delimiter = extname(path).toLowerCase() === '.tsv' ? '\t' : null;
  return [{ name: null, open: () => csvTable(textOf(path, encoding), delimiter) }];
}

async function jsonParts(path: string, { encoding }: FileFacts): Promise<Part[]> {
  return [...(await jsonLists(path, encoding))].map(([name, list]) => ({ name, open: async () => listTable(list) }));
}

async function lineParts(path: string, { encoding }: FileFacts): Promise<Part[]> {
  return [{ name: null, open: () => linesTable(path, encoding) }];
}

async function workbookParts(path: string): Promise<Part[]> {
  const workbook = await openWorkbook(path);
  return workbook.sheets.map((sheet) => ({ name: sheet, open: () => workbook.table(sheet) }));
}
