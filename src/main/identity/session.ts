/**
 * The session: who is signed in, in which tenant, and everything that ends with it. One thing at a time: signing in, switching
 * and signing out wait for each other. Each of them begins a new epoch, by which every call in flight is known to be of before.
 */
import { CodedError, type CodedErrorData } from '@shared/errors';
import type { SessionState, SignedInPerson } from '@shared/ipc';
import type { ChangePasswordInput } from '@shared/wire/admin-people';
import type { SignInInput } from '@shared/wire/session';
import type { LiveConnection } from '../connections/live';
import type { Database } from '../db/database';
import { changeMyPassword, checkNewPassword } from '../db/provision';
import { readOnlyDatabase } from '../db/standing';
import type { KeyRing } from '../evidence/vault-keys';
import type { Logger } from '../platform/logger';
import type { SettingsStore } from '../settings/settings';
import {
  type Identified,
  type IdentityOptions,
  identify,
  openAs,
  type PersonRow,
  provePassword,
  readWorkspaces,
} from './sign-in';
import type { Throttle } from './throttle';
import { chooseTenant, refusalOf, toWorkspace, type WorkspaceRow } from './workspaces';

export interface SessionOptions extends IdentityOptions {
  readonly connection: LiveConnection;
  readonly throttle: Throttle;
  readonly settings: SettingsStore;
  readonly unlock: (personId: string, password: string) => Promise<KeyRing>;
  /** How the database stands to this program, for a person in a tenant or in none; null where they fit. */
  readonly standing: (database: Database, personId: string, tenantId: string | null) => Promise<CodedErrorData | null>;
  /** The calendar date where the person sits. */
  readonly today: () => string;
  readonly onState: (state: SessionState) => void;
  /** Something of the former tenant may be left: grants, previews, clipboard. Called before the new state is told. */
  readonly onLeave: () => void;
  readonly log: Logger;
}

/** What a service needs of the session. */
export interface OpenSession {
  readonly database: Database;
  readonly personId: string;
  /** VAULT_LOCKED while the keys are not there. */
  readonly keys: () => Promise<KeyRing>;
}

export interface Session {
  state(): SessionState;
  epoch(): number;
  /** NOT_SIGNED_IN unless somebody is. */
  open(): OpenSession;
  signIn(input: SignInInput): Promise<SessionState>;
  signOut(): Promise<SessionState>;
  switchTenant(tenantId: string): Promise<SessionState>;
  /**
   * Another password for the signed-in person: in the database, for this connection and for the keys of the vault here.
   * SIGN_IN_REFUSED where the present one is wrong, SIGN_IN_SLOWED after too many tries, INPUT_INVALID where the new one will not do.
   */
  changePassword(input: ChangePasswordInput): Promise<SessionState>;
}

interface Current extends OpenSession {
  readonly person: SignedInPerson;
  readonly rows: readonly WorkspaceRow[];
  /** Null where an administrator of the platform has no tenant to be in. */
  readonly tenantId: string | null;
  readonly readOnly: CodedErrorData | null;
}

const NOBODY: SessionState = { person: null, workspace: null, workspaces: [] };

