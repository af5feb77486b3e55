/** Which TLS a server may be reached with, and what instants look like. */
import { describe, expect, test } from 'vitest';
import { isThisMachine, type ServerTarget, type TlsMode, tlsOptions } from './target';
import { instantFromText, TYPE_PARSERS } from './types';

const target = (host: string, mode: TlsMode): ServerTarget => ({
  kind: 'server',
  host,
  port: 5432,
  database: 'd',
  user: 'u',
  password: 'p',
  tls: { mode },
});

test('only loopback and sockets are this machine', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '/var/run/postgresql'])
    expect(isThisMachine(host)).toBe(true);
  for (const host of ['10.0.0.1', 'localhost.example.org', '127.0.0.1.example.org', '0.0.0.0', '::', 'db']) {
    expect(isThisMachine(host)).toBe(false);
  }
});

describe('modes', () => {
  test.each(['disable', 'require', 'verify-ca'] as const)('%s is for this machine only', async (mode) => {
    await expect(tlsOptions(target('db.example.org', mode))).rejects.toMatchObject({ code: 'TLS_REQUIRED', details: { mode } });
    await expect(tlsOptions(target('127.0.0.1', mode))).resolves.toBeDefined();
  });

  test('verify-full checks chain and name', async () => {
    expect(await tlsOptions(target('db.example.org', 'verify-full'))).toEqual({
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
    });
    expect(await tlsOptions(target('localhost', 'require'))).toMatchObject({ rejectUnauthorized: false });
    expect(await tlsOptions(target('localhost', 'verify-ca'))).toMatchObject({
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function),
    });
  });
});

test.each([
  ['2026-07-01 12:00:00+00', '2026-07-01T12:00:00.000Z'],
  ['2026-07-01 12:00:00.123456+02', '2026-07-01T10:00:00.123Z'],
  ['2026-07-01 12:00:00.1+05:30', '2026-07-01T06:30:00.100Z'],
  ['2026-07-01 12:00:00-0330', '2026-07-01T15:30:00.000Z'],
  ['2026-07-01T10:00:00.123Z', '2026-07-01T10:00:00.123Z'],
  ['infinity', 'infinity'],
])('the instant %s is %s', (text, iso) => {
  expect(instantFromText(text)).toBe(iso);
});

test('values that JavaScript would bend are refused or left as text', () => {
  expect(() => instantFromText('0044-03-15 12:00:00+00 BC')).toThrow(RangeError);
  const bigint = TYPE_PARSERS.getTypeParser(20);
  expect(bigint('9007199254740991')).toBe(9_007_199_254_740_991);
  expect(() => bigint('9007199254740993')).toThrow(RangeError);
  expect(TYPE_PARSERS.getTypeParser(1082)('2026-03-29')).toBe('2026-03-29');
  expect(TYPE_PARSERS.getTypeParser(1700)('1.10')).toBe('1.10');
});
