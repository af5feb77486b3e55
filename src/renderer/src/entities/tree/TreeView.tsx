/**
 * A tree of which only the rows in sight are in the document (WAI-ARIA tree: level, place and number of siblings are said).
 * Arrows move, open and close; the tree itself has the focus.
 */
// biome-ignore-all lint/a11y/useSemanticElements: HTML has no tree
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from '../../components/Icon';
import type { TreeItem, TreeRow } from './flatten';
import css from './TreeView.module.css';

const ROW = 29;
const PAGE = 15;

export interface TreeViewProps<T extends TreeItem> {
  readonly label: string;
  readonly rows: readonly TreeRow<T>[];
  /** Id of the current item. */
  readonly current: string | null;
  readonly onCurrent: (id: string) => void;
  readonly onToggle: (id: string, open: boolean) => void;
  readonly onOpen?: (id: string) => void;
  readonly children: (row: TreeRow<T>) => ReactNode;
}

export function TreeView<T extends TreeItem>(props: TreeViewProps<T>) {
  const { label, rows, current, onCurrent, onToggle, onOpen, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const at = rows.findIndex((row) => row.item.id === current);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [virtual, at]);

  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row !== undefined) onCurrent(row.item.id);
  };
  const parentOf = (index: number) => {
    const depth = rows[index]?.depth ?? 0;
    for (let above = index - 1; above >= 0; above -= 1) if ((rows[above]?.depth ?? 0) < depth) return above;
    return index;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + PAGE),
      PageUp: () => go(at - PAGE),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () =>
        row?.hasChildren && !row.expanded ? onToggle(row.item.id, true) : row?.expanded ? go(at + 1) : undefined,
      ArrowLeft: () => (row?.expanded ? onToggle(row.item.id, false) : go(parentOf(at))),
      Enter: () => (row === undefined ? undefined : onOpen?.(row.item.id)),
    };
    const act = acts[event.key];
    if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const items = virtual.getVirtualItems();
  const inSight = items.some((item) => item.index === at);
  return (
    <div
      ref={scroller}
      className={css.tree}
      role="tree"
      aria-label={label}
      aria-activedescendant={inSight ? `${id}-${at}` : undefined}
      tabIndex={0}
      data-pane={label}
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (at === -1) go(0);
      }}
    >
      <div className={css.body} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys
            <div
              key={row.item.id}
              id={`${id}-${item.index}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.depth + 1}
              aria-posinset={row.place}
              aria-setsize={row.siblings}
              aria-expanded={row.hasChildren ? row.expanded : undefined}
              aria-selected={row.item.id === current}
              className={css.row}
              style={{ transform: `translateY(${item.start}px)`, paddingLeft: 10 + row.depth * 18 }}
              onClick={() => onCurrent(row.item.id)}
              onDoubleClick={() => (row.hasChildren ? onToggle(row.item.id, !row.expanded) : onOpen?.(row.item.id))}
            >
              <span className={css.twist} data-none={!row.hasChildren || undefined}>
                {row.hasChildren ? (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys open and close
                  // biome-ignore lint/a11y/noStaticElementInteractions: the row says whether it is open
                  <span
                    className={css.twistTarget}
                    onClick={(event) => {
                      event.stopPropagation();
                      onToggle(row.item.id, !row.expanded);
                    }}
                  >
                    <Icon name={row.expanded ? 'chevron-down' : 'chevron-right'} size={14} />
                  </span>
                ) : null}
              </span>
              {children(row)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
