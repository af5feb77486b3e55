/** Onboarding: everything or nothing, whatever the name, whoever asks, two at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../db/migrate/testing';
import { dbRoleOf } from '../db/provision';
import { testKinds } from '../db/testing';
import { ONBOARDING_STEPS, type OnboardingStep, onboardTenant } from './onboarding';
import { grantPlatform } from './platform';
import { ownerRunner, personRunner } from './runner';
import { starterContent } from './starter';
import { AdminDesk, onboarding, refusal, SOURCE, unique } from './testing';

const standard = starterContent('standard');
/** Each policy begins with the first version of its text. */
const VERSIONS = standard?.policies.length ?? 0;
const RECORDS = 1 + (standard?.controls.length ?? 0) + (standard?.policies.length ?? 0);

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('on %s', (kind) => {
  let desk: AdminDesk;
  beforeAll(async () => {
    desk = await AdminDesk.open(kind);
  });
  afterAll(() => desk?.close());

  it('makes record, licence, schema, settings, content and the administrator, and says where it is', async () => {
    const steps: OnboardingStep[] = [];
    const domain = unique('full');
    const made = await onboardTenant(
      desk.runner,
      onboarding({
        name: 'Full AG',
        domain: domain.toUpperCase(),
        settings: { 'risk.tolerance': 'low' },
        licence: {
          type: 'standard',
          startDate: '2026-01-01',
          endDate: '2029-12-31',
          features: { knowledge: false },
          limits: { users: 5 },
        },
        administrator: { email: `Ada@${domain}`, password: TEST_PASSWORD, firstName: 'Ada' },
      }),
      { migrations: desk.migrations, progress: ({ step }) => void steps.push(step) },
    );
    expect(steps).toEqual([...ONBOARDING_STEPS]);
    expect(made).toMatchObject({ domain, records: RECORDS, administrator: { email: `ada@${domain}` } });
    const [tenant] = await desk.look(
      `SELECT t.name, t.status, l.features, l.limits,
         (SELECT value FROM public.effective_config(t.id) WHERE key = 'risk.tolerance') AS tolerance,
         (SELECT origin FROM public.effective_config(t.id) WHERE key = 'risk.tolerance') AS origin
       FROM public.tenants t JOIN public.licenses l ON l.tenant_id = t.id WHERE t.id = $1`,
      [made.id],
    );
    expect(tenant).toMatchObject({ name: 'Full AG', status: 'active', tolerance: 'low', origin: 'tenant' });
    expect(tenant).toMatchObject({ features: { knowledge: false }, limits: { users: 5 } });
    const [content] = await desk.look(
      `SELECT (SELECT count(*) FROM ${made.schema}.controls WHERE status = 'to_do') AS controls,
         (SELECT count(*) FROM ${made.schema}.policies WHERE status = 'draft') AS policies,
         (SELECT count(*) FROM ${made.schema}.audit_log WHERE action = 'insert'
           AND resource_type IN ('control_sets', 'controls', 'policies', 'policy_versions')) AS trail`,
    );
    expect(content).toEqual({
      controls: standard?.controls.length,
      policies: standard?.policies.length,
      trail: RECORDS + VERSIONS,
    });
    const events = await desk.look('SELECT action FROM private.audit_logs WHERE tenant_id = $1 ORDER BY action', [made.id]);
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['config.set', 'person.create', 'tenant.create', 'tenant.fill']),
    );
  });

  it('begins empty where nobody wants content', async () => {
    const made = await desk.onboard({ starter: 'none', administrator: undefined });
    expect(made).toMatchObject({ records: 0, administrator: null });
    const [row] = await desk.look(`SELECT count(*) AS n FROM ${made.schema}.controls`);
    expect(row).toEqual({ n: 0 });
  });

  it.each([
    ['an unknown setting', { settings: { 'risk.appetite': 3 } }, 'risk.appetite'],
    ['a setting of the platform', { settings: { 'tenant.deletion_grace_days': 3 } }, 'tenant.deletion_grace_days'],
    ['a value out of range', { settings: { 'retention.records_years': 0 } }, 'retention.records_years'],
    ['a matrix with a hole', { settings: { 'risk.matrix': [['low']] } }, 'risk.matrix'],
    ['a weak password', { administrator: { email: 'a@b.example', password: 'short' } }, 'password'],
    ['no e-mail', { administrator: { email: 'ada', password: TEST_PASSWORD } }, 'email'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
  ])('%s is refused and leaves nothing', async (_, given, path) => {
    const before = await desk.footprint();
    const error = await refusal(desk.onboard(given));
    expect(error.code).toBe('INPUT_INVALID');
    expect(error.faults[0]?.path.startsWith(path)).toBe(true);
    expect(await desk.footprint()).toEqual(before);
  });

  it('an administrator whose e-mail is taken undoes everything, and is named', async () => {
    const taken = `taken@${unique('taken')}`;
    await desk.onboard({ administrator: { email: taken, password: TEST_PASSWORD } });
    const before = await desk.footprint();
    const error = await refusal(desk.onboard({ administrator: { email: taken, password: TEST_PASSWORD } }));
    expect(error).toMatchObject({ code: 'DUPLICATE', details: { field: 'email', value: taken } });
    expect(await desk.footprint()).toEqual(before);
  });

  it.each(["O'Brien; DROP SCHEMA private CASCADE; --", '株式会社 "{{schema}}" $$ \\', 'x'.repeat(255)])(
    'a tenant may be called %j',
    async (name) => {
      const { id } = await desk.onboard({ name, starter: 'none', administrator: undefined });
      expect(await desk.look('SELECT name FROM public.tenants WHERE id = $1', [id])).toEqual([{ name }]);
    },
  );

  it('of two at once for one domain one wins and the other is told the domain', async () => {
    const domain = unique('race');
    const tries = ['a', 'b', 'c'].map((who) =>
      desk.onboard({ domain, administrator: { email: `${who}@${domain}`, password: TEST_PASSWORD } }),
    );
    const ends = await Promise.allSettled(tries);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) {
      if (end.status === 'rejected') {
        expect(end.reason).toMatchObject({ code: 'DUPLICATE', details: { field: 'domain', value: domain } });
      }
    }
    expect(await desk.look('SELECT count(*) AS n FROM public.users WHERE email LIKE $1', [`%@${domain}`])).toEqual([{ n: 1 }]);
  });

  it('a person of the platform onboards with their own rights, the tenant’s administrator does not', async () => {
    const home = await desk.onboard();
    const email = `platform@${home.domain}`;
    const password = TEST_PASSWORD;
    await desk.database.admin((client) =>
      client.query("SELECT public.create_person($1, $2, 'Pat', 'Form', $3::uuid, 'viewer')", [
        email,
        'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
        home.id,
      ]),
    );
    const person = await grantPlatform(desk.database, email, SOURCE);
    const administrator = home.administrator;
    if (!administrator) throw new Error('no administrator');

    const runnerOf = (personId: string) =>
      kind === 'embedded'
        ? ownerRunner(desk.database, { personId, source: SOURCE })
        : personRunner(desk.database, { personId, source: SOURCE });
    const made = await desk.onboard({ name: 'By the platform' }, runnerOf(person.id));
    expect(await desk.look('SELECT count(*) AS n FROM private.migration_history WHERE tenant_id = $1', [made.id])).toEqual([
      { n: desk.migrations.tenant.length },
    ]);
    const [event] = await desk.look("SELECT user_id FROM private.audit_logs WHERE tenant_id = $1 AND action = 'tenant.create'", [
      made.id,
    ]);
    expect(event).toEqual({ user_id: person.id });

    const before = await desk.footprint();
    expect(await refusal(desk.onboard({}, runnerOf(administrator.id)))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await desk.footprint()).toEqual(before);
    expect(password).toBe(TEST_PASSWORD);
    expect(dbRoleOf(email)).toMatch(/^u_/);
  });

  it('a step that the migrator never applied, or out of order, or for a tenant that is there, is refused', async () => {
    const { id } = await desk.onboard({ starter: 'none', administrator: undefined });
    const [first] = desk.migrations.tenant;
    if (!first) throw new Error('no migrations');
    const attempt = (tenant: string, sql: string) =>
      desk.runner.transact(async (client) => {
        await client.query('SELECT public.create_tenant_record($1, $2, $3, $4, $5, $6, $7::uuid)', [
          'Half',
          unique('half'),
          '{}',
          'standard',
          '2026-01-01',
          '2027-01-01',
          tenant === '' ? '00000000-0000-4000-8000-00000000abcd' : '00000000-0000-4000-8000-00000000abce',
        ]);
        await client.query('SELECT public.apply_tenant_step($1::uuid, $2, $3, $4)', [
          tenant === '' ? '00000000-0000-4000-8000-00000000abcd' : tenant,
          first.version,
          first.name,
          sql,
        ]);
      });
    expect(await refusal(attempt('', `${first.up}\n-- and more`))).toMatchObject({ details: { sqlState: '42501' } });
    expect(await refusal(attempt(id, first.up))).toMatchObject({ details: { sqlState: '55000' } });
  });
});
