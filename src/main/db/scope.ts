/**
 * The scope of a transaction: who acts, in which tenant, as which function. `openingSql` is the whole of it in one message; it
 * sets nothing but LOCAL settings, so nothing outlives the transaction (PgBouncer and the embedded server share sessions).
 */
import { CodedError } from '@shared/errors';
import { isTenantFunction, type TenantFunction, tenantRole, tenantSchema } from '@shared/roles';
import pg from 'pg';

export interface PersonScope {
  /** The signed-in person, or null before anybody has signed in. Trusted by the database only over an administrator's login. */
  readonly personId: string | null;
  /** Who speaks, for the trail: `workstation/0.1.0 <device>` or `kompl/0.1.0 <host>`. */
  readonly source: string;
  readonly opId?: string;
  readonly reason?: string;
  /** READ ONLY transaction; its result is given back while the COMMIT is still under way. */
  readonly readOnly?: boolean;
  /** What is read may be a moment old, as long as the person's own writes are in it: a standby may answer. Only with `readOnly`. */
  readonly lagging?: boolean;
}

export interface TenantScope extends PersonScope {
  readonly tenantId: string;
  /** The database role the transaction takes on. */
  readonly function: TenantFunction;
  readonly personId: string;
}

export interface TransactionLimits {
  /** One statement at most, milliseconds. The usual limit is that of persons' logins in the database. */
  readonly statementMs: number;
  /** Waiting for a lock at most, milliseconds. */
  readonly lockMs: number;
  /** Between two statements at most, milliseconds. */
  readonly idleMs: number;
  /** Longest silence of the server before its connection counts as lost, milliseconds; more than a statement may take. */
  readonly silenceMs: number;
}

export const DEFAULT_LIMITS: TransactionLimits = { statementMs: 30_000, lockMs: 10_000, idleMs: 60_000, silenceMs: 35_000 };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_TEXT = 2_000;

function uuid(value: string, what: string): string {
  if (!UUID.test(value)) throw new CodedError('INPUT_INVALID', { field: what });
  return value;
}

/** A setting holds no NUL; anything else is quoted. */
function freeText(value: string, what: string): string {
  if (value.length > MAX_TEXT || value.includes('\0')) throw new CodedError('INPUT_INVALID', { field: what });
  return value;
}

function isTenantScope(scope: PersonScope | TenantScope): scope is TenantScope {
  return 'tenantId' in scope;
}

/** Whose login the connection is: a person's own proves who they are; any other may name the person they act for. */
export type LoginKind = 'own' | 'acting';

/** Persons' logins are named so, and the database asks no setting who they are (`public.current_person`). */
export function loginKind(user: string): LoginKind {
  return /^u_[0-9a-f]{32}$/.test(user) ? 'own' : 'acting';
}

/**
 * `BEGIN` and every setting of the scope, LOCAL, as one simple-protocol message of utility statements (measured: a third cheaper
 * than one SELECT of set_config calls). Values are validated and quoted as literals; throws INPUT_INVALID for what is not an id,
 * a function or a plain text. A reader takes no locks worth waiting for, fires no trigger and leaves nothing behind that names
 * the tenant, so it gets fewer settings (each costs some 3 % of a read by key): what guards it is role and search path alone.
 */
export function openingSql(
  scope: PersonScope | TenantScope,
  limits: TransactionLimits = DEFAULT_LIMITS,
  login: LoginKind = 'acting',
): string {
  const sets: string[] = [];
  const set = (name: string, value: string) => sets.push(`SET LOCAL ${name} TO ${pg.escapeLiteral(value).trimStart()}`);
  const writes = !scope.readOnly;
  if (isTenantScope(scope)) {
    const tenantId = uuid(scope.tenantId, 'tenantId');
    if (!isTenantFunction(scope.function)) throw new CodedError('INPUT_INVALID', { field: 'function' });
    sets.push(`SET LOCAL ROLE ${tenantRole(tenantId, scope.function)}`);
    sets.push(`SET LOCAL search_path TO ${tenantSchema(tenantId)}, public, pg_temp`);
    if (writes) set('app.tenant_id', tenantId);
  } else {
    sets.push('SET LOCAL search_path TO public, pg_temp');
  }
  const personId = scope.personId === null ? null : uuid(scope.personId, 'personId');
  if (personId !== null && (writes || login === 'acting')) set('app.person', personId);
  const source = freeText(scope.source, 'source');
  const reason = freeText(scope.reason ?? '', 'reason');
  const opId = scope.opId === undefined ? '' : uuid(scope.opId, 'opId');
  if (writes) {
    set('app.source', source);
    if (opId !== '') set('app.op_id', opId);
    if (reason !== '') set('app.reason', reason);
    set('lock_timeout', String(limits.lockMs));
    set('idle_in_transaction_session_timeout', String(limits.idleMs));
  }
  // A person's login brings the usual limit with it (public/0160).
  if (login === 'acting' || limits.statementMs !== DEFAULT_LIMITS.statementMs)
    set('statement_timeout', String(limits.statementMs));
  return `BEGIN${writes ? '' : ' READ ONLY'}; ${sets.join('; ')}`;
}
