/** What hangs on a record, asked once for the whole page, and a way to send a command that a lost reply never doubles. */
import type { EntityName } from '@shared/entities/registry';
import type { RecordCircle } from '@shared/wire/collab';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { errorClass, isDropped } from '../../lib/errors';
import { notify, notifyError } from '../../lib/notices';
import { recordsChanged, trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';

export function circleOptions(entity: EntityName, id: string) {
  return queryOptions({
    queryKey: [['collab', 'of'], { entity, id }],
    queryFn: ({ signal }): Promise<RecordCircle> => trpcClient.collab.of.query({ entity, id }, { signal }),
  });
}

export function useCircle(entity: EntityName, id: string) {
  return useQuery(circleOptions(entity, id));
}

export interface Sending {
  readonly busy: boolean;
  /**
   * Runs a command with an operation id; true when it stands. The same content keeps its id until the server answered, so that sending it
   * again after a lost reply does nothing twice.
   */
  send(content: unknown, run: (opId: string) => Promise<unknown>, done: string | null, failure: string): Promise<boolean>;
}

export function useSending(entity: EntityName): Sending {
  const [busy, setBusy] = useState(false);
  const sent = useRef<{ readonly content: string; readonly opId: string } | null>(null);
  return {
    busy,
    async send(content, run, done, failure) {
      const text = JSON.stringify(content);
      const opId = sent.current?.content === text ? sent.current.opId : uuidv7();
      sent.current = { content: text, opId };
      setBusy(true);
      try {
        await run(opId);
        sent.current = null;
        await recordsChanged([entity]);
        if (done !== null) notify({ tone: 'good', title: done });
        return true;
      } catch (error) {
        if (errorClass(error) !== 'network') sent.current = null;
        if (errorClass(error) === 'conflict') await recordsChanged([entity]);
        if (!isDropped(error)) notifyError(error, failure);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
