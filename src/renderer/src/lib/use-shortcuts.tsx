/** The registry of short cuts for React: register while mounted, open a layer for a dialog, read hints and the sheet. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { BASE_LAYER, type KeyHint, type Shortcut, type ShortcutGroup, shortcuts } from './shortcuts';

const LayerContext = createContext(BASE_LAYER);

/**
 * Registers short cuts while the component is mounted; always the latest ones run.
 *
 * @param group heading in the sheet of all keys, for example `Controls`
 * @param options.base of the window and not of a screen: gives way to any other
 */
export function useShortcuts(group: string, list: readonly Shortcut[], options: { readonly base?: boolean } = {}): void {
  const layer = useContext(LayerContext);
  const handle = useRef<ReturnType<typeof shortcuts.add> | null>(null);
  const latest: ShortcutGroup = { name: group, layer, base: options.base, shortcuts: list };
  const first = useRef(latest);
  first.current = latest;
  // with what is drawn, not a moment after it: a key that is seen is heard
  useLayoutEffect(() => {
    const added = shortcuts.add({ ...first.current, layer });
    handle.current = added;
    return () => {
      handle.current = null;
      added.remove();
    };
  }, [layer]);
  useLayoutEffect(() => {
    handle.current?.update(latest);
  });
}

/** While mounted, only the short cuts inside it are heard. Dialogs of ours bring one along. */
export function ShortcutLayer({ children }: { readonly children: ReactNode }) {
  const [layer, setLayer] = useState<number | null>(null);
  useLayoutEffect(() => {
    const opened = shortcuts.openLayer();
    setLayer(opened.id);
    return opened.close;
  }, []);
  return <LayerContext value={layer ?? BASE_LAYER - 1}>{children}</LayerContext>;
}

/** Hears the keys of the window; the shell mounts it once. */
export function useShortcutListener(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      shortcuts.handle(event);
    };
    // mounted before any dialog, so it is heard before a dialog's own listener closes it
    window.addEventListener('keydown', shortcuts.begin, true);
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', shortcuts.begin, true);
      window.removeEventListener('keydown', listen);
    };
  }, []);
}

export function useKeyHints(): readonly KeyHint[] {
  return useSyncExternalStore(shortcuts.subscribe, shortcuts.hints);
}

export function useActiveShortcuts(): readonly ShortcutGroup[] {
  return useSyncExternalStore(shortcuts.subscribe, shortcuts.active);
}
