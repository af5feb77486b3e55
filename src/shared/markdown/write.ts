/**
 * A marked text as Markdown that reads back as the same. Only what would be taken for a mark is escaped, so that a person can go on
 * writing in it.
 */
import { type MarkBlock, type MarkCell, type MarkRun, tidyRuns } from './model';

/** The whole text, ending in a line break; empty for no blocks. */
export function writeMarkdown(blocks: readonly MarkBlock[]): string {
  const lines = linesOf(blocks);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesOf(blocks: readonly MarkBlock[], tight = false): string[] {
  const lines: string[] = [];
  blocks.forEach((block, at) => {
    const previous = blocks[at - 1];
    const own = blockLines(block, previous?.kind === 'list' && block.kind === 'list' && previous.ordered === block.ordered);
    if (own.length === 0) return;
    if (lines.length > 0 && !(tight && block.kind === 'list')) lines.push('');
    lines.push(...own);
  });
  return lines;
}

/** @param other the list right before is of the same kind: another mark keeps the two apart */
function blockLines(block: MarkBlock, other: boolean): string[] {
  switch (block.kind) {
    case 'heading':
      return [`${'#'.repeat(Math.min(Math.max(block.level, 1), 6))} ${oneLine(block.runs, 'heading')}`.trimEnd()];
    case 'paragraph': {
      const text = inline(block.runs, 'lines');
      return text === '' ? [] : text.split('\n');
    }
    case 'list': {
      const loose = block.items.some(({ blocks }) => blocks.filter(({ kind }) => kind !== 'list').length > 1);
      return block.items.flatMap((item, nth) => {
        const mark = block.ordered ? `${block.start + nth}${other ? ')' : '.'}` : other ? '*' : '-';
        const tick = item.checked === null ? '' : item.checked ? '[x] ' : '[ ] ';
        const inside = linesOf(item.blocks, !loose);
        const indent = ' '.repeat(mark.length + 1);
        const own = inside.map((line, row) => (row === 0 ? `${mark} ${tick}${line}` : line === '' ? '' : indent + line));
        if (own.length === 0) own.push(`${mark} ${tick}`.trimEnd());
        return loose && nth > 0 ? ['', ...own] : own;
      });
    }
    case 'quote':
      return linesOf(block.blocks).map((line) => (line === '' ? '>' : `> ${line}`));
    case 'code': {
      const fence = fenceFor(block.text);
      return [fence, ...block.text.split('\n'), fence];
    }
    case 'table': {
      const row = (cells: readonly MarkCell[]) => `| ${cells.map((cell) => oneLine(cell, 'cell')).join(' | ')} |`;
      return [row(block.head), `| ${block.head.map(() => '---').join(' | ')} |`, ...block.rows.map(row)];
    }
    case 'rule':
      return ['---'];
  }
}

function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  return '`'.repeat(longest + 1);
}

const oneLine = (runs: readonly MarkRun[], place: 'heading' | 'cell') =>
  inline(
    runs.map((run) => ({ ...run, text: run.text.replace(/\s*\n\s*/g, ' ') })),
    place,
  );

const MARKS = ['struck', 'bold', 'italic'] as const;
type Mark = (typeof MARKS)[number];
const SIGNS: Readonly<Record<Mark, string>> = { struck: '~~', bold: '**', italic: '*' };

/** Where a line stands: in a paragraph, where lines may break, in a heading, or in a cell of a table. */
type Place = 'lines' | 'heading' | 'cell';

function inline(given: readonly MarkRun[], place: Place): string {
  const runs = tidyRuns(given);
  let out = '';
  for (let at = 0; at < runs.length; ) {
    const href = runs[at]?.href ?? null;
    let end = at;
    while (end < runs.length && (runs[end]?.href ?? null) === href) end += 1;
    const inside = marked(runs.slice(at, end), place);
    // an exclamation mark right before a link would make a picture of it
    if (href !== null) out = out.replace(/!$/, '\\!');
    out += href === null ? inside : `[${inside}](${destination(href)})`;
    at = end;
  }
  return out
    .split('\n')
    .map((line) => lineStart(line, place))
    .join('\\\n');
}

/** An address in the pointed form where it holds what would end the other one. */
function destination(href: string): string {
  return /^[^\s()<>\\]+$/.test(href) ? href : `<${href.replace(/[<>\\]/g, '\\$&')}>`;
}

