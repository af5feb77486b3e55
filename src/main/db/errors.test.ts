/** Codes come from SQLSTATE and system codes; messages and values never get through. */
import { CodedError } from '@shared/errors';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { expect, test } from 'vitest';
import { codeOf, fromClient, meansOffline, retryable, toCodedError } from './errors';

function database(code: string, more: Partial<pg.DatabaseError> = {}): pg.DatabaseError {
  const error = new pg.DatabaseError('geheimer Wert »42«', 10, 'error');
  return Object.assign(error, { code, ...more });
}

test.each([
  ['28P01', 'SIGN_IN_REFUSED'],
  ['28000', 'SIGN_IN_REFUSED'],
  ['42501', 'ROLE_FORBIDS'],
  ['23505', 'DUPLICATE'],
  ['23503', 'REFERENCE_MISSING'],
  ['23001', 'STILL_REFERENCED'],
  ['23514', 'VALUE_REFUSED'],
  ['23502', 'VALUE_REFUSED'],
  ['22P02', 'VALUE_REFUSED'],
  ['22001', 'VALUE_REFUSED'],
  ['57014', 'SERVER_TIMEOUT'],
  ['08006', 'SERVER_CLOSED'],
  ['57P01', 'SERVER_CLOSED'],
  ['57P03', 'SERVER_UNREACHABLE'],
  ['53300', 'SERVER_BUSY'],
  ['53100', 'DISK_FULL'],
  ['3D000', 'DATABASE_MISSING'],
  ['42P01', 'SCHEMA_OLDER'],
  ['P0002', 'NOT_FOUND'],
  ['KP001', 'STATE_FORBIDS'],
  ['XX000', 'INTERNAL'],
])('SQLSTATE %s is %s', (state, code) => {
  const coded = toCodedError(database(state, { table: 'controls', column: 'ref', constraint: 'controls_ref_key' }));
  expect(coded).toMatchObject({ code, message: code });
  expect(coded.details).toEqual({ sqlState: state, table: 'controls', column: 'ref', constraint: 'controls_ref_key' });
  expect(JSON.stringify(coded.toData())).not.toContain('geheim');
});

test.each([
  ['ENOTFOUND', 'HOST_UNKNOWN'],
  ['ECONNREFUSED', 'SERVER_UNREACHABLE'],
  ['ECONNRESET', 'SERVER_CLOSED'],
  ['ETIMEDOUT', 'SERVER_TIMEOUT'],
  ['CERT_HAS_EXPIRED', 'TLS_UNTRUSTED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_NAME_MISMATCH'],
])('system code %s is %s', (system, code) => {
  expect(toCodedError(Object.assign(new Error('text'), { code: system })).code).toBe(code);
  expect(toCodedError(new Error('outer', { cause: Object.assign(new Error('text'), { code: system }) })).code).toBe(code);
});

test('context decides what the code alone cannot', () => {
  expect(toCodedError(database('23503'), { removing: true }).code).toBe('STILL_REFERENCED');
  expect(toCodedError(database('25006')).code).toBe('SERVER_UNREACHABLE');
  expect(toCodedError(database('25006'), { readOnly: true }).code).toBe('INTERNAL');
});

test('drizzle’s wrapping is taken off, a coded error stays itself', () => {
  const coded = new CodedError('CONFLICT');
  expect(toCodedError(new DrizzleQueryError('select 1', [], coded))).toBe(coded);
  expect(toCodedError(new DrizzleQueryError('select 1', [], database('23505'))).code).toBe('DUPLICATE');
});

test('several refused addresses are one refusal', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  expect(toCodedError(new AggregateError([refused, refused])).code).toBe('SERVER_UNREACHABLE');
});

test('a client’s error without a code is its lost connection; a mistake in the arguments is not', () => {
  expect(fromClient(new Error('Connection terminated unexpectedly')).code).toBe('SERVER_CLOSED');
  expect(fromClient(new TypeError('bad')).code).toBe('INTERNAL');
  expect(toCodedError(new Error('whatever')).code).toBe('INTERNAL');
  expect(toCodedError('a text').code).toBe('INTERNAL');
});

test('only serialization failures and deadlocks can be retried', () => {
  expect(retryable(toCodedError(database('40001')))).toBe(true);
  expect(retryable(database('40P01'))).toBe(true);
  expect(retryable(toCodedError(database('23505')))).toBe(false);
  expect(codeOf(toCodedError(database('40001')))).toBe('40001');
  expect(meansOffline(toCodedError(database('57P01')))).toBe(true);
  expect(meansOffline(toCodedError(database('57014')))).toBe(false);
});