export function createSession(options: SessionOptions): Session {
  const { connection, settings, source, log } = options;
  let current: Current | null = null;
  let epoch = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** Runs after whatever runs now, whether that went well or not. */
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  function state(): SessionState {
    if (!current) return NOBODY;
    const today = options.today();
    const workspaces = current.rows.map((row) => toWorkspace(row, today));
    return {
      person: current.person,
      workspace: workspaces.find((workspace) => workspace.tenantId === current?.tenantId) ?? null,
      workspaces,
      readOnly: current.readOnly,
    };
  }

  function enter(next: Current | null): SessionState {
    epoch += 1;
    options.onLeave();
    current = next;
    const now = state();
    options.onState(now);
    return now;
  }

  function remember(personId: string, tenantId: string): void {
    try {
      settings.update((stored) => ({ ...stored, lastTenant: { ...stored.lastTenant, [personId]: tenantId } }));
    } catch (error) {
      // Only a convenience of the next sign-in; nobody is kept out for it.
      log.warn('the last tenant could not be noted', { error });
    }
  }

  async function leave(): Promise<void> {
    const former = current;
    if (!former) return;
    enter(null);
    former.keys().then(
      (ring) => ring.forget(),
      () => undefined,
    );
    await connection.release();
  }

  /** `check` is the brake's business: a wrong password counts, a server that is away does not. */
  async function judged<T>(email: string, check: () => Promise<T>): Promise<T> {
    const attempt = options.throttle.begin(email);
    try {
      const proven = await check();
      attempt.succeeded();
      return proven;
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'INTERNAL';
      if (code === 'PERSON_SUSPENDED' || code === 'PERSON_LOCKED') attempt.succeeded();
      else if (code !== 'SIGN_IN_REFUSED') attempt.withdrawn();
      log.info('sign-in refused', { code });
      throw error;
    }
  }

  const prove = ({ email, password }: SignInInput): Promise<Identified> =>
    judged(email, () => identify(email, password, options));

  /** The keys under the new password. What could not be sealed anew still opens with the former one (`evidence.unlock`). */
  async function sealedAnew(session: Current, newPassword: string): Promise<KeyRing> {
    try {
      const former = await session.keys();
      const ring = await former.rekey(newPassword);
      former.forget();
      return ring;
    } catch (error) {
      log.warn('the vault keys were not all sealed under the new password', { error });
      return options.unlock(session.personId, newPassword);
    }
  }

  /** A server's pool signs in with the password, so a new one takes its place. */
  async function reopened(session: Current, newPassword: string): Promise<Database> {
    if (session.database.embedded) return session.database;
    const database = await openAs(session.person.email, newPassword, connection);
    connection.adopt(database);
    await session.database.close();
    return database;
  }

  return {
    state,
    epoch: () => epoch,
    open() {
      if (!current) throw new CodedError('NOT_SIGNED_IN');
      const { database, readOnly } = current;
      return readOnly === null ? current : { ...current, database: readOnlyDatabase(database, readOnly) };
    },
    signIn: (input) =>
      exclusive(async () => {
        await leave();
        const { database, person, workspaces } = await prove(input);
        let tenantId: string | null;
        let readOnly: CodedErrorData | null;
        try {
          tenantId = tenantFor(person, workspaces, settings.get().lastTenant[person.id], options.today());
          readOnly = await options.standing(database, person.id, tenantId);
        } catch (error) {
          if (!database.embedded) await database.close();
          throw error;
        }
        const ring = options.unlock(person.id, input.password);
        // Whoever asks for the keys hears of a failure; nobody asking is no unhandled one.
        ring.catch(() => undefined);
        connection.adopt(database);
        if (tenantId !== null) remember(person.id, tenantId);
        log.info('signed in', { person: person.id, tenant: tenantId });
        const who = { personId: person.id, person: toPerson(person), keys: () => ring };
        return enter({ ...who, database, rows: workspaces, tenantId, readOnly });
      }),
    signOut: () =>
      exclusive(async () => {
        await leave();
        return state();
      }),
    changePassword: ({ currentPassword, newPassword }) =>
      exclusive(async () => {
        const session = current;
        if (!session) throw new CodedError('NOT_SIGNED_IN');
        checkNewPassword(newPassword);
        await judged(session.person.email, () => provePassword(session.person, currentPassword, options));
        await session.database.withPerson({ personId: session.personId, source }, (tx) => changeMyPassword(tx, newPassword));
        log.info('password changed', { person: session.personId });
        const ring = await sealedAnew(session, newPassword);
        try {
          const database = await reopened(session, newPassword);
          return enter({ ...session, database, keys: async () => ring });
        } catch (error) {
          // The change stands; the server is to be signed in to anew.
          ring.forget();
          await leave();
          throw error;
        }
      }),
    switchTenant: (tenantId) =>
      exclusive(async () => {
        if (!current) throw new CodedError('NOT_SIGNED_IN');
        const rows = await readWorkspaces(current.database, current.personId, source);
        const row = rows.find((each) => each.tenant_id === tenantId);
        if (!row) throw new CodedError('NO_MEMBERSHIP');
        const refusal = refusalOf(row, options.today());
        if (refusal) throw refusal;
        const readOnly = await options.standing(current.database, current.personId, tenantId);
        remember(current.personId, tenantId);
        return enter({ ...current, rows, tenantId, readOnly });
      }),
  };
}

/** The tenant to open; none for whoever administers the platform and has no tenant that is open to them. Throws as `chooseTenant`. */
function tenantFor(person: PersonRow, rows: readonly WorkspaceRow[], lastUsed: string | undefined, today: string): string | null {
  if (person.platform && !rows.some((row) => refusalOf(row, today) === null)) return null;
  return chooseTenant(rows, lastUsed, today);
}

function toPerson(row: PersonRow): SignedInPerson {
  const names = [row.firstName, row.lastName].filter((name): name is string => name !== null && name.trim() !== '');
  const displayName = names.length > 0 ? names.join(' ') : row.email;
  const letters = (names.length > 0 ? names : row.email.split(/[@._-]/)).slice(0, 2).map((part) => part.trim()[0] ?? '');
  return { id: row.id, email: row.email, displayName, initials: letters.join('').toUpperCase(), platform: row.platform };
}
