/** The window before a tenant is open: a slate band, the content, and one line about the program. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { openOverlay, useOverlay } from '../lib/overlays';
import { saveSettings, useSettings } from '../lib/settings';
import { trpc } from '../lib/trpc';
import { useShortcuts } from '../lib/use-shortcuts';
import css from './BareFrame.module.css';
import { Overlays } from './Overlays';

const NEXT_THEME = { system: 'light', light: 'dark', dark: 'system' } as const;
const THEME_WORDS = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;

export function BareFrame({ children }: { readonly children: ReactNode }) {
  const info = useQuery(trpc.app.info.queryOptions());
  const { theme } = useSettings();
  const overlay = useOverlay();
  useShortcuts('Everywhere', [{ keys: '?', label: 'All keys', run: () => openOverlay('keys') }]);
  useEffect(() => {
    document.title = 'KOMPL.AI Workstation';
  }, []);
  return (
    <div className={css.frame}>
      <div className={css.band} />
      <main id="main" className={css.main} tabIndex={-1}>
        {children}
      </main>
      <footer className={css.foot}>
        <span>
          {info.data ? `Version ${info.data.version}` : ''}
          {info.data && !info.data.officialRuntime ? ' · development runtime, not for real records' : ''}
        </span>
        <button type="button" className={css.link} onClick={() => void saveSettings({ theme: NEXT_THEME[theme] })}>
          Theme: {THEME_WORDS[theme]}
        </button>
      </footer>
      <Overlays open={overlay} />
    </div>
  );
}
