/** What a file holds, before anybody has decided anything: its tables, its header, its columns with samples, and a mapping to begin with. */

import type { EntityContext } from '@main/entities/context';
import type { ImportInspection, ImportMap, ImportPlace, InspectedColumn } from '@shared/wire/imports';
import { MAX_IMPORT_COLUMNS } from '@shared/wire/imports';
import type { LoadShape } from '../shapes';
import { firstRows, HEADER_ROWS, headerLineOf } from '../source/table';
import { encodingName } from '../source/text';
import { SourceFault, type SourceTable } from '../source/types';
import { ColumnFacts, signatureOf } from './columns';
import { guessMap, isKnownName, isLeftOut, readingOf } from './guess';
import { recallMapping } from './mappings';
import { fileError, type ImportFile, importShape, type OpenedFile, openTable } from './plan';

/** Enough for what a column is, and quick to read also of a file of a gigabyte. */
const LOOKED_AT = 5_000;

interface Found {
  readonly headerLine: number | null;
  readonly above: number;
  readonly rows: number;
  readonly whole: boolean;
  readonly columns: readonly InspectedColumn[];
}

/** Throws LOAD_UNKNOWN and FILE_UNREADABLE for what cannot be read, ROLE_FORBIDS. */
export async function inspectFile(
  ctx: EntityContext,
  file: ImportFile,
  entity: string,
  place: ImportPlace,
): Promise<ImportInspection> {
  const shape = importShape(entity);
  const opened = await openTable(file, place);
  const { source, part } = opened;
  const found = await lookAt(opened, shape, place);
  const signature = signatureOf(found.columns.map(({ header }) => header));
  const remembered = shape.entity === null ? null : await recallMapping(ctx, shape, signature);
  const guess = guessMap(shape, found.columns);
  const map: ImportMap =
    remembered === null
      ? { columns: guess, fixed: {}, existing: 'replace', keyless: false, lenient: false }
      : aligned(shape, found.columns, remembered.map);
  return {
    fileName: file.name,
    size: source.size,
    sha256: source.sha256,
    format: source.format,
    encoding: source.encoding === null ? null : { key: source.encoding, name: encodingName(source.encoding) },
    delimiter: source.delimiter,
    sheets: source.parts.flatMap(({ name }) => (name === null ? [] : [name])),
    sheet: part.name,
    ...found,
    signature,
    map,
    from: remembered === null ? { kind: 'guess' } : { kind: 'remembered', ...remembered.mapping },
  };
}

/** The header and the columns of a table. */
async function lookAt({ file, source, part }: OpenedFile, shape: LoadShape, place: ImportPlace): Promise<Found> {
  try {
    const keyed = source.format === 'json' || source.format === 'jsonl';
    const first = keyed ? [] : await firstRows(part.rows(), HEADER_ROWS);
    const headerLine = keyed ? null : (place.headerLine ?? headerLineOf(first, isKnownName(shape)));
    const table = await part.table(headerLine);
    if (table.header.length > MAX_IMPORT_COLUMNS) {
      throw new SourceFault(
        table.headerLine,
        `has ${table.header.length} columns; an import takes ${MAX_IMPORT_COLUMNS} at most`,
      );
    }
    const columns = await columnsOf(table);
    return { headerLine, above: first.filter(({ line }) => headerLine !== null && line < headerLine).length, ...columns };
  } catch (error) {
    throw fileError(file, error);
  }
}

async function columnsOf({ header, rows }: SourceTable): Promise<Pick<Found, 'rows' | 'whole' | 'columns'>> {
  const facts = header.map(() => new ColumnFacts());
  let count = 0;
  let whole = true;
  for await (const { cells } of rows) {
    if (count >= LOOKED_AT) {
      whole = false;
      break;
    }
    count += 1;
    for (const [at, fact] of facts.entries()) fact.add(cells[at] ?? null);
  }
  return { rows: count, whole, columns: facts.map((fact, at) => fact.inspected(at, header[at] ?? '')) };
}

/** A remembered mapping laid over the columns of this file: what its own dates and numbers prove goes first. */
function aligned(shape: LoadShape, columns: readonly InspectedColumn[], map: ImportMap): ImportMap {
  const left = map.columns.filter(({ header }) => !isLeftOut(header));
  return {
    ...map,
    columns: columns.map((column) => {
      const known = isLeftOut(column.header) ? undefined : left.shift();
      const field = shape.fields.find(({ key }) => key === known?.field);
      const isKnown = field !== undefined || known?.field === 'key';
      return { ...known, header: column.header, field: isKnown ? (known?.field ?? null) : null, ...readingOf(field, column) };
    }),
  };
}
