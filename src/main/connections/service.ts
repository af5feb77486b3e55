/** What the connection page can do: see, test, save, use and remove profiles, and try again. */
import type { ConnectionProfile, Diagnosis, ServerProfile, ServerProfileValues, TestCredentials } from '@shared/wire/connection';
import type { Session } from '../identity/session';
import type { Caller, ConnectionPort } from '../ipc/services';
import type { FileGrants, GrantedFile } from '../platform/file-grants';
import type { LiveConnection } from './live';
import { type ProfileStore, readCertificate } from './profiles';

/** A server to be examined; `ca` is the PEM text of the authority to trust. */
export type Examined = Pick<ServerProfile, 'host' | 'port' | 'database' | 'tlsMode' | 'viaPgBouncer'> & {
  readonly ca: string | null;
  /** Somebody to sign in as; without, the steps end before signing in. */
  readonly signIn?: TestCredentials;
};

export interface ConnectionServiceOptions {
  readonly live: LiveConnection;
  readonly profiles: ProfileStore;
  readonly session: Session;
  readonly grants: FileGrants;
  /** Examines a server step by step. */
  readonly diagnose: (server: Examined) => Promise<Diagnosis>;
  readonly diagnoseEmbedded: () => Promise<Diagnosis>;
}

export function createConnectionService(options: ConnectionServiceOptions): ConnectionPort {
  const { live, profiles, session, grants } = options;

  async function chosenCa(values: ServerProfileValues, caller: Caller): Promise<GrantedFile | null> {
    if (values.caFile === null || values.caFile === 'none') return null;
    return grants.resolve(caller.webContentsId, values.caFile);
  }

  /** The authority a form stands for: the file just chosen, none, or the one that the saved profile has. */
  async function caOfForm(values: ServerProfileValues, caller: Caller): Promise<string | null> {
    const file = await chosenCa(values, caller);
    if (file) return (await readCertificate(file)).toString('utf8');
    if (values.caFile === 'none' || values.id === null) return null;
    const saved = profiles.find(values.id);
    return saved.kind === 'server' ? profiles.caText(saved) : null;
  }

  /** The profile in use is another one now, or looks different: nobody stays signed in to what it was. */
  async function startAnew(): Promise<void> {
    await session.signOut();
    await live.restart();
  }

  return {
    state: () => live.state(),
    profiles: () => profiles.list(),
    async test(profile, caller) {
      if ('kind' in profile) return options.diagnose({ ...profile, ca: await caOfForm(profile, caller) });
      const saved: ConnectionProfile = profiles.find(profile.id);
      if (saved.kind === 'embedded') return options.diagnoseEmbedded();
      return options.diagnose({ ...saved, ca: profiles.caText(saved) });
    },
    async save(values, caller) {
      const saved = await profiles.save(values, await chosenCa(values, caller));
      if (saved.inUse) await startAnew();
      return saved;
    },
    async use(id) {
      if (profiles.inUse().id !== id) {
        profiles.use(id);
        await startAnew();
      }
      return live.state();
    },
    async remove(id) {
      profiles.remove(id);
      return profiles.list();
    },
    retry: () => live.retry(),
  };
}
