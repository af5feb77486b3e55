/** Why main did not answer the first questions; null while all is well. */
import { useSyncExternalStore } from 'react';

let failure: unknown = null;
const listeners = new Set<() => void>();

export function setStartError(error: unknown): void {
  failure = error;
  for (const listener of listeners) listener();
}

export function useStartError(): unknown {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => failure,
  );
}
