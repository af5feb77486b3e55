/**
 * A marked text as paragraphs and tables of Word. Each kind has a style with a name of its own, so that the text reads back from the file
 * as what it was (`shared/markdown/word.ts` knows the names).
 */
import { type MarkBlock, type MarkCell, type MarkItem, type MarkRun, PLAIN } from '@shared/markdown/model';
import { WORD_STYLES } from '@shared/markdown/word';
import { NOT_IN_XML } from '@shared/xml-text';
import {
  BorderStyle,
  ExternalHyperlink,
  HeadingLevel,
  type IParagraphOptions,
  type IStylesOptions,
  Paragraph,
  type ParagraphChild,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';

const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'DFE3E8' } as const;
const HEADINGS = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const;
/** Lists go this deep in Word. */
const DEEPEST = 8;
/** Twentieths of a point for a level of a list. */
const STEP = 360;

/** Numbering of the ordered lists; each list counts for itself by its own instance. */
export const ORDERED_LISTS = {
  reference: 'ordered',
  levels: Array.from({ length: DEEPEST + 1 }, (_none, level) => ({
    level,
    format: (['decimal', 'lowerLetter', 'lowerRoman'] as const)[level % 3],
    text: `%${level + 1}.`,
    style: { paragraph: { indent: { left: STEP * (level + 1), hanging: 300 } } },
  })),
};

/** Styles that a document with a marked text needs. */
export const MARKED_STYLES = {
  paragraphStyles: [
    {
      id: 'Quote',
      name: WORD_STYLES.quote,
      basedOn: 'Normal',
      run: { color: '4E5969' },
      paragraph: {
        indent: { left: 360 },
        border: { left: { ...LINE, size: 12, color: 'C3CAD4', space: 8 } },
        spacing: { after: 120 },
      },
    },
    {
      id: 'Code',
      name: WORD_STYLES.code,
      basedOn: 'Normal',
      run: { font: 'Consolas', size: 18 },
      paragraph: { spacing: { after: 0 } },
    },
    { id: 'Rule', name: WORD_STYLES.rule, basedOn: 'Normal', paragraph: { border: { bottom: LINE }, spacing: { after: 160 } } },
    { id: 'DocumentTitle', name: WORD_STYLES.title, basedOn: 'Title' },
    { id: 'DocumentFacts', name: WORD_STYLES.facts, basedOn: 'Normal' },
  ],
  characterStyles: [
    { id: 'CodeText', name: WORD_STYLES.codeText, run: { font: 'Consolas' } },
    { id: 'LinkText', name: WORD_STYLES.linkText, run: { color: '1D5BBF', underline: {} } },
    { id: 'FactLabel', name: 'Fact label', run: { color: '4E5969' } },
  ],
} satisfies Partial<IStylesOptions>;

/** Counts the ordered lists of one document. */
export interface ListCounter {
  next(): number;
}

export function listCounter(): ListCounter {
  let last = 0;
  return {
    next() {
      last += 1;
      return last;
    },
  };
}

interface Place {
  readonly counter: ListCounter;
  /** Width of the page between its margins, in twentieths of a point. */
  readonly inside: number;
  /** The level of heading that `#` is, from 1. */
  readonly top: number;
  readonly style?: string;
}

/** The paragraphs and tables of a marked text. */
export function markedParagraphs(blocks: readonly MarkBlock[], place: Place): (Paragraph | Table)[] {
  return blocks.flatMap((block) => oneBlock(block, place));
}

function oneBlock(block: MarkBlock, place: Place): (Paragraph | Table)[] {
  switch (block.kind) {
    case 'heading': {
      const level = Math.min(block.level + place.top - 1, HEADINGS.length);
      return [new Paragraph({ children: children(block.runs), heading: HEADINGS[level - 1], keepNext: true })];
    }
    case 'paragraph':
      return [new Paragraph({ children: children(block.runs), ...look(place), spacing: { after: 120 } })];
    case 'list':
      return list(block, place, 0);
    case 'quote':
      return markedParagraphs(block.blocks, { ...place, style: 'Quote' });
    case 'code':
      return [new Paragraph({ style: 'Code', children: textRuns({ ...PLAIN, text: block.text }), spacing: { after: 120 } })];
    case 'table':
      return [table(block, place), new Paragraph({ text: '' })];
    case 'rule':
      return [new Paragraph({ style: 'Rule', text: '' })];
  }
}

