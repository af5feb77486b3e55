/** The window of a signed-in person: band, tenant, head, navigation, the screen, status bar; and the keys that work everywhere. */
import type { CodedErrorData } from '@shared/errors';
import type { ConnectionState, SignedInPerson, Workspace } from '@shared/ipc';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { ReadOnlyNote } from '../components/ReadOnlyNote';
import { TenantBand, TenantBlock } from '../components/TenantMark';
import { guardLeaving } from '../lib/leave-guard';
import { openOverlay, useOverlay } from '../lib/overlays';
import { useCurrentPageHead } from '../lib/page-head';
import { Head } from './Head';
import { Navigation } from './Navigation';
import { isPlatformPath } from './navigation';
import { Overlays } from './Overlays';
import css from './Shell.module.css';
import { ShellStatusBar } from './ShellStatusBar';
import { useEverywhereKeys } from './useEverywhereKeys';
import { useNarrow } from './useNarrow';

export interface ShellProps {
  readonly session: {
    readonly person: SignedInPerson;
    /** Null for an administrator of the platform who is in no tenant. */
    readonly workspace: Workspace | null;
    readonly readOnly?: CodedErrorData | null;
  };
  readonly connection: ConnectionState;
  readonly children: ReactNode;
}

/** After going elsewhere the reader starts in the new screen, not on the link that led there. */
function useFocusOnArrival(): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(pathname);
  useEffect(() => {
    if (first.current === pathname) return;
    first.current = pathname;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

export function Shell({ session, connection, children }: ShellProps) {
  const { person, workspace, readOnly } = session;
  const head = useCurrentPageHead();
  const overlay = useOverlay();
  const main = useFocusOnArrival();
  const narrow = useNarrow();
  useEverywhereKeys();
  useEffect(() => guardLeaving(() => openOverlay('leave')), []);

  // nothing of the tenant is on the screen during work on the platform, so nothing of its colour either
  const shown = isPlatformPath(useLocation().pathname) ? null : workspace;

  const place = head.crumbs[head.crumbs.length - 1]?.label;
  useEffect(() => {
    const training = shown?.kind === 'training' ? ' (training)' : '';
    document.title = [place, shown === null ? 'Platform' : `${shown.name}${training}`, 'KOMPL.AI'].filter(Boolean).join(' · ');
  }, [place, shown]);

  return (
    <div className={css.shell}>
      <button type="button" className={css.skip} onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <div className={css.band}>
        <TenantBand tenant={shown} />
      </div>
      <div className={css.tenant}>
        <TenantBlock tenant={shown} onSwitch={() => openOverlay('tenants')} />
      </div>
      <Head crumbs={head.crumbs} person={person} functions={workspace?.functions ?? []} connection={connection} />
      <div className={css.body}>
        <Navigation rail={head.rail || narrow} />
        <main id="main" ref={main} className={css.main} tabIndex={-1} data-pane="Content">
          {shown === null ? null : <ReadOnlyNote reason={readOnly} />}
          {children}
        </main>
      </div>
      <ShellStatusBar connection={connection} />
      <Overlays open={overlay} />
    </div>
  );
}
