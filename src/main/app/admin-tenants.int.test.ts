/** Tenants and settings as the window calls them, for an administrator of the platform and for those who are none, on each kind of server. */
import { randomUUID } from 'node:crypto';
import type { EffectiveSetting, OnboardResult, TenantSummary } from '@shared/wire/admin-tenants';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantPlatformBy } from '../admin/platform';
import { createPerson } from '../db/provision';
import { testKinds } from '../db/testing';
import { PASSWORD, startStation, type TestStation } from './testing';

describe.each(testKinds())('tenants in the window on %s', (kind) => {
  let station: TestStation;
  /** Roles belong to the whole server: an address of its own for each run. */
  const PLATFORM = `platform-${randomUUID()}@bank.example`;
  const domain = `new-${randomUUID()}.example`;
  const input = {
    name: 'Newcomer',
    domain,
    marks: { sign: 'NC', colour: 'plum' },
    licence: { type: 'standard', startDate: '2026-01-01', endDate: '2029-12-31', limits: { users: 3 } },
    settings: { 'risk.tolerance': 'low' },
    starter: 'standard',
    administrator: { email: `admin@${domain}`, password: PASSWORD },
  };

  beforeAll(async () => {
    station = await startStation(kind);
    await station.admin(async (client) => {
      await createPerson(client, { email: PLATFORM, password: PASSWORD, tenantId: station.tenants.bank, function: 'viewer' });
      await grantPlatformBy(client, PLATFORM);
    });
  });
  afterAll(() => station?.close());

  it('are nobody’s who is not of the platform', async () => {
    expect(await station.codeOf('admin.tenants.list')).toBe('NOT_SIGNED_IN');
    await station.signIn('auditor@bank.example');
    expect(await station.call('admin.tenants.list')).toEqual([]);
    expect(await station.codeOf('admin.tenants.create', input)).toBe('ROLE_FORBIDS');
    const tenantId = station.tenants.clinic;
    expect(await station.codeOf('admin.tenants.get', { tenantId })).toBe('NOT_FOUND');
    expect(await station.codeOf('admin.tenants.suspend', { tenantId, reason: 'because' })).toBe('ROLE_FORBIDS');
    expect(await station.codeOf('admin.config.list', { tenantId })).toBe('ROLE_FORBIDS');
    expect(await station.codeOf('admin.config.set', { tenantId: null, key: 'risk.tolerance', value: 'low' })).toBe(
      'ROLE_FORBIDS',
    );
    await station.call('session.signOut');
  });

  it('are made, changed, closed, deleted and had back', async () => {
    await station.signIn(PLATFORM);
    const made = await station.call<OnboardResult>('admin.tenants.create', input);
    expect(made).toMatchObject({ domain, administrator: { email: `admin@${domain}` } });
    const tenantId = made.id;
    const again = await station.respond('admin.tenants.create', { ...input, administrator: undefined });
    expect(again).toMatchObject({ ok: false, error: { code: 'DUPLICATE', details: { field: 'domain', value: domain } } });

    const list = await station.call<TenantSummary[]>('admin.tenants.list');
    expect(list.map((tenant) => tenant.id)).toEqual(expect.arrayContaining([tenantId, station.tenants.bank]));
    const renamed = await station.call<TenantSummary>('admin.tenants.rename', {
      tenantId,
      name: 'Renamed',
      marks: { weave: 'dots' },
    });
    expect(renamed).toMatchObject({ name: 'Renamed', marks: { sign: 'NC', weave: 'dots' }, licence: { limits: { users: 3 } } });
    expect(await station.call('admin.tenants.suspend', { tenantId, reason: 'unpaid' })).toMatchObject({ status: 'suspended' });
    expect(await station.call('admin.tenants.resume', { tenantId })).toMatchObject({ status: 'active' });
    const licence = { ...input.licence, endDate: '2030-01-01' };
    expect(await station.call('admin.tenants.setLicence', { tenantId, licence })).toMatchObject({
      licence: { endDate: '2030-01-01' },
    });
    const deletion = { tenantId, graceDays: 10, reason: 'the contract ended' };
    expect(await station.call('admin.tenants.scheduleDeletion', deletion)).toMatchObject({
      deletion: { reason: 'the contract ended' },
    });
    expect(await station.codeOf('admin.tenants.scheduleDeletion', deletion)).toBe('DELETION_REFUSED');
    expect(await station.call('admin.tenants.cancelDeletion', { tenantId })).toMatchObject({ status: 'active', deletion: null });

    const setting = (settings: EffectiveSetting[]) => settings.find(({ key }) => key === 'risk.tolerance');
    expect(setting(await station.call('admin.config.list', { tenantId }))).toMatchObject({ value: 'low', origin: 'tenant' });
    const unset = await station.call<EffectiveSetting[]>('admin.config.set', { tenantId, key: 'risk.tolerance', value: null });
    expect(setting(unset)).toMatchObject({ value: 'medium', origin: 'global' });
    expect(await station.codeOf('admin.config.set', { tenantId, key: 'no.such', value: 1 })).toBe('INPUT_INVALID');
    expect(await station.codeOf('admin.config.set', { tenantId, key: 'retention.records_years', value: 0 })).toBe(
      'INPUT_INVALID',
    );
    await station.call('session.signOut');
  });

  it('the first administrator signs in at once', async () => {
    expect(await station.signIn(`admin@${domain}`)).toMatchObject({ workspace: { name: 'Renamed', functions: ['admin'] } });
    await station.call('session.signOut');
  });
});
