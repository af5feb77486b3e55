/** One change to the people of the tenant: the list is fresh afterwards. */
import type { TenantMember } from '@shared/wire/admin-people';
import { queryClient, trpc } from '../../lib/trpc';
import { type Action, useAction } from '../../lib/use-action';

function isList(answer: unknown): answer is TenantMember[] {
  return Array.isArray(answer);
}

export function usePeopleAction(): Action {
  return useAction((answer) => {
    const queryKey = trpc.admin.people.list.queryKey();
    if (isList(answer)) queryClient.setQueryData(queryKey, answer);
    else return queryClient.invalidateQueries({ queryKey });
  });
}
