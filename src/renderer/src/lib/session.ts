/** Who is signed in and in which tenant, as main says; and what follows from it: scope, rights, the way in and out. */
import type { SessionState, SignedInPerson, Workspace } from '@shared/ipc';
import { useSyncExternalStore } from 'react';
import { scope } from './scope';

/** Null until main has answered for the first time. */
let state: SessionState | null = null;
const listeners = new Set<() => void>();

export function scopeKeyOf(session: SessionState): string | null {
  return session.person === null ? null : `${session.person.id}/${session.workspace?.tenantId ?? ''}`;
}

/** Takes over what main says. The scope changes first, so that no screen is drawn with the old one's answers. */
export function setSession(next: SessionState): void {
  state = next;
  scope.enter(scopeKeyOf(next));
  for (const listener of listeners) listener();
}

export function currentSession(): SessionState | null {
  return state;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session; null while main has not answered yet. */
export function useSession(): SessionState | null {
  return useSyncExternalStore(subscribe, currentSession);
}

/** The open tenant; null where none is. */
export function useWorkspace(): Workspace | null {
  return useSession()?.workspace ?? null;
}

/** The signed-in person; null where nobody is. */
export function useMe(): SignedInPerson | null {
  return useSession()?.person ?? null;
}
