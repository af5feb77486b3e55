/** What the keys and buttons of the Markdown editor do to its text. Pure: a text with its selection gives another one. */

export interface Written {
  readonly text: string;
  /** Offsets of the selection. */
  readonly start: number;
  readonly end: number;
}

/** `**bold**`: puts the sign round the selection, or takes it off where it stands there already; a word where nothing is selected. */
export function toggleMark(written: Written, sign: '**' | '*' | '~~' | '`'): Written {
  const { text } = written;
  const { start, end } = widened(written);
  const inside = text.slice(start, end);
  const size = sign.length;
  const around = text.slice(start - size, start) === sign && text.slice(end, end + size) === sign;
  // one star of two is no star of its own
  const longer = sign === '*' && text.slice(start - 2, start) === '**' && text.slice(start - 3, start) !== '***';
  if (around && !longer)
    return { text: text.slice(0, start - size) + inside + text.slice(end + size), start: start - size, end: end - size };
  if (inside.length >= 2 * size && inside.startsWith(sign) && inside.endsWith(sign) && !(sign === '*' && inside.startsWith('**')))
    return { text: text.slice(0, start) + inside.slice(size, -size) + text.slice(end), start, end: end - 2 * size };
  return { text: text.slice(0, start) + sign + inside + sign + text.slice(end), start: start + size, end: end + size };
}

/** The selection without blanks at its edges; the word at the caret where nothing is selected. */
function widened({ text, start, end }: Written): { readonly start: number; readonly end: number } {
  let [from, to] = [start, end];
  if (from === to) {
    while (from > 0 && /[\p{L}\p{N}]/u.test(text[from - 1] ?? '')) from -= 1;
    while (to < text.length && /[\p{L}\p{N}]/u.test(text[to] ?? '')) to += 1;
    return { start: from, end: to };
  }
  while (from < to && /\s/.test(text[from] ?? '')) from += 1;
  while (to > from && /\s/.test(text[to - 1] ?? '')) to -= 1;
  return { start: from, end: to };
}

