/** What happened in this tenant, who did it, and the proof that nobody changed the record of it; for its administrators. */
import { Button } from '@mantine/core';
import { useCallback, useMemo, useRef, useState } from 'react';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { useNames } from '../../entities/values/names';
import { useConnection } from '../../lib/connection';
import { count, formatNumber, todayHere } from '../../lib/format';
import { useShortcuts } from '../../lib/use-shortcuts';
import { EntryPane } from './EntryPane';
import { ExportDialog } from './ExportDialog';
import { isFiltered, NO_FILTERS, type TrailFilters, toQuery } from './filters';
import { TrailBanner } from './TrailBanner';
import { TrailFilterBar } from './TrailFilterBar';
import css from './TrailPage.module.css';
import { TrailTable } from './TrailTable';
import { type TrailRow, useTrailRows, useVerdict } from './useTrail';

const PAGE = 20;
const NONE: readonly TrailRow[] = [];

export function TrailPage() {
  const connection = useConnection();
  const names = useNames(undefined);
  const [filters, setFilters] = useState<TrailFilters>(NO_FILTERS);
  const [cursor, setCursor] = useState(0);
  const [opened, setOpened] = useState(false);
  /** An entry that the verdict names; it need not be among the rows. */
  const [named, setNamed] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [exporting, setExporting] = useState(false);
  const findBox = useRef<HTMLInputElement>(null);
  const query = useMemo(() => toQuery(filters, todayHere()), [filters]);
  const trail = useTrailRows(query);
  const verdict = useVerdict();
  const rows = useMemo(() => trail.data?.pages.flatMap((page) => page.rows) ?? NONE, [trail.data]);
  const { fetchNextPage } = trail;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const current = rows[cursor];
  const shown = named === null ? (opened ? current : undefined) : { origin: 'tenant' as const, entry: named };

  const filter = (next: TrailFilters) => {
    setFilters(next);
    setCursor(0);
    setNamed(null);
  };
  const move = (by: number) => {
    setNamed(null);
    setCursor((at) => Math.max(0, Math.min(rows.length - 1, at + by)));
  };
  const open = () => {
    setNamed(null);
    setOpened(true);
  };
  const close = () => {
    setNamed(null);
    setOpened(false);
  };
  const check = () => {
    void verdict.refetch();
    void trail.refetch();
  };
  const any = rows.length > 0;
  useShortcuts('Audit trail', [
    { keys: ['J', 'ArrowDown'], label: 'Next entry', hint: 'move', enabled: any, repeat: true, run: () => move(1) },
    { keys: ['K', 'ArrowUp'], label: 'Previous entry', hint: 'move', enabled: any, repeat: true, run: () => move(-1) },
    { keys: 'PageDown', label: 'A page on', enabled: any, repeat: true, run: () => move(PAGE) },
    { keys: 'PageUp', label: 'A page back', enabled: any, repeat: true, run: () => move(-PAGE) },
    { keys: 'Home', label: 'Newest entry', enabled: any, run: () => move(-rows.length) },
    { keys: ['Enter', 'Space'], label: 'Open the entry', hint: 'open', enabled: any, run: open },
    { keys: 'V', label: 'Check the trail again', hint: 'check again', run: check },
    { keys: 'F', label: 'Filter', hint: 'filter', run: () => setAdding(true) },
    { keys: '/', label: 'Find who, what or a record', run: () => findBox.current?.focus() },
    { keys: 'Escape', label: 'Close the entry', enabled: shown !== undefined, run: close },
  ]);

  const filtered = isFiltered(filters);
  const failed = trail.isError && !any;
  return (
    <Page
      title="Audit trail"
      crumbs={[{ label: 'Administration' }, { label: 'Audit trail' }]}
      flush
      actions={
        <Button leftSection={<Icon name="download" />} onClick={() => setExporting(true)}>
          Export
        </Button>
      }
      tabs={
        <div className={css.bannerBox}>
          <TrailBanner
            proof={verdict.data}
            error={verdict.isError ? verdict.error : null}
            busy={verdict.isFetching}
            onCheck={check}
            onFault={(row) => setNamed(row)}
          />
        </div>
      }
      toolbar={
        <>
          <TrailFilterBar filters={filters} onChange={filter} findBox={findBox} adding={adding} onAdding={setAdding} />
          <span className={css.count} data-testid="trail-count">
            {trail.data === undefined
              ? ''
              : trail.hasNextPage
                ? `the newest ${formatNumber(rows.length)}`
                : count(rows.length, 'entry', 'entries')}
          </span>
        </>
      }
      side={
        shown === undefined ? undefined : (
          <EntryPane key={`${shown.origin}${shown.entry}`} row={shown} names={names} onClose={close} />
        )
      }
    >
      <div className={css.list}>
        <OfflineNote connection={connection} flush />
        {trail.isPending ? <SkeletonRows rows={12} label="The trail is read" /> : null}
        {failed ? <ErrorState error={trail.error} onRetry={() => void trail.refetch()} /> : null}
        {trail.data !== undefined && !any ? (
          <EmptyState
            icon="history"
            title={filtered ? 'Nothing like that happened' : 'Nothing has happened yet'}
            text={
              filtered
                ? 'No entry fits all the filters. Take one away, or look at another span of time.'
                : 'Every change, every look at personal data and every sign-in will stand here, and nobody can take it away.'
            }
            starts={filtered ? [{ icon: 'x', title: 'Clear the filters', run: () => filter(NO_FILTERS) }] : []}
          />
        ) : null}
        {any ? (
          <div className={css.rows}>
            <TrailTable
              rows={rows}
              names={names}
              cursor={cursor}
              open={opened && named === null}
              more={trail.hasNextPage}
              busy={trail.isFetching}
              onCursor={setCursor}
              onOpen={open}
              onMore={more}
            />
          </div>
        ) : null}
      </div>
      {exporting ? (
        <ExportDialog
          onClose={() => setExporting(false)}
          onDone={() => {
            setExporting(false);
            void trail.refetch();
          }}
        />
      ) : null}
    </Page>
  );
}
