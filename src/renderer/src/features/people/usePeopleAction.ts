/** One change to the people of the tenant: busy while it runs, its refusal kept beside the form, the list fresh afterwards. */
import type { TenantMember } from '@shared/wire/admin-people';
import { useState } from 'react';
import { isDropped } from '../../lib/errors';
import { notify } from '../../lib/notices';
import { queryClient, trpc } from '../../lib/trpc';

export interface PeopleAction {
  readonly busy: boolean;
  readonly failure: unknown;
  /** Runs it; true when it was done. `done` is told bottom right. */
  run(work: () => Promise<unknown>, done: string): Promise<boolean>;
}

function isList(answer: unknown): answer is TenantMember[] {
  return Array.isArray(answer);
}

export function usePeopleAction(): PeopleAction {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  return {
    busy,
    failure,
    async run(work, done) {
      setBusy(true);
      setFailure(null);
      try {
        const answer = await work();
        const key = trpc.admin.people.list.queryKey();
        if (isList(answer)) queryClient.setQueryData(key, answer);
        else await queryClient.invalidateQueries({ queryKey: key });
        notify({ tone: 'good', title: done });
        return true;
      } catch (error) {
        if (!isDropped(error)) setFailure(error);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
