// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a million cells of which two thousand are there
/**
 * The matrix as a grid of which only the cells in sight are in the document. Arrows walk, Enter opens, Left and Right on a family's
 * head fold it; tone, sign and words say the same, so that nobody needs the colour.
 */
import type { MatrixColumn, MatrixRow } from '@shared/wire/matrix';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { Icon } from '../../../components/Icon';
import { relationPhrase, relationSign } from '../crosswalk/words';
import css from './Matrix.module.css';
import type { DrawnCell, DrawnMatrix, Line, Standing } from './matrixModel';

const ROW = 27;
const COLUMN = 30;
const LABEL = 330;
const HEAD = 92;

export interface Place {
  readonly row: number;
  /** -1 is the requirement itself. */
  readonly column: number;
}

export interface MatrixGridProps {
  readonly drawn: DrawnMatrix;
  readonly place: Place;
  readonly onPlace: (place: Place) => void;
  readonly onOpen: (row: Line<MatrixRow>, column: Line<MatrixColumn> | null) => void;
  readonly onFold: (axis: 'rows' | 'columns', family: string, folded: boolean) => void;
}

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  effective: 'effective',
  partial: 'partly effective',
  untested: 'not tested',
  ineffective: 'ineffective',
  gap: 'no control',
  none: '',
};

