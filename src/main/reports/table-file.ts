/**
 * A table as a file: CSV that a spreadsheet opens without running anything, or a workbook of one sheet. Cells that begin like a
 * formula stay text in both.
 */
import { stringify } from 'csv-stringify/sync';
import { workbookOf } from './workbook';

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

export function toWorkbook({ name, columns, rows }: TableFile): Promise<Uint8Array> {
  const head = columns.map(({ label }) => label);
  return workbookOf([{ name, head, widths: columns.map(({ width }) => width), wrap: true, rows: [rows] }], new Date());
}
