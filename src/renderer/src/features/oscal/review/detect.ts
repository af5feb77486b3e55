/**
 * The outline of a document, as far as headings and numbering tell it; a first draft for a person to look through. A flat list in
 * reading order with depths: whoever stands deeper belongs to the nearest one above that stands higher. Pure.
 */
import type { OutlineNode } from '@shared/wire/oscal';
import type { Block } from './blocks';

export interface ReviewNode {
  /** Of the list only; changes nothing that is written. */
  readonly key: number;
  readonly depth: number;
  readonly ref: string;
  readonly title: string;
  readonly text: string;
  readonly assessable: boolean;
  readonly place: string;
}

/** As OSCAL trees are bounded. */
export const MAX_DEPTH = 20;
/** A shorter text asks for nothing. */
const LEAST_TEXT = 20;

const KEYWORD =
  /^(part|title|chapter|section|article|art\.|annex|appendix|kapitel|abschnitt|artikel|§+)\s*([\dIVXLC]+[a-z]?(?:\.\d+)*)\b[\s.:–—-]*(.*)$/is;
const DECIMAL = /^(\d+(?:\.\d+)*)[.)]?\s+(.+)$/s;
const ITEM = /^\(?([a-z]{1,2}|[ivx]{1,5}|\d{1,3})\)\s+(.+)$/is;

const RANKS: Readonly<Record<string, number>> = {
  part: 7,
  title: 7,
  annex: 7,
  appendix: 7,
  chapter: 8,
  kapitel: 8,
  section: 9,
  abschnitt: 9,
  article: 10,
  'art.': 10,
  artikel: 10,
};
const SHORT: Readonly<Record<string, string>> = { article: 'Art.', artikel: 'Art.', 'art.': 'Art.' };

interface Mark {
  /** Smaller stands higher. */
  readonly rank: number;
  readonly ref: string;
  readonly rest: string;
  /** The sign of an item, which continues the reference above. */
  readonly item: string | null;
}

export function detectOutline(blocks: readonly Block[]): ReviewNode[] {
  const nodes: (Omit<ReviewNode, 'assessable'> & { readonly rank: number; readonly item: string | null })[] = [];
  const stack: number[] = [];
  for (const block of blocks) {
    const words = block.text.replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    const mark = markOf(words, block.heading, (rank) => lastItem(nodes, stack, rank));
    if (mark === null) {
      const top = nodes.at(-1);
      if (top !== undefined) nodes[nodes.length - 1] = { ...top, text: top.text === '' ? words : `${top.text}\n${words}` };
      else
        nodes.push({
          key: 0,
          depth: 0,
          ref: '',
          title: cut(words, 120),
          text: words.length > 120 ? words : '',
          place: block.place,
          rank: 0,
          item: null,
        });
      continue;
    }
    while (stack.length > 0 && (nodes[stack.at(-1) ?? 0]?.rank ?? 0) >= mark.rank) stack.pop();
    const above = stack.length === 0 ? undefined : nodes[stack.at(-1) ?? 0];
    const depth = Math.min(stack.length, MAX_DEPTH);
    const ref = mark.item === null ? mark.ref : `${above?.ref ?? ''}(${mark.item})`;
    const titled = block.heading !== null || mark.rank <= 10 || (mark.rest.length <= 80 && !/[.;:]$/.test(mark.rest));
    nodes.push({
      key: 0,
      depth,
      ref,
      title: titled ? mark.rest : '',
      text: titled ? '' : mark.rest,
      place: block.place,
      rank: mark.rank,
      item: mark.item,
    });
    stack.push(nodes.length - 1);
  }
  return markAssessable(nodes.map(({ rank: _rank, item: _item, ...node }, key) => ({ ...node, key, assessable: false })));
}

/** The sign of the last item of that rank below the same parent, to tell the letter i from the number one. */
function lastItem(
  nodes: readonly { readonly rank: number; readonly item: string | null }[],
  stack: readonly number[],
  rank: number,
): string | null {
  for (const at of [...stack].reverse()) {
    const node = nodes[at];
    if (node?.rank === rank) return node.item;
  }
  return null;
}

function markOf(words: string, heading: number | null, last: (rank: number) => string | null): Mark | null {
  const keyword = KEYWORD.exec(words);
  if (keyword !== null && (heading !== null || words.length < 160)) {
    const [, word = '', number = '', rest = ''] = keyword;
    const lower = word.toLowerCase();
    const name = SHORT[lower] ?? (lower.startsWith('§') ? word : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
    return { rank: heading ?? RANKS[lower] ?? 10, ref: `${name} ${number}`, rest: rest.trim(), item: null };
  }
  const decimal = DECIMAL.exec(words);
  if (decimal !== null) {
    const [, number = '', rest = ''] = decimal;
    return { rank: heading ?? 20 + number.split('.').length, ref: number, rest: rest.trim(), item: null };
  }
  const item = ITEM.exec(words);
  if (item !== null && heading === null) {
    const [, sign = '', rest = ''] = item;
    return { rank: itemRank(sign.toLowerCase(), last), ref: '', rest: rest.trim(), item: sign.toLowerCase() };
  }
  return heading === null ? null : { rank: heading, ref: '', rest: words, item: null };
}

const LETTERS = 41;

function itemRank(sign: string, last: (rank: number) => string | null): number {
  if (/^\d+$/.test(sign)) return 40;
  if (!/^[ivx]+$/.test(sign)) return LETTERS;
  const before = last(LETTERS);
  const next = before?.length === 1 ? String.fromCharCode(before.charCodeAt(0) + 1) : null;
  if (sign === next) return LETTERS;
  // the first of a list is a number where letters are under way, and where it is more than one sign
  return before !== null || sign.length > 1 || sign === 'i' ? 42 : LETTERS;
}

/** What has a text of its own is assessed, but for what lies inside of something that is. */
export function markAssessable(nodes: readonly ReviewNode[]): ReviewNode[] {
  const open: boolean[] = [];
  return nodes.map((node) => {
    open.length = node.depth;
    const inside = open.some((each) => each);
    const assessable =
      !inside &&
      (node.text || node.title).length >= LEAST_TEXT &&
      (node.text !== '' || node.ref !== '') &&
      node.text.length >= LEAST_TEXT;
    open.push(assessable);
    return { ...node, assessable };
  });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/\s\S*$/, '')}…`;
}

/** The reviewed list as the import takes it: parents by depth, references made where there is none, every id once. */
export function toOutlineNodes(nodes: readonly ReviewNode[]): OutlineNode[] {
  const taken = new Map<string, number>();
  const way: string[] = [];
  return nodes.map((node) => {
    const wished = node.ref.trim() || cut(node.title.trim() || node.text.trim() || 'Entry', 60);
    way.length = Math.min(node.depth, way.length);
    const times = (taken.get(wished) ?? 0) + 1;
    taken.set(wished, times);
    const ref = (times === 1 ? wished : `${wished} (${times})`).slice(0, 100);
    const id = ref;
    const parent = way.at(-1) ?? null;
    way.push(id);
    return {
      id,
      parent,
      ref,
      title: node.title.trim() || null,
      text: node.text.trim() || null,
      guidance: null,
      family: null,
      assessable: node.assessable,
      place: node.place,
    };
  });
}
