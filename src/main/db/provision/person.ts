/** Persons: their e-mail, their database role, their creation. The rights to do so are checked by the database. */
import { createHash, randomBytes } from 'node:crypto';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { tenantFunctionSchema } from '@shared/wire/roles';
import { z } from 'zod';
import { GUARD_CODES } from '../errors';
import { type AdminClient, queryRows, sqlState } from '../migrate/client';
import { checkNewPassword, isScramVerifier, scramVerifier } from './scram';

const emailSchema = z.email().max(255);

/**
 * The e-mail in lower case, ASCII only, so that every party computes the same role from it.
 * @throws CodedError INPUT_INVALID with a fault at `email`
 */
export function normaliseEmail(email: string): string {
  const parsed = emailSchema.safeParse(email.trim().toLowerCase());
  if (parsed.success) return parsed.data;
  const message = 'an e-mail address such as name@example.org';
  throw new CodedError('INPUT_INVALID', { field: 'email' }, { faults: [{ path: 'email', message }] });
}

/** `u_` and 32 hex digits: the role the person signs in to PostgreSQL with. Needs no look-up. */
export function dbRoleOf(email: string): string {
  return `u_${createHash('sha256').update(email.trim().toLowerCase(), 'utf8').digest('hex').slice(0, 32)}`;
}

export interface NewPerson {
  readonly email: string;
  /** Either the password, of which only a verifier leaves this process, or the verifier itself. */
  readonly password?: string;
  readonly verifier?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** The home tenant; null only for a person of the platform. */
  readonly tenantId: string | null;
  readonly function: TenantFunction;
}

export interface CreatedPerson {
  readonly id: string;
  readonly email: string;
  readonly dbRole: string;
}

const createdRow = z.object({ id: z.string(), db_role: z.string() });

/**
 * Creates the person, the login and the membership, all or nothing. `client` is whoever may do so: a database administrator,
 * the platform, or an administrator of that tenant with their own login.
 * @throws CodedError INPUT_INVALID, DUPLICATE (the e-mail is taken), NOT_FOUND (the tenant), ROLE_FORBIDS
 */
export async function createPerson(
  client: AdminClient,
  person: NewPerson,
  salt: () => Uint8Array = () => randomBytes(16),
): Promise<CreatedPerson> {
  const email = normaliseEmail(person.email);
  const fn = tenantFunctionSchema.parse(person.function);
  const verifier = verifierOf(person, salt);
  try {
    const [row] = await queryRows(
      client,
      createdRow,
      'SELECT id::text AS id, db_role FROM public.create_person($1, $2, $3, $4, $5::uuid, $6)',
      [email, verifier, person.firstName ?? null, person.lastName ?? null, person.tenantId, fn],
    );
    if (!row) throw new CodedError('INTERNAL', { reference: 'create_person' });
    return { id: row.id, email, dbRole: row.db_role };
  } catch (error) {
    throw provisionError(error, { field: 'email', value: email });
  }
}

/** The verifier of a new password, made here; or the one that was given. INPUT_INVALID where neither will do. */
export function verifierOf(person: Pick<NewPerson, 'password' | 'verifier'>, salt: () => Uint8Array): string {
  if (person.password !== undefined) {
    checkNewPassword(person.password);
    return scramVerifier(person.password, { salt: salt() });
  }
  if (person.verifier === undefined || !isScramVerifier(person.verifier)) {
    const message = 'a SCRAM-SHA-256 verifier or a password';
    throw new CodedError('INPUT_INVALID', { field: 'verifier' }, { faults: [{ path: 'verifier', message }] });
  }
  return person.verifier;
}

/** The database's refusal as a coded error; anything unforeseen passes unchanged. */
export function provisionError(error: unknown, unique: { readonly field: string; readonly value: string }): unknown {
  // Over a pooled transaction it is coded already, and only lacks what was asked for.
  if (error instanceof CodedError) {
    const named = error.code === 'DUPLICATE' && error.details.field === undefined && unique.value !== '';
    return named ? new CodedError('DUPLICATE', { ...unique }, { cause: error }) : error;
  }
  switch (sqlState(error)) {
    case '23505':
    case '42710':
      return new CodedError('DUPLICATE', { field: unique.field, value: unique.value }, { cause: error });
    case '42501':
      return new CodedError('ROLE_FORBIDS', {}, { cause: error });
    case 'P0002':
    case '23503':
      return new CodedError('NOT_FOUND', {}, { cause: error });
    case '22023':
    case '23514':
    case '22001':
      return new CodedError('VALUE_REFUSED', {}, { cause: error });
    case 'KP006':
      return new CodedError('REASON_REQUIRED', {}, { cause: error });
    case '55000':
      return guardError(error);
    default:
      return error;
  }
}

/** What the state of things forbids, by the name that our functions give as the constraint's. */
function guardError(error: unknown): unknown {
  const guard = error instanceof Error && 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
  const code = GUARD_CODES[guard];
  if (code === undefined) return error;
  return new CodedError(code, code === 'LICENCE_LIMIT' ? { limit: guard } : {}, { cause: error });
}
