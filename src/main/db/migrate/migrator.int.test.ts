import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerson, createTenant } from '../provision';
import { loadMigrations, migrate, status } from '.';
import { MIGRATIONS_FOLDER, type TestDatabase, testServers } from './test-databases';

describe.each(testServers())('on $kind', ({ open }) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database?.close());

  it('migrates and makes a tenant', async () => {
    const options = { folder: MIGRATIONS_FOLDER, now: () => performance.now() };
    const r = await migrate(database.admin, options);
    console.log(r.durationMs, r.steps.map((s) => `${s.scope}/${s.version} ${Math.round(s.durationMs)}`).join(', '));
    const t0 = performance.now();
    const t = await createTenant(
      database.admin,
      {
        name: 'Acme',
        domain: 'acme.example',
        config: {},
        licence: { type: 'standard', startDate: '2026-01-01', endDate: '2027-01-01' },
      },
      { migrations: await loadMigrations(MIGRATIONS_FOLDER) },
    );
    console.log('tenant', performance.now() - t0);
    const p = await createPerson(database.admin, {
      email: 'A@acme.example',
      password: 'correct horse battery',
      tenantId: t.id,
      function: 'auditor',
    });
    console.log(p);
    console.log(JSON.stringify(await status(database.admin, options)));
    expect(r.failures).toEqual([]);
  });
});
