/**
 * Which files a load reads and what each holds: a file or a sheet is named after its records (`controls.csv`, a sheet “Findings”, a
 * list under `auditPlans`). A folder is taken as it lies, without its sub-folders.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { CodedError } from '@shared/errors';
import { LOAD_SHAPES, type LoadShape, shapeNamed } from './shapes';
import { formatOfName } from './source/kind';
import { openSource } from './source/open';
import { SourceFault, type SourceTable } from './source/types';

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
      if (formatOfName(each) !== null || !folder) files.push(...(await partsOf(each, entities)));
      else ignored.push(basename(each));
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

async function partsOf(path: string, entities: Readonly<Record<string, string>>): Promise<LoadFile[]> {
  const fileName = basename(path);
  const fileStem = fileName.slice(0, fileName.length - extname(fileName).length);
  try {
    const { parts, sha256 } = await openSource(path);
    return parts.map((part): LoadFile => {
      const stem = part.name ?? fileStem;
      const named = entities[part.name ?? fileName] ?? entities[stem];
      // A workbook of one sheet that is called “Sheet1” is named by its file.
      const shape = shapeNamed(named ?? stem) ?? (parts.length === 1 && named === undefined ? shapeNamed(fileStem) : undefined);
      const name = part.name === null ? fileName : `${fileName} › ${part.name}`;
      if (shape === undefined)
        throw unknown(name, `is named after no kind of record; known are ${LOAD_SHAPES.map((one) => one.table).join(', ')}`);
      return { name, stem, shape, sha256, open: () => part.table() };
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
