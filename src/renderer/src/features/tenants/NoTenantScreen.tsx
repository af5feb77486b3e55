/** Signed in, but no tenant is open: choose one, or learn that there is none to choose. */
import type { SessionState } from '@shared/ipc';
import { EmptyState } from '../../components/EmptyState';
import { notifyError } from '../../lib/notices';
import { signOut, switchTenant } from '../../lib/session-actions';

export function NoTenantScreen({ session }: { readonly session: SessionState }) {
  const usable = session.workspaces.filter((workspace) => workspace.licence.usable);
  const open = (tenantId: string) => switchTenant(tenantId).catch((error: unknown) => notifyError(error));
  return (
    <EmptyState
      icon="selector"
      title={usable.length === 0 ? 'No tenant is open to you' : 'Choose a tenant'}
      text={
        usable.length === 0
          ? 'You are signed in, but you belong to no tenant with a running licence. Ask an administrator.'
          : 'You work in one tenant at a time. Its name and colour are always in sight.'
      }
      starts={[
        ...usable.map((workspace) => ({
          icon: 'selector',
          title: workspace.name,
          text: workspace.place ?? workspace.domain,
          run: () => void open(workspace.tenantId),
        })),
        { icon: 'sign-out', title: 'Sign out', run: () => void signOut() },
      ]}
    />
  );
}
