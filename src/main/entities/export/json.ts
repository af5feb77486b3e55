/** JSON: one document that says where it comes from, or a line a record for programs that read as they go. */
import type { Cell, ExportColumn } from './cells';
import type { ExportHead } from './head';

function plain(value: Cell): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('day' in value) return value.day;
  return 'moment' in value ? value.moment : value.words;
}

function record(columns: readonly ExportColumn[], cells: readonly Cell[]): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ key }, at) => [key, plain(cells[at] ?? null)])));
}

/** The document's text, piece by piece. */
export async function* jsonText(
  head: ExportHead,
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  const facts = JSON.stringify({ ...head, columns }, null, 2);
  yield `${facts.slice(0, -2)},\n  "rows": [`;
  let first = true;
  for await (const rows of batches) {
    let text = '';
    for (const cells of rows) {
      text += `${first ? '' : ','}\n    ${record(columns, cells)}`;
      first = false;
    }
    yield text;
  }
  yield first ? ']\n}\n' : '\n  ]\n}\n';
}

/** JSON Lines: rows only. */
export async function* jsonLines(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  for await (const rows of batches) yield rows.map((cells) => `${record(columns, cells)}\n`).join('');
}
