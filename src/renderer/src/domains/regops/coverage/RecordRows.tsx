/** A long list of one line each, of which only the rows in sight are in the document; arrows walk, Enter opens. */
// biome-ignore-all lint/a11y/useSemanticElements: a select cannot hold rows of several parts
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import css from './Coverage.module.css';

const ROW = 31;

export interface RecordRowsProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly current: number;
  readonly onCurrent: (at: number) => void;
  readonly onOpen?: (item: T) => void;
  readonly children: (item: T) => ReactNode;
}

export function RecordRows<T>({ label, items, keyOf, current, onCurrent, onOpen, children }: RecordRowsProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  useEffect(() => {
    if (current < items.length) virtual.scrollToIndex(current, { align: 'auto' });
  }, [virtual, current, items.length]);
  const go = (at: number) => onCurrent(Math.max(0, Math.min(items.length - 1, at)));
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      PageDown: () => go(current + 15),
      PageUp: () => go(current - 15),
      Home: () => go(0),
      End: () => go(items.length - 1),
      Enter: () => {
        const item = items[current];
        if (item !== undefined) onOpen?.(item);
      },
    };
    const act = acts[event.key];
    if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const shown = virtual.getVirtualItems();
  return (
    <div
      ref={scroller}
      className={css.list}
      role="listbox"
      aria-label={label}
      aria-activedescendant={shown.some(({ index }) => index === current) ? `${id}-${current}` : undefined}
      tabIndex={0}
      data-pane={label}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
            <div
              key={keyOf(item)}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              aria-posinset={index + 1}
              aria-setsize={items.length}
              className={css.item}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => onCurrent(index)}
              onDoubleClick={() => onOpen?.(item)}
            >
              {children(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
