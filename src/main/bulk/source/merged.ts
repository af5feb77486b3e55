/**
 * Merged cells of a sheet. A spreadsheet keeps the value in the first cell only and shows it over all of them, so the rows below
 * lack what a person sees. They stand behind the rows in the file; the sheet is searched for them once before it is read.
 */

/** By row: which cell each of its covered columns belongs to. */
export type MergedCells = ReadonlyMap<number, readonly Covered[]>;

export interface Covered {
  /** From 0. */
  readonly column: number;
  /** The merged cell's own name, `B4`. */
  readonly by: string;
}

export const NOTHING_MERGED: MergedCells = new Map();

/** More covered cells than a table that a person keeps has; beyond them nothing is marked. */
const MAX_COVERED = 500_000;
const TAG = /<(?:[\w.-]+:)?mergeCell\s[^<>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"/g;
/** Longer than any tag that is looked for. */
const OVERLAP = 300;

/** Reads a sheet's bytes for its merged cells, without building anything of the rest. */
export async function mergedCells(bytes: AsyncIterable<Buffer>): Promise<MergedCells> {
  const merged = new Map<number, Covered[]>();
  let count = 0;
  let text = '';
  for await (const piece of bytes) {
    // Names of tags and cells are ASCII; what the other bytes mean does not matter here.
    text += piece.toString('latin1');
    let end = 0;
    for (const found of text.matchAll(TAG)) {
      end = found.index + found[0].length;
      const [, left = '', top = '', right = '', bottom = ''] = found;
      count = cover(merged, count, {
        left: columnAt(left),
        top: Number(top),
        right: columnAt(right),
        bottom: Number(bottom),
        by: `${left}${top}`,
      });
    }
    text = text.slice(Math.max(end, text.length - OVERLAP));
  }
  return merged;
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly by: string;
}

function cover(merged: Map<number, Covered[]>, count: number, { left, top, right, bottom, by }: Area): number {
  let all = count;
  for (let row = top; row <= bottom && all < MAX_COVERED; row += 1) {
    const cells = merged.get(row) ?? [];
    for (let column = left; column <= right && all < MAX_COVERED; column += 1) {
      if (row === top && column === left) continue;
      cells.push({ column, by });
      all += 1;
    }
    merged.set(row, cells);
  }
  return all;
}

/** `A` is 0, `AA` is 26. */
export function columnAt(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The covered cells of a row. */
export function coveredBy(merged: MergedCells, row: number): readonly Covered[] {
  return merged.get(row) ?? [];
}
