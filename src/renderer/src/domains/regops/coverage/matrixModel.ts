/**
 * The matrix as it is drawn: families fold on both axes, filters take rows and columns away, and every cell says the worst that is
 * behind it. Pure, so that what the screen shows is tested without one.
 */
import type { MappingRelation } from '@shared/entities/regops/requirement-mapping';
import type { Matrix, MatrixCell, MatrixColumn, MatrixRow } from '@shared/wire/matrix';

export type MatrixFilter = 'all' | 'gaps' | 'failing' | 'untested';
/** From best to worst; a gap is a requirement that no control meets. */
export type Standing = 'effective' | 'partial' | 'untested' | 'ineffective' | 'gap' | 'none';

/** One row or column: a family's head, or a record below it. */
export interface Line<T> {
  readonly key: string;
  readonly family: string;
  /** Null for the head of a family. */
  readonly item: T | null;
  readonly label: string;
  readonly title: string;
  /** Places in the matrix that the line stands for. */
  readonly members: readonly number[];
  readonly folded: boolean;
}

export interface DrawnCell {
  readonly standing: Standing;
  /** How many mappings are behind it. */
  readonly count: number;
  /** The mapping, where it is just one. */
  readonly cell: MatrixCell | null;
  readonly relation: MappingRelation | null;
}

export interface DrawnMatrix {
  readonly rows: readonly Line<MatrixRow>[];
  readonly columns: readonly Line<MatrixColumn>[];
  cellAt(row: Line<MatrixRow>, column: Line<MatrixColumn>): DrawnCell;
  standingOf(row: Line<MatrixRow>): Standing;
  /** Over all requirements, whatever is filtered. */
  readonly counts: Readonly<Record<Standing, number>>;
}

export interface MatrixLook {
  readonly filter: MatrixFilter;
  /** Lower case; in reference or title of requirement or control. */
  readonly find: string;
  readonly foldedRows: ReadonlySet<string>;
  readonly foldedColumns: ReadonlySet<string>;
}

const RANK: Readonly<Record<Standing, number>> = { none: 0, effective: 1, partial: 2, untested: 3, ineffective: 4, gap: 5 };
const NOTHING: DrawnCell = { standing: 'none', count: 0, cell: null, relation: null };

/** How a control's last test reads. */
export function standingOfResult(result: string | null): Standing {
  if (result === 'effective' || result === 'not_applicable') return 'effective';
  if (result === 'partially_effective') return 'partial';
  return result === 'ineffective' ? 'ineffective' : 'untested';
}

const worse = (a: Standing, b: Standing): Standing => (RANK[b] > RANK[a] ? b : a);

export function drawMatrix(matrix: Matrix, look: MatrixLook): DrawnMatrix {
  const byRow = new Map<number, MatrixCell[]>();
  for (const cell of matrix.cells) {
    const list = byRow.get(cell.row);
    if (list === undefined) byRow.set(cell.row, [cell]);
    else list.push(cell);
  }
  const resultAt = (column: number) => standingOfResult(matrix.columns[column]?.result ?? null);
  /** A requirement is as good as the worst control that meets it. */
  const standings = matrix.rows.map((_, at): Standing => {
    const cells = byRow.get(at) ?? [];
    return cells.length === 0 ? 'gap' : cells.map((cell) => resultAt(cell.column)).reduce(worse, 'effective');
  });
  const counts = { effective: 0, partial: 0, untested: 0, ineffective: 0, gap: 0, none: 0 };
  for (const standing of standings) counts[standing] += 1;

  const words = look.find.trim();
  const found = (...texts: (string | null)[]) => words === '' || texts.some((text) => text?.toLowerCase().includes(words));
  const foundColumns = new Set(matrix.columns.flatMap((column, at) => (found(column.ref, column.name) ? [at] : [])));
  const shownRows = matrix.rows.flatMap((row, at) => {
    const byControl = (byRow.get(at) ?? []).some((cell) => foundColumns.has(cell.column));
    return passes(standings[at] ?? 'gap', look.filter) && (found(row.refId, row.title) || byControl) ? [at] : [];
  });
  const used = new Set(shownRows.flatMap((at) => (byRow.get(at) ?? []).map((cell) => cell.column)));
  const shownColumns = matrix.columns.flatMap((_, at) => (used.has(at) ? [at] : []));

  const familyTitle = (family: string) => matrix.families[family] ?? (family === '' ? 'Without a family' : family);
  const rows = linesOf(
    shownRows,
    (at) => matrix.rows[at],
    look.foldedRows,
    familyTitle,
    (row) => [row.refId, row.title ?? ''],
  );
  const columns = linesOf(
    shownColumns,
    (at) => matrix.columns[at],
    look.foldedColumns,
    familyTitle,
    (one) => [one.ref, one.name],
  );

  const at = new Map(matrix.cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  return {
    rows,
    columns,
    counts,
    standingOf: (row) => row.members.map((member) => standings[member] ?? 'gap').reduce(worse, 'none'),
    cellAt(row, column) {
      const [onlyRow, onlyColumn] = [row.members[0], column.members[0]];
      if (row.members.length === 1 && column.members.length === 1 && onlyColumn !== undefined) {
        const cell = at.get(`${onlyRow} ${onlyColumn}`);
        return cell === undefined ? NOTHING : { standing: resultAt(onlyColumn), count: 1, cell, relation: cell.relation };
      }
      const inColumn = new Set(column.members);
      let standing: Standing = 'none';
      let count = 0;
      for (const member of row.members) {
        for (const cell of byRow.get(member) ?? []) {
          if (!inColumn.has(cell.column)) continue;
          count += 1;
          standing = worse(standing, resultAt(cell.column));
        }
      }
      return count === 0 ? NOTHING : { standing, count, cell: null, relation: null };
    },
  };
}

function passes(standing: Standing, filter: MatrixFilter): boolean {
  if (filter === 'gaps') return standing === 'gap';
  if (filter === 'failing') return standing === 'ineffective' || standing === 'partial';
  return filter === 'all' || standing === 'untested';
}

/** Heads of families in the order of their first member; members behind an open head. */
function linesOf<T extends { readonly id: string; readonly family: string }>(
  shown: readonly number[],
  itemAt: (at: number) => T | undefined,
  folded: ReadonlySet<string>,
  title: (family: string) => string,
  words: (item: T) => [label: string, title: string],
): Line<T>[] {
  const families = new Map<string, number[]>();
  for (const at of shown) {
    const family = itemAt(at)?.family ?? '';
    const members = families.get(family);
    if (members === undefined) families.set(family, [at]);
    else members.push(at);
  }
  return [...families].flatMap(([family, members]) => {
    const isFolded = folded.has(family);
    const head: Line<T> = {
      key: `family ${family}`,
      family,
      item: null,
      label: family === '' ? '–' : family,
      title: title(family),
      members,
      folded: isFolded,
    };
    if (isFolded) return [head];
    const lines = members.flatMap((at): Line<T>[] => {
      const item = itemAt(at);
      if (item === undefined) return [];
      const [label, itemTitle] = words(item);
      return [{ key: item.id, family, item, label, title: itemTitle, members: [at], folded: false }];
    });
    return [head, ...lines];
  });
}
