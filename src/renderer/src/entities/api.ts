/**
 * The procedures of any entity under one general type, and the queries that screens share. Keys begin as tRPC's own do
 * (`['entities', name, procedure]`), so that a change told by main makes just these stale.
 */
import type { EntityName } from '@shared/entities/registry';
import type { HistoryEntry, ListPage, ListQuery, TenantPerson } from '@shared/listing';
import type { Operation, OperationResult } from '@shared/operations';
import type { RecordView } from '@shared/wire/records';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { recordsChanged, trpc, trpcClient } from '../lib/trpc';
import type { GenericRow } from './rows';

interface Call {
  readonly signal?: AbortSignal;
}

/** What every entity can do, whatever its rows are. */
export interface EntityApi {
  readonly list: { query(input: ListQuery, call?: Call): Promise<ListPage<GenericRow>> };
  readonly get: { query(input: { id: string }, call?: Call): Promise<RecordView<GenericRow>> };
  readonly write: { mutate(input: Operation, call?: Call): Promise<OperationResult> };
  readonly history: { query(input: { id: string }, call?: Call): Promise<readonly HistoryEntry[]> };
  readonly counts: { query(input?: undefined, call?: Call): Promise<Readonly<Record<string, number>>> };
}

export function entityApi(name: EntityName): EntityApi {
  return trpcClient.entities[name];
}

type Procedure = 'list' | 'get' | 'history' | 'counts';
const path = (name: EntityName, procedure: Procedure) => ['entities', name, procedure] as const;

export function listOptions(name: EntityName, query: ListQuery) {
  return queryOptions({
    queryKey: [path(name, 'list'), query],
    queryFn: ({ signal }) => entityApi(name).list.query(query, { signal }),
  });
}

export function recordOptions(name: EntityName, id: string) {
  return queryOptions({
    queryKey: [path(name, 'get'), { id }],
    queryFn: ({ signal }) => entityApi(name).get.query({ id }, { signal }),
  });
}

export function historyOptions(name: EntityName, id: string) {
  return queryOptions({
    queryKey: [path(name, 'history'), { id }],
    queryFn: ({ signal }) => entityApi(name).history.query({ id }, { signal }),
  });
}

export function countsOptions(name: EntityName) {
  return queryOptions({
    queryKey: [path(name, 'counts')],
    queryFn: ({ signal }) => entityApi(name).counts.query(undefined, { signal }),
  });
}

/** Sends an operation and marks what it touched as stale. Throws coded errors; a conflict is a result, not an error. */
export async function applyOperation(operation: Operation): Promise<OperationResult> {
  const result = await entityApi(operation.entity).write.mutate(operation);
  if (result.status === 'applied' || result.status === 'merged') await recordsChanged([operation.entity]);
  return result;
}

/** The persons of the tenant, by id. */
export interface People {
  readonly list: readonly TenantPerson[];
  name(id: string): string | null;
}

const NOBODY: readonly TenantPerson[] = [];

export function usePeople(): People {
  const { data = NOBODY } = useQuery(trpc.people.list.queryOptions(undefined, { staleTime: 300_000 }));
  return useMemo(() => {
    const names = new Map(data.map((person) => [person.id, person.displayName]));
    return { list: data, name: (id: string) => names.get(id) ?? null };
  }, [data]);
}
