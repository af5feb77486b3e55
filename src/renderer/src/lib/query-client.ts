/**
 * The cache of answers. It belongs to one person in one tenant: a change of either stops what is under way and empties it.
 * The network is main's business, so nothing here waits for a browser to say it is online, and nothing retries by itself.
 */
import { hashKey, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { errorClass, isDropped } from './errors';
import type { ScopeStore } from './scope';

export interface MutationMeta extends Record<string, unknown> {
  /** The screen shows the error itself, so no notice. */
  readonly quiet?: boolean;
  /** Title of the notice where it fails; else the error's own. */
  readonly failure?: string;
}

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: MutationMeta;
  }
}

export interface QueryClientOptions {
  readonly scope: ScopeStore;
  /** Tells the person of an error that no screen shows. */
  readonly report: (error: unknown, title?: string) => void;
}

export function createQueryClient({ scope, report }: QueryClientOptions): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // a first load shows its error in place; a failed refresh keeps the old rows, and the connection chip tells of the network
        if (query.state.data !== undefined && !isDropped(error) && errorClass(error) !== 'network') report(error);
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (!isDropped(error) && mutation.meta?.quiet !== true) report(error, mutation.meta?.failure);
      },
    }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 30_000,
        // the same question in another scope is another question
        queryKeyHashFn: (key) => `${scope.current().key ?? ''}#${scope.current().generation}#${hashKey(key)}`,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  scope.onChange(() => {
    void client.cancelQueries();
    client.clear();
  });
  return client;
}

/** Paths whose answers are drawn from several entities; stale as soon as any record changed. */
const DERIVED = new Set([
  'home',
  'audits',
  'fieldwork',
  'assessments',
  'catalogs',
  'search',
  'people',
  'evidence',
  'collab',
  'reports',
  'policies',
]);

/** True where an answer with this key may hold records of the entities. */
export function concerns(queryKey: readonly unknown[], entities: readonly string[]): boolean {
  const path = queryKey[0];
  if (!Array.isArray(path)) return false;
  const [head, name] = path as readonly unknown[];
  if (head === 'entities') return typeof name === 'string' && entities.includes(name);
  return typeof head === 'string' && DERIVED.has(head);
}

/** Marks lists, details and figures with these entities stale; what is on the screen is read again at once. */
export function invalidateEntities(client: QueryClient, entities: readonly string[]): Promise<void> {
  return client.invalidateQueries({ predicate: (query) => concerns(query.queryKey, entities) });
}

/** Reads again whatever failed while the server was away. */
export function refetchFailed(client: QueryClient): Promise<void> {
  return client.refetchQueries({
    type: 'active',
    predicate: (query) => query.state.status === 'error' || query.state.isInvalidated,
  });
}
