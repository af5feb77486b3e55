/**
 * What changed between two texts, word by word (the shortest edit script of Myers, 1986, over words, blanks and signs). Joining the
 * pieces that are not `added` gives the first text again, those that are not `removed` the second.
 */

export interface DiffPiece {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Texts that differ in more places than this are shown as one replaced by the other: nobody reads such a patchwork. */
const MOST_EDITS = 1_500;

/** Words, runs of blanks, and single signs. */
export function tokensOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];
}

export function diffWords(before: string, after: string): DiffPiece[] {
  const a = tokensOf(before);
  const b = tokensOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const pieces: DiffPiece[] = [];
  push(pieces, 'same', a.slice(0, start).join(''));
  for (const piece of middle(a.slice(start, endA), b.slice(start, endB))) push(pieces, piece.kind, piece.text);
  push(pieces, 'same', a.slice(endA).join(''));
  return readable(pieces);
}

/** Changes with nothing but a blank between them are one: “twice a year” gives way to “each quarter”, not word for word in turns. */
function readable(pieces: readonly DiffPiece[]): DiffPiece[] {
  const joined: DiffPiece[] = [];
  let removed = '';
  let added = '';
  const flush = () => {
    push(joined, 'removed', removed);
    push(joined, 'added', added);
    removed = '';
    added = '';
  };
  for (const [nth, { kind, text }] of pieces.entries()) {
    const next = pieces[nth + 1];
    const between = kind === 'same' && removed + added !== '' && next !== undefined && /^[^\S\n]+$/.test(text);
    if (kind === 'same' && !between) {
      flush();
      push(joined, 'same', text);
    } else {
      if (kind !== 'added') removed += text;
      if (kind !== 'removed') added += text;
    }
  }
  flush();
  return joined;
}

function push(pieces: DiffPiece[], kind: DiffPiece['kind'], text: string): void {
  if (text === '') return;
  const last = pieces.at(-1);
  if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
  else pieces.push({ kind, text });
}

function middle(a: readonly string[], b: readonly string[]): DiffPiece[] {
  const replaced: DiffPiece[] = [
    { kind: 'removed', text: a.join('') },
    { kind: 'added', text: b.join('') },
  ];
  if (a.length === 0 || b.length === 0) return replaced;
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const offset = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(reach.slice(offset - edits - 1, offset + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && at(reach, offset + diagonal - 1) < at(reach, offset + diagonal + 1));
      let x = down ? at(reach, offset + diagonal + 1) : at(reach, offset + diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      reach[offset + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return backtrack(a, b, trace);
    }
  }
  return replaced;
}

const at = (numbers: Int32Array, place: number): number => numbers[place] ?? 0;

function backtrack(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): DiffPiece[] {
  const pieces: DiffPiece[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    // the row holds the diagonals from -edits-1 to edits+1
    const row = trace[edits] ?? new Int32Array();
    const reach = (diagonal: number) => at(row, diagonal + edits + 1);
    const diagonal = x - y;
    const down = diagonal === -edits || (diagonal !== edits && reach(diagonal - 1) < reach(diagonal + 1));
    const before = down ? diagonal + 1 : diagonal - 1;
    const fromX = edits === 0 ? 0 : reach(before);
    const fromY = edits === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY && a[x - 1] === b[y - 1]) {
      x -= 1;
      y -= 1;
      pieces.push({ kind: 'same', text: a[x] ?? '' });
    }
    if (edits === 0) break;
    if (down) {
      y -= 1;
      pieces.push({ kind: 'added', text: b[y] ?? '' });
    } else {
      x -= 1;
      pieces.push({ kind: 'removed', text: a[x] ?? '' });
    }
  }
  return pieces.reverse();
}
