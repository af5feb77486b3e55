/** Another name, closing, the licence, and the end: grace period, legal hold, and that after shredding nothing is left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../db/migrate/testing';
import { createPerson, dbRoleOf } from '../db/provision';
import { testKinds } from '../db/testing';
import { writeSetting } from './config';
import {
  cancelDeletion,
  licence,
  listTenants,
  readTenant,
  renameTenant,
  resume,
  scheduleDeletion,
  shred,
  suspend,
} from './lifecycle';
import { personRunner } from './runner';
import { AdminDesk, LICENCE, refusal, SOURCE, unique } from './testing';

const REASON = 'the contract has ended';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('on %s', (kind) => {
  let desk: AdminDesk;
  beforeAll(async () => {
    desk = await AdminDesk.open(kind);
  });
  afterAll(() => desk?.close());

  it('gives another name, domain and marks, keeps what is not named, and records both', async () => {
    const { id } = await desk.onboard({ name: 'Before', config: { sign: 'BE', colour: 'teal' }, starter: 'none' });
    const domain = unique('after');
    await renameTenant(desk.runner, {
      tenantId: id,
      name: "O'After; --",
      domain: domain.toUpperCase(),
      marks: { colour: 'plum', place: 'Zürich' },
    });
    expect(await readTenant(desk.runner, id)).toMatchObject({
      name: "O'After; --",
      domain,
      marks: { sign: 'BE', colour: 'plum', place: 'Zürich' },
    });
    const [event] = await desk.look(
      "SELECT old_values, new_values FROM private.audit_logs WHERE action = 'tenant.rename' AND tenant_id = $1",
      [id],
    );
    expect(event).toMatchObject({ old_values: { name: 'Before' }, new_values: { domain } });
  });

  it('refuses a domain that is taken, names it, and marks that nobody knows', async () => {
    const one = await desk.onboard({ starter: 'none' });
    const two = await desk.onboard({ starter: 'none' });
    const error = await refusal(renameTenant(desk.runner, { tenantId: two.id, domain: one.domain }));
    expect(error).toMatchObject({ code: 'DUPLICATE', details: { field: 'domain', value: one.domain } });
    for (const marks of ['{"colour":"pink"}', '{"sign":"LONGER"}', '{"logo":"x"}', '[]', '{"place":{}}']) {
      const work = desk.runner.transact((client) =>
        client.query('SELECT public.rename_tenant($1::uuid, NULL, NULL, $2::jsonb)', [two.id, marks]),
      );
      expect(await refusal(work), marks).toMatchObject({ details: { sqlState: '22023' } });
    }
  });

  it('a tenant’s administrator changes its marks and not its name', async () => {
    const { id, administrator } = await desk.onboard({ starter: 'none' });
    const runner = personRunner(desk.database, { personId: administrator?.id ?? null, source: SOURCE });
    await renameTenant(runner, { tenantId: id, marks: { sign: 'ME' } });
    expect((await readTenant(runner, id)).marks.sign).toBe('ME');
    expect((await listTenants(runner)).map((tenant) => tenant.id)).toEqual([id]);
    expect(await refusal(renameTenant(runner, { tenantId: id, name: 'Mine' }))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await refusal(suspend(runner, id, REASON))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await refusal(scheduleDeletion(runner, { tenantId: id, reason: REASON, graceDays: 1 }))).toMatchObject({
      code: 'ROLE_FORBIDS',
    });
  });

  it('closes, opens and licenses', async () => {
    const { id } = await desk.onboard({ starter: 'none' });
    await suspend(desk.runner, id, REASON);
    expect((await readTenant(desk.runner, id)).status).toBe('suspended');
    await resume(desk.runner, id);
    await licence(desk.runner, id, { ...LICENCE, endDate: '2031-01-01', features: { riskops: false }, limits: { users: 7 } });
    expect(await readTenant(desk.runner, id)).toMatchObject({
      status: 'active',
      licence: { endDate: '2031-01-01', features: { riskops: false }, limits: { users: 7 } },
    });
  });

  it('a deletion closes the tenant, tells until when, and can be taken back', async () => {
    const { id } = await desk.onboard({ starter: 'none' });
    const until = await scheduleDeletion(desk.runner, { tenantId: id, reason: REASON });
    expect(Math.round((Date.parse(until) - Date.now()) / 86_400_000)).toBe(30);
    expect(await readTenant(desk.runner, id)).toMatchObject({ status: 'suspended', deletion: { until, reason: REASON } });
    const again = refusal(scheduleDeletion(desk.runner, { tenantId: id, reason: REASON }));
    expect(await again).toMatchObject({ code: 'DELETION_REFUSED', details: { why: 'deletion_scheduled' } });
    expect(await refusal(resume(desk.runner, id))).toMatchObject({ code: 'DELETION_REFUSED' });
    await cancelDeletion(desk.runner, id);
    expect(await readTenant(desk.runner, id)).toMatchObject({ status: 'active', deletion: null });
    expect(await refusal(cancelDeletion(desk.runner, id))).toMatchObject({ details: { why: 'deletion_none' } });
    const events = await desk.look(
      "SELECT action FROM private.audit_logs WHERE tenant_id = $1 AND action LIKE 'tenant.%' ORDER BY trail_id",
      [id],
    );
    expect(events.map(({ action }) => action)).toEqual([
      'tenant.create',
      'tenant.suspend',
      'tenant.delete',
      'tenant.resume',
      'tenant.undelete',
    ]);
  });

  it('is not shredded without a deletion, before its time, under legal hold, by another domain, or by the wrong person', async () => {
    const { id, domain, administrator } = await desk.onboard({ starter: 'none' });
    const why = async (work: Promise<unknown>) => (await refusal(work)).details.why;
    expect(await why(shred(desk.runner, { tenantId: id, confirm: domain }))).toBe('deletion_none');
    await writeSetting(desk.runner, id, 'tenant.legal_hold', true);
    expect(await why(scheduleDeletion(desk.runner, { tenantId: id, graceDays: 0, reason: REASON }))).toBe('legal_hold');
    await writeSetting(desk.runner, id, 'tenant.legal_hold', null);
    await scheduleDeletion(desk.runner, { tenantId: id, graceDays: 5, reason: REASON });
    expect(await why(shred(desk.runner, { tenantId: id, confirm: domain }))).toBe('grace_period');
    expect(await refusal(shred(desk.runner, { tenantId: id, confirm: 'else.example' }))).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await refusal(shred(desk.runner, { tenantId: id, confirm: domain, now: true }))).toMatchObject({
      code: 'REASON_REQUIRED',
    });
    const runner = personRunner(desk.database, { personId: administrator?.id ?? null, source: SOURCE });
    expect(await refusal(shred(runner, { tenantId: id, confirm: domain }))).toMatchObject({ code: 'NOT_FOUND' });
    await writeSetting(desk.runner, id, 'tenant.legal_hold', true);
    expect(await why(shred(desk.runner, { tenantId: id, confirm: domain, now: true, reason: REASON }))).toBe('legal_hold');
    // The database says the same without us.
    for (const [text, state] of [
      [`SELECT public.shred_tenant('${id}', '${domain}')`, '55000'],
      [`SELECT public.shred_tenant('${id}', 'else.example')`, '22023'],
      [`SELECT public.schedule_tenant_deletion('${id}', '1 day', 'once more')`, '55000'],
    ] as const) {
      expect((await refusal(desk.runner.transact((client) => client.query(text)))).details.sqlState, text).toBe(state);
    }
    expect((await readTenant(desk.runner, id)).deletion).not.toBeNull();
  });

  it('after shredding nothing of the tenant is left, others keep theirs, and the platform remembers that it was', async () => {
    const other = await desk.onboard({ starter: 'none' });
    const mark = `mark${unique('x').slice(2, 12)}`;
    const domain = unique('gone');
    const gone = await desk.onboard({ domain, name: `Gone ${mark}`, settings: { 'risk.tolerance': 'low' } });
    const people = await desk.database.admin(async (client) => {
      const person = (email: string, tenantId: string) =>
        createPerson(client, { email, firstName: mark, password: TEST_PASSWORD, tenantId, function: 'auditor' });
      const both = await person(`both@${domain}`, gone.id);
      await client.query('SELECT public.grant_membership($1::uuid, $2::uuid, $3)', [both.id, other.id, 'viewer']);
      const guest = await person(`guest@${unique('home')}`, other.id);
      await client.query('SELECT public.grant_membership($1::uuid, $2::uuid, $3)', [guest.id, gone.id, 'risk']);
      await client.query(`UPDATE ${gone.schema}.policies SET name = name || $1`, [mark]);
      return { both, guest, only: await person(`only@${domain}`, gone.id) };
    });
    await desk.look(
      "INSERT INTO private.api_usage (tenant_id, endpoint, method, status_code, response_time_ms) VALUES ($1, '/', 'GET', 200, 1)",
      [gone.id],
    );

    await scheduleDeletion(desk.runner, { tenantId: gone.id, graceDays: 0, reason: REASON });
    const went = await shred(desk.runner, { tenantId: gone.id, confirm: domain });
    expect(went).toMatchObject({ roles: 6, persons: 2, memberships: 2 });
    expect(went.tables).toBeGreaterThan(25);

    const key = gone.id.replaceAll('-', '');
    const left = await desk.look(
      `SELECT 'schema' AS what FROM pg_namespace WHERE nspname LIKE '%' || $1 || '%'
       UNION ALL SELECT 'role' FROM pg_roles WHERE rolname LIKE '%' || $1 || '%' AND rolname LIKE 'tenant%'
       UNION ALL SELECT 'function' FROM pg_proc WHERE prosrc LIKE '%' || $1 || '%'
       UNION ALL SELECT 'relation' FROM pg_class WHERE relname LIKE '%' || $1 || '%'
       UNION ALL SELECT 'login' FROM pg_roles WHERE rolname IN ($2, $3)
       UNION ALL SELECT 'policy' FROM pg_policy WHERE pg_get_expr(polqual, polrelid) LIKE '%' || $4 || '%'`,
      [key, dbRoleOf(`only@${domain}`), dbRoleOf(`admin@${domain}`), gone.id],
    );
    expect(left).toEqual([]);

    // Every table of the shared schemas, row by row; what the platform keeps is named.
    const tables = await desk.look<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('public', 'private') AND c.relkind = 'r'`,
    );
    const kept: string[] = [];
    for (const { name } of tables) {
      const rows = await desk.look<{ row: string }>(
        `SELECT t::text AS row FROM ${name} t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || $2 || '%' OR t::text LIKE '%' || $3 || '%'`,
        [gone.id, domain, mark],
      );
      if (rows.length > 0) kept.push(name.replace(/_\d{4}_\d\d$/, ''));
    }
    // Persons who belong elsewhere keep their name; the tombstone is the id and the day.
    expect(kept.sort()).toEqual(
      ['migration_history', 'private.audit_logs', 'private.migration_history', 'tenants', 'users'].filter((name) =>
        kept.includes(name),
      ),
    );
    expect(
      await desk.look('SELECT name, domain, status, is_deleted, config FROM public.tenants WHERE id = $1', [gone.id]),
    ).toEqual([{ name: 'Deleted tenant', domain: `deleted-${key}.invalid`, status: 'closed', is_deleted: true, config: {} }]);
    const persons = await desk.look('SELECT id, tenant_id, is_deleted, first_name FROM public.users WHERE id = ANY ($1)', [
      [people.both.id, people.guest.id, people.only.id],
    ]);
    expect(persons).toEqual(
      expect.arrayContaining([
        { id: people.both.id, tenant_id: other.id, is_deleted: false, first_name: mark },
        { id: people.guest.id, tenant_id: other.id, is_deleted: false, first_name: mark },
        { id: people.only.id, tenant_id: null, is_deleted: true, first_name: null },
      ]),
    );
    const [event] = await desk.look(
      "SELECT new_values FROM private.audit_logs WHERE tenant_id = $1 AND action = 'tenant.shred'",
      [gone.id],
    );
    expect(event).toMatchObject({ new_values: { persons: 2, roles: 6, early: false, reason: REASON } });

    // The domain and the address are free again.
    await desk.onboard({ domain, starter: 'none' });
    expect(await refusal(shred(desk.runner, { tenantId: gone.id, confirm: domain }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a database administrator may end the grace period early, with a reason', async () => {
    const { id, domain } = await desk.onboard({ starter: 'none' });
    await scheduleDeletion(desk.runner, { tenantId: id, graceDays: 90, reason: REASON });
    await shred(desk.runner, { tenantId: id, confirm: domain, now: true, reason: 'the customer asked for it in writing' });
    expect(await refusal(readTenant(desk.runner, id))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
