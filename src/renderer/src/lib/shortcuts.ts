/**
 * The registry of short cuts. A screen says what its keys do while it is mounted; a dialog opens a layer above which nothing
 * below is heard. Single letters rest while somebody types and can be switched off altogether (WCAG 2.1.4).
 */

export interface Shortcut {
  /** `Ctrl+K`, `J`, `?`, `Enter`, `Space`, `Escape`, `Alt+ArrowUp`, `F6`, or a sequence such as `G C`; several for the same act. */
  readonly keys: string | readonly string[];
  /** What it does, for the sheet of all keys. */
  readonly label: string;
  /** Word in the status bar; short cuts with the same word share it. */
  readonly hint?: string;
  /** Returns false where it does not apply just now, so that another may. */
  readonly run: (event: KeyboardEvent) => unknown;
  readonly enabled?: boolean;
  /** Heard while typing; by itself true for Ctrl, Alt, function keys and Escape. */
  readonly whileTyping?: boolean;
  /** Heard again while the key is held down. */
  readonly repeat?: boolean;
}

export interface ShortcutGroup {
  readonly name: string;
  readonly layer: number;
  /** Of the window and not of a screen: gives way to any other and stands last. */
  readonly base?: boolean;
  readonly shortcuts: readonly Shortcut[];
}

export interface KeyHint {
  readonly keys: readonly string[];
  readonly word: string;
}

/** A sequence is forgotten when the next key comes later than this. */
export const SEQUENCE_MS = 1500;

export function keysOf(shortcut: Shortcut): readonly string[] {
  return typeof shortcut.keys === 'string' ? [shortcut.keys] : shortcut.keys;
}

/** The stroke that an event stands for, in the registry's spelling; null for a lone modifier or an IME. */
export function strokeOf(event: KeyboardEvent): string | null {
  const { key } = event;
  if (event.isComposing || ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Process', ''].includes(key)) return null;
  if (event.getModifierState?.('AltGraph')) return null;
  const base = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  const isSymbol = key.length === 1 && key.toLowerCase() === key.toUpperCase() && key !== ' ';
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && !isSymbol ? 'Shift' : '',
    base,
  ];
  return parts.filter(Boolean).join('+');
}

/** True for what the switch turns off: letters, digits and signs without Ctrl or Alt. */
export function isSingle(stroke: string): boolean {
  return stroke.replace(/^Shift\+/, '').length === 1;
}

/** True where letters are text: fields, editors, combo boxes. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.getAttribute('role') === 'textbox'
  );
}

/** True where Enter and Space already mean something. */
function isActivatable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a[href], summary, [role="menuitem"], [role="option"], [role="switch"], input, textarea, select') !==
      null
  );
}

export interface ShortcutRegistry {
  /** Adds a group and gives back how to change and how to remove it. */
  add(group: ShortcutGroup): { update(group: ShortcutGroup): void; remove(): void };
  /** Opens a layer; only the newest is heard. */
  openLayer(): { readonly id: number; close(): void };
  setSingleKeys(on: boolean): void;
  /** A stroke begins, before anybody has heard of it. */
  begin(): void;
  /** True where a short cut took the event. What a stroke has closed already, it does not close the screen below as well. */
  handle(event: KeyboardEvent): boolean;
  /** What the screen itself offers now, below any dialog; without what belongs to the window. */
  screen(): readonly ShortcutGroup[];
  /** Groups of the layer that is heard, newest last. */
  active(): readonly ShortcutGroup[];
  hints(): readonly KeyHint[];
  subscribe(listener: () => void): () => void;
}

export const BASE_LAYER = 0;

