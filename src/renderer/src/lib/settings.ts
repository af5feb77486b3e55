/** The settings of this laptop: theme, density, single keys. Kept by main, obeyed here at once. */
import type { AppSettings, AppSettingsPatch } from '@shared/wire/app';
import { useSyncExternalStore } from 'react';
import { notifyError } from './notices';
import { shortcuts } from './shortcuts';
import { trpcClient } from './trpc';

const DEFAULTS: AppSettings = { theme: 'system', density: 'standard', singleKeys: true };

let settings: AppSettings = DEFAULTS;
/** Until main has told them, the window's own copy of the theme stands. */
let known = false;
const listeners = new Set<() => void>();

export function setSettings(next: AppSettings): void {
  settings = next;
  known = true;
  document.documentElement.dataset.density = next.density;
  shortcuts.setSingleKeys(next.singleKeys);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): AppSettings {
  return useSyncExternalStore(subscribe, () => settings);
}

/** The theme that main keeps; null until it has told. */
export function useKnownTheme(): AppSettings['theme'] | null {
  return useSyncExternalStore(subscribe, () => (known ? settings.theme : null));
}

/** Shows the change at once; where main cannot keep it, the old one comes back and a notice says why. */
export async function saveSettings(patch: AppSettingsPatch): Promise<void> {
  const before = settings;
  setSettings({ ...before, ...patch });
  try {
    setSettings(await trpcClient.app.saveSettings.mutate(patch));
  } catch (error) {
    setSettings(before);
    notifyError(error, 'The setting was not kept');
  }
}
