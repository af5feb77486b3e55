/**
 * tRPC's terminating link over the bridge: one call, one message, structured clone, no serialiser between.
 * It keeps error codes, passes aborts on, and drops answers that belong to a session that is over.
 */
import type { AppRouter } from '@main/ipc/router';
import type { KomplBridge } from '@shared/ipc';
import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { CodedClientError } from './errors';
import type { ScopeStore } from './scope';

export interface IpcLinkOptions {
  readonly bridge: () => Pick<KomplBridge, 'invoke' | 'abort'>;
  readonly scope: Pick<ScopeStore, 'current'>;
  /** Told each time main has confirmed a write of records. */
  readonly onWritten?: () => void;
}

/** Calls that say nothing of a tenant's records, so they outlive a change of session. */
function isUnscoped(path: string): boolean {
  return /^(app|connection|session)\./.test(path);
}

const dropped = () => new CodedClientError({ code: 'NOT_SIGNED_IN', details: {}, faults: [] }, { dropped: true });

export function ipcLink({ bridge, scope, onWritten }: IpcLinkOptions): TRPCLink<AppRouter> {
  let nextId = 1;
  return () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type === 'subscription') {
          observer.error(new CodedClientError({ code: 'PATH_UNKNOWN', details: { path: op.path }, faults: [] }));
          return;
        }
        const { path, type, signal } = op;
        const id = nextId++;
        const generation = scope.current().generation;
        let done = false;

        const abort = () => {
          if (done) return;
          done = true;
          bridge().abort(id);
          observer.error(dropped());
        };
        signal?.addEventListener('abort', abort, { once: true });

        const settle = (finish: () => void) => {
          if (done) return;
          done = true;
          signal?.removeEventListener('abort', abort);
          if (!isUnscoped(path) && scope.current().generation !== generation) observer.error(dropped());
          else finish();
        };

        bridge()
          .invoke({ id, type, path, input: op.input })
          .then(
            (response) =>
              settle(() => {
                if (response.ok) {
                  if (type === 'mutation' && !isUnscoped(path)) onWritten?.();
                  observer.next({ result: { type: 'data', data: response.data } });
                  observer.complete();
                } else observer.error(new CodedClientError(response.error));
              }),
            // the channel itself failed: main is gone or refused the message
            () => settle(() => observer.error(new CodedClientError({ code: 'INTERNAL', details: { path }, faults: [] }))),
          );

        return () => {
          if (done) return;
          done = true;
          signal?.removeEventListener('abort', abort);
          bridge().abort(id);
        };
      });
}
