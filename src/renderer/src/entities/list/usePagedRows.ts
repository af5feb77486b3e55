/**
 * Rows of a list, page by page as they come into sight, perhaps in groups. While a changed question is being answered, the rows of the last one
 * stay, so that nothing flickers; a list that failed before it showed anything reports its error instead.
 */
import type { Field } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { ListGroup, ListGroups, ListPage, ListQuery } from '@shared/listing';
import { type QueryClient, queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { trpcClient } from '../../lib/trpc';
import { listOptions } from '../api';
import type { GenericRow } from '../rows';
import type { Labels } from '../values/names';
import { type GroupLayout, groupAt, groupFilters, layoutOf } from './groups';
import type { GroupKey } from './query';

export const PAGE_SIZE = 200;

export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** One line of the grid: a record, or the head of a group. */
export type Line =
  | { readonly kind: 'row'; readonly row: GenericRow | undefined }
  | { readonly kind: 'group'; readonly group: ListGroup; readonly open: boolean };

/** Where a row stands: in which question, at which place of it. */
export interface RowPlace {
  readonly query: ListQuestion;
  readonly index: number;
  readonly total: number;
}

export type ListQuestion = Pick<ListQuery, 'filter' | 'search' | 'sort' | 'archived'>;

export interface PagedRows {
  /** Records that answer the question. */
  readonly total: number;
  /** There are more than `total`, which grows on the way down. */
  readonly more: boolean;
  /** Lines of the grid: the records, or with groups their heads and the rows of the open ones. */
  readonly lines: number;
  lineAt(index: number): Line;
  /** The record on a line; undefined while it is on its way, and for the head of a group. */
  rowAt(index: number): GenericRow | undefined;
  /** Null for the head of a group. */
  placeOf(index: number): RowPlace | null;
  readonly labels: Labels;
  /** The groups' keys in their order; empty where there are none. */
  readonly groupKeys: readonly (string | null)[];
  /** There are more groups than are shown. */
  readonly moreGroups: boolean;
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

/** How a list is grouped, and which groups are shut. */
export interface Grouping {
  readonly by: GroupKey;
  readonly field: Field;
  readonly closed: ReadonlySet<string>;
}

/** The pages that a range of rows lies in. */
export function pagesOf(range: RowRange): readonly number[] {
  const first = Math.max(0, Math.floor(range.first / PAGE_SIZE));
  const last = Math.max(first, Math.floor(range.last / PAGE_SIZE));
  return Array.from({ length: Math.min(last - first + 1, 6) }, (_, at) => first + at);
}

/** A run of rows of one question: the whole list, or a group. `known` is its length, where it is known without asking. */
interface Run {
  readonly query: ListQuestion;
  readonly known: number | undefined;
}

const pageOptions = (name: EntityName, run: Run, page: number) =>
  listOptions(name, {
    ...run.query,
    offset: page * PAGE_SIZE,
    limit: PAGE_SIZE,
    ...(run.known === undefined ? {} : { known: run.known }),
  });

function cachedRow(client: QueryClient, name: EntityName, run: Run, index: number): GenericRow | undefined {
  const page = client.getQueryData<ListPage<GenericRow>>(pageOptions(name, run, Math.floor(index / PAGE_SIZE)).queryKey);
  return page?.rows[index % PAGE_SIZE];
}

/** The run of a group; its length is what the groups were counted at. */
function groupRun(query: ListQuestion, { by, field }: Grouping, group: ListGroup): Run {
  const filter = [...(query.filter ?? []), ...groupFilters(field, by.field, group.key)] as NonNullable<ListQuery['filter']>;
  return { query: { ...query, filter }, known: group.count };
}

/** The first page counts; the others take its word, so that a hundred thousand rows are counted once. */
function pageRun(query: ListQuestion, page: number, total: number | undefined): Run {
  return { query, known: page === 0 ? undefined : total };
}

interface Shown {
  readonly query: ListQuestion;
  readonly total: number;
  readonly more: boolean;
  readonly groups: ListGroups | null;
  readonly grouping: Grouping | null;
  readonly readAt: number;
}

const NO_LABELS: Labels = {};

export function usePagedRows(
  name: EntityName,
  query: ListQuestion,
  range: RowRange,
  grouping: Grouping | null = null,
): PagedRows {
  const client = useQueryClient();
  const groups = useQuery({ ...groupOptions(name, query, grouping?.by ?? NO_GROUP), enabled: grouping !== null });
  const shown = useRef<Shown | null>(null);
  // a total that is only a beginning is known to nobody: each page counts further
  const total = shown.current?.query === query && !shown.current.more ? shown.current.total : undefined;
  const layout = useMemo(
    () => (grouping === null || groups.data === undefined ? null : layoutOf(groups.data.groups, grouping.closed)),
    [grouping, groups.data],
  );
  const wanted =
    grouping === null
      ? [...new Set([0, ...pagesOf(range)])].map((page) => ({ run: pageRun(query, page, total), page }))
      : layout === null
        ? []
        : groupPages(query, grouping, layout, range);
  const results = useQueries({ queries: wanted.map(({ run, page }) => pageOptions(name, run, page)) });
  const labels = useMergedLabels([...results.map((result) => result.data?.labels), groups.data?.labels]);
  const there = results.flatMap((result) => (result.data === undefined ? [] : [result.data]));
  const first = there.some((page) => page.more === true) ? there.at(-1) : there[0];
  const readAt = Math.max(0, groups.dataUpdatedAt, ...results.map((result) => result.dataUpdatedAt));
  if (grouping !== null && groups.data !== undefined)
    keep(shown, { query, total: groups.data.total, more: false, groups: groups.data, grouping, readAt });
  else if (grouping === null && first !== undefined)
    keep(shown, { query, total: first.total, more: first.more === true, groups: null, grouping: null, readAt });
  const current = shown.current;
  const asked = useRef({ groups, results });
  asked.current = { groups, results };
  const failed = grouping !== null && groups.error !== null ? groups : results.find((result) => result.error !== null);
  const hasSome = grouping === null ? first !== undefined : groups.data !== undefined;
  const seen = results.map((result) => result.dataUpdatedAt).join();
  return useMemo(() => {
    void seen;
    const placed = current?.groups && current.grouping ? layoutOf(current.groups.groups, current.grouping.closed) : null;
    const placeOf = (index: number): (RowPlace & { readonly run: Run }) | null => {
      if (current === null) return null;
      if (placed === null || current.grouping === null) {
        const run = pageRun(current.query, Math.floor(index / PAGE_SIZE), current.more ? undefined : current.total);
        return { query: current.query, index, total: current.total, run };
      }
      const at = groupAt(placed, index);
      if (at === undefined || at.start === index) return null;
      const run = groupRun(current.query, current.grouping, at.group);
      return { query: run.query, index: index - at.start - 1, total: at.group.count, run };
    };
    const rowAt = (index: number) => {
      const place = placeOf(index);
      return place === null ? undefined : cachedRow(client, name, place.run, place.index);
    };
    return {
      total: current?.total ?? 0,
      more: current?.more ?? false,
      lines: placed?.lines ?? current?.total ?? 0,
      rowAt,
      lineAt(index: number): Line {
        const at = placed === null ? undefined : groupAt(placed, index);
        if (at?.start === index) return { kind: 'group', group: at.group, open: at.open };
        return { kind: 'row', row: rowAt(index) };
      },
      placeOf,
      labels,
      groupKeys: current?.groups?.groups.map(({ key }) => key) ?? [],
      moreGroups: current?.groups?.more ?? false,
      loading: current === null && failed === undefined,
      refreshing: current !== null && current.query !== query,
      error: !hasSome && failed !== undefined ? failed.error : null,
      readAt: current?.readAt ?? 0,
      retry: () => {
        const { groups: grouped, results: pages } = asked.current;
        if (grouped.error !== null) void grouped.refetch();
        for (const result of pages) if (result.error !== null) void result.refetch();
      },
    };
  }, [client, name, query, current, failed, hasSome, labels, seen]);
}

/** The same object as long as nothing differs, so that what is drawn from it is not drawn anew. */
function keep(shown: { current: Shown | null }, next: Shown): void {
  const old = shown.current;
  const same = old !== null && (Object.keys(next) as (keyof Shown)[]).every((key) => old[key] === next[key]);
  if (!same) shown.current = next;
}

const NO_GROUP: GroupKey = { field: 'id', dir: 'asc' };

/** Groups of a question; stale with the records of the entity. */
function groupOptions(name: EntityName, { filter, search, archived }: ListQuestion, by: GroupKey) {
  const input = { entity: name, filter, search, archived, by };
  return queryOptions({
    queryKey: [['entities', name, 'groups'], input] as const,
    queryFn: ({ signal }) => trpcClient.lists.groups.query(input, { signal }),
  });
}

/** The pages of those groups that a range of lines shows rows of. */
function groupPages(query: ListQuestion, grouping: Grouping, layout: GroupLayout, range: RowRange) {
  const wanted: { readonly run: Run; readonly page: number }[] = [];
  for (let line = range.first; line <= range.last && wanted.length < 12; ) {
    const at = groupAt(layout, line);
    if (at === undefined) break;
    const end = at.start + (at.open ? at.group.count : 0);
    if (at.open) {
      const rows = { first: Math.max(0, line - at.start - 1), last: Math.min(range.last, end) - at.start - 1 };
      if (rows.last >= rows.first) {
        const run = groupRun(query, grouping, at.group);
        for (const page of pagesOf(rows)) wanted.push({ run, page });
      }
    }
    line = end + 1;
  }
  return wanted;
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
