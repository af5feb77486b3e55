/**
 * The Markdown that reports are written in, as data: headings, paragraphs, lists, bold and italic. Everything else is plain text, HTML
 * too, so that nothing that somebody typed is ever markup. PDF, Word and the page on the screen are drawn from the same blocks.
 */
export interface MarkRun {
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
}
export type MarkBlock =
  | { readonly kind: 'heading'; readonly runs: readonly MarkRun[] }
  | { readonly kind: 'paragraph'; readonly runs: readonly MarkRun[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly MarkRun[])[] };

const HEADING = /^#{1,6}\s+(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,9}[.)]\s+(.*)$/;

export function parseMarkdown(text: string): MarkBlock[] {
  const blocks: MarkBlock[] = [];
  let paragraph: string[] = [];
  let list: { ordered: boolean; items: string[] } | null = null;
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', runs: runsOf(paragraph.join('\n')) });
    if (list !== null) blocks.push({ kind: 'list', ordered: list.ordered, items: list.items.map(runsOf) });
    paragraph = [];
    list = null;
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const heading = HEADING.exec(line);
    const bullet = BULLET.exec(line);
    const item = bullet ?? NUMBERED.exec(line);
    if (line.trim() === '') flush();
    else if (heading) {
      flush();
      blocks.push({ kind: 'heading', runs: runsOf(heading[1] ?? '') });
    } else if (item) {
      const ordered = bullet === null;
      const open: { ordered: boolean; items: string[] } | null = list;
      if (open !== null && (open as { ordered: boolean }).ordered === ordered)
        (open as { items: string[] }).items.push(item[1] ?? '');
      else {
        flush();
        list = { ordered, items: [item[1] ?? ''] };
      }
    } else if (list !== null) {
      const { items } = list as { items: string[] };
      items[items.length - 1] += ` ${line.trim()}`;
    } else paragraph.push(line.trim());
  }
  flush();
  return blocks;
}

/** `**bold**`, `*italic*`, `_italic_`; marks that do not close stay as they were typed. */
export function runsOf(text: string): MarkRun[] {
  const runs: MarkRun[] = [];
  const marks = /\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|(?<![\p{L}\p{N}])_([^_\n]+)_(?![\p{L}\p{N}])/gu;
  let from = 0;
  for (const match of text.matchAll(marks)) {
    if (match.index > from) runs.push({ text: text.slice(from, match.index), bold: false, italic: false });
    const bold = match[1] !== undefined;
    runs.push({ text: match[1] ?? match[2] ?? match[3] ?? '', bold, italic: !bold });
    from = match.index + match[0].length;
  }
  if (from < text.length || runs.length === 0) runs.push({ text: text.slice(from), bold: false, italic: false });
  return runs;
}
