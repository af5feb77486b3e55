/** What a document is taken apart into before its outline is found: one paragraph each, with where it stands. Pure. */

export interface Block {
  readonly text: string;
  /** Level of a heading from 1; null for other paragraphs. */
  readonly heading: number | null;
  /** `Page 3, line 7` or `Paragraph 12`. */
  readonly place: string;
}

/** A line of a page as its characters lie there. */
export interface PageLine {
  readonly page: number;
  /** From 1, on its page. */
  readonly line: number;
  readonly text: string;
  /** Height of the letters, in points. */
  readonly size: number;
  readonly bold: boolean;
  /** From the top of the page, in points. */
  readonly top: number;
}

/** How a numbered paragraph begins; where one begins, the one before ends. */
export const NUMBERED =
  /^(?:(?:part|title|chapter|section|article|art\.|annex|appendix|kapitel|abschnitt|artikel|§+)\s*[\dIVXLC]+|\d+(?:\.\d+)*[.)]?\s|\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,3})\)\s)/i;

/** Lines of pages as paragraphs: running heads and page numbers left out, wrapped lines joined, larger or bold lines as headings. */
export function blocksOfLines(lines: readonly PageLine[]): Block[] {
  const pages = new Set(lines.map((line) => line.page)).size;
  const body = bodySize(lines);
  const kept = lines.filter((line) => !isRunning(line, lines, pages));
  const sizes = [...new Set(kept.filter((line) => line.size > body * 1.12).map((line) => Math.round(line.size)))].sort(
    (a, b) => b - a,
  );
  const blocks: (Block & { readonly last: PageLine })[] = [];
  for (const line of kept) {
    const large = line.size > body * 1.12 ? sizes.indexOf(Math.round(line.size)) + 1 : null;
    const heading = large ?? (line.bold && line.text.length < 120 ? sizes.length + 1 : null);
    const previous = blocks.at(-1);
    const same =
      previous !== undefined &&
      previous.heading === heading &&
      !NUMBERED.test(line.text) &&
      follows(previous.last, line, heading !== null);
    if (same) blocks[blocks.length - 1] = { ...previous, text: joined(previous.text, line.text), last: line };
    else blocks.push({ text: line.text, heading, place: `Page ${line.page}, line ${line.line}`, last: line });
  }
  return blocks.map(({ text, heading, place }) => ({ text, heading, place }));
}

/** The letters that most of the text is set in. */
function bodySize(lines: readonly PageLine[]): number {
  const letters = new Map<number, number>();
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    letters.set(size, (letters.get(size) ?? 0) + line.text.length);
  }
  return [...letters].reduce((best, one) => (one[1] > best[1] ? one : best), [10, 0] as [number, number])[0];
}

const withoutNumbers = (text: string) => text.replace(/\d+/g, '#').trim().toLowerCase();

function isRunning(line: PageLine, lines: readonly PageLine[], pages: number): boolean {
  if (/^(?:page\s+|seite\s+)?\d{1,4}(?:\s*(?:of|von|\/)\s*\d{1,4})?$/i.test(line.text.trim())) return true;
  if (pages < 3) return false;
  const alike = lines.filter(
    (other) => Math.abs(other.top - line.top) < 3 && withoutNumbers(other.text) === withoutNumbers(line.text),
  );
  return new Set(alike.map((other) => other.page)).size >= Math.max(3, pages * 0.6);
}

/** A line goes on where the one above ends without a full stop, or lies right below it. */
function follows(above: PageLine, line: PageLine, heading: boolean): boolean {
  const ends = /[.;:!?]$/.test(above.text);
  if (above.page !== line.page) return !ends && !heading;
  return line.top - above.top < above.size * 1.75;
}

function joined(text: string, more: string): string {
  return /\p{L}-$/u.test(text) && /^\p{Ll}/u.test(more) ? text.slice(0, -1) + more : `${text} ${more}`;
}

/** The paragraphs of a document that was turned into plain HTML (mammoth): headings, paragraphs, items of lists, cells. */
export function blocksOfHtml(html: string): Block[] {
  const blocks: Block[] = [];
  const lists: { ordered: boolean; count: number }[] = [];
  let open: { heading: number | null; text: string; mark: string } | null = null;
  let number = 0;
  const close = () => {
    const text = (open?.text ?? '').replace(/\s+/g, ' ').trim();
    if (open !== null && text !== '') {
      number += 1;
      blocks.push({ text: `${open.mark}${text}`, heading: open.heading, place: `Paragraph ${number}` });
    }
    open = null;
  };
  const begin = (heading: number | null, mark = '') => {
    close();
    open = { heading, text: '', mark };
  };
  for (const [, end, name = '', words] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>|([^<]+)/gi)) {
    if (words !== undefined) {
      const plain = decoded(words);
      if (open === null && plain.trim() !== '') begin(null);
      if (open !== null) (open as { text: string }).text += plain;
      continue;
    }
    const tag = name.toLowerCase();
    const level = /^h([1-6])$/.exec(tag)?.[1];
    if (level !== undefined) end ? close() : begin(Number(level));
    else if (tag === 'ol' || tag === 'ul') {
      close();
      if (end) lists.pop();
      else lists.push({ ordered: tag === 'ol', count: 0 });
    } else if (tag === 'li') {
      const list = lists.at(-1);
      if (end) close();
      else if (list?.ordered) {
        list.count += 1;
        begin(null, itemMark(lists.filter((each) => each.ordered).length, list.count));
      } else begin(null);
    } else if (tag === 'p' || tag === 'td' || tag === 'th' || tag === 'tr') {
      if (end) close();
      else if (open === null || tag !== 'p') begin(null);
    } else if (tag === 'br' && open !== null) (open as { text: string }).text += ' ';
  }
  close();
  return blocks;
}

/** How Word usually numbers: 1., (a), (i). */
function itemMark(depth: number, count: number): string {
  if (depth === 1) return `${count}. `;
  if (depth === 2 && count <= 26) return `(${String.fromCharCode(96 + count)}) `;
  return `(${roman(count)}) `;
}

function roman(value: number): string {
  const signs: readonly (readonly [number, string])[] = [
    [50, 'l'],
    [40, 'xl'],
    [10, 'x'],
    [9, 'ix'],
    [5, 'v'],
    [4, 'iv'],
    [1, 'i'],
  ];
  let left = value;
  let text = '';
  for (const [size, sign] of signs)
    while (left >= size) {
      text += sign;
      left -= size;
    }
  return text;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
