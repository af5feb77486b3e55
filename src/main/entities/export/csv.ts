/**
 * CSV that a spreadsheet opens without running anything: RFC 4180 quoting, CRLF, a byte-order mark, and text that begins like a
 * formula is marked as text (OWASP, CSV injection). Dates in ISO form, which every spreadsheet reads alike.
 */
import { csvTextCell } from '@shared/spreadsheet-text';
import type { Cell, ExportColumn } from './cells';

/** One cell. Numbers stay numbers (a minus is no formula there); text that starts like a formula gets an apostrophe. */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'object') {
    if ('day' in value) return value.day;
    if ('moment' in value) return value.moment;
    return csvCell(value.words.join(', '));
  }
  return csvTextCell(value);
}

const line = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`;

/** The file's text, piece by piece. */
export async function* csvText(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  yield `\uFEFF${line(columns.map(({ label }) => label))}`;
  for await (const rows of batches) yield rows.map(line).join('');
}
