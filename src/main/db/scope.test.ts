/** The opening statement of a transaction: quoted, LOCAL, and only for ids that are ids. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, loginKind, openingSql } from './scope';

const tenantId = '0b0e7c9a-7f3e-4f7a-9a75-111111111111';
const personId = '0b0e7c9a-7f3e-4f7a-9a75-222222222222';
const scope = { tenantId, personId, function: 'auditor', source: 'workstation/0.1.0 laptop' } as const;

test('sets role, path and context, all of it LOCAL', () => {
  const sql = openingSql({ ...scope, readOnly: true });
  expect(sql).toMatch(/^BEGIN READ ONLY; SET LOCAL ROLE tenant_0b0e7c9a7f3e4f7a9a75111111111111_auditor; /);
  expect(sql).toContain('; SET LOCAL search_path TO tenant_0b0e7c9a7f3e4f7a9a75111111111111, public, pg_temp; ');
  expect(sql).toContain(`; SET LOCAL app.person TO '${personId}'; `);
  for (const statement of sql.split('; ').slice(1)) expect(statement).toMatch(/^SET LOCAL /);
  expect(openingSql({ personId: null, source: 'x' })).not.toContain('ROLE');
});

test('a reader over their own login says no more than role and path, which are what guards', () => {
  expect(openingSql({ ...scope, readOnly: true }, DEFAULT_LIMITS, 'own')).not.toContain('app.');
  expect(openingSql({ ...scope, readOnly: true }, DEFAULT_LIMITS, 'own')).not.toContain('statement_timeout');
  expect(openingSql(scope, { ...DEFAULT_LIMITS, statementMs: 90_000 }, 'own')).toContain(
    "SET LOCAL statement_timeout TO '90000'",
  );
  expect(openingSql(scope, DEFAULT_LIMITS, 'own')).toContain(`SET LOCAL app.tenant_id TO '${tenantId}'`);
  expect([`u_${'0'.repeat(32)}`, 'u_short', 'postgres', ''].map(loginKind)).toEqual(['own', 'acting', 'acting', 'acting']);
});

test('a writer also names its source, operation and reason, and does not wait for ever', () => {
  const opId = '0190f5a0-7f3e-7f7a-9a75-333333333333';
  const sql = openingSql({ ...scope, opId, reason: "it's over" });
  expect(sql).toContain("SET LOCAL app.source TO 'workstation/0.1.0 laptop'");
  expect(sql).toContain(`SET LOCAL app.op_id TO '${opId}'`);
  expect(sql).toContain("SET LOCAL app.reason TO 'it''s over'");
  for (const setting of ['lock_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout'])
    expect(sql).toContain(setting);
});

test('no free text leaves its literal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (reason) => {
      if (reason.includes('\0')) {
        expect(() => openingSql({ ...scope, reason })).toThrow();
        return;
      }
      const sql = openingSql({ ...scope, reason });
      expect(sql).toMatch(/; SET LOCAL app\.reason TO (?:'(?:[^'\\]|'')*'|E'(?:[^'\\]|''|\\\\)*'); SET LOCAL lock_timeout/s);
    }),
  );
});

test.each([
  { tenantId: `${tenantId}'` },
  { tenantId: tenantId.toUpperCase() },
  { personId: '' },
  { opId: 'x' },
  { function: 'superuser' },
  { reason: 'x'.repeat(2_001) },
  { source: 'a\0b' },
])('refuses %j', (bad) => {
  expect(() => openingSql(Object.assign({ ...scope }, bad))).toThrow();
});