export function createShortcutRegistry(): ShortcutRegistry {
  const groups = new Map<number, ShortcutGroup>();
  const layers: number[] = [BASE_LAYER];
  const listeners = new Set<() => void>();
  let nextId = 1;
  let singleKeys = true;
  let pending: { readonly stroke: string; readonly at: number } | null = null;
  let activeNow: readonly ShortcutGroup[] = [];
  let hintsNow: readonly KeyHint[] = [];
  let signature = '';
  /** How many layers were open when the stroke began; null where nobody said. */
  let depth: number | null = null;

  const top = () => layers[layers.length - 1] ?? BASE_LAYER;
  const isOn = (shortcut: Shortcut) =>
    shortcut.enabled !== false && (singleKeys || !keysOf(shortcut).every((keys) => keys.split(' ').every(isSingle)));

  function refresh(): void {
    const heard = [...groups.values()].filter((group) => group.layer === top());
    activeNow = [...heard.filter((group) => group.base), ...heard.filter((group) => !group.base)];
    const next = JSON.stringify(activeNow.map((group) => [group.name, group.shortcuts.filter(isOn)]));
    if (next === signature) return;
    signature = next;
    const hints = new Map<string, string[]>();
    for (const group of [...activeNow].reverse()) {
      for (const shortcut of group.shortcuts) {
        if (shortcut.hint === undefined || !isOn(shortcut)) continue;
        hints.set(shortcut.hint, [...(hints.get(shortcut.hint) ?? []), ...keysOf(shortcut).slice(0, 1)]);
      }
    }
    hintsNow = [...hints].map(([word, keys]) => ({ word, keys }));
    for (const listener of listeners) listener();
  }

  function hears(shortcut: Shortcut, stroke: string, event: KeyboardEvent): boolean {
    if (!isOn(shortcut) || (event.repeat && shortcut.repeat !== true)) return false;
    const own = shortcut.whileTyping ?? (/^(Ctrl|Alt)\+/.test(stroke) || /^(Shift\+)?F\d+$/.test(stroke) || stroke === 'Escape');
    if (isTyping(event.target) && !own) return false;
    if (isSingle(stroke) && !singleKeys) return false;
    if ((stroke === 'Enter' || stroke === 'Space') && isActivatable(event.target)) return false;
    return true;
  }

  return {
    add(group) {
      const id = nextId++;
      groups.set(id, group);
      refresh();
      return {
        update: (next) => {
          groups.set(id, next);
          refresh();
        },
        remove: () => {
          groups.delete(id);
          refresh();
        },
      };
    },
    openLayer() {
      const id = nextId++;
      layers.push(id);
      refresh();
      return {
        id,
        close: () => {
          layers.splice(layers.indexOf(id), 1);
          refresh();
        },
      };
    },
    setSingleKeys(on) {
      singleKeys = on;
      refresh();
    },
    begin() {
      depth = layers.length;
    },
    handle(event) {
      const closed = depth !== null && layers.length < depth;
      depth = null;
      if (closed || event.defaultPrevented) return false;
      const stroke = strokeOf(event);
      if (stroke === null) return false;
      const prefix = pending !== null && event.timeStamp - pending.at <= SEQUENCE_MS ? pending.stroke : null;
      pending = null;
      const wanted = prefix === null ? [stroke] : [`${prefix} ${stroke}`, stroke];
      const newestFirst = [...activeNow].reverse();
      for (const keys of wanted) {
        for (const group of newestFirst) {
          for (const shortcut of group.shortcuts) {
            if (!keysOf(shortcut).includes(keys) || !hears(shortcut, stroke, event)) continue;
            if (shortcut.run(event) === false) continue;
            event.preventDefault();
            return true;
          }
        }
      }
      const begins = newestFirst.some((group) =>
        group.shortcuts.some(
          (shortcut) => keysOf(shortcut).some((keys) => keys.startsWith(`${stroke} `)) && hears(shortcut, stroke, event),
        ),
      );
      if (begins) pending = { stroke, at: event.timeStamp };
      return begins;
    },
    active: () => activeNow,
    screen: () => [...groups.values()].filter((group) => group.layer === BASE_LAYER && group.base !== true),
    hints: () => hintsNow,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The registry of this window. */
export const shortcuts = createShortcutRegistry();
