import type { Matrix } from '@shared/wire/matrix';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawMatrix, type MatrixLook } from './matrixModel';

const row = (id: string, family: string) => ({ id, refId: id, title: `Title of ${id}`, family });
const column = (id: string, family: string, result: string | null) => ({
  id,
  ref: id,
  name: `Name of ${id}`,
  family,
  set: null,
  status: 'active',
  result,
  tested: null,
});
const cell = (r: number, c: number) => ({
  row: r,
  column: c,
  mappingId: `${r}-${c}`,
  relation: 'equal' as const,
  strength: 10,
  rationale: null,
});
const matrix: Matrix = {
  regulation: { id: 'g', name: 'G', version: null },
  rows: [row('A-1', 'A'), row('A-2', 'A'), row('B-1', 'B'), row('B-2', 'B')],
  columns: [column('C-1', 'A', 'effective'), column('C-2', 'A', 'ineffective'), column('C-3', 'B', null)],
  cells: [cell(0, 0), cell(0, 1), cell(1, 0), cell(2, 2)],
  families: { A: 'Access' },
};
const LOOK: MatrixLook = { filter: 'all', find: '', foldedRows: new Set(), foldedColumns: new Set() };
const labels = (lines: readonly { readonly label: string }[]) => lines.map(({ label }) => label);

describe('the coverage matrix', () => {
  it('takes a requirement for as good as its worst control, and one without any for a gap', () => {
    const drawn = drawMatrix(matrix, LOOK);
    expect(drawn.counts).toEqual({ effective: 1, partial: 0, untested: 1, ineffective: 1, gap: 1, none: 0 });
    expect(labels(drawn.rows)).toEqual(['A', 'A-1', 'A-2', 'B', 'B-1', 'B-2']);
    expect(drawn.rows.map((line) => drawn.standingOf(line))).toEqual([
      'ineffective',
      'ineffective',
      'effective',
      'gap',
      'untested',
      'gap',
    ]);
  });

  it('folds families into one line that says the worst behind it', () => {
    const drawn = drawMatrix(matrix, { ...LOOK, foldedRows: new Set(['A']), foldedColumns: new Set(['A']) });
    expect(labels(drawn.rows)).toEqual(['A', 'B', 'B-1', 'B-2']);
    expect(labels(drawn.columns)).toEqual(['A', 'B', 'C-3']);
    const [rowA, columnA] = [drawn.rows[0], drawn.columns[0]];
    if (!rowA || !columnA) throw new Error('both are there');
    expect(drawn.cellAt(rowA, columnA)).toMatchObject({ standing: 'ineffective', count: 3 });
  });

  it('filters by standing and by words of requirement or control', () => {
    expect(labels(drawMatrix(matrix, { ...LOOK, filter: 'gaps' }).rows)).toEqual(['B', 'B-2']);
    expect(labels(drawMatrix(matrix, { ...LOOK, filter: 'failing' }).rows)).toEqual(['A', 'A-1']);
    expect(labels(drawMatrix(matrix, { ...LOOK, find: 'name of c-3' }).rows)).toEqual(['B', 'B-1']);
    expect(labels(drawMatrix(matrix, { ...LOOK, find: 'title of a-2' }).columns)).toEqual(['A', 'C-1']);
  });

  it('never loses a mapping, whatever is folded', () => {
    const sets = fc.uniqueArray(fc.constantFrom('A', 'B'));
    fc.assert(
      fc.property(sets, sets, (rows, columns) => {
        const drawn = drawMatrix(matrix, { ...LOOK, foldedRows: new Set(rows), foldedColumns: new Set(columns) });
        const own = <T>(lines: readonly { readonly item: T | null; readonly folded: boolean }[]) =>
          lines.filter((line) => line.item !== null || line.folded);
        let found = 0;
        for (const r of drawn.rows.filter((line) => own(drawn.rows).includes(line)))
          for (const c of drawn.columns.filter((line) => own(drawn.columns).includes(line))) found += drawn.cellAt(r, c).count;
        expect(found).toBe(matrix.cells.length);
      }),
    );
  });
});
