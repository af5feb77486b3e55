/**
 * From rows to a table: which row is the header, and what follows it. Tables that people keep begin with a title, a date, a blank
 * line; so the header may be told by its line, or be looked for among the first rows.
 */
import { SourceFault, type SourceRow, type SourceTable } from './types';

/** So many rows are looked at for a header. */
export const HEADER_ROWS = 30;

/** The table below its header: the row at `headerLine`, or the first row. Throws SourceFault where there is none. */
export async function tableOf(rows: AsyncGenerator<SourceRow>, headerLine: number | null = null): Promise<SourceTable> {
  for (;;) {
    const { value, done } = await rows.next();
    if (done) {
      throw headerLine === null
        ? new SourceFault(null, 'is empty')
        : new SourceFault(headerLine, 'is not in the file, so it cannot be its header');
    }
    if (headerLine !== null && value.line < headerLine) continue;
    if (headerLine !== null && value.line > headerLine) {
      await rows.return(undefined);
      throw new SourceFault(headerLine, 'is empty, so it cannot be the header');
    }
    return { header: value.cells.map(headerText), headerLine: value.line, rows };
  }
}

/** The name of a column; a cell without a text gives none. */
export function headerText(cell: unknown): string {
  if (cell === null || cell === undefined || typeof cell === 'object') return '';
  return String(cell).replace(/\s+/g, ' ').trim();
}

/** The first rows of a table, header and all that stands above it; the reading ends there. */
export async function firstRows(rows: AsyncIterable<SourceRow>, limit: number): Promise<SourceRow[]> {
  const first: SourceRow[] = [];
  for await (const row of rows) {
    first.push(row);
    if (first.length >= limit) break;
  }
  return first;
}

/**
 * The line of the header among the first rows: the row that names most columns that are known here; where none does, the first
 * row that is nearly as wide as the widest and holds texts only. Null where there is no row.
 */
export function headerLineOf(rows: readonly SourceRow[], isKnown: (name: string) => boolean): number | null {
  const candidates = rows.slice(0, HEADER_ROWS).map((row) => {
    const names = row.cells.map(headerText).filter((name) => name !== '');
    return {
      line: row.line,
      width: names.length,
      known: new Set(names.filter(isKnown)).size,
      wordy: row.cells.every((cell) => cell === null || cell === undefined || typeof cell === 'string') && names.every(isName),
    };
  });
  const best = candidates.reduce((most, one) => Math.max(most, one.known), 0);
  // One known word alone may be the title of the sheet.
  if (best >= 2) return candidates.find((one) => one.known === best)?.line ?? null;
  const widest = candidates.reduce((most, one) => Math.max(most, one.width), 0);
  const wide = candidates.filter((one) => one.width >= Math.max(1, Math.ceil(widest * 0.6)));
  return (wide.find((one) => one.wordy) ?? wide[0])?.line ?? null;
}

/** Columns have short names; numbers and dates are values. */
function isName(text: string): boolean {
  return text.length <= 120 && !/^[-+]?[\d.,:/\s-]+$/.test(text);
}
