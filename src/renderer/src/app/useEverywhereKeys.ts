/** Keys that work on every screen: search, tenant, sheet of keys, panes, `G` then a letter. */
import { useNavigate } from 'react-router';
import { openOverlay } from '../lib/overlays';
import { useMe, useWorkspace } from '../lib/session';
import type { Shortcut } from '../lib/shortcuts';
import { useShortcuts } from '../lib/use-shortcuts';
import { navItemsFor } from './navigation';

/** Moves the focus to the next or previous pane, first to last and round. */
export function cyclePanes(back: boolean): boolean {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.getClientRects().length > 0);
  if (panes.length === 0) return false;
  const active = document.activeElement;
  // panes may lie in one another; the innermost that holds the focus is where we are
  const holding = panes.filter((pane) => pane.contains(active));
  const here = holding.length === 0 ? -1 : panes.indexOf(holding[holding.length - 1] as HTMLElement);
  const next = here === -1 ? (back ? panes.length - 1 : 0) : (here + (back ? -1 : 1) + panes.length) % panes.length;
  panes[next]?.focus({ preventScroll: true });
  return true;
}

export function useEverywhereKeys(): void {
  const navigate = useNavigate();
  const functions = useWorkspace()?.functions ?? [];
  const platform = useMe()?.platform ?? false;
  const goTo: Shortcut[] = navItemsFor(functions, platform).map((item) => ({
    keys: `G ${item.letter}`,
    label: `Go to ${item.label}`,
    run: () => void navigate(item.to),
  }));
  useShortcuts('Go', goTo, { base: true });
  useShortcuts(
    'Everywhere',
    [
      { keys: 'Ctrl+K', label: 'Search or run a command', run: () => openOverlay('palette') },
      { keys: 'Ctrl+Shift+T', label: 'Switch tenant', run: () => openOverlay('tenants') },
      { keys: 'F6', label: 'Next pane', run: () => cyclePanes(false) },
      { keys: 'Shift+F6', label: 'Previous pane', run: () => cyclePanes(true) },
      { keys: '?', label: 'All keys', hint: 'all keys', run: () => openOverlay('keys') },
    ],
    { base: true },
  );
}