/** Runs of one link, or of none, with their marks opened and closed in nested order. */
function marked(runs: readonly MarkRun[], place: Place): string {
  const open: Mark[] = [];
  const pieces = runs.map((run, at): Piece => {
    const wanted = MARKS.filter((mark) => run[mark]);
    // what ends here closes, and what was opened inside of it with it
    const stays = open.findIndex((mark) => !wanted.includes(mark));
    const closing = stays < 0 ? [] : open.splice(stays).reverse();
    const opening = wanted.filter((mark) => !open.includes(mark)).sort((a, b) => reach(runs, at, b) - reach(runs, at, a));
    open.push(...opening);
    const text = run.code ? codeSpan(run.text, place) : escaped(run.text, runs[at - 1], runs[at + 1]);
    return { closing: signsOf(closing), opening: signsOf(opening), text: { first: false, last: false, text } };
  });
  pieces.push({ closing: signsOf(open.reverse()), opening: '', text: { first: false, last: false, text: '' } });
  flank(pieces);
  return pieces.map(({ closing, opening, text }) => closing + opening + written(text)).join('');
}

/** What stands between the run before and this one, and this one. */
interface Piece {
  readonly closing: string;
  readonly opening: string;
  readonly text: Letters;
}
/** A text whose first or last letter is written by its number. */
interface Letters {
  first: boolean;
  last: boolean;
  readonly text: string;
}

const signsOf = (marks: readonly Mark[]) => marks.map((mark) => SIGNS[mark]).join('');

/**
 * A mark between a letter and a sign would not be read as one (the flanking rules of CommonMark, 6.2); a letter written by its number is a
 * sign to them. That may be one to the mark at its other side as well, so it goes on until nothing changes.
 */
function flank(pieces: readonly Piece[]): void {
  for (let changed = true; changed; ) {
    changed = false;
    pieces.forEach(({ closing, opening, text }, at) => {
      const before = pieces[at - 1]?.text;
      for (const { sign, from } of [...`${closing}${opening}`.matchAll(/\*+|~+/g)].map((match) => ({
        sign: match[0],
        from: match.index,
      }))) {
        const end = from + sign.length;
        const left = from > 0 ? '*' : before === undefined ? ' ' : lastSign(before);
        const right = end < closing.length + opening.length ? '*' : firstSign(text);
        const opens = end > closing.length;
        const closes = from < closing.length;
        if (opens && before !== undefined && isLetter(left) && isSign(right)) before.last = changed = true;
        else if (closes && isSign(left) && isLetter(right)) text.first = changed = true;
      }
    });
  }
}

const encodedWhole = ({ first, last, text }: Letters) => (first || last) && [...text].length === 1;
function firstSign(letters: Letters): string {
  if (letters.text === '') return ' ';
  return letters.first || encodedWhole(letters) ? '&' : ([...letters.text][0] ?? ' ');
}
function lastSign(letters: Letters): string {
  if (letters.text === '') return ' ';
  return letters.last || encodedWhole(letters) ? ';' : ([...letters.text].at(-1) ?? ' ');
}

const byNumber = (letter: string) => `&#${letter.codePointAt(0)};`;
function written(letters: Letters): string {
  const signs = [...letters.text];
  const end = signs.length - 1;
  return signs.map((sign, at) => ((letters.first && at === 0) || (letters.last && at === end) ? byNumber(sign) : sign)).join('');
}

/** How many runs further a mark holds. */
function reach(runs: readonly MarkRun[], from: number, mark: Mark): number {
  let at = from;
  while (runs[at]?.[mark]) at += 1;
  return at;
}

const isLetter = (sign: string) => !/[\s\p{P}\p{S}]/u.test(sign);
const isSign = (sign: string) => /[\p{P}\p{S}]/u.test(sign);

function codeSpan(text: string, place: Place): string {
  const inside = text.replace(/\n/g, ' ');
  const longest = Math.max(0, ...[...inside.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padded = /^`|`$|^ [\s\S]* $/.test(inside) && inside.trim() !== '' ? ` ${inside} ` : inside;
  return fence + (place === 'cell' ? padded.replace(/\|/g, '\\|') : padded) + fence;
}

function escaped(text: string, before: MarkRun | undefined, after: MarkRun | undefined): string {
  return text.replace(/[\\`*[\]~|_]|<(?=[\w/!?])|&(?=[#\w])/g, (sign, at: number) => {
    if (sign !== '_') return `\\${sign}`;
    // inside a word it marks nothing
    const left = at > 0 ? text[at - 1] : before?.text.at(-1);
    const right = at + 1 < text.length ? text[at + 1] : after?.text.at(0);
    return /[\p{L}\p{N}]/u.test(left ?? '') && /[\p{L}\p{N}]/u.test(right ?? '') ? sign : `\\${sign}`;
  });
}

/** What begins a line and would make a heading, list, rule or table of it. */
function lineStart(line: string, place: Place): string {
  if (place === 'cell') return line;
  // signs at the end of a heading would close it
  if (place === 'heading') return line.replace(/(^|\s)(#+)$/, (_all, blank: string, signs: string) => `${blank}\\${signs}`);
  return line.replace(/^(?:[#+\-=:>]|(\d{1,9})(?=[.)](?:\s|$)))/, (all, digits: string | undefined) =>
    digits === undefined ? `\\${all}` : `${digits}\\`,
  );
}
