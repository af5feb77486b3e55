/**
 * Proves who somebody is. On a server, PostgreSQL itself does, by the person's own login; on this laptop, we check the same
 * kind of verifier. Either way a wrong password and an unknown person are told in the same words and take the same time, and
 * that somebody is suspended is told only after the right password.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { LiveConnection } from '../connections/live';
import type { Database } from '../db/database';
import { codeOf } from '../db/errors';
import { dbRoleOf, noteFailedSignIn, scramVerifier, verifyScram } from '../db/provision';
import { type WorkspaceRow, workspaceRowSchema } from './workspaces';

export interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A member of `kompl_platform`. */
  readonly platform: boolean;
}

export type PersonRef = Pick<PersonRow, 'id' | 'email'>;

export interface Identified {
  readonly database: Database;
  readonly person: PersonRow;
  readonly workspaces: readonly WorkspaceRow[];
}

export interface IdentityOptions {
  readonly connection: Pick<LiveConnection, 'embedded' | 'signIn'>;
  readonly embedded: () => boolean;
  /** Who speaks, for the trail. */
  readonly source: string;
}

const candidateSchema = z.object({ id: z.uuid(), password_hash: z.string().nullable(), status: z.string().nullable() });
const meSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  status: z.string().nullable(),
});

/** What an unknown person's password is measured against: a verifier that no password fits. */
const NOBODY = scramVerifier('no password fits this one', { salt: Buffer.alloc(16, 7) }).replace(
  /[^:]+$/,
  `${Buffer.alloc(32).toString('base64')}`,
);

/** SIGN_IN_REFUSED, PERSON_SUSPENDED, or why the server cannot be asked. The caller closes a server's database when done. */
export async function identify(email: string, password: string, options: IdentityOptions): Promise<Identified> {
  const { connection, source } = options;
  if (options.embedded()) {
    const database = await connection.embedded();
    const personId = await checkVerifier(database, email, password, source);
    return read(database, personId, source);
  }
  const database = await openAs(email, password, connection);
  try {
    return await read(database, null, source);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Proves the password of somebody who is signed in once more, before it is changed: at the verifier on this laptop, by a sign-in
 * of its own on a server. SIGN_IN_REFUSED where it is wrong.
 */
export async function provePassword(person: PersonRef, password: string, options: IdentityOptions): Promise<void> {
  if (options.embedded()) {
    const database = await options.connection.embedded();
    await checkVerifier(database, person.email, password, options.source);
    return;
  }
  const database = await openAs(person.email, password, options.connection);
  await database.close();
}

/** The tenants of a person as they are now; used again before each switch. */
export function readWorkspaces(database: Database, personId: string, source: string): Promise<readonly WorkspaceRow[]> {
  return database.withPerson({ personId, source, readOnly: true }, async (tx) => {
    const { rows } = await tx.query('SELECT * FROM public.my_workspaces()');
    return z.array(workspaceRowSchema).parse(rows);
  });
}

async function checkVerifier(database: Database, email: string, password: string, source: string): Promise<string> {
  const found = await database.withPerson({ personId: null, source, readOnly: true }, async (tx) => {
    const { rows } = await tx.query('SELECT id, password_hash, status FROM public.person_for_sign_in($1)', [
      email.trim().toLowerCase(),
    ]);
    return z.array(candidateSchema).parse(rows)[0];
  });
  const right = verifyScram(password, found?.password_hash ?? NOBODY);
  if (!right) {
    // Whoever checks passwords also counts; for an unknown address too, so that it takes as long.
    await database.withPerson({ personId: null, source }, (tx) => noteFailedSignIn(tx, email.trim().toLowerCase()));
  }
  if (!found?.password_hash || !right) throw new CodedError('SIGN_IN_REFUSED');
  if (found.status === 'locked') throw new CodedError('PERSON_LOCKED');
  if (found.status !== 'active') throw new CodedError('PERSON_SUSPENDED');
  return found.id;
}

/** Opens the person's own pool. The login is computed from the e-mail, so nothing has to be looked up. */
export async function openAs(email: string, password: string, connection: IdentityOptions['connection']): Promise<Database> {
  const database = await connection.signIn({ user: dbRoleOf(email), password });
  try {
    await database.ready();
    return database;
  } catch (error) {
    const refused = error instanceof CodedError && error.code === 'SIGN_IN_REFUSED';
    const reason = refused ? await whyRefused(database) : error;
    await database.close();
    throw reason;
  }
}

/**
 * Asks once more, over a connection of its own, to see where the server refused. PostgreSQL checks the password first and then
 * whether the login may be used; only the second refusal (28000 from InitializeSessionUserId) means a suspended person. All
 * others get one answer without any detail, for a detail could tell an unknown person from a wrong password.
 */
async function whyRefused(database: Database): Promise<unknown> {
  try {
    await (await database.connectAdmin()).end();
    return new CodedError('SERVER_CLOSED');
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'SIGN_IN_REFUSED') return error;
    const { cause } = error;
    const routine = cause instanceof Error && 'routine' in cause ? cause.routine : '';
    const suspended = codeOf(cause) === '28000' && routine === 'InitializeSessionUserId';
    return new CodedError(suspended ? 'PERSON_SUSPENDED' : 'SIGN_IN_REFUSED');
  }
}

/** Who it is and where they may work; the sign-in itself is noted in the same transaction. */
async function read(database: Database, personId: string | null, source: string): Promise<Identified> {
  return database.withPerson({ personId, source }, async (tx) => {
    const [me, workspaces, right] = await Promise.all([
      tx.query('SELECT id, email, first_name, last_name, status FROM public.me()'),
      tx.query('SELECT * FROM public.my_workspaces()'),
      tx.query('SELECT public.administers_platform() AS platform'),
      tx.query('SELECT public.note_sign_in()'),
    ]);
    const row = z.array(meSchema).parse(me.rows)[0];
    if (!row) throw new CodedError('SIGN_IN_REFUSED');
    if (row.status !== 'active') throw new CodedError('PERSON_SUSPENDED');
    const platform = z.array(z.object({ platform: z.boolean() })).parse(right.rows)[0]?.platform === true;
    return {
      database,
      person: { id: row.id, email: row.email, firstName: row.first_name, lastName: row.last_name, platform },
      workspaces: z.array(workspaceRowSchema).parse(workspaces.rows),
    };
  });
}
