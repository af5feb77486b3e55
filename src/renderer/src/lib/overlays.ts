/** The few dialogs that belong to the window and not to a screen; one at a time. They close when the session changes. */
import { useSyncExternalStore } from 'react';
import { scope } from './scope';

export type Overlay = 'palette' | 'tenants' | 'keys' | 'leave';

let open: Overlay | null = null;
const listeners = new Set<() => void>();

export function openOverlay(overlay: Overlay | null): void {
  open = overlay;
  for (const listener of listeners) listener();
}

export function closeOverlay(): void {
  openOverlay(null);
}

export function useOverlay(): Overlay | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}

scope.onChange(closeOverlay);
