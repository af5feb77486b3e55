/** For tests only: ZIP files and workbooks, as office programs write them. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A ZIP archive. */
export async function zip(files: Readonly<Record<string, string>>, forceZip64Format = false): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, text] of Object.entries(files)) archive.addBuffer(Buffer.from(text), name, { forceZip64Format });
  archive.end({ forceZip64Format, comment: '' });
  return buffer(archive.outputStream);
}

export type SheetCell =
  | string
  | number
  | boolean
  | null
  | { readonly date: number }
  | { readonly formula: string; readonly value: string | null }
  | { readonly inline: string }
  | { readonly error: string };

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** A workbook with these sheets; texts are shared, as spreadsheets do it. `merged` names areas of sheets, `A2:A3`. */
export async function workbook(
  sheets: Readonly<Record<string, readonly (readonly SheetCell[])[]>>,
  merged: Readonly<Record<string, readonly string[]>> = {},
): Promise<Buffer> {
  const texts: string[] = [];
  const names = Object.keys(sheets);
  const cell = (value: SheetCell, at: string): string => {
    if (value === null) return '';
    if (typeof value === 'string') return `<c r="${at}" t="s"><v>${texts.push(value) - 1}</v></c>`;
    if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`;
    if (typeof value === 'boolean') return `<c r="${at}" t="b"><v>${value ? 1 : 0}</v></c>`;
    if ('date' in value) return `<c r="${at}" s="1"><v>${value.date}</v></c>`;
    if ('inline' in value) return `<c r="${at}" t="inlineStr"><is><t>${escaped(value.inline)}</t></is></c>`;
    if ('error' in value) return `<c r="${at}" t="e"><v>${value.error}</v></c>`;
    return `<c r="${at}"><f>${value.formula}</f>${value.value === null ? '' : `<v>${value.value}</v>`}</c>`;
  };
  const parts: Record<string, string> = {
    'xl/workbook.xml': `<?xml version="1.0"?><x:workbook xmlns:x="m" xmlns:r="r"><x:sheets>${names
      .map((name, at) => `<x:sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
      .join('')}</x:sheets></x:workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${names
      .map((_, at) => `<Relationship Id="rId${at + 1}" Target="worksheets/sheet${at + 1}.xml"/>`)
      .join('')}</Relationships>`,
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/></numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
  };
  for (const [at, name] of names.entries()) {
    const rows = (sheets[name] ?? []).map((cells, row) => {
      const line = cells.map((value, column) => cell(value, `${String.fromCharCode(65 + column)}${row + 1}`)).join('');
      return `<row r="${row + 1}">${line}</row>`;
    });
    parts[`xl/worksheets/sheet${at + 1}.xml`] =
      `<worksheet><sheetData>${rows.join('')}</sheetData>${mergedXml(merged[name] ?? [])}</worksheet>`;
  }
  parts['xl/sharedStrings.xml'] =
    `<sst>${texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`;
  return zip(parts);
}

function mergedXml(areas: readonly string[]): string {
  return areas.length === 0 ? '' : `<mergeCells>${areas.map((area) => `<mergeCell ref="${area}"/>`).join('')}</mergeCells>`;
}
