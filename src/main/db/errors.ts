/**
 * From what PostgreSQL, the network or TLS said to a coded error: by SQLSTATE and system code, never by message, for messages
 * are translated and change. Details are names of tables, columns and constraints, never values.
 */
import { CodedError, type ErrorCode, type ErrorDetails } from '@shared/errors';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';

/** SQLSTATEs that our own triggers and functions raise (class KP is free for users of PostgreSQL). */
export const OWN_SQLSTATES: Readonly<Record<string, ErrorCode>> = {
  KP001: 'STATE_FORBIDS',
  KP002: 'FIELD_FORBIDDEN',
  KP003: 'TENANT_SUSPENDED',
  KP004: 'LICENCE_EXPIRED',
  KP005: 'TRANSITION_REFUSED',
  KP006: 'REASON_REQUIRED',
  KP007: 'NOT_FOUND',
  KP008: 'ROLE_FORBIDS',
  KP009: 'CONFLICT',
  KP065: 'APPROVAL_MISSING',
  KP066: 'APPROVAL_OWN',
  KP067: 'CONTENT_CHANGED',
  KP090: 'TEAM_FORBIDS',
  KP091: 'FOUR_EYES',
  KP092: 'NOTES_OPEN',
  KP110: 'REPORT_FILES_MISSING',
  KP111: 'ACTIONS_OPEN',
  KP130: 'RETEST_DECIDES',
  KP131: 'FINDING_NOT_RESOLVED',
  KP132: 'DATE_AGREED',
  KP150: 'ASSESSMENT_CHANGED',
};

/** What the state of things forbids (55000) is told apart by the name our functions give as the constraint's. */
export const GUARD_CODES: Readonly<Record<string, ErrorCode>> = {
  deletion_none: 'DELETION_REFUSED',
  deletion_scheduled: 'DELETION_REFUSED',
  grace_period: 'DELETION_REFUSED',
  last_administrator: 'LAST_ADMINISTRATOR',
  legal_hold: 'DELETION_REFUSED',
  licence_ended: 'LICENCE_EXPIRED',
  licence_feature: 'LICENCE_LIMIT',
  licence_not_started: 'LICENCE_NOT_STARTED',
  licence_storage: 'LICENCE_LIMIT',
  licence_suspended: 'TENANT_SUSPENDED',
  licence_users: 'LICENCE_LIMIT',
  tenant_closed: 'TENANT_SUSPENDED',
  tenant_suspended: 'TENANT_SUSPENDED',
};

const BY_STATE: Readonly<Record<string, ErrorCode>> = {
  '23001': 'STILL_REFERENCED',
  '23503': 'REFERENCE_MISSING',
  '23505': 'DUPLICATE',
  '23P01': 'DUPLICATE',
  '25006': 'SERVER_UNREACHABLE',
  '25P03': 'SERVER_CLOSED',
  '28000': 'SIGN_IN_REFUSED',
  '28P01': 'SIGN_IN_REFUSED',
  '3D000': 'DATABASE_MISSING',
  '3F000': 'SCHEMA_MISSING',
  '40001': 'SERVER_BUSY',
  '40P01': 'SERVER_BUSY',
  '42501': 'ROLE_FORBIDS',
  '42703': 'SCHEMA_OLDER',
  '42883': 'SCHEMA_OLDER',
  '42P01': 'SCHEMA_OLDER',
  '53100': 'DISK_FULL',
  '53200': 'SERVER_BUSY',
  '53300': 'SERVER_BUSY',
  '55P03': 'SERVER_BUSY',
  '42710': 'DUPLICATE',
  '57014': 'SERVER_TIMEOUT',
  '57P01': 'SERVER_CLOSED',
  '57P02': 'SERVER_CLOSED',
  '57P03': 'SERVER_UNREACHABLE',
  '57P05': 'SERVER_CLOSED',
  P0002: 'NOT_FOUND',
};

const BY_CLASS: Readonly<Record<string, ErrorCode>> = {
  '08': 'SERVER_CLOSED',
  '22': 'VALUE_REFUSED',
  '23': 'VALUE_REFUSED',
};

