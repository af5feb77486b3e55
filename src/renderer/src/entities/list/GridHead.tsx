// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a hundred thousand rows of which forty are there
/** The head of a grid: what the columns are called, by which the rows are sorted, and how wide each is. */
import { type KeyboardEvent, type PointerEvent, useCallback, useRef } from 'react';
import { Icon } from '../../components/Icon';
import { LEAST_WIDTH, limitWidth } from './columns';
import type { GridProps } from './Grid';
import css from './Grid.module.css';
import { leastOf, NO_WIDTHS } from './gridColumns';
import { isSortable } from './query';

export function GridHead({
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
