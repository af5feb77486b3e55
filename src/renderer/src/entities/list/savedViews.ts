/** Saved views of a list: what they hold, what of it the list still has, and how they come to the window and go from it. */
import type { Entity, Filter } from '@shared/entities/define';
import type { EntityName, EntityRow } from '@shared/entities/registry';
import { type ViewDefinition, viewDefinitionSchema } from '@shared/entities/workspace/saved-view';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { trpcClient } from '../../lib/trpc';
import { listOptions } from '../api';
import type { GenericRow } from '../rows';
import { possibleColumns } from './columns';
import { isGroupable, isKnownFilter, isSortable, type ListState, savedViewKey, viewOf } from './query';

export type Sharing = EntityRow<'savedViews'>['sharing'];

export interface SavedView {
  readonly row: GenericRow;
  readonly key: string;
  readonly name: string;
  readonly sharing: Sharing;
  readonly functions: readonly string[];
  readonly ownerId: string | null;
  readonly place: number;
  /** Null for one that this version cannot read. */
  readonly definition: ViewDefinition | null;
}

export function savedViewOf(row: GenericRow): SavedView {
  const read = viewDefinitionSchema.safeParse(row.definition);
  const sharing = row.sharing === 'tenant' || row.sharing === 'functions' ? row.sharing : 'private';
  return {
    row,
    key: savedViewKey(row.id),
    name: String(row.name),
    sharing,
    functions: Array.isArray(row.functions) ? row.functions.map(String) : [],
    ownerId: row.createdBy,
    place: typeof row.place === 'number' ? row.place : 0,
    definition: read.success ? read.data : null,
  };
}

const NONE: readonly SavedView[] = [];
const MOST = 40;

/** The saved views of a list that the person sees, in their order. */
export function useSavedViews(name: EntityName): readonly SavedView[] {
  const filter = [{ field: 'list', op: 'eq' as const, value: name }];
  const { data } = useQuery(listOptions('savedViews', { filter, limit: MOST }));
  return useMemo(() => (data === undefined ? NONE : data.rows.map(savedViewOf)), [data]);
}

/** How many records each of the views holds, by key; null for one that the list cannot answer. */
export function useSavedCounts(name: EntityName, views: readonly SavedView[]): Readonly<Record<string, number | null>> {
  const scopes = views.map(({ definition }) => ({
    filter: definition?.filter ?? [],
    search: definition?.search ?? '',
    archived: definition?.archived ?? false,
  }));
  const { data } = useQuery({
    ...queryOptions({
      queryKey: [['entities', name, 'savedCounts'], scopes] as const,
      queryFn: ({ signal }) => trpcClient.lists.counts.query({ entity: name, scopes }, { signal }),
    }),
    enabled: scopes.length > 0,
  });
  return useMemo(
    () => Object.fromEntries(views.map((view, at) => [view.key, view.definition === null ? null : (data?.[at] ?? null)])),
    [views, data],
  );
}

/** What a view asks for and the list does not have any more, in words; empty where it is whole. */
export function brokenParts(entity: Entity, view: SavedView): readonly string[] {
  const { definition } = view;
  if (definition === null) return ['it was saved by a newer version'];
  const possible = new Set(possibleColumns(entity));
  const unknown = [
    ...definition.filter.filter((filter) => !isKnownFilter(entity, filter as Filter)).map(({ field }) => `the filter “${field}”`),
    ...definition.sort.filter(({ field }) => !isSortable(entity, field)).map(({ field }) => `the order by “${field}”`),
    ...definition.columns.filter((key) => !possible.has(key)).map((key) => `the column “${key}”`),
    ...(definition.by !== null && !isGroupable(entity, definition.by.field) ? [`the groups by “${definition.by.field}”`] : []),
  ];
  return [...new Set(unknown)];
}

/** The state that a view opens a list in: all of it that the list still has. */
export function stateOf(entity: Entity, view: SavedView): ListState {
  const definition = view.definition ?? viewDefinitionSchema.parse({});
  const possible = new Set(possibleColumns(entity));
  const columns = definition.columns.filter((key) => possible.has(key));
  return {
    view: view.key,
    search: definition.search,
    sort: definition.sort.filter(({ field }) => isSortable(entity, field)),
    filters: (definition.filter as readonly Filter[]).filter((filter) => isKnownFilter(entity, filter)),
    archived: definition.archived,
    look: definition.look,
    by: definition.by !== null && isGroupable(entity, definition.by.field) ? definition.by : null,
    columns: columns.length > 0 ? columns : null,
  };
}

/** What the list shows now, as a view. The filters of a view of the definition become its own. */
export function definitionOf(entity: Entity, state: ListState, columns: readonly string[]): ViewDefinition {
  const filter = [...viewOf(entity, state.view).filter, ...state.filters];
  return viewDefinitionSchema.parse({
    filter: JSON.parse(JSON.stringify(filter)),
    search: state.search.trim(),
    sort: state.sort,
    columns,
    by: state.by,
    archived: state.archived,
    look: state.look,
  });
}

/** Whether the list shows something else than the view it was opened by. */
export function differs(entity: Entity, view: SavedView, state: ListState): boolean {
  const plain = (each: ListState) =>
    JSON.stringify({ ...each, view: '', filters: each.filters.map((filter) => ({ ...filter })) });
  return plain(stateOf(entity, view)) !== plain(state);
}
