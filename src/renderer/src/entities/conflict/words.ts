/** Word by word: what a text lost and gained against another, and both sides' changes put together. */
import { diff3Merge, diffComm } from 'node-diff3';

export interface WordRun {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Past this many words, whole lines are compared: the cost grows with the square. */
const WORD_LIMIT = 4_000;

/** Words with the space behind them, so that joining gives the text back; lines where there are too many words. */
function tokens(text: string, byLine: boolean): string[] {
  return text.match(byLine ? /[^\n]*\n|[^\n]+$/g : /\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];
}

function cut(...texts: readonly string[]): readonly string[][] {
  const words = texts.map((text) => tokens(text, false));
  return words.some((each) => each.length > WORD_LIMIT) ? texts.map((text) => tokens(text, true)) : words;
}

/** The runs of `after` against `before`, in reading order. */
export function wordRuns(before: string, after: string): readonly WordRun[] {
  const [from = [], to = []] = cut(before, after);
  const runs: WordRun[] = [];
  const push = (kind: WordRun['kind'], parts: readonly string[] | undefined) => {
    const text = (parts ?? []).join('');
    if (text === '') return;
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { kind, text: last.text + text };
    else runs.push({ kind, text });
  };
  for (const part of diffComm(from, to)) {
    if ('common' in part) push('same', part.common);
    else {
      push('removed', part.buffer1);
      push('added', part.buffer2);
    }
  }
  return runs;
}

export interface MergedText {
  readonly text: string;
  /** Places where both sides changed the same words; mine stands before theirs there. */
  readonly collisions: number;
}

/** Both sides' changes in one text, for the person to read before it is kept. */
export function mergeWords(base: string, mine: string, theirs: string): MergedText {
  const [a = [], o = [], b = []] = cut(mine, base, theirs);
  let collisions = 0;
  const parts: string[] = [];
  for (const part of diff3Merge(a, o, b, { excludeFalseConflicts: true })) {
    if (part.ok !== undefined) parts.push(...part.ok);
    else if (part.conflict !== undefined) {
      collisions += 1;
      const left = part.conflict.a.join('');
      const right = part.conflict.b.join('');
      parts.push(left, left !== '' && right !== '' && !/\s$/.test(left) && !/^\s/.test(right) ? ' ' : '', right);
    }
  }
  return { text: parts.join(''), collisions };
}
