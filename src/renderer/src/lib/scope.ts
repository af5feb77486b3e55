/**
 * Whose data this window may hold: one person in one tenant. Each change of either starts a new generation; whatever was asked
 * for in an older one is dropped when it arrives, and listeners throw away what they kept.
 */

/** `person/tenant`, or null where nobody is signed in. */
export type ScopeKey = string | null;

export interface Scope {
  readonly key: ScopeKey;
  /** Goes up by one with each change, and never comes back, even where the same person returns. */
  readonly generation: number;
}

export interface ScopeStore {
  current(): Scope;
  /** Moves to another scope; the same key again changes nothing. Listeners run before it returns. */
  enter(key: ScopeKey): void;
  onChange(listener: (scope: Scope) => void): () => void;
}

export function createScopeStore(): ScopeStore {
  let scope: Scope = { key: null, generation: 0 };
  const listeners = new Set<(scope: Scope) => void>();
  return {
    current: () => scope,
    enter: (key) => {
      if (key === scope.key) return;
      scope = { key, generation: scope.generation + 1 };
      for (const listener of listeners) listener(scope);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The scope of this window. */
export const scope = createScopeStore();
