/** A list as a workbook: a sheet of the rows as they are read, and one that says what the file is. */
import { type Sheet, workbookBytes } from '../../reports/workbook';
import type { Cell, ExportColumn } from './cells';
import type { ExportHead } from './head';

function about(head: ExportHead): Sheet {
  const lines: readonly (readonly [string, Cell])[] = [
    ['Tenant', head.tenant],
    ['List', head.list],
    ['View', head.view],
    ['Exported', { moment: head.exportedAt }],
    ['By', head.exportedBy],
  ];
  const name = head.list.toLowerCase() === 'about' ? 'About this file' : 'About';
  return { name, widths: [14, 40], rows: [lines.map(([label, value]) => [{ strong: label }, value])] };
}

/** The file's bytes, piece by piece. An error of the rows ends it. */
export function xlsxBytes(
  head: ExportHead,
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<Buffer> {
  const list: Sheet = { name: head.list || 'Records', head: columns.map(({ label }) => label), rows: batches };
  return workbookBytes([list, about(head)], new Date(head.exportedAt));
}
