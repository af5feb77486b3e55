// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a hundred thousand rows of which forty are there
/**
 * The rows of a list as a grid: only those in sight are in the document, yet their number, place, order and selection are said
 * in full. The grid itself has the focus; the current row is its active descendant.
 */
import type { Entity } from '@shared/entities/define';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, memo, type PointerEvent, useCallback, useEffect, useId, useRef } from 'react';
import { Icon } from '../../components/Icon';
import { OptionPill } from '../../components/Pill';
import type { GenericRow } from '../rows';
import { FieldValue } from '../values/FieldValue';
import type { Names } from '../values/text';
import { columnWidth, LEAST_WIDTH, limitWidth } from './columns';
import css from './Grid.module.css';
import { groupCount, groupWords } from './groups';
import { isSortable, type SortKey } from './query';
import type { Selection } from './selection';
import type { Grouping, Line, PagedRows, RowRange } from './usePagedRows';

const HEAD = 30;
const LEAST_TITLE = 168;
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

type Widths = Readonly<Record<string, number>>;
const NO_WIDTHS: Widths = {};

/** The least a column can do with: names and short texts may be cut a little, pills and dates may not. */
function leastOf(definition: Entity, key: string, widths: Widths): number {
  if (widths[key] !== undefined) return widths[key];
  const width = columnWidth(definition, key);
  if (width === null) return LEAST_TITLE;
  const kind = key === definition.refField ? null : definition.allFields[key]?.kind;
  return kind === 'text' || kind === 'person' || kind === 'reference' ? Math.round(width * 0.85) : width;
}

function template(definition: Entity, columns: readonly string[], pick: number, widths: Widths): string {
  const tracks = columns.map((key) => {
    if (widths[key] !== undefined) return `${widths[key]}px`;
    const width = columnWidth(definition, key);
    const most = width === null || key === definition.titleField ? '1fr' : `${width}px`;
    return `minmax(${leastOf(definition, key, widths)}px, ${most})`;
  });
  return `${pick}px ${tracks.join(' ')}`;
}

