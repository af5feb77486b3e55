/** Spaces made ahead: claimed once each, invisible and closed until then, back after a rollback, migrated like tenants. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantSchema } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maintain } from '../db/maintain';
import { loadMigrations, migrateAll, status } from '../db/migrate';
import { MIGRATIONS_FOLDER, TEST_PASSWORD } from '../db/migrate/testing';
import { verify } from '../db/migrate/verify';
import { dbRoleOf } from '../db/provision';
import { testKinds } from '../db/testing';
import { writeSetting } from './config';
import { listTenants } from './lifecycle';
import { type Onboarded, onboardTenant } from './onboarding';
import { grantPlatform } from './platform';
import { ownerRunner, personRunner } from './runner';
import { prepareSpaces, readSpaces } from './spaces';
import { AdminDesk, LICENCE, onboarding, refusal, SOURCE, unique } from './testing';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('on %s', (kind) => {
  let desk: AdminDesk;
  let home: Onboarded;
  let folder: string;

  beforeAll(async () => {
    desk = await AdminDesk.open(kind);
    home = await desk.onboard();
    folder = await mkdtemp(join(tmpdir(), 'kompl-spaces-'));
  });
  afterAll(async () => {
    await desk?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const options = () => ({ migrations: desk.migrations });
  const ready = async () => (await readSpaces(desk.runner, options())).filter((space) => space.ready).map(({ id }) => id);
  const empty = (given = {}) => ({ starter: 'none' as const, administrator: undefined, ...given });

  it('without a space one is made on the spot, and that is said', () => expect(home.prepared).toBe(false));

  it('as many are made as the setting or the caller says, and no more', async () => {
    expect(await prepareSpaces(desk.runner, options())).toMatchObject({ made: 2, ready: 2, keep: 2 });
    await writeSetting(desk.runner, null, 'tenant.prepared_spaces', 3);
    expect(await prepareSpaces(desk.runner, options())).toMatchObject({ made: 1, ready: 3, keep: 3 });
    expect(await prepareSpaces(desk.runner, { ...options(), keep: 1 })).toMatchObject({ made: 0, ready: 3, keep: 1 });
    expect(await refusal(prepareSpaces(desk.runner, { ...options(), keep: 51 }))).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('a space is no tenant: not in lists, licences, the overview, the sealer’s chains; upkeep and verify know it', async () => {
    const spares = await ready();
    expect((await listTenants(desk.runner)).map(({ id }) => id)).toEqual([home.id]);
    const report = await desk.database.admin((client) => maintain(client));
    expect(report).toMatchObject({ failures: [], overview: 1 });
    expect(report.tenants.map(({ tenantId }) => tenantId)).toEqual([home.id]);
    const seen = await desk.look(
      `SELECT (SELECT count(*) FROM public.licenses) AS licences, (SELECT count(*) FROM private.tenant_overview) AS shown,
         (SELECT count(*) FROM private.trail_activity() WHERE chain = ANY ($1::uuid[])) AS chains`,
      [spares],
    );
    expect(seen).toEqual([{ licences: 1, shown: 1, chains: 0 }]);
    const at = await desk.database.admin((client) => status(client, { folder: MIGRATIONS_FOLDER }));
    expect(at).toMatchObject({ current: true, spares: { all: 3, behind: 0 } });
    expect(at.tenants).toHaveLength(1);
  });

  it('an onboarding claims one: everything that a tenant has, under the id of the space', async () => {
    const spares = await ready();
    const domain = unique('claimed');
    const made = await desk.onboard({ domain, settings: { 'risk.tolerance': 'low' } });
    expect(made).toMatchObject({
      prepared: true,
      domain,
      schema: tenantSchema(made.id),
      administrator: { email: `admin@${domain}` },
    });
    expect(spares).toContain(made.id);
    expect(await ready()).not.toContain(made.id);
    const [row] = await desk.look(
      `SELECT (SELECT count(*) FROM ${made.schema}.controls) > 0 AS filled, l.type, t.status,
         (SELECT count(*) FROM public.tenant_memberships m WHERE m.tenant_id = t.id) AS people,
         (SELECT new_values ->> 'prepared' FROM private.audit_logs a WHERE a.tenant_id = t.id AND a.action = 'tenant.create') AS trail
       FROM public.tenants t JOIN public.licenses l ON l.tenant_id = t.id WHERE t.id = $1`,
      [made.id],
    );
    expect(row).toEqual({ filled: true, type: LICENCE.type, status: 'active', people: 1, trail: 'true' });
    // what the migrations make, whether it was claimed or still waits
    const found = await desk.database.admin((client) => verify(client, { folder: MIGRATIONS_FOLDER }));
    expect(found).toMatchObject({ ok: true, orphans: [] });
    const waiting = found.places.filter(({ spare }) => spare).map(({ tenantId }) => tenantId);
    expect(waiting).toEqual(expect.arrayContaining(await ready()));
  });

  it('a refused onboarding gives its space back', async () => {
    const before = await ready();
    expect(await refusal(desk.onboard({ domain: home.domain }))).toMatchObject({
      code: 'DUPLICATE',
      details: { field: 'domain' },
    });
    const taken = { administrator: { email: `admin@${home.domain}`, password: TEST_PASSWORD } };
    expect(await refusal(desk.onboard(taken))).toMatchObject({ code: 'DUPLICATE', details: { field: 'email' } });
    expect(await ready()).toEqual(before);
  });

  it('of several onboardings at once each has a space of its own, and whoever comes when none is left makes one', async () => {
    const spares = await ready();
    const made = await Promise.all(['a', 'b', 'c'].map((name) => desk.onboard(empty({ domain: unique(name) }))));
    expect(new Set(made.map(({ id }) => id)).size).toBe(3);
    expect(
      made
        .filter(({ prepared }) => prepared)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...spares].sort());
    expect(await ready()).toEqual([]);
  });

  it('an administrator of the platform prepares and claims with their own rights; nobody else does, in psql neither', async () => {
    const email = `platform@${home.domain}`;
    await desk.database.admin((client) =>
      client.query("SELECT public.create_person($1, $2, 'Pat', 'Form', $3::uuid, 'viewer')", [
        email,
        'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
        home.id,
      ]),
    );
    const person = await grantPlatform(desk.database, email, SOURCE);
    const asPlatform =
      kind === 'embedded'
        ? ownerRunner(desk.database, { personId: person.id, source: SOURCE })
        : personRunner(desk.database, { personId: person.id, source: SOURCE });
    expect(await prepareSpaces(asPlatform, { ...options(), keep: 1 })).toMatchObject({ made: 1, ready: 1 });
    const made = await onboardTenant(asPlatform, onboarding(empty({ domain: unique('mine') })), options());
    expect(made.prepared).toBe(true);

    await prepareSpaces(desk.runner, { ...options(), keep: 1 });
    const [spare] = await ready();
    const administrator = home.administrator?.id;
    if (!spare || !administrator) throw new Error('nothing to attack');
    for (const personId of [administrator, person.id]) {
      const own = personRunner(desk.database, { personId, source: SOURCE });
      const attempt = (sql: string, values: unknown[] = []) => refusal(own.transact((client) => client.query(sql, values)));
      const denied = { details: { sqlState: '42501' } };
      if (personId === administrator) {
        expect(
          await attempt("SELECT public.claim_tenant('x', 'x.example', '{}', 's', '2026-01-01', '2027-01-01')"),
        ).toMatchObject(denied);
        expect(await attempt('SELECT public.prepare_tenant_space()')).toMatchObject(denied);
        expect(await attempt('SELECT * FROM public.tenant_spaces()')).toMatchObject(denied);
        expect(await attempt('SELECT public.discard_tenant_space($1::uuid)', [spare])).toMatchObject(denied);
      } else {
        // no tenant yet, so nobody belongs to it, and no tenant's space goes by this door
        const joined = await attempt("SELECT public.grant_membership($1::uuid, $2::uuid, 'admin')", [person.id, spare]);
        expect(['42501', 'P0002']).toContain(joined.details.sqlState);
        expect(await attempt('SELECT public.discard_tenant_space($1::uuid)', [home.id])).toMatchObject({
          details: { sqlState: 'P0002' },
        });
      }
    }
    expect(
      await desk.look(
        "SELECT count(*) AS n FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles g ON g.oid = m.member WHERE left(r.rolname, 39) = $1 AND g.rolname !~ '^kompl_'",
        [tenantSchema(spare)],
      ),
    ).toEqual([{ n: 0 }]);
    expect(dbRoleOf(email)).toMatch(/^u_/);
  });

  it.runIf(kind === 'server')(
    'a connection that is killed in the middle of a claim, or of the making, leaves what was there',
    async () => {
      const before = await ready();
      for (const [text, values] of [
        ["SELECT public.claim_tenant('x', 'killed.example', '{}', 's', '2026-01-01', '2027-01-01')", []],
        ['SELECT public.prepare_tenant_space()', []],
      ] as const) {
        const client = await desk.database.connectAdmin();
        client.on('error', () => undefined);
        await client.query('BEGIN');
        await client.query(text, [...values]);
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
        await desk.look('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
        await client.end().catch(() => undefined);
      }
      expect(await ready()).toEqual(before);
      expect(await desk.look("SELECT count(*) AS n FROM public.tenants WHERE domain = 'killed.example'")).toEqual([{ n: 0 }]);
    },
  );

  it('is migrated like a tenant, and until then not claimed by who knows the new step', async () => {
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    await writeFile(join(folder, 'tenant', '9990_more.up.sql'), 'ALTER TABLE {{schema}}.controls ADD COLUMN more text;\n');
    await writeFile(join(folder, 'tenant', '9990_more.down.sql'), 'ALTER TABLE {{schema}}.controls DROP COLUMN more;\n');
    const migrations = await loadMigrations(folder);
    const [spare] = await ready();
    expect((await readSpaces(desk.runner, { migrations })).map((space) => space.ready)).toEqual([false]);
    const report = await migrateAll(() => desk.database.connectAdmin(), { folder, now: () => performance.now() });
    expect(report.failures).toEqual([]);
    expect(report.steps.map(({ tenantId }) => tenantId)).toContain(spare);
    expect((await readSpaces(desk.runner, { migrations })).map((space) => space.ready)).toEqual([true]);
    // whoever knows the former version only would not know what it leaves out
    expect(await ready()).toEqual([]);
    expect(await prepareSpaces(desk.runner, { ...options(), keep: 0, discard: true })).toMatchObject({ discarded: 1, behind: 0 });
    expect(await desk.look('SELECT to_regnamespace($1) IS NULL AS gone', [tenantSchema(spare ?? '')])).toEqual([{ gone: true }]);
    expect(
      await desk.look('SELECT count(*) AS n FROM pg_roles WHERE left(rolname, 39) = $1', [tenantSchema(spare ?? '')]),
    ).toEqual([{ n: 0 }]);
  });
});
