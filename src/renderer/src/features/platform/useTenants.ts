/** The tenants that the person administers, and changes to them. */
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { useQuery } from '@tanstack/react-query';
import { queryClient, trpc } from '../../lib/trpc';
import { type Action, useAction } from '../../lib/use-action';

export function useTenants() {
  return useQuery(trpc.admin.tenants.list.queryOptions());
}

export function useTenant(id: string | undefined): TenantSummary | undefined {
  return useTenants().data?.find((tenant) => tenant.id === id);
}

/** One change to a tenant; the list, its use and its settings are read again. */
export function useTenantAction(): Action {
  return useAction(() => queryClient.invalidateQueries({ predicate: ({ queryKey }) => isAdmin(queryKey[0]) }));
}

function isAdmin(path: unknown): boolean {
  return Array.isArray(path) && path[0] === 'admin' && (path[1] === 'tenants' || path[1] === 'config');
}
