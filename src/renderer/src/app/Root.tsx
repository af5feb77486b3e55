/**
 * Which face the window shows: starting, sign-in, choice of a tenant, or the shell with a screen. The shell is built anew for each
 * session and tenant, so nothing of the one before can stay on the screen.
 */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router';
import { ErrorState } from '../components/ErrorState';
import { SignInPage } from '../features/signin/SignInPage';
import { StartingScreen } from '../features/signin/StartingScreen';
import { NoTenantScreen } from '../features/tenants/NoTenantScreen';
import { bridge } from '../lib/bridge';
import { useConnection } from '../lib/connection';
import { scope } from '../lib/scope';
import { useSession } from '../lib/session';
import { BareFrame } from './BareFrame';
import { needsNoTenant } from './navigation';
import { askMain } from './start';
import { useStartError } from './start-error';

const loadShell = async () => ({ default: (await import('./Shell')).Shell });
/** Not needed before somebody has signed in; fetched as soon as the window can be used, so that nobody waits for it then. */
const Shell = lazy(loadShell);

/** Tells main, once, that the window can be used. */
function useReady(usable: boolean): void {
  const told = useRef(false);
  useEffect(() => {
    if (!usable || told.current) return;
    told.current = true;
    bridge().ready();
    requestIdleCallback(() => void loadShell());
  }, [usable]);
}

/** Another session or tenant begins at home: the address of a record means nothing there. */
function useHomeOnChange(generation: number): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const before = useRef(generation);
  useEffect(() => {
    if (before.current === generation) return;
    before.current = generation;
    if (pathname !== '/') void navigate('/', { replace: true });
  }, [generation, navigate, pathname]);
}

export function Root() {
  const session = useSession();
  const connection = useConnection();
  const failure = useStartError();
  const { pathname } = useLocation();
  const generation = scope.current().generation;
  useHomeOnChange(generation);
  // A workspace that was open before opens in a moment: meanwhile somebody may type.
  const waiting = connection === null || (connection.state === 'starting' && !connection.known);
  useReady(session !== null && !waiting);

  if (failure !== null) {
    return (
      <BareFrame>
        <ErrorState error={failure} onRetry={() => void askMain()} />
      </BareFrame>
    );
  }
  const setting = pathname === '/connections';
  if (session?.person && connection && (session.workspace || session.person.platform)) {
    // An administrator of the platform who is in no tenant works on the platform and sees nothing else.
    if (!session.workspace && !needsNoTenant(pathname)) return <Navigate to="/admin/tenants" replace />;
    return (
      <Suspense fallback={null}>
        <Shell
          key={generation}
          session={{ person: session.person, workspace: session.workspace, readOnly: session.readOnly ?? null }}
          connection={connection}
        >
          <Outlet />
        </Shell>
      </Suspense>
    );
  }
  if (setting) {
    return (
      <BareFrame>
        <Outlet />
      </BareFrame>
    );
  }
  if (session === null || waiting) {
    return (
      <BareFrame>
        <StartingScreen connection={connection} />
      </BareFrame>
    );
  }
  if (session.person !== null) {
    return (
      <BareFrame>
        <NoTenantScreen session={session} />
      </BareFrame>
    );
  }
  return (
    <BareFrame>
      <SignInPage connection={connection} />
    </BareFrame>
  );
}
