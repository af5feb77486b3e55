/** A document as a Word file (OOXML), by the `docx` library: headings of their own level, tables whose head repeats on each page. */

import { NOT_IN_XML } from '@shared/xml-text';
import {
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  Packer,
  PageBreak,
  PageNumber,
  PageOrientation,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableOfContents,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { DocumentBlock, DocumentTable, ReportDocument } from './document';
import { parseMarkdown } from './markdown';
import { type ListCounter, listCounter, MARKED_STYLES, markedParagraphs, ORDERED_LISTS } from './marked-docx';

/** A4 and its margins in twentieths of a point. */
const PAGE = { width: 11_906, height: 16_838, margin: 850 } as const;
const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'DFE3E8' } as const;

interface Page {
  /** Between the margins, in twentieths of a point. */
  readonly inside: number;
  readonly counter: ListCounter;
}

/** The bytes of a .docx. */
export async function toDocx(document: ReportDocument): Promise<Uint8Array> {
  const { title, tenant, landscape, blocks, cover } = document;
  const page: Page = { inside: (landscape ? PAGE.height : PAGE.width) - 2 * PAGE.margin, counter: listCounter() };
  const file = new Document({
    creator: tenant,
    title,
    // The contents are a field; Word fills it in when the file is opened.
    features: { updateFields: cover !== undefined },
    numbering: { config: [ORDERED_LISTS] },
    styles: { default: { document: { run: { font: 'Calibri', size: 20 } } }, ...MARKED_STYLES },
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
                style: 'DocumentFacts',
                children: [
                  new TextRun({ text: `${tenant} · ${title} · `, size: 16, style: 'FactLabel' }),
                  new TextRun({ children: [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES], size: 16, style: 'FactLabel' }),
                ],
              }),
            ],
          }),
        },
        children: [...front(document, page), ...blocks.flatMap((it) => block(it, page))],
      },
    ],
  });
  return new Uint8Array(await Packer.toBuffer(file));
}

/** Title and tenant; with a cover, a page of them with the facts, and the contents on the next. */
function front({ title, tenant, subtitle, cover }: ReportDocument, page: Page): (Paragraph | Table | TableOfContents)[] {
  const below = cover === undefined ? [tenant, subtitle].filter(Boolean).join(' · ') : tenant;
  const head = [
    new Paragraph({
      text: title.replace(NOT_IN_XML, ''),
      style: 'DocumentTitle',
      spacing: { before: cover === undefined ? 0 : 3600 },
    }),
    new Paragraph({
      style: 'DocumentFacts',
      children: [new TextRun({ text: below.replace(NOT_IN_XML, ''), style: 'FactLabel' })],
      spacing: { after: 240 },
    }),
  ];
  if (cover === undefined) return head;
  const pageBreak = () => new Paragraph({ children: [new PageBreak()] });
  return [
    ...head,
    ...block({ kind: 'facts', facts: cover }, page),
    pageBreak(),
    new Paragraph({ children: [new TextRun({ text: 'Contents', bold: true, size: 28 })], spacing: { after: 160 } }),
    new TableOfContents('Contents', { hyperlink: true, headingStyleRange: '1-2' }),
    pageBreak(),
  ];
}

function block(it: DocumentBlock, { inside, counter }: Page): (Paragraph | Table)[] {
  switch (it.kind) {
    case 'heading':
      return [new Paragraph({ text: it.text, heading: it.level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2 })];
    case 'text':
      return [new Paragraph({ children: lines(it.text), spacing: { after: 120 } })];
    case 'markdown':
      return markedParagraphs(parseMarkdown(it.text, { lines: it.lines ?? 'kept' }), { counter, inside, top: it.top ?? 3 });
    case 'facts':
      return it.facts.map(
        ([label, value]) =>
          new Paragraph({
            style: 'DocumentFacts',
            children: [new TextRun({ text: `${label}: `, style: 'FactLabel' }), ...lines(value)],
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
function lines(
  text: string,
  look: { readonly bold?: boolean; readonly italics?: boolean; readonly size?: number } = {},
): TextRun[] {
  return text
    .replace(NOT_IN_XML, '')
    .split(/\r?\n/)
    .map((line, nth) => new TextRun({ ...look, text: line, ...(nth > 0 ? { break: 1 } : {}) }));
}
