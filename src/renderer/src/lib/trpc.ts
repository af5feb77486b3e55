/**
 * The typed way to main. `trpcClient` for plain calls, `trpc` for TanStack Query:
 * `useQuery(trpc.home.posture.queryOptions())`, `useMutation(trpc.session.signIn.mutationOptions())`.
 */
import type { AppRouter } from '@main/ipc/router';
import { createTRPCClient } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { bridge } from './bridge';
import { ipcLink } from './ipc-link';
import { notifyError } from './notices';
import { createQueryClient, invalidateEntities } from './query-client';
import { scope } from './scope';
import { markSent } from './sent';

export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;

export const queryClient = createQueryClient({ scope, report: (error, title) => void notifyError(error, title) });

export const trpcClient = createTRPCClient<AppRouter>({
  links: [ipcLink({ bridge, scope, onWritten: () => markSent(Date.now()) })],
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient });

/** After a write of one's own: lists, details and figures with these entities are read again. */
export function recordsChanged(entities: readonly string[]): Promise<void> {
  return invalidateEntities(queryClient, entities);
}
