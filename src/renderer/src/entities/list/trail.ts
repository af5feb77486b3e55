/** Where in which list a record was opened from, so that `[` and `]` go to its neighbours. Travels with the window's history. */
import type { ListQuery } from '@shared/listing';
import { listQuerySchema } from '@shared/listing';

export interface Trail {
  readonly query: Pick<ListQuery, 'filter' | 'search' | 'sort' | 'archived'>;
  readonly index: number;
  readonly total: number;
}

export function trailState(trail: Trail): { readonly trail: Trail } {
  return { trail };
}

/** Reads the trail from the history's state, which may hold anything. */
export function readTrail(state: unknown): Trail | null {
  if (typeof state !== 'object' || state === null || !('trail' in state)) return null;
  const { trail } = state;
  if (typeof trail !== 'object' || trail === null || !('query' in trail) || !('index' in trail) || !('total' in trail))
    return null;
  const query = listQuerySchema.safeParse(trail.query);
  if (!query.success || typeof trail.index !== 'number' || typeof trail.total !== 'number') return null;
  const { filter, search, sort, archived } = query.data;
  return { query: { filter, search, sort, archived }, index: trail.index, total: trail.total };
}
