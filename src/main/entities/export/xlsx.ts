/**
 * XLSX (ECMA-376, transitional) as a stream: a sheet of the rows and one that says what the file is. Text stands inline, so that no
 * table of shared strings has to be held; a text is never a formula, and one that looks like one is marked as text besides. Dates and
 * moments are dates of the spreadsheet. The container is made by yazl, which takes the sheet as it is written.
 */

import { Readable } from 'node:stream';
import { CodedError } from '@shared/errors';
import { NOT_IN_XML } from '@shared/xml-text';
import { ZipFile } from 'yazl';
import type { Cell, ExportColumn } from './cells';
import type { ExportHead } from './head';

/** Rows of a sheet, the header's included. */
const MAX_ROWS = 1_048_576;
/** Characters of a cell. */
const MAX_TEXT = 32_767;
const FORMULA_START = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;
/** Days from 1899-12-30, the day zero of spreadsheets, to 1970-01-01. */
const EPOCH_DAYS = 25_569;
/** Indexes of the styles below. */
const STYLE = { plain: 0, head: 1, day: 2, moment: 3, quoted: 4 } as const;

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `${XML}<styleSheet xmlns="${SHEET}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf quotePrefix="1"/></cellXfs></styleSheet>`,
};

/** Takes a text out of reach of XML: entities for markup, nothing for characters that XML 1.0 does not have. */
function xml(text: string): string {
  return text
    .replace(NOT_IN_XML, '')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function textCell(text: string, style?: number): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
  const look = style ?? (FORMULA_START.test(cut) ? STYLE.quoted : STYLE.plain);
  return `<c t="inlineStr"${look === STYLE.plain ? '' : ` s="${look}"`}><is><t xml:space="preserve">${xml(cut)}</t></is></c>`;
}

/** The serial number of a moment; text where it lies before the spreadsheets' own calendar or is no date at all. */
function dateCell(text: string, milliseconds: number, style: number): string {
  const serial = milliseconds / 86_400_000 + EPOCH_DAYS;
  return Number.isNaN(serial) || serial < 61 ? textCell(text) : `<c s="${style}"><v>${serial}</v></c>`;
}

function cell(value: Cell): string {
  if (value === null || value === '') return '<c/>';
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  if (typeof value === 'string') return textCell(value);
  if ('day' in value) return dateCell(value.day, Date.parse(`${value.day}T00:00:00Z`), STYLE.day);
  if ('moment' in value) return dateCell(value.moment, Math.floor(Date.parse(value.moment) / 1000) * 1000, STYLE.moment);
  return textCell(value.words.join(', '));
}

const row = (cells: readonly string[]) => `<row>${cells.join('')}</row>`;

async function* rowSheet(columns: readonly ExportColumn[], batches: AsyncIterable<readonly (readonly Cell[])[]>) {
  yield `${XML}<worksheet xmlns="${SHEET}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
  yield row(columns.map(({ label }) => textCell(label, STYLE.head)));
  let count = 1;
  for await (const rows of batches) {
    count += rows.length;
    if (count > MAX_ROWS) throw new CodedError('INPUT_TOO_LARGE', { limitRows: MAX_ROWS - 1 });
    yield rows.map((cells) => row(cells.map(cell))).join('');
  }
  yield '</sheetData></worksheet>';
}

function aboutSheet(head: ExportHead): string {
  const lines: readonly (readonly [string, Cell])[] = [
    ['Tenant', head.tenant],
    ['List', head.list],
    ['View', head.view],
    ['Exported', { moment: head.exportedAt }],
    ['By', head.exportedBy],
  ];
  const rows = lines.map(([label, value]) => row([textCell(label, STYLE.head), cell(value)])).join('');
  return `${XML}<worksheet xmlns="${SHEET}"><cols><col min="1" max="1" width="14" customWidth="1"/><col min="2" max="2" width="40" customWidth="1"/></cols><sheetData>${rows}</sheetData></worksheet>`;
}

/** A sheet's name has at most 31 characters and none of these. */
function sheetName(text: string): string {
  return xml(
    text
      .replace(/[\\/?*[\]:']/g, ' ')
      .trim()
      .slice(0, 31) || 'Records',
  ).replaceAll('"', '&quot;');
}

/** The file's bytes, piece by piece. An error of the rows ends it. */
export async function* xlsxBytes(
  head: ExportHead,
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: new Date(head.exportedAt) };
  for (const [path, text] of Object.entries(PARTS)) zip.addBuffer(Buffer.from(text), path, options);
  const list = sheetName(head.list);
  const about = list.toLowerCase() === 'about' ? 'About this file' : 'About';
  const workbook = `${XML}<workbook xmlns="${SHEET}" xmlns:r="${OFFICE}"><sheets><sheet name="${list}" sheetId="1" r:id="rId1"/><sheet name="${about}" sheetId="2" r:id="rId2"/></sheets></workbook>`;
  zip.addBuffer(Buffer.from(workbook), 'xl/workbook.xml', options);
  zip.addBuffer(Buffer.from(aboutSheet(head)), 'xl/worksheets/sheet2.xml', options);
  const sheet = Readable.from(rowSheet(columns, batches));
  const failed = new Promise<never>((_, reject) => {
    sheet.on('error', reject);
    zip.on('error', reject);
  });
  failed.catch(() => undefined);
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', options);
  zip.end();
  // The container's stream does not end where the sheet breaks off; whichever comes first is heard.
  const pieces = Readable.from(zip.outputStream)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next: IteratorResult<Buffer> = await Promise.race([pieces.next(), failed]);
      if (next.done) break;
      yield next.value;
    }
  } finally {
    sheet.destroy();
  }
}
