/** Where the open screen stands: its breadcrumb, from which the head and the window's title are drawn, and its wish for a rail. */
import { useEffect, useSyncExternalStore } from 'react';

export interface Crumb {
  readonly label: string;
  /** Route to go to; the last crumb has none. */
  readonly to?: string;
}

export interface PageHead {
  readonly crumbs: readonly Crumb[];
  readonly rail: boolean;
}

const NONE: PageHead = { crumbs: [], rail: false };
let head: PageHead = NONE;
const listeners = new Set<() => void>();

function set(next: PageHead): void {
  head = next;
  for (const listener of listeners) listener();
}

/** Says where this screen stands while it is mounted. */
export function usePageHead(next: PageHead): void {
  const text = JSON.stringify(next);
  useEffect(() => {
    set(JSON.parse(text) as PageHead);
  }, [text]);
  useEffect(() => () => set(NONE), []);
}

export function useCurrentPageHead(): PageHead {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => head,
  );
}
