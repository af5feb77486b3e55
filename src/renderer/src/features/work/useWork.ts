/** What waits for me and what I should know; asked again when records change, and now and then, for others work too. */
import type { Notices, Work } from '@shared/wire/collab';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { trpcClient } from '../../lib/trpc';

/** There is no server process that tells: the window asks. */
const EVERY_MS = 120_000;

export const workOptions = queryOptions({
  queryKey: [['collab', 'work']],
  queryFn: ({ signal }): Promise<Work> => trpcClient.collab.work.query(undefined, { signal }),
});

export const noticesOptions = queryOptions({
  queryKey: [['collab', 'notices']],
  queryFn: ({ signal }): Promise<Notices> => trpcClient.collab.notices.query(undefined, { signal }),
});

export function useWork() {
  return useQuery({ ...workOptions, refetchInterval: EVERY_MS });
}

export function useNotices() {
  return useQuery({ ...noticesOptions, refetchInterval: EVERY_MS });
}

/** How many lines My work holds; null while it is not known. */
export function useWorkCount(enabled: boolean): number | null {
  const { data } = useQuery({ ...workOptions, enabled });
  return data === undefined ? null : Object.values(data.counts).reduce((sum, count) => sum + count, 0);
}
