/**
 * Two texts set beside each other, paragraph by paragraph: what is the same, what became of what, what came and what went. Pure. Joining
 * the left sides gives the first text again, joining the right sides the second.
 */
import { wordRuns } from '@renderer/entities/conflict/words';
import { diffComm } from 'node-diff3';

export interface DifferenceRow {
  readonly kind: 'same' | 'changed' | 'added' | 'removed';
  /** Empty where it was not there. */
  readonly before: string;
  readonly after: string;
}

/** Paragraphs with the blank lines behind them. */
function paragraphs(text: string): string[] {
  return text.match(/[^\n]*(?:\n(?!\s*\n)[^\n]*)*(?:\n\s*\n+|\n|$)/g)?.filter((part) => part !== '') ?? [];
}

/** Share of the letters that two paragraphs have in common, 0 to 1. */
function likeness(before: string, after: string): number {
  const same = wordRuns(before, after)
    .filter(({ kind }) => kind === 'same')
    .reduce((sum, { text }) => sum + text.replace(/\s/g, '').length, 0);
  return same / Math.max(1, before.replace(/\s/g, '').length, after.replace(/\s/g, '').length);
}

/** Less than this in common is one paragraph gone and another one new. */
const LIKE = 0.3;

export function differenceRows(before: string, after: string): DifferenceRow[] {
  const rows: DifferenceRow[] = [];
  for (const part of diffComm(paragraphs(before), paragraphs(after))) {
    if (part.common !== undefined)
      rows.push(...part.common.map((text): DifferenceRow => ({ kind: 'same', before: text, after: text })));
    else rows.push(...paired(part.buffer1, part.buffer2));
  }
  return rows;
}

/** Each paragraph that went meets the next one that came and is like it; the order of both stays. */
function paired(gone: readonly string[], come: readonly string[]): DifferenceRow[] {
  const rows: DifferenceRow[] = [];
  let at = 0;
  for (const before of gone) {
    const match = come.findIndex((after, nth) => nth >= at && likeness(before, after) >= LIKE);
    if (match < 0) {
      rows.push({ kind: 'removed', before, after: '' });
      continue;
    }
    for (const after of come.slice(at, match)) rows.push({ kind: 'added', before: '', after });
    rows.push({ kind: 'changed', before, after: come[match] ?? '' });
    at = match + 1;
  }
  for (const after of come.slice(at)) rows.push({ kind: 'added', before: '', after });
  return rows;
}

export interface DifferenceFigures {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
}

export function figuresOf(rows: readonly DifferenceRow[]): DifferenceFigures {
  const count = (kind: DifferenceRow['kind']) => rows.filter((row) => row.kind === kind).length;
  return { changed: count('changed'), added: count('added'), removed: count('removed') };
}
