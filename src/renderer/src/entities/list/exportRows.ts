/** Rows as a CSV file named after the tenant: the selected ones, or all that the list holds, read page by page. */
import type { Entity } from '@shared/entities/define';
import type { ListQuery } from '@shared/listing';
import type { EntityApi } from '../api';
import type { GenericRow } from '../rows';
import { isEmptyValue, type Names, valueText } from '../values/text';
import { type CsvCell, toCsv } from './csv';

/** Beyond this a report is the right tool; the person is told where the file ends. */
export const EXPORT_LIMIT = 50_000;
const PAGE = 500;

function cell(definition: Entity, key: string, row: GenericRow, names: Names): CsvCell {
  const field = definition.allFields[key];
  const value = row[key];
  if (field === undefined || isEmptyValue(value)) return null;
  if (typeof value === 'number') return value;
  // dates and moments stay in ISO form, which every spreadsheet reads alike
  if (field.kind === 'date' || field.kind === 'instant') return String(value);
  return valueText(field, value, names);
}

export function rowsToCsv(definition: Entity, columns: readonly string[], rows: readonly GenericRow[], names: Names): string {
  return toCsv(
    columns.map((key) => definition.allFields[key]?.label ?? key),
    rows.map((row) => columns.map((key) => cell(definition, key, row, names))),
  );
}

export interface AllRows {
  readonly rows: readonly GenericRow[];
  readonly labels: Readonly<Record<string, string>>;
  readonly total: number;
  readonly more: boolean;
}

/** Reads all pages of a query, up to `limit` rows. */
export async function readAll(list: EntityApi['list'], query: ListQuery, limit: number): Promise<AllRows> {
  const rows: GenericRow[] = [];
  const labels: Record<string, string> = {};
  let total = 0;
  let more = false;
  do {
    const page = await list.query({ ...query, offset: rows.length, limit: Math.min(PAGE, limit - rows.length) });
    total = page.total;
    more = page.more === true;
    rows.push(...page.rows);
    Object.assign(labels, page.labels);
    if (page.rows.length === 0) break;
  } while (rows.length < Math.min(total, limit));
  return { rows, labels, total, more };
}

/** Hands a text to the browser's download, which asks where to put it. */
export function download(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // the download has taken its own hold of the blob by the next turn
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
