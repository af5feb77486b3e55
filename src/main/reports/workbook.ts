/**
 * Workbooks: XLSX (ECMA-376, transitional) as a stream, the one writer of them in this house. Text stands inline, so that no table of
 * shared strings has to be held; a text is never a formula, and one that looks like one is marked as text besides. Dates and moments
 * are dates of the spreadsheet. The container is made by yazl, which takes each sheet as it is written: a million rows need no memory.
 */

import { Readable } from 'node:stream';
import { CodedError } from '@shared/errors';
import { FORMULA_START } from '@shared/spreadsheet-text';
import { NOT_IN_XML } from '@shared/xml-text';
import { ZipFile } from 'yazl';

/** `day`: `YYYY-MM-DD`; `moment`: ISO 8601 in UTC; `words`: joined by commas; `strong`: a text like a heading's; null: nothing. */
export type WorkbookCell =
  | null
  | string
  | number
  | boolean
  | { readonly day: string }
  | { readonly moment: string }
  | { readonly words: readonly string[] }
  | { readonly strong: string };

type Batch = readonly (readonly WorkbookCell[])[];

export interface Sheet {
  /** Cut to 31 characters, without those that a sheet's name may not have. */
  readonly name: string;
  /** The first row, bold, which stays in sight; left out where the rows need none. */
  readonly head?: readonly string[];
  /** Of the columns, in characters; the rest is as wide as the spreadsheet makes it. */
  readonly widths?: readonly number[];
  /** Long text breaks in its cell instead of running over the next one. */
  readonly wrap?: boolean;
  /** In batches, so that a list's pages are written as they are read. */
  readonly rows: AsyncIterable<Batch> | Iterable<Batch>;
}

/** Rows of a sheet, the header's included. */
const MAX_ROWS = 1_048_576;
/** Characters of a cell. */
const MAX_TEXT = 32_767;
/** Days from 1899-12-30, the day zero of spreadsheets, to 1970-01-01. */
const EPOCH_DAYS = 25_569;
/** Indexes of the styles below; those of text that breaks stand behind their plain ones. */
const STYLE = { plain: 0, head: 1, day: 2, moment: 3, quoted: 4, wrapped: 5, wrappedQuoted: 6 } as const;

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const TOP = '<alignment vertical="top" wrapText="1"/>';
const STYLES = `${XML}<styleSheet xmlns="${SHEET}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf quotePrefix="1"/><xf applyAlignment="1">${TOP}</xf><xf quotePrefix="1" applyAlignment="1">${TOP}</xf></cellXfs></styleSheet>`;

/** The parts of a workbook beside its sheets. */
function partsOf(names: readonly string[]): Readonly<Record<string, string>> {
  const numbers = names.map((_, at) => at + 1);
  return {
    '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>${numbers.map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPE}.worksheet+xml"/>`).join('')}<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships">${numbers.map((n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rId${names.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
    'xl/workbook.xml': `${XML}<workbook xmlns="${SHEET}" xmlns:r="${OFFICE}"><sheets>${names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
  };
}

/** Takes a text out of reach of XML: entities for markup, nothing for characters that XML 1.0 does not have. */
function xml(text: string): string {
  return text
    .replace(NOT_IN_XML, '')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function textCell(text: string, wrap: boolean): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
  if (FORMULA_START.test(cut)) return styledText(cut, wrap ? STYLE.wrappedQuoted : STYLE.quoted);
  return styledText(cut, wrap ? STYLE.wrapped : STYLE.plain);
}

function styledText(text: string, style: number): string {
  return `<c t="inlineStr"${style === STYLE.plain ? '' : ` s="${style}"`}><is><t xml:space="preserve">${xml(text)}</t></is></c>`;
}

/** The serial number of a moment; text where it lies before the spreadsheets' own calendar or is no date at all. */
function dateCell(text: string, milliseconds: number, style: number): string {
  const serial = milliseconds / 86_400_000 + EPOCH_DAYS;
  return Number.isNaN(serial) || serial < 61 ? textCell(text, false) : `<c s="${style}"><v>${serial}</v></c>`;
}

function cell(value: WorkbookCell, wrap: boolean): string {
  if (value === null || value === '') return '<c/>';
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  if (typeof value === 'string') return textCell(value, wrap);
  if ('day' in value) return dateCell(value.day, Date.parse(`${value.day}T00:00:00Z`), STYLE.day);
  if ('moment' in value) return dateCell(value.moment, Math.floor(Date.parse(value.moment) / 1000) * 1000, STYLE.moment);
  if ('strong' in value) return styledText(value.strong, STYLE.head);
  return textCell(value.words.join(', '), wrap);
}

const row = (cells: readonly string[]) => `<row>${cells.join('')}</row>`;

async function* sheetText({ head, widths = [], wrap = false, rows }: Sheet): AsyncGenerator<string> {
  yield `${XML}<worksheet xmlns="${SHEET}">`;
  if (head !== undefined)
    yield '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  if (widths.length > 0)
    yield `<cols>${widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`).join('')}</cols>`;
  yield '<sheetData>';
  if (head !== undefined) yield row(head.map((label) => cell({ strong: label }, false)));
  let count = head === undefined ? 0 : 1;
  for await (const batch of rows) {
    count += batch.length;
    if (count > MAX_ROWS) throw new CodedError('INPUT_TOO_LARGE', { limitRows: MAX_ROWS - 1 });
    yield batch.map((cells) => row(cells.map((value) => cell(value, wrap)))).join('');
  }
  yield '</sheetData></worksheet>';
}

/** Names as a workbook takes them: at most 31 characters, none of `\\/?*[]:'`, no two alike. */
function sheetNames(sheets: readonly Sheet[]): readonly string[] {
  const taken = new Set<string>();
  return sheets.map(({ name }) => {
    const plain =
      name
        .replace(/[\\/?*[\]:']/g, ' ')
        .trim()
        .slice(0, 31) || 'Sheet';
    let own = plain;
    for (let n = 2; taken.has(own.toLowerCase()); n += 1) own = `${plain.slice(0, 27)} ${n}`;
    taken.add(own.toLowerCase());
    return xml(own).replaceAll('"', '&quot;');
  });
}

/** The file's bytes, piece by piece; `made` stands in it as the time of its parts. An error of the rows ends it. */
export async function* workbookBytes(sheets: readonly Sheet[], made: Date): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: made };
  for (const [path, text] of Object.entries(partsOf(sheetNames(sheets)))) zip.addBuffer(Buffer.from(text), path, options);
  const streams = sheets.map((sheet) => Readable.from(sheetText(sheet)));
  const failed = new Promise<never>((_, reject) => {
    for (const stream of streams) stream.on('error', reject);
    zip.on('error', reject);
  });
  failed.catch(() => undefined);
  for (const [at, stream] of streams.entries()) zip.addReadStream(stream, `xl/worksheets/sheet${at + 1}.xml`, options);
  zip.end();
  // The container's stream does not end where a sheet breaks off; whichever comes first is heard.
  const pieces = Readable.from(zip.outputStream)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next: IteratorResult<Buffer> = await Promise.race([pieces.next(), failed]);
      if (next.done) break;
      yield next.value;
    }
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** The whole file, where the rows are few. */
export async function workbookOf(sheets: readonly Sheet[], made: Date): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of workbookBytes(sheets, made)) pieces.push(piece);
  return Buffer.concat(pieces);
}
