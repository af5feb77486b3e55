/** How main stands with the server, kept up to date by its events. */
import type { ConnectionState } from '@shared/ipc';
import { useSyncExternalStore } from 'react';

let state: ConnectionState | null = null;
const listeners = new Set<() => void>();

export function setConnection(next: ConnectionState): void {
  state = next;
  for (const listener of listeners) listener();
}

export function currentConnection(): ConnectionState | null {
  return state;
}

/** The connection; null while main has not answered yet. */
export function useConnection(): ConnectionState | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentConnection);
}
