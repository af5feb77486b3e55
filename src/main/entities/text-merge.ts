/** Merge of long text by line (diff3), bounded so that a pathological text cannot stall the process. */
import { diff3MergeRegions } from 'node-diff3';

/**
 * Upper bound of the comparison's work: pairs of equal lines times lines. About 7,000 different lines a side, or 360 equal
 * ones; beyond it the merge is left to the person.
 */
const MAX_WORK = 50_000_000;

/**
 * Merges two versions of a text with their common base. Returns null where both changed the same or touching lines (or the
 * texts are too long to compare), so that the person decides; otherwise each line that either side added or removed is added
 * or removed in the result.
 */
export function mergeText(base: string, mine: string, theirs: string): string | null {
  if (mine === theirs || theirs === base) return mine;
  if (mine === base) return theirs;
  const { head, tail, middles } = splitCommon([base.split('\n'), mine.split('\n'), theirs.split('\n')]);
  const [o, a, b] = middles;
  if (workOf(o, a) > MAX_WORK || workOf(o, b) > MAX_WORK) return null;
  const merged: string[] = [...head];
  for (const region of diff3MergeRegions(a, o, b)) {
    if (region.stable) {
      merged.push(...region.bufferContent);
    } else if (sameLines(region.aContent, region.bContent)) {
      // Both did the very same thing: no choice to make.
      merged.push(...region.aContent);
    } else {
      return null;
    }
  }
  return [...merged, ...tail].join('\n');
}

type Lines = string[];

/** Takes off the lines that all three texts begin and end with: mostly nearly everything. */
function splitCommon(texts: readonly [Lines, Lines, Lines]): { head: Lines; tail: Lines; middles: [Lines, Lines, Lines] } {
  const [one, two, three] = texts;
  const shortest = Math.min(one.length, two.length, three.length);
  let start = 0;
  while (start < shortest && one[start] === two[start] && one[start] === three[start]) start++;
  let end = 0;
  while (end < shortest - start && one.at(-1 - end) === two.at(-1 - end) && one.at(-1 - end) === three.at(-1 - end)) end++;
  const middle = (lines: Lines) => lines.slice(start, lines.length - end);
  return { head: one.slice(0, start), tail: one.slice(one.length - end), middles: [middle(one), middle(two), middle(three)] };
}

function sameLines(a: Lines, b: Lines): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at]);
}

function workOf(one: Lines, other: Lines): number {
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) + 1);
  let pairs = 0;
  for (const line of other) pairs += counts.get(line) ?? 0;
  return pairs * Math.min(one.length, other.length);
}
