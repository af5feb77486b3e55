/** Notes in a tenant's trail that somebody opened it in the workstation, and that they left. As well as can be. */
import type { SessionState } from '@shared/ipc';
import type { Database } from '../db/database';
import type { Logger } from '../platform/logger';
import { asWellAsCanBe, type JournalPerson, noteVisit } from './journal';

export interface VisitOptions {
  /** The database of the session; throws where nobody is signed in. */
  readonly database: () => Pick<Database, 'withTenant'>;
  readonly source: string;
  /** Waits for what the trail is being told meanwhile. */
  readonly told: () => Promise<void>;
  readonly log: Logger;
}

export interface Visits {
  /** The session has changed. */
  follow(state: SessionState): void;
  /** The person leaves; to be waited for while the connection is still there. */
  end(): Promise<void>;
}

/** Nobody waits longer than this to be signed out. */
const LEAVE_MS = 1_500;

export function createVisits({ database, source, told, log }: VisitOptions): Visits {
  let here: { readonly person: JournalPerson; readonly database: Pick<Database, 'withTenant'> } | null = null;

  async function leave(): Promise<void> {
    const former = here;
    here = null;
    if (former) await asWellAsCanBe(noteVisit(former.database, former.person, source, 'sign_out'), log, 'leaving');
  }

  return {
    follow({ person, workspace }) {
      const now =
        person && workspace ? { personId: person.id, tenantId: workspace.tenantId, functions: workspace.functions } : null;
      if (here?.person.personId === now?.personId && here?.person.tenantId === now?.tenantId) return;
      // Signed out: the connection is closing; `end` has told the trail where there was time for it.
      if (now === null) here = null;
      else {
        void leave();
        const open = database();
        here = { person: now, database: open };
        void asWellAsCanBe(noteVisit(open, now, source, 'sign_in'), log, 'opening');
      }
    },
    async end() {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LEAVE_MS);
      });
      await Promise.race([Promise.all([leave(), told()]), enough]);
      clearTimeout(timer);
    },
  };
}