const BY_SYSTEM_CODE: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'HOST_UNKNOWN',
  EAI_AGAIN: 'HOST_UNKNOWN',
  ECONNREFUSED: 'SERVER_UNREACHABLE',
  EHOSTUNREACH: 'SERVER_UNREACHABLE',
  EHOSTDOWN: 'SERVER_UNREACHABLE',
  ENETUNREACH: 'SERVER_UNREACHABLE',
  ENETDOWN: 'SERVER_UNREACHABLE',
  EADDRNOTAVAIL: 'SERVER_UNREACHABLE',
  ENOENT: 'SERVER_UNREACHABLE',
  ETIMEDOUT: 'SERVER_TIMEOUT',
  ECONNRESET: 'SERVER_CLOSED',
  ECONNABORTED: 'SERVER_CLOSED',
  EPIPE: 'SERVER_CLOSED',
  ERR_STREAM_DESTROYED: 'SERVER_CLOSED',
  ERR_STREAM_WRITE_AFTER_END: 'SERVER_CLOSED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_NAME_MISMATCH',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_UNTRUSTED',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS_UNTRUSTED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS_UNTRUSTED',
  CERT_UNTRUSTED: 'TLS_UNTRUSTED',
  CERT_REJECTED: 'TLS_UNTRUSTED',
  CERT_SIGNATURE_FAILURE: 'TLS_UNTRUSTED',
  CERT_CHAIN_TOO_LONG: 'TLS_UNTRUSTED',
  INVALID_CA: 'TLS_UNTRUSTED',
  INVALID_PURPOSE: 'TLS_UNTRUSTED',
  PATH_LENGTH_EXCEEDED: 'TLS_UNTRUSTED',
  CERT_HAS_EXPIRED: 'TLS_UNTRUSTED',
  CERT_NOT_YET_VALID: 'TLS_UNTRUSTED',
  CERT_REVOKED: 'TLS_UNTRUSTED',
  HOSTNAME_MISMATCH: 'TLS_NAME_MISMATCH',
  EPROTO: 'TLS_UNSUPPORTED',
};

/** What the caller knows and PostgreSQL's code does not say. */
export interface ErrorContext {
  /** The statement removed something: a foreign key then means that others still point there. */
  readonly removing?: boolean;
  /** The transaction was opened READ ONLY: a write in it is our mistake, not a server that became a replica. */
  readonly readOnly?: boolean;
}

/** SQLSTATE or system code of an error, its causes included; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth++) {
    if (!(current instanceof CodedError) && 'code' in current && typeof current.code === 'string') return current.code;
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

/** True where the same transaction may succeed when it is run again: serialization failure or deadlock. */
export function retryable(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** True where the error says that the server cannot be reached or has gone. */
export function meansOffline(error: CodedError): boolean {
  return error.code === 'SERVER_UNREACHABLE' || error.code === 'SERVER_CLOSED' || error.code === 'HOST_UNKNOWN';
}

function fromDatabase(error: pg.DatabaseError, context: ErrorContext): CodedError {
  const state = error.code ?? '';
  const details: Record<string, string> = { sqlState: state };
  if (error.table) details.table = error.table;
  if (error.column) details.column = error.column;
  if (error.constraint) details.constraint = error.constraint;
  let code = OWN_SQLSTATES[state] ?? BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)] ?? 'INTERNAL';
  if (state === '55000' && error.constraint) code = GUARD_CODES[error.constraint] ?? code;
  if (code === 'LICENCE_LIMIT' && error.constraint) details.limit = error.constraint;
  if (state === '23503' && context.removing) code = 'STILL_REFERENCED';
  if (state === '25006' && context.readOnly) code = 'INTERNAL';
  return new CodedError(code, details, { cause: error });
}

function tlsDetails(error: object): ErrorDetails {
  const details: Record<string, string | readonly string[]> = {};
  if ('code' in error && typeof error.code === 'string') details.reason = error.code;
  const certificate = 'cert' in error && typeof error.cert === 'object' && error.cert !== null ? error.cert : null;
  if (certificate && 'subjectaltname' in certificate && typeof certificate.subjectaltname === 'string') {
    details.names = certificate.subjectaltname.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  }
  return details;
}

/** The coded error for anything a database call threw. A CodedError stays as it is; what is unknown becomes INTERNAL. */
export function toCodedError(error: unknown, context: ErrorContext = {}): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof DrizzleQueryError) return toCodedError(error.cause, context);
  if (error instanceof pg.DatabaseError) return fromDatabase(error, context);
  // One name, several addresses, all refused: the first tells.
  if (error instanceof AggregateError) return toCodedError(error.errors[0], context);
  const system = codeOf(error);
  const code = system === undefined ? undefined : BY_SYSTEM_CODE[system];
  if (code?.startsWith('TLS_') && typeof error === 'object' && error !== null) {
    return new CodedError(code, tlsDetails(error), { cause: error });
  }
  if (code) return new CodedError(code, { system: system ?? '' }, { cause: error });
  return new CodedError('INTERNAL', {}, { cause: error });
}

/**
 * The coded error for a failed call on a client: like `toCodedError`, but an error without any code that is no mistake in the
 * arguments is the client's way to say that its connection ended.
 */
export function fromClient(error: unknown, context: ErrorContext = {}): CodedError {
  const coded = toCodedError(error, context);
  if (
    coded.code !== 'INTERNAL' ||
    error instanceof pg.DatabaseError ||
    error instanceof TypeError ||
    error instanceof RangeError
  ) {
    return coded;
  }
  return new CodedError('SERVER_CLOSED', {}, { cause: error });
}
