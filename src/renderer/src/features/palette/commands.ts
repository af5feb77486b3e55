/** The commands of the palette: going somewhere, making something new, and what belongs to the window. */
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import type { AppSettings } from '@shared/wire/app';
import { NAVIGATION, navItemsFor } from '../../app/navigation';
import { type Overlay, openOverlay } from '../../lib/overlays';

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
}

/** Entities that have no list of their own are made from their parents. */
const MADE_BY_HAND = ENTITY_NAMES.filter((name) =>
  NAVIGATION.some(({ items }) => items.some((item) => item.to === `/r/${name}`)),
);

const overlay = (name: Overlay) => () => openOverlay(name);

export function allCommands({ go, functions, platform, mayCreate, setTheme, signOut, text }: CommandContext): readonly Command[] {
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
