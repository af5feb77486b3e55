/**
 * Light, dark or as the system has it. The choice lives with the settings in main; a copy in the window's own storage lets the
 * first paint have the right colours before main has answered.
 */
import type { MantineColorSchemeManager } from '@mantine/core';
import type { AppSettings } from '@shared/wire/app';

const KEY = 'kompl-theme';

export type ThemeChoice = AppSettings['theme'];

function stored(): ThemeChoice | null {
  const value = window.localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' || value === 'system' ? value : null;
}

/** Sets the scheme on the document before anything is drawn. */
export function applyStoredScheme(): void {
  const choice = stored() ?? 'system';
  const dark = choice === 'dark' || (choice === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
}

/** Mantine's way to our storage; `system` is what Mantine calls `auto`. */
export const colorSchemeManager: MantineColorSchemeManager = {
  get: (fallback) => {
    const choice = stored();
    if (choice === null) return fallback;
    return choice === 'system' ? 'auto' : choice;
  },
  set: (value) => window.localStorage.setItem(KEY, value === 'auto' ? 'system' : value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => window.localStorage.removeItem(KEY),
};
