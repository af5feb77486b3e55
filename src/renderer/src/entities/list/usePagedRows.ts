/**
 * Rows of a list, page by page as they come into sight. While a changed question is being answered, the rows of the last one
 * stay, so that nothing flickers; a list that failed before it showed anything reports its error instead.
 */
import type { EntityName } from '@shared/entities/registry';
import type { ListPage, ListQuery } from '@shared/listing';
import { type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { listOptions } from '../api';
import type { GenericRow } from '../rows';
import type { Labels } from '../values/names';

export const PAGE_SIZE = 200;

export interface RowRange {
  readonly first: number;
  readonly last: number;
}

export interface PagedRows {
  readonly total: number;
  /** There are more than `total`, which grows on the way down. */
  readonly more: boolean;
  /** Undefined while the row is on its way. */
  rowAt(index: number): GenericRow | undefined;
  readonly labels: Labels;
  /** Nothing has ever come. */
  readonly loading: boolean;
  /** Old rows are shown while new ones are read. */
  readonly refreshing: boolean;
  /** Set only where there are no rows to show instead. */
  readonly error: unknown;
  /** Instant of the newest rows on the screen, milliseconds; 0 where there are none. */
  readonly readAt: number;
  retry(): void;
}

/** The pages that a range of rows lies in. */
export function pagesOf(range: RowRange): readonly number[] {
  const first = Math.max(0, Math.floor(range.first / PAGE_SIZE));
  const last = Math.max(first, Math.floor(range.last / PAGE_SIZE));
  return Array.from({ length: Math.min(last - first + 1, 6) }, (_, at) => first + at);
}

const pageOptions = (name: EntityName, query: ListQuery, page: number) =>
  listOptions(name, { ...query, offset: page * PAGE_SIZE, limit: PAGE_SIZE });

function cachedRow(client: QueryClient, name: EntityName, query: ListQuery, index: number): GenericRow | undefined {
  const page = client.getQueryData<ListPage<GenericRow>>(pageOptions(name, query, Math.floor(index / PAGE_SIZE)).queryKey);
  return page?.rows[index % PAGE_SIZE];
}

interface Shown {
  readonly query: ListQuery;
  readonly total: number;
  readonly more: boolean;
  readonly labels: Labels;
  readonly readAt: number;
}

const NO_LABELS: Labels = {};

export function usePagedRows(name: EntityName, query: ListQuery, range: RowRange): PagedRows {
  const client = useQueryClient();
  const pages = pagesOf(range);
  const results = useQueries({ queries: pages.map((page) => pageOptions(name, query, page)) });
  // The last page that is there: a search is counted further the further down it is read.
  const loaded = results.filter((result) => result.data !== undefined).at(-1);
  const labels = useMergedLabels(results.map((result) => result.data?.labels));
  const shown = useRef<Shown | null>(null);
  if (loaded?.data !== undefined) {
    const readAt = Math.max(...results.map((result) => result.dataUpdatedAt));
    shown.current = { query, total: loaded.data.total, more: loaded.data.more === true, labels, readAt };
  }
  const failed = results.find((result) => result.error !== null);
  const current = shown.current;
  return useMemo(
    () => ({
      total: current?.total ?? 0,
      more: current?.more ?? false,
      rowAt: (index: number) => (current === null ? undefined : cachedRow(client, name, current.query, index)),
      labels: current?.labels ?? NO_LABELS,
      loading: current === null && failed === undefined,
      refreshing: current !== null && current.query !== query,
      error: loaded === undefined && failed !== undefined ? failed.error : null,
      readAt: current?.readAt ?? 0,
      retry: () => {
        for (const result of results) void result.refetch();
      },
    }),
    [client, name, query, current, failed, loaded, results],
  );
}

/** Labels of all pages seen so far; they only grow, so that names do not vanish while scrolling. */
function useMergedLabels(parts: readonly (Labels | undefined)[]): Labels {
  const known = useRef<Labels>(NO_LABELS);
  for (const part of parts) {
    if (part === undefined) continue;
    const old = known.current;
    if (Object.keys(part).some((id) => old[id] !== part[id])) known.current = { ...old, ...part };
  }
  return known.current;
}
