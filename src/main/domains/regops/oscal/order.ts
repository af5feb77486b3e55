/**
 * Order numbers that leave room: nodes that keep their place keep their number when a newer catalogue puts others between
 * them, so that an insertion changes the inserted rows and no others.
 */

/** Distance between neighbours of a first import. */
const GAP = 1000;
const MAX = 2_147_483_647;

/**
 * One number a node, rising in order. `previous` holds the number that each node had, or null for a new one. As many as
 * possible keep theirs (the longest rising run); where there is no room between two of them, all are numbered afresh.
 */
export function orderNumbers(previous: readonly (number | null)[]): number[] {
  const kept = longestRising(previous);
  const numbers: number[] = [];
  let index = 0;
  while (index < previous.length) {
    const own = kept.has(index) ? previous[index] : null;
    if (own !== null && own !== undefined) {
      numbers.push(own);
      index += 1;
      continue;
    }
    let end = index;
    while (end < previous.length && !kept.has(end)) end += 1;
    const before = numbers.at(-1) ?? -1;
    const after = end < previous.length ? (previous[end] ?? MAX) : null;
    const count = end - index;
    const step = after === null ? GAP : Math.floor((after - before) / (count + 1));
    if (step < 1 || before + step * (count + 1) > MAX) return previous.map((_, at) => (at + 1) * roomyStep(previous.length));
    // A first import begins at one gap, so that something can come before it later.
    const start = before === -1 && after === null ? GAP : before + step;
    for (let at = 0; at < count; at += 1) numbers.push(start + at * step);
    index = end;
  }
  return numbers;
}

function roomyStep(count: number): number {
  return Math.max(1, Math.min(GAP, Math.floor(MAX / (count + 2))));
}

/** Positions of the longest strictly rising subsequence of the numbers that are there (patience sorting). */
export function longestRising(values: readonly (number | null)[]): Set<number> {
  const tails: number[] = [];
  const before = new Map<number, number>();
  const valueAt = (position: number | undefined): number => (position === undefined ? -1 : (values[position] ?? -1));
  for (const [position, value] of values.entries()) {
    if (value === null) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueAt(tails[middle]) < value) low = middle + 1;
      else high = middle;
    }
    const previous = tails[low - 1];
    if (previous !== undefined) before.set(position, previous);
    tails[low] = position;
  }
  const kept = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = before.get(at)) kept.add(at);
  return kept;
}
