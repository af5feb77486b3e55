/** One change to the people of the tenant: the list, and the names that all screens share, are fresh afterwards. */
import type { TenantMember } from '@shared/wire/admin-people';
import { queryClient, trpc } from '../../lib/trpc';
import { type Action, useAction } from '../../lib/use-action';

function isList(answer: unknown): answer is TenantMember[] {
  return Array.isArray(answer);
}

export function usePeopleAction(): Action {
  return useAction(async (answer) => {
    const queryKey = trpc.admin.people.list.queryKey();
    if (isList(answer)) queryClient.setQueryData(queryKey, answer);
    else await queryClient.invalidateQueries({ queryKey });
    // every screen that names people
    await queryClient.invalidateQueries({ queryKey: trpc.people.list.queryKey() });
  });
}
