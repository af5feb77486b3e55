/** The entries of a drafted outline in reading order; their depth shows as an indent and is said. Only the rows in sight are there. */
// biome-ignore-all lint/a11y/useSemanticElements: HTML has no tree
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { Icon } from '../../../components/Icon';
import type { ReviewNode } from './detect';
import css from './ReviewPane.module.css';

const ROW = 29;
const PAGE = 15;

export interface RecordRowsProps {
  readonly nodes: readonly ReviewNode[];
  readonly current: number;
  readonly onCurrent: (at: number) => void;
}

export function RecordRows({ nodes, current, onCurrent }: RecordRowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  useEffect(() => {
    if (current < nodes.length) virtual.scrollToIndex(current, { align: 'auto' });
  }, [virtual, current, nodes.length]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + PAGE,
      PageUp: current - PAGE,
      Home: 0,
      End: nodes.length - 1,
    };
    const next = to[event.key];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    onCurrent(Math.max(0, Math.min(nodes.length - 1, next)));
  };
  const shown = virtual.getVirtualItems();
  return (
    <div
      ref={scroller}
      className={css.rows}
      role="tree"
      aria-label="Outline of the document"
      aria-activedescendant={shown.some(({ index }) => index === current) ? `${id}-${current}` : undefined}
      tabIndex={0}
      data-pane="Outline"
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const node = nodes[index];
          if (node === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys
            <div
              key={node.key}
              id={`${id}-${index}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={node.depth + 1}
              aria-selected={index === current}
              className={css.row}
              style={{ transform: `translateY(${start}px)`, paddingLeft: 12 + node.depth * 18 }}
              onClick={() => onCurrent(index)}
            >
              <span className={css.ref}>{node.ref}</span>
              <span className={css.name} data-text={node.title === '' || undefined}>
                {node.title || node.text}
              </span>
              {node.assessable ? <Icon name="checkbox" size={14} label="assessed" /> : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}
