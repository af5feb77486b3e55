/** The commands of the palette: going somewhere, making something new, and what belongs to the window. */
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import type { AppSettings } from '@shared/wire/app';
import { NAVIGATION, navItemsFor } from '../../app/navigation';
import { type Overlay, openOverlay } from '../../lib/overlays';
import { isAllowed } from '../../lib/rights';
import { keysOf, type Shortcut, type ShortcutGroup } from '../../lib/shortcuts';

export interface Command {
  readonly key: string;
  readonly icon: string;
  readonly label: string;
  readonly note?: string;
  readonly keys?: string;
  readonly run: () => void;
}

export interface CommandContext {
  readonly go: (path: string) => void;
  readonly functions: readonly TenantFunction[];
  /** Administers the platform. */
  readonly platform: boolean;
  readonly mayCreate: (entity: EntityName) => boolean;
  readonly setTheme: (theme: AppSettings['theme']) => void;
  readonly signOut: () => void;
  readonly text: string;
  /** What the screen in front offers by its keys. */
  readonly screen: readonly ShortcutGroup[];
  /** Does what a short cut does. */
  readonly act: (shortcut: Shortcut) => void;
}

/** Entities that have no list of their own are made from their parents. */
const MADE_BY_HAND = ENTITY_NAMES.filter((name) =>
  NAVIGATION.some(({ items }) => items.some((item) => item.to === `/r/${name}`)),
);

const overlay = (name: Overlay) => () => openOverlay(name);

/** Keys that move about are no commands. */
const MOVING = /^(?:Arrow|Page|Home$|End$|Escape$|[JK]$)/;

/** What can be done on the screen in front, by the very functions that its keys run. */
export function screenCommands(groups: readonly ShortcutGroup[], act: CommandContext['act']): readonly Command[] {
  return groups.flatMap((group) =>
    group.shortcuts.flatMap((shortcut): Command[] => {
      const [first = ''] = keysOf(shortcut);
      if (shortcut.enabled === false || keysOf(shortcut).some((key) => MOVING.test(key))) return [];
      const key = `screen-${group.name}-${first}`;
      return [{ key, icon: 'keyboard', label: shortcut.label, note: group.name, keys: first, run: () => act(shortcut) }];
    }),
  );
}

export function allCommands(context: CommandContext): readonly Command[] {
  const { go, functions, platform, mayCreate, setTheme, signOut, text, screen, act } = context;
  const news = MADE_BY_HAND.filter(mayCreate).map((name): Command => {
    const { label } = entityOf(name);
    return { key: `new-${name}`, icon: 'plus', label: `New ${label.one.toLowerCase()}`, run: () => go(`/r/${name}/new`) };
  });
  const goTo = navItemsFor(functions, platform).map(
    (item): Command => ({
      key: `go-${item.key}`,
      icon: item.icon,
      label: `Go to ${item.label}`,
      keys: `G ${item.letter}`,
      run: () => go(item.to),
    }),
  );
  // every list that the person may read, whether the navigation has a place for it or not
  const lists = ENTITY_NAMES.filter(
    (name) => !MADE_BY_HAND.includes(name) && entityOf(name).internal !== true && isAllowed(functions, name, 'read'),
  ).map((name): Command => {
    const { label, icon } = entityOf(name);
    return { key: `list-${name}`, icon, label: `Go to ${label.many}`, run: () => go(`/r/${name}`) };
  });
  const imports: Command[] = mayCreate('regulations')
    ? [
        {
          key: 'import',
          icon: 'import',
          label: 'Import a catalogue',
          note: 'OSCAL; you see a trial run first',
          run: () => go('/import/oscal'),
        },
      ]
    : [];
  const themes = (['light', 'dark', 'system'] as const).map(
    (theme): Command => ({
      key: `theme-${theme}`,
      icon: 'settings',
      label: theme === 'system' ? 'Theme as the system has it' : `Theme ${theme}`,
      run: () => setTheme(theme),
    }),
  );
  const all: Command[] = [
    ...screenCommands(screen, act),
    {
      key: 'tenant',
      icon: 'selector',
      label: 'Switch tenant…',
      note: 'search never crosses tenants',
      keys: 'Ctrl+Shift+T',
      run: overlay('tenants'),
    },
    ...news,
    ...imports,
    ...goTo,
    ...lists,
    { key: 'keys', icon: 'keyboard', label: 'All keys', keys: '?', run: overlay('keys') },
    ...themes,
    { key: 'sign-out', icon: 'sign-out', label: 'Sign out', run: signOut },
  ];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((command) => words.every((word) => command.label.toLowerCase().includes(word)));
  // whoever finds nothing here may be looking in the wrong tenant
  return found.length > 0 ? found : all.filter((command) => command.key === 'tenant');
}

export type Mode = 'all' | 'commands' | 'reference';

/** `>` means commands only, `#` a reference; the rest is what is looked for. */
export function readQuery(input: string): { readonly mode: Mode; readonly text: string } {
  if (input.startsWith('>')) return { mode: 'commands', text: input.slice(1).trim() };
  if (input.startsWith('#')) return { mode: 'reference', text: input.slice(1).trim() };
  return { mode: 'all', text: input.trim() };
}

export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** A title in pieces, those that were looked for marked. */
export function markWords(title: string, text: string): readonly Piece[] {
  const words = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text: title, hit: false }];
  const pattern = new RegExp(`(${words.join('|')})`, 'iu');
  return title
    .split(new RegExp(pattern.source, 'giu'))
    .filter((piece) => piece !== '')
    .map((piece) => ({ text: piece, hit: pattern.test(piece) && piece.replace(pattern, '') === '' }));
}
