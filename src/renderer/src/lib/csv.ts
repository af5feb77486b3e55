/**
 * CSV that a spreadsheet opens without running anything: RFC 4180 quoting, CRLF, a byte-order mark, and text that begins
 * like a formula is marked as text (OWASP, CSV injection).
 */
import { namePart } from '@shared/file-names';
import { csvTextCell } from '@shared/spreadsheet-text';

export type CsvCell = string | number | boolean | null;

/** One cell. Numbers stay numbers (a minus is no formula there); text that starts like a formula gets an apostrophe. */
export function csvCell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return csvTextCell(value);
}

/** A whole file's text, header first. */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const lines = [header, ...rows].map((cells) => cells.map(csvCell).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** `Nordhaven-Bank-AG_controls_2026-11-23.csv`: exports name their tenant (LOOK.md). `today` is YYYY-MM-DD. */
export function exportFileName(tenant: string, what: string, today: string): string {
  return `${namePart(tenant)}_${namePart(what.toLowerCase())}_${today}.csv`;
}

/** Hands a text to the browser's download, which asks where to put it. For small tables of a screen; lists are exported by main. */
export function download(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // the download has taken its own hold of the blob by the next turn
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
