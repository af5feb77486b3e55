/**
 * CSV that a spreadsheet opens without running anything: RFC 4180 quoting, CRLF, a byte-order mark, and text that begins
 * like a formula is marked as text (OWASP, CSV injection).
 */
const FORMULA_START = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

export type CsvCell = string | number | boolean | null;

/** One cell. Numbers stay numbers (a minus is no formula there); text that starts like a formula gets an apostrophe. */
export function csvCell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return /["\r\n,;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A whole file's text, header first. */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const lines = [header, ...rows].map((cells) => cells.map(csvCell).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** `Nordhaven-Bank-AG_controls_2026-11-23.csv`: exports name their tenant (LOOK.md). `today` is YYYY-MM-DD. */
export function exportFileName(tenant: string, what: string, today: string): string {
  const part = (text: string) =>
    text
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60);
  return `${part(tenant)}_${part(what.toLowerCase())}_${today}.csv`;
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