/** Pixels below which the grid scrolls sideways rather than squeeze. */
function leastWidth(definition: Entity, columns: readonly string[], pick: number, widths: Widths): number {
  return pick + columns.reduce((sum, key) => sum + leastOf(definition, key, widths), 0);
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
    '--columns': template(definition, columns, pick, widths),
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
      <Head {...props} allSelected={allSelected} />
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

function Head({
  definition,
  columns,
  sort,
  selection,
  selectable = true,
  allSelected,
  widths = NO_WIDTHS,
  onSort,
  onWidth,
  onToggleAll,
}: GridProps & { readonly allSelected: boolean }) {
  const some = selection.size > 0 && !allSelected;
  return (
    <div className={css.headGroup} role="rowgroup">
      <div className={css.head} role="row" aria-rowindex={1} tabIndex={-1}>
        {selectable ? (
          <span className={css.pick} role="columnheader" aria-colindex={1} tabIndex={-1}>
            <input
              type="checkbox"
              className={css.check}
              checked={allSelected}
              ref={(box) => {
                if (box !== null) box.indeterminate = some;
              }}
              onChange={onToggleAll}
              aria-label={selection.size > 0 || allSelected ? 'Clear the selection' : 'Select the rows in sight'}
            />
          </span>
        ) : (
          <span aria-hidden="true" />
        )}
        {columns.map((key, at) => {
          const field = definition.allFields[key];
          const label = field?.label ?? key;
          const sorted = sort[0]?.field === key ? sort[0].dir : null;
          const ariaSort = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none';
          return (
            <span
              key={key}
              className={css.headCell}
              role="columnheader"
              aria-colindex={at + 2}
              aria-sort={isSortable(definition, key) ? ariaSort : undefined}
              data-right={field?.kind === 'integer' || undefined}
              tabIndex={-1}
            >
              {isSortable(definition, key) ? (
                <button type="button" className={css.sort} onClick={() => onSort(key)}>
                  <span className={css.headText}>{label}</span>
                  {sorted === null ? null : (
                    <Icon name={sorted === 'asc' ? 'arrow-up' : 'arrow-down'} size={14} className={css.arrow} />
                  )}
                </button>
              ) : (
                <span className={css.headText}>{label}</span>
              )}
              {onWidth === undefined ? null : (
                <ColumnEdge
                  label={label}
                  width={widths[key] ?? leastOf(definition, key, widths)}
                  onWidth={(width) => onWidth(key, width)}
                />
              )}
            </span>
          );
        })}
      </div>
    </div>
  );
}

interface RowActs {
  readonly cursor: (index: number) => void;
  readonly open: (index: number) => void;
  readonly toggle: (index: number, extend: boolean) => void;
  readonly group: (key: string | null) => void;
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

interface LineProps {
  readonly definition: Entity;
  readonly names: Names;
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly rowHeight: number;
  readonly current: boolean;
  readonly on: RowActs;
}

interface GroupHeadProps extends LineProps {
  readonly grouping: Grouping;
  readonly line: Extract<Line, { readonly kind: 'group' }>;
}

function GroupHead({ definition, grouping, names, line, id, index, top, rowHeight, current, on }: GroupHeadProps) {
  const { group, open } = line;
  const { field } = grouping;
  const words = groupWords(field, group.key, names);
  const pill = field.kind === 'enum' && group.key !== null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's, heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.group}
      tabIndex={-1}
      aria-rowindex={index + 2}
      data-current={current || undefined}
      data-group={group.key ?? ''}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      onClick={() => on.cursor(index)}
    >
      <span role="gridcell" aria-colindex={1} className={css.groupCell} tabIndex={-1}>
        <button
          type="button"
          className={css.fold}
          tabIndex={-1}
          aria-expanded={open}
          aria-label={`${words}, ${groupCount(definition, group.count)}`}
          onClick={() => {
            on.cursor(index);
            on.group(group.key);
          }}
        >
          <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
          {pill ? (
            <OptionPill options={field.options ?? []} value={String(group.key)} />
          ) : (
            <span className={css.groupName}>{words}</span>
          )}
          <span className={css.groupCount}>{groupCount(definition, group.count)}</span>
        </button>
      </span>
    </div>
  );
}

interface RowProps extends LineProps {
  readonly columns: readonly string[];
  readonly selectable: boolean;
  readonly row: GenericRow | undefined;
  readonly selected: boolean;
}

const Row = memo(function Row(props: RowProps) {
  const { definition, columns, names, rowHeight, current, selected, selectable, id, index, top, row, on } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's (J, K, X, Enter), heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.row}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      data-current={current || undefined}
      data-selected={selected || undefined}
      data-row-id={row?.id}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      onClick={() => on.cursor(index)}
      onDoubleClick={() => on.open(index)}
    >
      {selectable ? (
        <span className={css.pick} role="gridcell" aria-colindex={1} tabIndex={-1}>
          {row === undefined ? null : (
            <input
              type="checkbox"
              className={css.check}
              checked={selected}
              tabIndex={-1}
              aria-label={`Select ${rowName(definition, row)}`}
              onClick={(event) => {
                event.stopPropagation();
                on.toggle(index, event.shiftKey);
              }}
              onChange={() => undefined}
            />
          )}
        </span>
      ) : (
        <span aria-hidden="true" />
      )}
      {columns.map((key, at) => (
        <span
          key={key}
          className={css.cell}
          role="gridcell"
          aria-colindex={at + 2}
          tabIndex={-1}
          data-ref={key === definition.refField || undefined}
          data-right={definition.fields[key]?.kind === 'integer' || undefined}
        >
          {row === undefined ? (
            <span className={css.coming} aria-hidden="true" />
          ) : (
            <span className={css.text}>
              <FieldValue definition={definition} name={key} row={row} names={names} look="cell" />
            </span>
          )}
        </span>
      ))}
    </div>
  );
});

interface EdgeProps {
  readonly label: string;
  readonly width: number;
  readonly onWidth: (width: number | null) => void;
}

/** The edge of a column: dragged, moved by arrows, set back by a double click. */
function ColumnEdge({ label, width, onWidth }: EdgeProps) {
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const start = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    const cell = event.currentTarget.parentElement;
    drag.current = { x: event.clientX, width: cell?.getBoundingClientRect().width ?? width };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    if (drag.current !== null) onWidth(limitWidth(drag.current.width + event.clientX - drag.current.x));
  };
  const end = useCallback(() => {
    drag.current = null;
  }, []);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const by = event.key === 'ArrowLeft' ? -16 : event.key === 'ArrowRight' ? 16 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(limitWidth((event.currentTarget.parentElement?.getBoundingClientRect().width ?? width) + by));
  };
  return (
    <span
      className={css.edge}
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={width}
      aria-valuemin={LEAST_WIDTH}
      aria-valuemax={900}
      tabIndex={0}
      onPointerDown={start}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onDoubleClick={() => onWidth(null)}
      onKeyDown={onKeyDown}
    />
  );
}

function rowName(definition: Entity, row: GenericRow): string {
  const ref = definition.refField === null ? null : row[definition.refField];
  return String(ref ?? row[definition.titleField] ?? definition.label.one);
}