export function MatrixGrid({ drawn, place, onPlace, onOpen, onFold }: MatrixGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const { rows, columns } = drawn;
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => COLUMN,
    overscan: 6,
    scrollMargin: LABEL,
    scrollPaddingStart: LABEL,
  });
  useEffect(() => {
    if (place.row < rows.length) down.scrollToIndex(place.row, { align: 'auto' });
    if (place.column >= 0 && place.column < columns.length) across.scrollToIndex(place.column, { align: 'auto' });
  }, [down, across, place, rows.length, columns.length]);

  const go = (row: number, column: number) =>
    onPlace({ row: Math.max(0, Math.min(rows.length - 1, row)), column: Math.max(-1, Math.min(columns.length - 1, column)) });
  const current = rows[place.row];
  const onKeyDown = (event: KeyboardEvent) => {
    const head = current?.item === null && place.column === -1;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(place.row + 1, place.column),
      ArrowUp: () => go(place.row - 1, place.column),
      ArrowRight: () => (head && current.folded ? onFold('rows', current.family, false) : go(place.row, place.column + 1)),
      ArrowLeft: () => (head && !current.folded ? onFold('rows', current.family, true) : go(place.row, place.column - 1)),
      PageDown: () => go(place.row + 20, place.column),
      PageUp: () => go(place.row - 20, place.column),
      Home: () => go(event.ctrlKey ? 0 : place.row, -1),
      End: () => go(event.ctrlKey ? rows.length - 1 : place.row, columns.length - 1),
      Enter: () => {
        if (current !== undefined) onOpen(current, columns[place.column] ?? null);
      },
    };
    const act = acts[event.key];
    if (act === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const shownColumns = across.getVirtualItems();
  const shownRows = down.getVirtualItems();
  const inSight =
    shownRows.some(({ index }) => index === place.row) &&
    (place.column === -1 || shownColumns.some(({ index }) => index === place.column));
  return (
    <div
      ref={scroller}
      className={css.grid}
      role="grid"
      aria-label="Requirements by controls"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={inSight ? `${id}-${place.row}-${place.column}` : undefined}
      tabIndex={0}
      data-pane="Matrix"
      data-testid="matrix"
      onKeyDown={onKeyDown}
    >
      <div
        className={css.canvas}
        role="presentation"
        style={{ height: down.getTotalSize() + HEAD, width: across.getTotalSize() + LABEL }}
      >
        <div
          className={css.heads}
          role="row"
          tabIndex={-1}
          aria-rowindex={1}
          style={{ height: HEAD, width: across.getTotalSize() + LABEL }}
        >
          <span className={css.corner} role="columnheader" tabIndex={-1} aria-colindex={1} style={{ width: LABEL }}>
            Requirement
          </span>
          {shownColumns.map(({ index, start }) => {
            const column = columns[index];
            if (column === undefined) return null;
            return (
              <span
                key={column.key}
                role="columnheader"
                tabIndex={-1}
                aria-colindex={index + 2}
                className={css.columnHead}
                data-family={column.item === null || undefined}
                data-current={index === place.column || undefined}
                style={{ transform: `translateX(${start - LABEL}px)`, left: LABEL }}
                title={`${column.label} ${column.title}`}
              >
                {column.item === null ? (
                  <button
                    type="button"
                    tabIndex={-1}
                    className={css.fold}
                    aria-label={`${column.folded ? 'Unfold' : 'Fold'} the controls of ${column.title}`}
                    onClick={() => onFold('columns', column.family, !column.folded)}
                  >
                    <Icon name={column.folded ? 'chevron-right' : 'chevron-down'} size={14} />
                  </button>
                ) : null}
                <span className={css.turned}>{column.label}</span>
              </span>
            );
          })}
        </div>
        {shownRows.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const standing = drawn.standingOf(row);
          return (
            <div
              key={row.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 2}
              className={css.row}
              data-family={row.item === null || undefined}
              style={{ transform: `translateY(${start}px)`, height: ROW, width: across.getTotalSize() + LABEL }}
            >
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys */}
              {/* biome-ignore lint/a11y/useFocusableInteractive: the grid itself has the focus */}
              <span
                id={`${id}-${index}--1`}
                role="rowheader"
                aria-colindex={1}
                className={css.label}
                data-current={(index === place.row && place.column === -1) || undefined}
                style={{ width: LABEL }}
                title={`${row.label} ${row.title}`}
                onClick={() => onPlace({ row: index, column: -1 })}
                onDoubleClick={() => onOpen(row, null)}
              >
                {row.item === null ? (
                  <button
                    type="button"
                    tabIndex={-1}
                    className={css.fold}
                    aria-label={`${row.folded ? 'Unfold' : 'Fold'} ${row.title}`}
                    onClick={() => onFold('rows', row.family, !row.folded)}
                  >
                    <Icon name={row.folded ? 'chevron-right' : 'chevron-down'} size={14} />
                  </button>
                ) : null}
                <span className={css.ref}>{row.label}</span>
                <span className={css.title}>{row.title}</span>
                {standing === 'gap' ? <span className={css.gap}>{row.item === null ? 'gaps' : 'gap'}</span> : null}
              </span>
              {shownColumns.map(({ index: at, start: x }) => {
                const column = columns[at];
                if (column === undefined) return null;
                return (
                  <Cell
                    key={column.key}
                    id={`${id}-${index}-${at}`}
                    at={at}
                    x={x}
                    row={row}
                    column={column}
                    cell={drawn.cellAt(row, column)}
                    current={index === place.row && at === place.column}
                    onPick={() => onPlace({ row: index, column: at })}
                    onOpen={() => onOpen(row, column)}
                  />
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface CellProps {
  readonly id: string;
  readonly at: number;
  readonly x: number;
  readonly row: Line<MatrixRow>;
  readonly column: Line<MatrixColumn>;
  readonly cell: DrawnCell;
  readonly current: boolean;
  readonly onPick: () => void;
  readonly onOpen: () => void;
}

function Cell({ id, at, x, row, column, cell, current, onPick, onOpen }: CellProps) {
  const words = cellWords(row, column, cell);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the grid itself has the focus
    <span
      id={id}
      role="gridcell"
      aria-colindex={at + 2}
      aria-label={words}
      title={cell.count === 0 ? undefined : words}
      className={css.cell}
      data-standing={cell.standing}
      data-current={current || undefined}
      style={{ transform: `translateX(${x - LABEL}px)`, left: LABEL }}
      onClick={onPick}
      onDoubleClick={onOpen}
    >
      {cell.count === 0 ? null : (
        <span className={css.fill} data-standing={cell.standing}>
          {cell.relation === null ? cell.count : relationSign(cell.relation)}
        </span>
      )}
    </span>
  );
}

export function cellWords(row: Line<MatrixRow>, column: Line<MatrixColumn>, cell: DrawnCell): string {
  if (cell.count === 0) return `${row.label} and ${column.label}: nothing mapped`;
  const standing = STANDING_WORDS[cell.standing];
  if (cell.cell === null) return `${row.label} and ${column.label}: ${cell.count} mapped, the worst ${standing}`;
  return `${column.label} ${relationPhrase(cell.cell.relation)} ${row.label}, strength ${cell.cell.strength}; ${standing}`;
}
