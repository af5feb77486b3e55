/** Notices bottom right: told once, gone after six seconds; faults stay until they are closed. Any part of the app may tell one. */
import type { Tone } from '@shared/entities/fields';
import { useSyncExternalStore } from 'react';
import { errorWords } from './error-texts';
import { isDropped, toErrorData } from './errors';
import { scope } from './scope';

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface NoticeInput {
  readonly tone: Extract<Tone, 'good' | 'laptop' | 'attention' | 'bad'>;
  readonly title: string;
  readonly text?: string;
  readonly action?: NoticeAction;
  /** Faults stay by themselves; this keeps another one. */
  readonly stays?: boolean;
}

export interface Notice extends NoticeInput {
  readonly id: number;
}

/** How long a notice that does not stay is shown. */
export const NOTICE_MS = 6000;
const MOST = 4;

let notices: readonly Notice[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** Shows a notice and gives its number. Beyond four the oldest that does not stay gives way. */
export function notify(input: NoticeInput): number {
  const notice: Notice = { ...input, stays: input.stays ?? input.tone === 'bad', id: nextId++ };
  let next = [...notices, notice];
  if (next.length > MOST) {
    const oldest = next.find((candidate) => !candidate.stays) ?? next[0];
    next = next.filter((candidate) => candidate !== oldest);
  }
  set(next);
  return notice.id;
}

/** Tells of an error in its own words; dropped answers are silent. */
export function notifyError(error: unknown, title?: string): number | null {
  if (isDropped(error)) return null;
  const words = errorWords(toErrorData(error));
  return notify({
    tone: 'bad',
    title: title ?? words.title,
    text: [title === undefined ? '' : words.title, words.text].filter(Boolean).join('. ').replaceAll('..', '.'),
  });
}

export function dismissNotice(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}

// a notice may name a record; it does not outlive its tenant
scope.onChange(() => set([]));
