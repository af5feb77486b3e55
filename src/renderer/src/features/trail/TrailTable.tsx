// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a trail of which forty rows are there
/** The rows of the trail: only those in sight are in the document, and the next page is read before its end comes into sight. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef } from 'react';
import { Icon } from '../../components/Icon';
import { useDensity } from '../../entities/list/useListState';
import type { Names } from '../../entities/values/text';
import { todayHere } from '../../lib/format';
import css from './TrailTable.module.css';
import type { TrailRow } from './useTrail';
import { deedOf, fromWords, recordWords, timeParts, whatWords, whoWords } from './words';

const HEAD = 30;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 20;

export interface TrailTableProps {
  readonly rows: readonly TrailRow[];
  readonly names: Names;
  readonly cursor: number;
  readonly open: boolean;
  readonly more: boolean;
  readonly busy: boolean;
  readonly onCursor: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly onMore: () => void;
}

const COLUMNS = ['Time', 'Who', 'Did', 'Record', 'What', 'From', 'Seal'] as const;

export function TrailTable(props: TrailTableProps) {
  const { rows, cursor, more, busy, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const { rowHeight } = useDensity();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    scrollPaddingEnd: 4,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !busy && last >= rows.length - AHEAD) onMore();
  }, [more, busy, last, rows.length, onMore]);
  useEffect(() => {
    void rowHeight;
    virtual.measure();
  }, [virtual, rowHeight]);
  useEffect(() => {
    if (cursor < rows.length) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [virtual, cursor, rows.length]);
  const today = todayHere();
  return (
    <div
      ref={scroller}
      className={css.grid}
      role="grid"
      aria-label="Audit trail"
      aria-rowcount={more ? -1 : rows.length + 1}
      aria-colcount={COLUMNS.length}
      aria-busy={busy}
      aria-activedescendant={first <= cursor && cursor <= last ? `${id}-${cursor}` : undefined}
      tabIndex={0}
      data-pane="Audit trail"
      data-testid="trail"
    >
      <div className={css.headGroup} role="rowgroup">
        <div className={css.head} role="row" aria-rowindex={1} tabIndex={-1}>
          {COLUMNS.map((label, at) => (
            <span key={label} role="columnheader" aria-colindex={at + 1} tabIndex={-1}>
              {label}
            </span>
          ))}
        </div>
      </div>
      <div className={css.body} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <Row
              key={row.key}
              {...props}
              row={row}
              id={`${id}-${item.index}`}
              index={item.index}
              top={item.start - HEAD}
              height={rowHeight}
              today={today}
            />
          );
        })}
      </div>
      {more ? <p className={css.more}>Older entries are read</p> : null}
    </div>
  );
}

interface RowProps extends TrailTableProps {
  readonly row: TrailRow;
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly today: string;
}

function Row({ row, names, id, index, top, height, today, cursor, open, onCursor, onOpen }: RowProps) {
  const { day, time, ms } = timeParts(row.at, today);
  const did = deedOf(row);
  const what = whatWords(row, names);
  const record = recordWords(row, row.title, names);
  const cell = (at: number) => ({ role: 'gridcell', 'aria-colindex': at, tabIndex: -1 }) as const;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's (J, K, Enter), heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.row}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={open && index === cursor}
      data-current={index === cursor || undefined}
      data-open={(open && index === cursor) || undefined}
      data-action={row.action}
      style={{ height, transform: `translateY(${top}px)` }}
      onClick={() => {
        onCursor(index);
        onOpen(index);
      }}
    >
      <span {...cell(1)} className={css.time}>
        {day === null ? null : <span className={css.faint}>{day}, </span>}
        <time dateTime={row.at}>
          {time}
          <span className={css.faint}>.{ms}</span>
        </time>
      </span>
      <span {...cell(2)}>{whoWords(row)}</span>
      <span {...cell(3)} className={css.did} data-tone={did.tone}>
        {did.word}
      </span>
      <span {...cell(4)} className={css.record} title={record}>
        {record}
      </span>
      <span {...cell(5)} title={what}>
        {what}
      </span>
      <span {...cell(6)} className={css.from} title={row.source ?? undefined}>
        {fromWords(row.source)}
      </span>
      <span {...cell(7)} className={css.seal} data-sealed={row.seal !== null || undefined}>
        <Icon
          name={row.seal === null ? 'clock' : 'seal'}
          label={row.seal === null ? 'waits for its seal' : `sealed in batch ${row.seal}`}
        />
      </span>
    </div>
  );
}
