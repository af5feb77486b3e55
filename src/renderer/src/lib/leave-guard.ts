/**
 * Closing the window with unsaved drafts asks first: they live in the window's memory only. The window is not closed then; a dialog
 * says what would be lost, and whoever says yes closes it. Ending the application by the system asks nothing (app/window.ts).
 */

interface Unsaved {
  count(): number;
}

const kinds = new Set<Unsaved>();
let leaving = false;

/** Adds a store of unsaved work. */
export function countsAsUnsaved(store: Unsaved): void {
  kinds.add(store);
}

export function unsavedCount(): number {
  let count = 0;
  for (const kind of kinds) count += kind.count();
  return count;
}

/** Asks before the window goes; the returned function ends it. */
export function guardLeaving(ask: () => void): () => void {
  const onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (leaving || unsavedCount() === 0) return;
    event.preventDefault();
    event.returnValue = true;
    ask();
  };
  window.addEventListener('beforeunload', onBeforeUnload);
  return () => window.removeEventListener('beforeunload', onBeforeUnload);
}

/** Closes the window, drafts or not. */
export function leaveAnyway(): void {
  leaving = true;
  window.close();
}
