/** How far long pieces of work in main are, by the number of their job; told by events, forgotten when nobody looks any more. */
import { useSyncExternalStore } from 'react';
import { scope } from './scope';

export interface Progress {
  readonly done: number;
  readonly total: number;
}

let jobs: ReadonlyMap<string, Progress> = new Map();
const listeners = new Set<() => void>();

function set(next: ReadonlyMap<string, Progress>): void {
  jobs = next;
  for (const listener of listeners) listener();
}

/** Takes over what main tells. Only a few jobs run at once; the oldest are forgotten. */
export function tellProgress(job: string, progress: Progress): void {
  const next = new Map(jobs);
  next.delete(job);
  next.set(job, progress);
  for (const oldest of next.keys()) {
    if (next.size <= 8) break;
    next.delete(oldest);
  }
  set(next);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The progress of a job; null before main has said anything of it. */
export function useProgress(job: string | null): Progress | null {
  return useSyncExternalStore(subscribe, () => (job === null ? null : (jobs.get(job) ?? null)));
}

scope.onChange(() => set(new Map()));
