/** A document as a Word file (OOXML), by the `docx` library: headings of their own level, tables whose head repeats on each page. */
import {
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { DocumentBlock, DocumentTable, ReportDocument } from './document';

/** A4 and its margins in twentieths of a point. */
const PAGE = { width: 11_906, height: 16_838, margin: 850 } as const;
const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'DFE3E8' } as const;

/** The bytes of a .docx. */
export async function toDocx(document: ReportDocument): Promise<Uint8Array> {
  const { title, tenant, subtitle, landscape, blocks } = document;
  const inside = (landscape ? PAGE.height : PAGE.width) - 2 * PAGE.margin;
  const file = new Document({
    creator: tenant,
    title,
    styles: { default: { document: { run: { font: 'Calibri', size: 20 } } } },
    sections: [
      {
        properties: {
          page: {
            size: {
              width: PAGE.width,
              height: PAGE.height,
              orientation: landscape ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT,
            },
            margin: { top: PAGE.margin, bottom: PAGE.margin, left: PAGE.margin, right: PAGE.margin },
          },
        },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                children: [
                  new TextRun({ text: `${tenant} · ${title} · `, size: 16, color: '4E5969' }),
                  new TextRun({ children: [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES], size: 16, color: '4E5969' }),
                ],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({ text: title, heading: HeadingLevel.TITLE }),
          new Paragraph({
            children: [new TextRun({ text: [tenant, subtitle].filter(Boolean).join(' · '), color: '4E5969' })],
            spacing: { after: 240 },
          }),
          ...blocks.flatMap((it) => block(it, inside)),
        ],
      },
    ],
  });
  return new Uint8Array(await Packer.toBuffer(file));
}

function block(it: DocumentBlock, inside: number): (Paragraph | Table)[] {
  switch (it.kind) {
    case 'heading':
      return [new Paragraph({ text: it.text, heading: it.level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2 })];
    case 'text':
      return [new Paragraph({ children: lines(it.text), spacing: { after: 120 } })];
    case 'facts':
      return it.facts.map(
        ([label, value]) =>
          new Paragraph({
            children: [new TextRun({ text: `${label}: `, color: '4E5969' }), ...lines(value)],
            spacing: { after: 40 },
          }),
      );
    case 'table':
      return [table(it, inside), new Paragraph({ text: '' })];
  }
}

function table({ columns, rows }: DocumentTable, inside: number): Table {
  const whole = columns.reduce((sum, { width }) => sum + width, 0);
  const widths = columns.map(({ width }) => Math.round((inside * width) / whole));
  const cell = (text: string, nth: number, bold = false) =>
    new TableCell({
      width: { size: widths[nth] ?? 0, type: WidthType.DXA },
      borders: { top: LINE, bottom: LINE, left: LINE, right: LINE },
      margins: { top: 40, bottom: 40, left: 80, right: 80 },
      children: [new Paragraph({ children: lines(text, { bold, size: 17 }) })],
    });
  return new Table({
    width: { size: inside, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    rows: [
      new TableRow({ tableHeader: true, children: columns.map(({ label }, nth) => cell(label, nth, true)) }),
      ...rows.map((row) => new TableRow({ cantSplit: true, children: row.map((text, nth) => cell(text, nth)) })),
    ],
  });
}

/** XML 1.0 has no place for most control characters; Word would refuse the whole file. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNPRINTABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

function lines(text: string, look: { readonly bold?: boolean; readonly size?: number } = {}): TextRun[] {
  return text
    .replace(UNPRINTABLE, '')
    .split(/\r?\n/)
    .map((line, nth) => new TextRun({ ...look, text: line, ...(nth > 0 ? { break: 1 } : {}) }));
}
