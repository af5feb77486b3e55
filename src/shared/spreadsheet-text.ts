/** Text on its way into a spreadsheet: it is marked where it would run as a formula, and quoted where CSV asks for it. */

/** How a text begins that a spreadsheet takes for a formula (OWASP, CSV injection), full-width signs included. */
export const FORMULA_START = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

/** A text as one cell of CSV: quoted where a reader would split or trim it (RFC 4180); one that begins like a formula gets an apostrophe. */
export function csvTextCell(text: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return /["\r\n,;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
