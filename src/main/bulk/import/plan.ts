/** From the settings of an import to what a stage needs: which table of which file, and what becomes of each column. */
import { basename } from 'node:path';
import { CodedError } from '@shared/errors';
import type { ImportMap, ImportPlace, ImportSettings } from '@shared/wire/imports';
import type { Cell, CellReading } from '../cells';
import type { FaultList } from '../faults';
import { type LoadField, type LoadShape, plainName, shapeNamed } from '../shapes';
import { openSource, type Source, type SourcePart } from '../source/open';
import { SourceFault, type SourceTable } from '../source/types';
import type { PlannedField, StagePlan } from '../stage';

/** A file that a person chose. */
export interface ImportFile {
  readonly path: string;
  readonly name: string;
  /** Where the name does not say it. */
  readonly format?: Source['format'];
}

export interface OpenedFile {
  readonly file: ImportFile;
  readonly source: Source;
  readonly part: SourcePart;
}

/** The kind of records of an import. LOAD_UNKNOWN for one that comes in by other ways only. */
export function importShape(entity: string): LoadShape {
  const shape = shapeNamed(entity);
  if (shape === undefined)
    throw new CodedError('LOAD_UNKNOWN', { fileName: entity, reason: 'is no kind of record that can be imported' });
  return shape;
}

/** Opens the table that an import reads. Throws LOAD_UNKNOWN with the reason and the remedy, or FILE_UNREADABLE. */
export async function openTable(file: ImportFile, place: ImportPlace): Promise<OpenedFile> {
  try {
    const source = await openSource(file.path, {
      delimiter: place.delimiter,
      encoding: place.encoding,
      ...(file.format === undefined ? {} : { format: file.format }),
    });
    const part = place.sheet === null ? source.parts[0] : source.parts.find(({ name }) => name === place.sheet);
    if (part === undefined) {
      throw new SourceFault(null, place.sheet === null ? 'holds no sheet' : `has no sheet “${place.sheet}”`);
    }
    return { file, source, part };
  } catch (error) {
    throw fileError(file, error);
  }
}

/** A fault of the file as a whole, or what the system says about it. Coded errors pass. */
export function fileError(file: ImportFile, error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const fileName = file.name || basename(file.path);
  if (error instanceof SourceFault) {
    return new CodedError('LOAD_UNKNOWN', {
      fileName,
      reason: error.reason,
      ...(error.line === null ? {} : { line: error.line }),
    });
  }
  return new CodedError('FILE_UNREADABLE', { fileName }, { cause: error });
}

/**
 * What becomes of the columns. Throws FILE_CHANGED where the header is another one than the mapping is for, IMPORT_MAPPING where a
 * column becomes a field that there is none of, or two become the same.
 */
export function planOf(
  shape: LoadShape,
  table: SourceTable,
  file: ImportFile,
  settings: ImportSettings,
  lacks: FaultList,
  onRows: (rows: number) => void,
): StagePlan {
  const { map } = settings;
  if (map.columns.length !== table.header.length || map.columns.some(({ header }, at) => header !== table.header[at])) {
    throw new CodedError('FILE_CHANGED', { fileName: file.name });
  }
  const taken = new Map<string, string>();
  const take = (to: string, by: string): void => {
    const other = taken.get(to);
    if (other !== undefined) throw mapping(shape, `“${other}” and “${by}” become the same field`);
    taken.set(to, by);
  };
  const fields: PlannedField[] = [];
  let key: StagePlan['key'] = null;
  for (const [at, column] of map.columns.entries()) {
    if (column.field === null) continue;
    take(column.field, nameOf(column.header, at));
    if (column.field === 'key') {
      key = { at, header: nameOf(column.header, at) };
      continue;
    }
    const field = fieldCalled(shape, column.field);
    fields.push({ at, header: nameOf(column.header, at), field, reading: readingOf(shape, field, column) });
  }
  for (const [to, cell] of Object.entries(map.fixed)) {
    if (cell === '') continue;
    const field = fieldCalled(shape, to);
    take(to, field.label);
    fields.push({ at: null, header: field.label, field, reading: { dateOrder: null }, cell });
  }
  if (fields.length === 0) throw mapping(shape, 'no column becomes a field');
  return {
    shape,
    file: file.name,
    fields,
    key,
    corrections: correctionsOf(settings),
    lacks: map.lenient && map.existing !== 'exactly' ? lacks : null,
    existing: map.existing,
    onRows,
  };
}

/** A column as people call it: by its name, else by its letters. */
export function nameOf(header: string, at: number): string {
  return header === '' ? `column ${columnLetters(at)}` : header;
}

/** `A` for 0, `AA` for 26, as spreadsheets have it. */
export function columnLetters(at: number): string {
  const rest = Math.floor(at / 26);
  return `${rest > 0 ? columnLetters(rest - 1) : ''}${String.fromCharCode(65 + (at % 26))}`;
}

function mapping(shape: LoadShape, reason: string): CodedError {
  return new CodedError('IMPORT_MAPPING', { entity: shape.name, reason });
}

function fieldCalled(shape: LoadShape, key: string): LoadField {
  const field = shape.fields.find((one) => one.key === key);
  if (field === undefined) throw mapping(shape, `“${key.slice(0, 60)}” is no field of ${shape.many}`);
  return field;
}

function readingOf(shape: LoadShape, field: LoadField, column: ImportMap['columns'][number]): CellReading {
  const values = Object.entries(column.values ?? {});
  for (const [, to] of values) {
    if (to !== null && field.options?.some(({ value }) => value === to) === false) {
      throw mapping(shape, `“${to.slice(0, 60)}” is no choice of ${field.label}`);
    }
  }
  return {
    dateOrder: column.dateOrder ?? null,
    decimal: column.decimal ?? null,
    ...(values.length === 0 ? {} : { values: new Map(values.map(([word, to]) => [plainName(word), to])) }),
  };
}

function correctionsOf({ corrections }: ImportSettings): Map<number, Map<number, Cell>> {
  const byRow = new Map<number, Map<number, Cell>>();
  for (const { row, column, text } of corrections) byRow.set(row, (byRow.get(row) ?? new Map<number, Cell>()).set(column, text));
  return byRow;
}
