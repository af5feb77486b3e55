/**
 * A table as a file: CSV that a spreadsheet opens without running anything, or a workbook of one sheet. Cells that begin like a
 * formula stay text in both.
 */
import { NOT_IN_XML } from '@shared/xml-text';
import { stringify } from 'csv-stringify/sync';
import writeWorkbook from 'write-excel-file/node';

export type Cell = string | number | boolean | null;

export interface TableFile {
  /** Name of the sheet, at most 31 characters. */
  readonly name: string;
  readonly columns: readonly { readonly label: string /** In characters. */; readonly width: number }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** RFC 4180 with CRLF and a byte-order mark. */
export function toCsvFile({ columns, rows }: TableFile): Uint8Array {
  const text = stringify([columns.map(({ label }) => label), ...rows.map((row) => [...row])], {
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: (value) => (value ? 'yes' : 'no') },
  });
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

/** What a cell of a workbook holds at most. */
const MAX_CELL = 32_767;
export async function toWorkbook({ name, columns, rows }: TableFile): Promise<Uint8Array> {
  const cell = (value: Cell) => {
    if (value === null) return null;
    if (typeof value !== 'string') return { value, alignVertical: 'top' as const };
    // a text cell, so that “=1+1” is that text and never a formula
    return { value: value.replace(NOT_IN_XML, '').slice(0, MAX_CELL), type: String, wrap: true, alignVertical: 'top' as const };
  };
  const head = columns.map(({ label }) => ({ value: label, type: String, fontWeight: 'bold' as const }));
  const workbook = writeWorkbook([head, ...rows.map((row) => row.map(cell))], {
    sheet: name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31),
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
  });
  return new Uint8Array(await workbook.toBuffer());
}
