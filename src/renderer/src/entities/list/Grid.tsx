// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a hundred thousand rows of which forty are there
/**
 * The rows of a list as a grid: only those in sight are in the document, yet their number, place, order and selection are said
 * in full. The grid itself has the focus; the current row is its active descendant.
 */
import type { Entity } from '@shared/entities/define';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useEffect, useId, useRef } from 'react';
import { Icon } from '../../components/Icon';
import type { GenericRow } from '../rows';
import { FieldValue } from '../values/FieldValue';
import type { Names } from '../values/text';
import { columnWidth } from './columns';
import css from './Grid.module.css';
import { isSortable, type SortKey } from './query';
import type { Selection } from './selection';
import type { PagedRows, RowRange } from './usePagedRows';

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
  /** Rows can be picked for something to be done with them; true unless told. */
  readonly selectable?: boolean;
  readonly sort: readonly SortKey[];
  /** Room at the foot that something lies over (the bulk bar). */
  readonly covered: number;
  readonly onSort: (field: string) => void;
  readonly onRange: (range: RowRange) => void;
  readonly onCursor: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly onToggle: (index: number, extend: boolean) => void;
  readonly onToggleAll: () => void;
}

/** The least a column can do with: names and short texts may be cut a little, pills and dates may not. */
function leastOf(definition: Entity, key: string): number {
  const width = columnWidth(definition, key);
  if (width === null) return LEAST_TITLE;
  const kind = key === definition.refField ? null : definition.allFields[key]?.kind;
  return kind === 'text' || kind === 'person' || kind === 'reference' ? Math.round(width * 0.85) : width;
}

function template(definition: Entity, columns: readonly string[], pick: number): string {
  const widths = columns.map((key) => {
    const width = columnWidth(definition, key);
    const most = width === null || key === definition.titleField ? '1fr' : `${width}px`;
    return `minmax(${leastOf(definition, key)}px, ${most})`;
  });
  return `${pick}px ${widths.join(' ')}`;
}

/** Pixels below which the grid scrolls sideways rather than squeeze. */
function leastWidth(definition: Entity, columns: readonly string[], pick: number): number {
  return pick + columns.reduce((sum, key) => sum + leastOf(definition, key), 0);
}

export function Grid(props: GridProps) {
  const { definition, columns, rows, rowHeight, cursor, selection, covered, selectable = true } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: rows.total,
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
    if (cursor < rows.total) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [virtual, cursor, rows.total]);

  const pick = selectable ? PICK : NO_PICK;
  const style = {
    '--columns': template(definition, columns, pick),
    '--least': `${leastWidth(definition, columns, pick)}px`,
  } as CSSProperties;
  const allSelected = rows.total > 0 && selection.size >= rows.total;
  return (
    <div
      ref={scroller}
      className={css.grid}
      style={style}
      role="grid"
      aria-label={definition.label.many}
      aria-rowcount={rows.total + 1}
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
        {items.map((item) => (
          <Row
            key={item.key}
            {...props}
            id={`${id}-${item.index}`}
            index={item.index}
            top={item.start - HEAD}
            row={rows.rowAt(item.index)}
          />
        ))}
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
  onSort,
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
              aria-label={selection.size > 0 ? 'Clear the selection' : 'Select the rows in sight'}
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
            </span>
          );
        })}
      </div>
    </div>
  );
}

interface RowProps extends GridProps {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly row: GenericRow | undefined;
}

function Row(props: RowProps) {
  const {
    definition,
    columns,
    names,
    rowHeight,
    cursor,
    selection,
    selectable = true,
    id,
    index,
    top,
    row,
    onCursor,
    onOpen,
    onToggle,
  } = props;
  const isSelected = row !== undefined && selection.has(row.id);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's (J, K, X, Enter), heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.row}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selectable ? isSelected : undefined}
      data-current={index === cursor || undefined}
      data-selected={isSelected || undefined}
      data-row-id={row?.id}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      onClick={() => onCursor(index)}
      onDoubleClick={() => onOpen(index)}
    >
      {selectable ? (
        <span className={css.pick} role="gridcell" aria-colindex={1} tabIndex={-1}>
          {row === undefined ? null : (
            <input
              type="checkbox"
              className={css.check}
              checked={isSelected}
              tabIndex={-1}
              aria-label={`Select ${rowName(definition, row)}`}
              onClick={(event) => {
                event.stopPropagation();
                onToggle(index, event.shiftKey);
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
}

function rowName(definition: Entity, row: GenericRow): string {
  const ref = definition.refField === null ? null : row[definition.refField];
  return String(ref ?? row[definition.titleField] ?? definition.label.one);
}