interface Lines {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The whole lines that the selection touches. */
function linesAt({ text, start, end }: Written): Lines {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  // a selection that ends at the beginning of a line does not touch it
  const last = end > start && text[end - 1] === '\n' ? end - 1 : end;
  const next = text.indexOf('\n', last);
  const to = next < 0 ? text.length : next;
  return { from, to, lines: text.slice(from, to).split('\n') };
}

function replaced(written: Written, { from, to, lines: before }: Lines, lines: readonly string[]): Written {
  const text = written.text.slice(0, from) + lines.join('\n') + written.text.slice(to);
  const grown = text.length - written.text.length;
  if (written.start !== written.end) return { text, start: from, end: to + grown };
  const caret = Math.max(from, written.start + (lines[0]?.length ?? 0) - (before[0]?.length ?? 0));
  return { text, start: caret, end: caret };
}

const HEADING = /^(#{1,6})\s+/;

/** Makes headings of the lines; the same level again makes paragraphs of them. */
export function toggleHeading(written: Written, level: 1 | 2 | 3): Written {
  const at = linesAt(written);
  const sign = '#'.repeat(level);
  const all = at.lines.every((line) => line.trim() === '' || HEADING.exec(line)?.[1] === sign);
  return replaced(
    written,
    at,
    at.lines.map((line) => {
      const bare = line.replace(HEADING, '');
      return all || (bare.trim() === '' && at.lines.length > 1) ? bare : `${sign} ${bare}`;
    }),
  );
}

export type LineMark = 'bullet' | 'ordered' | 'quote';
const ITEM = /^(\s*)(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/;
const SIGNS: Readonly<Record<LineMark, RegExp>> = {
  bullet: /^(\s*)[-*+]\s+/,
  ordered: /^(\s*)\d{1,9}[.)]\s+/,
  quote: /^(\s*)>\s?/,
};

/** Makes items or a quotation of the lines, or plain lines again; one kind of list becomes the other. */
export function toggleLines(written: Written, mark: LineMark): Written {
  const at = linesAt(written);
  const some = at.lines.some((line) => line.trim() !== '');
  const all = some && at.lines.every((line) => line.trim() === '' || SIGNS[mark].test(line));
  let number = 0;
  return replaced(
    written,
    at,
    at.lines.map((line) => {
      if (line.trim() === '' && some) return line;
      if (all) return line.replace(SIGNS[mark], '$1');
      if (mark === 'quote') return `> ${line}`;
      const [, indent = ''] = /^(\s*)/.exec(line) ?? [];
      number += 1;
      return `${indent}${mark === 'bullet' ? '-' : `${number}.`} ${line.replace(ITEM, '').trimStart()}`;
    }),
  );
}

/** Moves the lines two blanks in or out. */
export function indent(written: Written, by: 1 | -1): Written {
  const at = linesAt(written);
  return replaced(
    written,
    at,
    at.lines.map((line) => (by === 1 ? `  ${line}` : line.replace(/^ {1,2}/, ''))),
  );
}

/** A link round the selection, its address selected to be written over. */
export function insertLink(written: Written): Written {
  const { text } = written;
  const { start, end } = widened(written);
  const inside = text.slice(start, end);
  const isAddress = /^https:\/\/\S+$/.test(inside);
  const words = isAddress || inside === '' ? 'words of the link' : inside;
  const address = isAddress ? inside : 'https://';
  const made = `[${words}](${address})`;
  const at = isAddress ? start + 1 : start + words.length + 3;
  return { text: text.slice(0, start) + made + text.slice(end), start: at, end: at + (isAddress ? words : address).length };
}

const TABLE = '| Column | Column |\n| --- | --- |\n|  |  |\n|  |  |';

/** A table of two columns below the line of the caret, its first head selected. */
export function insertTable({ text, end }: Written): Written {
  const next = text.indexOf('\n', end);
  const at = next < 0 ? text.length : next;
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  // a table stands by itself: blank lines before and behind it
  const above = text.slice(0, at - line.length);
  const before = line.trim() !== '' ? '\n\n' : above.trim() === '' || /\n\s*\n$/.test(above) ? '' : '\n';
  const after = '\n';
  const start = at + before.length + 2;
  return { text: text.slice(0, at) + before + TABLE + after + text.slice(at), start, end: start + 'Column'.length };
}

/**
 * Enter in a list or a quotation: the next line begins as this one does, counted on; an item without words ends the list. Null where
 * Enter is just a new line.
 */
export function continued(written: Written): Written | null {
  const { text, start, end } = written;
  if (start !== end) return null;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(from, start);
  const [mark, blanks = '', number, tick] = /^(\s*)(?:[-*+]|(\d{1,9})[.)]|>)\s(\[[ xX]\]\s)?/.exec(line) ?? [];
  if (mark === undefined) return null;
  if (line.trim() === mark.trim() && (text[start] ?? '\n') === '\n') return ended(text, from, start);
  const sign = mark
    .slice(blanks.length)
    .replace(tick ?? '', '')
    .trim();
  const next = number === undefined ? sign : `${Number(number) + 1}${sign.slice(number.length)}`;
  const begun = `\n${blanks}${next} ${tick === undefined ? '' : '[ ] '}`;
  const at = start + begun.length;
  return { text: text.slice(0, start) + begun + text.slice(start), start: at, end: at };
}

/** Without a blank line behind it, the next paragraph would still be of the last item. */
function ended(text: string, from: number, caret: number): Written {
  const blank = /(^|\n)[^\S\n]*\n$/.test(text.slice(0, from)) || from === 0 ? '' : '\n';
  const at = from + blank.length;
  return { text: text.slice(0, from) + blank + text.slice(caret), start: at, end: at };
}

export interface Heading {
  readonly level: number;
  readonly words: string;
  /** From 1, as the drawn headings are named by. */
  readonly line: number;
  /** Where its line begins in the text. */
  readonly offset: number;
}

/** The headings of a text in their order: of both kinds, none inside of code. */
export function headingsOf(text: string): Heading[] {
  const found: Heading[] = [];
  let offset = 0;
  let fence: string | null = null;
  let previous = { words: '', offset: 0 };
  text.split('\n').forEach((line, at) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark[0] === fence[0] && mark.length >= fence.length) fence = null;
      previous = { words: '', offset };
    } else if (fence === null) {
      const [, signs, words = ''] = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/.exec(line) ?? [];
      const under = /^ {0,3}(=+|-+)\s*$/.exec(line)?.[1];
      if (signs !== undefined) found.push({ level: signs.length, words: plain(words), line: at + 1, offset });
      else if (under !== undefined && previous.words !== '' && !/^\s*([-*+>|]|\d+[.)])/.test(previous.words))
        found.push({
          level: under.startsWith('=') ? 1 : 2,
          words: plain(previous.words.trim()),
          line: at,
          offset: previous.offset,
        });
      previous = { words: signs === undefined && under === undefined ? line : '', offset };
    }
    offset += line.length + 1;
  });
  return found;
}

/** Words of a heading without their marks. */
function plain(words: string): string {
  return words
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|~~|`|(?<![\p{L}\p{N}])[*_]|[*_](?![\p{L}\p{N}]))/gu, '')
    .replace(/\\([\\`*_[\]<>~|#])/g, '$1');
}

/** Words of the text as a reader counts them: what has a letter or a digit. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’'.-]*/gu)?.length ?? 0;
}
