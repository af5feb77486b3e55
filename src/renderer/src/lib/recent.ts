/** Records that were looked at lately, the newest first; for this tenant and this session only, in memory. */
import type { EntityName } from '@shared/entities/registry';
import { useSyncExternalStore } from 'react';
import { scope } from './scope';

export interface RecentRecord {
  readonly entity: EntityName;
  readonly id: string;
  readonly title: string;
}

const MOST = 8;

let records: readonly RecentRecord[] = [];
const listeners = new Set<() => void>();

function set(next: readonly RecentRecord[]): void {
  records = next;
  for (const listener of listeners) listener();
}

/** A record was opened: it goes to the front. */
export function noteRecent(record: RecentRecord): void {
  set([record, ...records.filter((each) => each.id !== record.id)].slice(0, MOST));
}

export function useRecent(): readonly RecentRecord[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => records,
  );
}

// what was looked at in one tenant is nothing to another
scope.onChange(() => set([]));
