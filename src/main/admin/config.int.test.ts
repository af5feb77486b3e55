/** Settings: the same catalogue on both sides, who may change what, from where a value comes, and what is refused from psql too. */
import { CONFIG_KEYS, configEntry } from '@shared/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../db/migrate/testing';
import { dbRoleOf } from '../db/provision';
import { testKinds } from '../db/testing';
import { readSettings, valueFromText, writeSetting } from './config';
import type { Onboarded } from './onboarding';
import { personRunner, type Runner } from './runner';
import { AdminDesk, refusal, SOURCE } from './testing';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('settings on %s', (kind) => {
  let desk: AdminDesk;
  let own: Onboarded;
  let other: Onboarded;
  const asPerson = (personId: string | undefined): Runner =>
    personRunner(desk.database, { personId: personId ?? null, source: SOURCE });

  beforeAll(async () => {
    desk = await AdminDesk.open(kind);
    own = await desk.onboard({ starter: 'none' });
    other = await desk.onboard({ starter: 'none' });
  });
  afterAll(() => desk?.close());

  const settingOf = async (tenantId: string | null, key: string) => {
    const found = (await readSettings(desk.runner, tenantId)).find((setting) => setting.key === key);
    return [found?.value, found?.origin];
  };

  it('the database holds the catalogue of the program, rule for rule', async () => {
    const rows = await desk.look(
      `SELECT key, value, default_value, rule, per_tenant, description FROM public.global_config WHERE default_value IS NOT NULL
       ORDER BY key`,
    );
    expect(rows).toEqual(
      [...CONFIG_KEYS].sort().map((key) => {
        const { default: value, rule, perTenant, description } = configEntry(key);
        return { key, value, default_value: value, rule, per_tenant: perTenant, description };
      }),
    );
  });

  it('a tenant has the platform’s value until it has its own, and again when that is taken back', async () => {
    expect(await settingOf(own.id, 'risk.tolerance')).toEqual(['medium', 'global']);
    await writeSetting(desk.runner, null, 'risk.tolerance', 'low');
    expect(await settingOf(own.id, 'risk.tolerance')).toEqual(['low', 'global']);
    await writeSetting(asPerson(own.administrator?.id), own.id, 'risk.tolerance', 'high');
    expect(await settingOf(own.id, 'risk.tolerance')).toEqual(['high', 'tenant']);
    expect(await settingOf(other.id, 'risk.tolerance')).toEqual(['low', 'global']);
    expect(await settingOf(null, 'risk.tolerance')).toEqual(['low', 'global']);
    await writeSetting(asPerson(own.administrator?.id), own.id, 'risk.tolerance', null);
    await writeSetting(desk.runner, null, 'risk.tolerance', null);
    expect(await settingOf(own.id, 'risk.tolerance')).toEqual(['medium', 'global']);
    const events = await desk.look(
      "SELECT old_values, new_values FROM private.audit_logs WHERE action = 'config.set' AND tenant_id = $1 ORDER BY created_at",
      [own.id],
    );
    expect(events).toEqual([
      { old_values: { 'risk.tolerance': null }, new_values: { 'risk.tolerance': 'high' } },
      { old_values: { 'risk.tolerance': 'high' }, new_values: { 'risk.tolerance': null } },
    ]);
  });

  it('setting the same value twice writes one event', async () => {
    const count = () => desk.look("SELECT count(*) AS n FROM private.audit_logs WHERE action = 'config.set'");
    await writeSetting(desk.runner, own.id, 'retention.records_years', 7);
    const before = await count();
    await writeSetting(desk.runner, own.id, 'retention.records_years', 7);
    expect(await count()).toEqual(before);
  });

  it('nobody changes another tenant’s, nor a tenant the platform’s', async () => {
    const admin = asPerson(own.administrator?.id);
    expect(await refusal(writeSetting(admin, other.id, 'risk.tolerance', 'high'))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await refusal(writeSetting(admin, null, 'risk.tolerance', 'high'))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await refusal(readSettings(admin, other.id))).toMatchObject({ code: 'ROLE_FORBIDS' });
    expect(await refusal(writeSetting(asPerson(undefined), other.id, 'nothing', 1))).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it.each([
    ["'tenant.legal_hold'", '\'"yes"\''],
    ["'retention.records_years'", "'0'"],
    ["'retention.records_years'", "'2.5'"],
    ["'tenant.time_zone'", '\'"a\\u0007b"\''],
    ["'risk.tolerance'", '\'"extreme"\''],
    ["'reminders.days_before'", "'[1,2,3,4,5,6,7]'"],
    ["'reminders.days_before'", "'[400]'"],
    ["'risk.matrix'", "'[[1]]'"],
    ["'vulnerability.days_allowed'", '\'{"critical":1,"high":1,"medium":1}\''],
    ["'vulnerability.days_allowed'", '\'{"critical":1,"high":1,"medium":1,"low":1,"more":1}\''],
    ["'no.such.key'", "'1'"],
    ["'demonstration'", "'1'"],
    ['NULL', "'1'"],
  ])('the database itself refuses %s = %s', async (key, value) => {
    for (const text of [
      `SELECT public.set_tenant_config('${own.id}', ${key}, ${value}::jsonb)`,
      `SELECT public.set_global_config(${key}, ${value}::jsonb)`,
    ]) {
      expect(await refusal(desk.runner.transact((client) => client.query(text)))).toMatchObject({
        details: { sqlState: '22023' },
      });
    }
  });

  it('a tenant’s own value of a platform’s setting is refused', async () => {
    const text = `SELECT public.set_tenant_config('${own.id}', 'tenant.deletion_grace_days', '1')`;
    expect(await refusal(desk.runner.transact((client) => client.query(text)))).toMatchObject({ details: { sqlState: '42501' } });
  });

  it.skipIf(kind === 'embedded')('over the person’s own login the same rights hold, and the tables stay shut', async () => {
    const email = own.administrator?.email ?? '';
    const database = desk.through({ user: dbRoleOf(email), password: TEST_PASSWORD });
    await database.ready();
    const runner = personRunner(database, { personId: null, source: SOURCE });
    await writeSetting(runner, own.id, 'tenant.time_zone', 'Europe/Berlin');
    expect(await settingOf(own.id, 'tenant.time_zone')).toEqual(['Europe/Berlin', 'tenant']);
    expect(await refusal(writeSetting(runner, other.id, 'tenant.time_zone', 'UTC'))).toMatchObject({ code: 'ROLE_FORBIDS' });
    for (const text of [
      'SELECT * FROM public.tenant_config',
      'DELETE FROM public.tenant_config',
      'SELECT public.config_accepts(NULL, NULL)',
      `SELECT public.rename_tenant('${own.id}', 'Mine')`,
      `SELECT public.rename_tenant('${other.id}', NULL, NULL, '{}')`,
      `SELECT public.schedule_tenant_deletion('${own.id}', '0', 'because')`,
      `SELECT public.shred_tenant('${own.id}', '${own.domain}')`,
      `SELECT public.fill_tenant('${own.id}', '{}')`,
      'SELECT private.forget_tenant(NULL)',
      'SELECT private.forget_person(NULL)',
      'SELECT public.held(NULL)',
    ]) {
      expect(await refusal(runner.transact((client) => client.query(text))), text).toMatchObject({ code: 'ROLE_FORBIDS' });
    }
    await database.close();
  });
});

describe('a value as people type it', () => {
  it.each([
    ['tenant.legal_hold', 'true', true],
    ['retention.records_years', '7', 7],
    ['reminders.days_before', '30, 7,1', [30, 7, 1]],
    ['reminders.days_before', '[5]', [5]],
    ['evidence.types', 'photo,document', ['photo', 'document']],
    ['tenant.time_zone', 'Europe/Berlin', 'Europe/Berlin'],
    ['risk.tolerance', 'low', 'low'],
    ['vulnerability.days_allowed', '{"low":1}', { low: 1 }],
    ['no.such', 'x', 'x'],
  ])('%s %s', (key, text, value) => expect(valueFromText(key, text)).toEqual(value));
});
