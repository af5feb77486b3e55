/** The opening statement of a transaction: quoted, LOCAL, and only for ids that are ids. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openingSql } from './scope';

const tenantId = '0b0e7c9a-7f3e-4f7a-9a75-111111111111';
const personId = '0b0e7c9a-7f3e-4f7a-9a75-222222222222';
const scope = { tenantId, personId, function: 'auditor', source: 'workstation/0.1.0 laptop' } as const;

test('sets role, path and context, all of it LOCAL', () => {
  const sql = openingSql({ ...scope, readOnly: true });
  expect(sql).toMatch(/^BEGIN READ ONLY; SELECT set_config\('role', 'tenant_0b0e7c9a7f3e4f7a9a75111111111111_auditor', true\), /);
  expect(sql).toContain("set_config('search_path', 'tenant_0b0e7c9a7f3e4f7a9a75111111111111, public, pg_temp', true)");
  expect(sql).toContain(`set_config('app.person', '${personId}', true)`);
  expect(sql.match(/set_config\(/g)?.length).toBe(sql.match(/, true\)/g)?.length);
  expect(openingSql({ personId: null, source: 'x' })).not.toContain("'role'");
});

test('no free text leaves its literal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (reason) => {
      if (reason.includes('\0')) {
        expect(() => openingSql({ ...scope, reason })).toThrow();
        return;
      }
      const sql = openingSql({ ...scope, reason });
      const literal = /set_config\('app\.reason', ( ?E?'(?:[^'\\]|''|\\\\)*'), true\)/s.exec(sql)?.[1];
      expect(literal).toBeDefined();
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
