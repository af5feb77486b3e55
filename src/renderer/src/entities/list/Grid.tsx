// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a hundred thousand rows of which forty are there
/**
 * The rows of a list as a grid: only those in sight are in the document, yet their number, place, order and selection are said
 * in full. The grid itself has the focus; the current row is its active descendant.
 */
import type { Entity } from '@shared/entities/define';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useEffect, useId, useRef } from 'react';
import type { Names } from '../values/text';
import css from './Grid.module.css';
import { GridHead } from './GridHead';
import { GroupHead, Row, type RowActs } from './GridRow';
import { gridTemplate, leastWidth, NO_WIDTHS } from './gridColumns';
import type { SortKey } from './query';
import type { Selection } from './selection';
import type { Grouping, PagedRows, RowRange } from './usePagedRows';

const HEAD = 30;
const PICK = 38;
const NO_PICK = 8;

export interface GridProps {
  readonly definition: Entity;
  readonly columns: readonly string[];
  readonly rows: PagedRows;
  readonly names: Names;
  readonly rowHeight: number;
  readonly cursor: number;
  readonly selection: Selection;
  /** All that the question means is selected, seen or not. */
  readonly everything?: boolean;
  /** Rows can be picked for something to be done with them; true unless told. */
  readonly selectable?: boolean;
  readonly sort: readonly SortKey[];
  /** Room at the foot that something lies over (the bulk bar). */
  readonly covered: number;
  /** How the rows are grouped; null or absent where they are not. */
  readonly grouping?: Grouping | null;
  /** Widths that were dragged, in pixels. */
  readonly widths?: Readonly<Record<string, number>>;
  /** Takes a width, or null for that of the definition; without it columns stay as wide as they are. */
  readonly onWidth?: (field: string, width: number | null) => void;
  readonly onGroup?: (key: string | null) => void;
  readonly onSort: (field: string) => void;
  readonly onRange: (range: RowRange) => void;
  readonly onCursor: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly onToggle: (index: number, extend: boolean) => void;
  readonly onToggleAll: () => void;
}

export function Grid(props: GridProps) {
  const { definition, columns, rows, names, rowHeight, cursor, selection, covered, selectable = true } = props;
  const { grouping = null, widths = NO_WIDTHS, everything = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: rows.lines,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    scrollPaddingEnd: covered + 4,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { onRange } = props;

  useEffect(() => {
    // a row that flies past while scrolling is not worth a question
    const timer = window.setTimeout(() => onRange({ first, last }), 60);
    return () => window.clearTimeout(timer);
  }, [first, last, onRange]);
  useEffect(() => {
    void rowHeight;
    virtual.measure();
  }, [virtual, rowHeight]);
  useEffect(() => {
    if (cursor < rows.lines) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [virtual, cursor, rows.lines]);

  const latest = useRef(props);
  latest.current = props;
  const on = useStableActs(latest);
  const pick = selectable ? PICK : NO_PICK;
  const style = {
    '--columns': gridTemplate(definition, columns, pick, widths),
    '--least': `${leastWidth(definition, columns, pick, widths)}px`,
  } as CSSProperties;
  const allSelected = everything || (rows.total > 0 && selection.size >= rows.total);
  return (
    <div
      ref={scroller}
      className={css.grid}
      style={style}
      role="grid"
      aria-label={definition.label.many}
      aria-rowcount={rows.lines + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable={selectable}
      aria-busy={rows.refreshing}
      aria-activedescendant={first <= cursor && cursor <= last ? `${id}-${cursor}` : undefined}
      tabIndex={0}
      data-pane={definition.label.many}
      data-testid="grid"
    >
      <GridHead {...props} allSelected={allSelected} />
      <div className={css.body} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const line = rows.lineAt(item.index);
          const place = { id: `${id}-${item.index}`, index: item.index, top: item.start - HEAD, rowHeight };
          const current = item.index === cursor;
          if (line.kind === 'group' && grouping !== null)
            return <GroupHead key={item.key} {...place} {...{ definition, grouping, names, line, current, on }} />;
          const row = line.kind === 'row' ? line.row : undefined;
          const selected = row !== undefined && (everything || selection.has(row.id));
          return <Row key={item.key} {...place} {...{ definition, columns, names, selectable, row, current, selected, on }} />;
        })}
      </div>
      {covered > 0 ? <div style={{ height: covered }} /> : null}
    </div>
  );
}

/** The same functions at every drawing, so that rows that did not change are not drawn again while one scrolls. */
function useStableActs(latest: { readonly current: GridProps }): RowActs {
  const acts = useRef<RowActs | null>(null);
  acts.current ??= {
    cursor: (index) => latest.current.onCursor(index),
    open: (index) => latest.current.onOpen(index),
    toggle: (index, extend) => latest.current.onToggle(index, extend),
    group: (key) => latest.current.onGroup?.(key),
  };
  return acts.current;
}
