/** When main last confirmed a write of this session, for the status bar. Told by the link, so no screen has to remember to. */
import { useSyncExternalStore } from 'react';
import { scope } from './scope';

let at: number | null = null;
const listeners = new Set<() => void>();

function set(next: number | null): void {
  at = next;
  for (const listener of listeners) listener();
}

/** @param now milliseconds since 1970 */
export function markSent(now: number): void {
  set(now);
}

export function useLastSent(): number | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => at,
  );
}

scope.onChange(() => set(null));
