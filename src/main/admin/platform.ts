/**
 * Administrators of the platform: persons whose login is a member of `kompl_platform`. They make, suspend and end tenants, and
 * reach no tenant's records without a membership. Only a database administrator makes and unmakes them.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { Database } from '../db/database';
import { type AdminClient, asOwner, queryRows } from '../db/migrate/client';
import { normaliseEmail } from '../db/provision';
import { ownerRunner, settled } from './runner';

export interface PlatformPerson {
  readonly id: string;
  readonly email: string;
}

const personRow = z.object({ id: z.string(), role: z.string() });

async function find(client: AdminClient, email: string): Promise<z.infer<typeof personRow>> {
  const [found] = await queryRows(
    client,
    personRow,
    'SELECT id::text AS id, db_role AS role FROM public.person_for_sign_in($1)',
    [email],
  );
  if (!found) throw new CodedError('NOT_FOUND', { what: `No person is called ${email}` });
  return found;
}

/** Makes the person an administrator of the platform; nothing happens where they are one. Over a database administrator's login. */
export function grantPlatform(database: Database, email: string, source: string): Promise<PlatformPerson> {
  return change(database, normaliseEmail(email), source, 'grant');
}

/** Takes it back; their memberships stay. */
export function revokePlatform(database: Database, email: string, source: string): Promise<PlatformPerson> {
  return change(database, normaliseEmail(email), source, 'revoke');
}

function change(database: Database, email: string, source: string, what: 'grant' | 'revoke'): Promise<PlatformPerson> {
  return settled(ownerRunner(database, { personId: null, source }), async (client) => {
    const { id, role } = await find(client, email);
    // The name is u_ and 32 hex digits; the login that made kompl_platform may grant it, the owner of the schema need not.
    if (!/^u_[0-9a-f]{32}$/.test(role)) throw new CodedError('INTERNAL', { reference: 'db_role' });
    await client.query(what === 'grant' ? `GRANT kompl_platform TO ${role}` : `REVOKE kompl_platform FROM ${role}`);
    await client.query('SET LOCAL ROLE kompl_owner');
    await client.query("SELECT private.log_event($1, 'users', $2::uuid, NULL, NULL, NULL)", [`platform.${what}`, id]);
    return { id, email };
  });
}

/** As `grantPlatform` in a transaction of its own on a client that stays open; for the demonstration. */
export async function grantPlatformBy(client: AdminClient, email: string): Promise<void> {
  const { id, role } = await find(client, email);
  if (!/^u_[0-9a-f]{32}$/.test(role)) throw new CodedError('INTERNAL', { reference: 'db_role' });
  const member = z.object({ member: z.boolean() });
  const [there] = await queryRows(client, member, "SELECT pg_has_role($1, 'kompl_platform', 'MEMBER') AS member", [role]);
  if (there?.member) return;
  await client.query(`GRANT kompl_platform TO ${role}`);
  await asOwner(client, () =>
    client.query("SELECT private.log_event('platform.grant', 'users', $1::uuid, NULL, NULL, NULL)", [id]),
  );
}
