/** The trail's rows page by page, each with the titles that its records have now, and the proof of the whole chain. */
import { recordTitle } from '@shared/entities/define';
import { entityOf } from '@shared/entities/registry';
import type { TrailLine, TrailQuery } from '@shared/wire/trail';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { entityApi } from '../../entities/api';
import { trpc, trpcClient } from '../../lib/trpc';
import { entityNameOf } from './words';

const PAGE = 100;

export interface TrailRow extends TrailLine {
  readonly key: string;
  /** As the record is called now; null where there is none, or it has no screen. */
  readonly title: string | null;
}

/** Titles by record id. Only kinds that an administrator reads have any. */
async function titlesOf(entries: readonly TrailLine[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, Set<string>>();
  for (const { resourceType, resourceId } of entries) {
    if (resourceId !== null) wanted.set(resourceType, (wanted.get(resourceType) ?? new Set()).add(resourceId));
  }
  const titles = new Map<string, string>();
  const asked = [...wanted].map(async ([table, ids]) => {
    const name = entityNameOf(table);
    if (name === null) return;
    const entity = entityOf(name);
    if (!entity.access.read.includes('admin')) return;
    const filter = [{ field: 'id', op: 'in' as const, value: [...ids] }];
    const { rows } = await entityApi(name).list.query({ filter, limit: PAGE }, { signal });
    for (const row of rows) {
      const ref = entity.refField === null ? null : row[entity.refField];
      titles.set(row.id, typeof ref === 'string' && ref !== '' ? ref : recordTitle(entity, row));
    }
  });
  await Promise.all(asked);
  return titles;
}

export function useTrailRows(query: TrailQuery) {
  return useInfiniteQuery({
    queryKey: [['trail', 'list'], query],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const page = await trpcClient.trail.list.query({ ...query, after: pageParam, limit: PAGE }, { signal });
      const titles = await titlesOf(page.entries, signal);
      const rows = page.entries.map(
        (entry): TrailRow => ({
          ...entry,
          key: `${entry.origin} ${entry.entry}`,
          title: (entry.resourceId !== null && titles.get(entry.resourceId)) || null,
        }),
      );
      return { rows, next: page.next };
    },
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** Reading the whole chain takes a while, so its verdict stands until somebody asks again. */
export function useVerdict() {
  return useQuery({
    queryKey: [['trail', 'prove']],
    queryFn: ({ signal }) => trpcClient.trail.prove.mutate(undefined, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

export function useTrailEntry(row: Pick<TrailRow, 'origin' | 'entry'>) {
  return useQuery(trpc.trail.entry.queryOptions({ origin: row.origin, entry: row.entry }));
}