const look = ({ style }: Place): Partial<IParagraphOptions> => (style === undefined ? {} : { style });

function list({ ordered, items }: Extract<MarkBlock, { kind: 'list' }>, place: Place, depth: number): (Paragraph | Table)[] {
  const level = Math.min(depth, DEEPEST);
  const instance = ordered ? place.counter.next() : 0;
  const mark: Partial<IParagraphOptions> = ordered
    ? { numbering: { reference: ORDERED_LISTS.reference, level, instance } }
    : { bullet: { level } };
  return items.flatMap((item) => {
    const { lead, rest } = leadOf(item);
    return [
      new Paragraph({ children: children(lead), ...mark, ...look(place), spacing: { after: 40 } }),
      ...rest.flatMap((block) => {
        if (block.kind === 'list') return list(block, place, depth + 1);
        if (block.kind !== 'paragraph') return markedParagraphs([block], place);
        const indent = { left: STEP * (level + 1) };
        return [new Paragraph({ children: children(block.runs), ...look(place), indent, spacing: { after: 40 } })];
      }),
    ];
  });
}

/** What stands beside the mark of an item, and what stands below it. */
function leadOf({ checked, blocks }: MarkItem): { readonly lead: readonly MarkRun[]; readonly rest: readonly MarkBlock[] } {
  const [first, ...rest] = blocks;
  const tick = checked === null ? [] : [{ ...PLAIN, text: checked ? '☑ ' : '☐ ' }];
  return first?.kind === 'paragraph' ? { lead: [...tick, ...first.runs], rest } : { lead: tick, rest: blocks };
}

function table({ head, rows }: Extract<MarkBlock, { kind: 'table' }>, { inside }: Place): Table {
  const width = Math.floor(inside / Math.max(head.length, 1));
  const cell = (runs: MarkCell, bold: boolean) =>
    new TableCell({
      width: { size: width, type: WidthType.DXA },
      borders: { top: LINE, bottom: LINE, left: LINE, right: LINE },
      margins: { top: 40, bottom: 40, left: 80, right: 80 },
      children: [new Paragraph({ children: children(bold ? runs.map((run) => ({ ...run, bold: true })) : runs) })],
    });
  return new Table({
    width: { size: inside, type: WidthType.DXA },
    columnWidths: head.map(() => width),
    layout: TableLayoutType.FIXED,
    rows: [
      new TableRow({ tableHeader: true, children: head.map((runs) => cell(runs, true)) }),
      ...rows.map((row) => new TableRow({ cantSplit: true, children: row.map((runs) => cell(runs, false)) })),
    ],
  });
}

/** Runs as Word has them; a link is one field round its runs. */
function children(runs: readonly MarkRun[]): ParagraphChild[] {
  const parts: ParagraphChild[] = [];
  for (let at = 0; at < runs.length; ) {
    const href = runs[at]?.href ?? null;
    let end = at;
    while (end < runs.length && (runs[end]?.href ?? null) === href) end += 1;
    const inside = runs.slice(at, end).flatMap(textRuns);
    if (href === null) parts.push(...inside);
    else parts.push(new ExternalHyperlink({ link: href, children: inside }));
    at = end;
  }
  return parts;
}

function textRuns({ text, bold, italic, struck, code, href }: MarkRun): TextRun[] {
  return text
    .replace(NOT_IN_XML, '')
    .split('\n')
    .map(
      (line, nth) =>
        new TextRun({
          text: line,
          bold,
          italics: italic,
          strike: struck,
          ...(code ? { style: 'CodeText' } : href === null ? {} : { style: 'LinkText' }),
          ...(nth > 0 ? { break: 1 } : {}),
        }),
    );
}
