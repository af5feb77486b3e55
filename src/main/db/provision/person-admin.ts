/**
 * The life of a person after their creation: memberships, suspension, locks, passwords, removal. Each call is one function of the
 * database, which checks the caller's own right (migrations/public, “person life cycle”); nothing is decided here. `client` is
 * whoever asks: a database administrator, the platform, a tenant's administrator or, for their own password, the person.
 */
import { randomBytes } from 'node:crypto';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { MemberState, TenantMember } from '@shared/wire/admin-people';
import { tenantFunctionSchema } from '@shared/wire/roles';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../migrate/client';
import { instantFromText } from '../types';
import { normaliseEmail, provisionError, verifierOf } from './person';

const STATES = ['active', 'suspended', 'locked', 'former', 'removed'] as const satisfies readonly MemberState[];

/** An instant as text of the database, in JSON or as a value, or as the Date of a client without our parsers; ISO 8601 in UTC. */
const instant = z.union([z.string().transform(instantFromText), z.date().transform((at) => at.toISOString())]);

const memberRow = z.object({
  id: z.uuid(),
  email: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  status: z.enum(STATES),
  home: z.boolean(),
  platform: z.boolean(),
  last_login: instant.nullable(),
  memberships: z.array(
    z.object({ function: tenantFunctionSchema, since: instant, expiresAt: instant.nullable(), reason: z.string().nullable() }),
  ),
});

/** Runs one statement; the database's refusal comes out as a coded error. */
async function ask<T>(client: AdminClient, row: z.ZodType<T>, text: string, values: unknown[]): Promise<T[]> {
  try {
    return await queryRows(client, row, text, values);
  } catch (error) {
    throw provisionError(error, { field: 'email', value: '' });
  }
}

const anything = z.object({});

/** Everybody who is or was a member of the tenant, by e-mail. ROLE_FORBIDS unless the caller administers it. */
export async function listPeople(client: AdminClient, tenantId: string): Promise<TenantMember[]> {
  const text = `SELECT id::text AS id, email, first_name, last_name, status, home, platform, last_login, memberships
    FROM public.tenant_people($1::uuid)`;
  const rows = await ask(client, memberRow, text, [tenantId]);
  return rows.map(({ first_name: firstName, last_name: lastName, last_login: lastLogin, ...row }) => ({
    ...row,
    firstName,
    lastName,
    lastLogin,
  }));
}

/**
 * The id of the person with this e-mail, for an administrator of the tenant; of the platform where `tenantId` is null.
 * @throws CodedError INPUT_INVALID, NOT_FOUND, ROLE_FORBIDS
 */
export async function findPersonId(client: AdminClient, tenantId: string | null, email: string): Promise<string> {
  const address = normaliseEmail(email);
  const row = z.object({ id: z.string().nullable() });
  const [found] = await ask(client, row, 'SELECT public.person_by_email($1::uuid, $2)::text AS id', [tenantId, address]);
  if (!found?.id) throw new CodedError('NOT_FOUND', { what: `No person is called ${address}` });
  return found.id;
}

export interface NewMembership {
  readonly personId: string;
  readonly tenantId: string;
  readonly function: TenantFunction;
  /** ISO 8601; null: until it is revoked. Somebody of the platform gets at most 31 days. */
  readonly expiresAt?: string | null;
  /** Why; needed for somebody of the platform. */
  readonly reason?: string | null;
}

/**
 * Grants a function, or changes end and reason of one that is held.
 * @throws CodedError ROLE_FORBIDS (also: to oneself), NOT_FOUND, VALUE_REFUSED (the end), REASON_REQUIRED, LICENCE_LIMIT,
 * LAST_ADMINISTRATOR (an end for the only one)
 */
export async function grantMembership(client: AdminClient, membership: NewMembership): Promise<void> {
  const { personId, tenantId, expiresAt = null, reason = null } = membership;
  await ask(client, anything, 'SELECT public.grant_membership($1::uuid, $2::uuid, $3, $4::timestamptz, $5)', [
    personId,
    tenantId,
    membership.function,
    expiresAt,
    reason,
  ]);
}

/** Ends it at once, with the person's open connections. @throws CodedError ROLE_FORBIDS, NOT_FOUND, LAST_ADMINISTRATOR */
export async function revokeMembership(
  client: AdminClient,
  membership: Pick<NewMembership, 'personId' | 'tenantId' | 'function'>,
): Promise<void> {
  await ask(client, anything, 'SELECT public.revoke_membership($1::uuid, $2::uuid, $3)', [
    membership.personId,
    membership.tenantId,
    membership.function,
  ]);
}

const CHANGES = {
  suspend: 'SELECT public.suspend_person($1::uuid)',
  resume: 'SELECT public.resume_person($1::uuid)',
  unlock: 'SELECT public.unlock_person($1::uuid)',
  remove: 'SELECT public.remove_person($1::uuid)',
} as const;
export type PersonChange = keyof typeof CHANGES;

/**
 * Suspends, resumes, unlocks or removes somebody else. Removing is for good; the name stays in the history, and creating the
 * same e-mail again brings the person back under the same id.
 * @throws CodedError ROLE_FORBIDS, NOT_FOUND, LAST_ADMINISTRATOR
 */
export async function changePerson(client: AdminClient, change: PersonChange, personId: string): Promise<void> {
  await ask(client, anything, CHANGES[change], [personId]);
}

/**
 * A new password for somebody else; lifts a lock and ends their connections. Only a verifier leaves this process.
 * @throws CodedError INPUT_INVALID (the password), ROLE_FORBIDS (also: the person works for tenants of others), NOT_FOUND
 */
export async function resetPassword(
  client: AdminClient,
  personId: string,
  password: string,
  salt: () => Uint8Array = () => randomBytes(16),
): Promise<void> {
  await ask(client, anything, 'SELECT public.reset_password($1::uuid, $2)', [personId, verifierOf({ password }, salt)]);
}

/** The caller's own new password; their other connections end. @throws CodedError INPUT_INVALID, ROLE_FORBIDS (nobody acts) */
export async function changeMyPassword(
  client: AdminClient,
  password: string,
  salt: () => Uint8Array = () => randomBytes(16),
): Promise<void> {
  await ask(client, anything, 'SELECT public.change_my_password($1)', [verifierOf({ password }, salt)]);
}

/** A wrong password for this address, told by whoever checks passwords. True: the person is locked. */
export async function noteFailedSignIn(client: AdminClient, email: string): Promise<boolean> {
  const row = z.object({ locked: z.boolean().nullable() });
  const [answer] = await ask(client, row, 'SELECT public.note_failed_sign_in($1) AS locked', [email]);
  return answer?.locked === true;
}
