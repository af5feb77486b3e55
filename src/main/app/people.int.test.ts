/**
 * The administrator's people and everybody's own password, as the window calls them, on each kind of server. Changing a password
 * takes connection and vault along; what the database forbids arrives as a code with its sentence.
 */
import { randomUUID } from 'node:crypto';
import type { TenantMember } from '@shared/wire/admin-people';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKinds } from '../db/testing';
import { PASSWORD, startStation, type TestStation } from './testing';

const ADMIN = 'both@bank.example';
const NEW_PASSWORD = 'an entirely new password';

describe.each(testKinds())('people and passwords on %s', (kind) => {
  let station: TestStation;
  /** Roles belong to the whole server: an address of its own for each run. */
  const NEWCOMER = `new-${randomUUID()}@bank.example`;
  const people = () => station.call<TenantMember[]>('admin.people.list');
  const member = async (email: string) => (await people()).find((one) => one.email === email);
  const idOf = async (email: string) => (await member(email))?.id ?? '';
  const asAdmin = async () => {
    await station.signIn(ADMIN);
    await station.call('session.switchTenant', { tenantId: station.tenants.bank });
  };

  beforeAll(async () => {
    station = await startStation(kind);
  });
  afterAll(() => station?.close());

  it('answer nobody but an administrator', async () => {
    expect(await station.codeOf('admin.people.list')).toBe('NOT_SIGNED_IN');
    await station.signIn('auditor@bank.example');
    const personId = randomUUID();
    expect(await station.codeOf('admin.people.list')).toBe('ROLE_FORBIDS');
    for (const path of ['suspend', 'resume', 'unlock', 'remove']) {
      expect(await station.codeOf(`admin.people.${path}`, { personId })).toBe('ROLE_FORBIDS');
    }
    expect(await station.codeOf('admin.people.resetPassword', { personId, password: NEW_PASSWORD })).toBe('ROLE_FORBIDS');
    await station.call('session.signOut');
    // In the clinic the administrator of the bank is an auditor.
    await asAdmin();
    await station.call('session.switchTenant', { tenantId: station.tenants.clinic });
    expect(await station.codeOf('admin.people.list')).toBe('ROLE_FORBIDS');
    await station.call('session.signOut');
  });

  it('are listed with what they hold', async () => {
    await asAdmin();
    expect(await member('auditor@bank.example')).toEqual({
      id: expect.any(String),
      email: 'auditor@bank.example',
      firstName: 'Anna',
      lastName: 'Test',
      status: 'active',
      home: true,
      platform: false,
      lastLogin: expect.stringMatching(/Z$/),
      memberships: [{ function: 'auditor', since: expect.stringMatching(/Z$/), expiresAt: null, reason: null }],
    });
    expect((await member('gone@bank.example'))?.status).toBe('suspended');
    expect((await member('none@bank.example'))?.status).toBe('former');
  });

  it('are created, granted, revoked, suspended, resumed, unlocked, removed', async () => {
    const create = { email: NEWCOMER, firstName: 'Nora', lastName: null, function: 'viewer', password: 'short' };
    expect(await station.respond('admin.people.create', create)).toMatchObject({
      error: { code: 'INPUT_INVALID', faults: [{ path: 'password' }] },
    });
    const { id } = await station.call<{ id: string }>('admin.people.create', { ...create, password: PASSWORD });
    expect(await station.respond('admin.people.create', { ...create, password: PASSWORD })).toMatchObject({
      error: { code: 'DUPLICATE', details: { field: 'email', value: NEWCOMER } },
    });
    const membership = { function: 'risk', expiresAt: '2999-01-01T00:00:00.000Z', reason: null };
    expect(await station.codeOf('admin.people.grant', { person: { personId: id }, ...membership })).toBe('VALUE_REFUSED');
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    const list = await station.call<TenantMember[]>('admin.people.grant', {
      person: { email: NEWCOMER.toUpperCase() },
      ...membership,
      expiresAt: soon,
      reason: 'Stands in',
    });
    expect(list.find((one) => one.id === id)?.memberships).toMatchObject([
      { function: 'risk', expiresAt: soon, reason: 'Stands in' },
      { function: 'viewer', expiresAt: null },
    ]);
    const unknown = { person: { email: 'nobody@nowhere.example' }, ...membership, expiresAt: null };
    expect(await station.codeOf('admin.people.grant', unknown)).toBe('NOT_FOUND');
    await station.call('admin.people.revoke', { personId: id, function: 'risk' });
    expect(await station.codeOf('admin.people.revoke', { personId: id, function: 'risk' })).toBe('NOT_FOUND');
    for (const [path, status] of [
      ['suspend', 'suspended'],
      ['resume', 'active'],
      ['unlock', 'active'],
    ]) {
      const now = await station.call<TenantMember[]>(`admin.people.${path}`, { personId: id });
      expect(now.find((one) => one.id === id)?.status).toBe(status);
    }
    await station.call('admin.people.resetPassword', { personId: id, password: NEW_PASSWORD });
    await station.call('admin.people.remove', { personId: id });
    expect((await member(NEWCOMER))?.status).toBe('removed');
    // Who is removed is nobody's to administer.
    expect(await station.codeOf('admin.people.suspend', { personId: id })).toBe('ROLE_FORBIDS');
  });

  it('leave the last administrator, who does nothing to themselves', async () => {
    const personId = await idOf(ADMIN);
    expect(await station.codeOf('admin.people.revoke', { personId, function: 'admin' })).toBe('LAST_ADMINISTRATOR');
    expect(await station.codeOf('admin.people.remove', { personId })).toBe('ROLE_FORBIDS');
    const membership = { person: { personId }, function: 'privacy', expiresAt: null, reason: null };
    expect(await station.codeOf('admin.people.grant', membership)).toBe('ROLE_FORBIDS');
    await station.call('session.signOut');
  });

  it('change their own password: sign-in, open work and vault go with it', async () => {
    const email = 'second@bank.example';
    await station.signIn(email);
    const key = Buffer.from((await station.workstation.session.open().keys()).keyFor(station.tenants.bank));
    const change = (currentPassword: string, newPassword: string) =>
      station.codeOf('session.changePassword', { currentPassword, newPassword });
    expect(await change('not the password', NEW_PASSWORD)).toBe('SIGN_IN_REFUSED');
    expect(await change(PASSWORD, 'short')).toBe('INPUT_INVALID');
    expect(await change(PASSWORD, NEW_PASSWORD)).toBe('ok');
    expect(await station.call('session.state')).toMatchObject({ person: { email }, workspace: { name: 'Bank' } });
    expect(await station.call('entities.regulations.list', {})).toMatchObject({ total: 0 });
    expect((await station.workstation.session.open().keys()).keyFor(station.tenants.bank).equals(key)).toBe(true);
    await station.call('session.signOut');
    expect(await station.codeOf('session.signIn', { email, password: PASSWORD })).toBe('SIGN_IN_REFUSED');
    await station.signIn(email, NEW_PASSWORD);
    expect((await station.workstation.session.open().keys()).keyFor(station.tenants.bank).equals(key)).toBe(true);
    await station.call('session.signOut');
    await station.restartThrottle();
  });

  it('are locked where this laptop is the one who checks, and told so after the right password only', async () => {
    if (kind !== 'embedded') return;
    const email = 'viewer@bank.example';
    await station.admin((client) => client.query(`UPDATE public.users SET failed_sign_ins = 19 WHERE email = '${email}'`));
    expect(await station.codeOf('session.signIn', { email, password: 'wrong password here' })).toBe('SIGN_IN_REFUSED');
    expect(await station.codeOf('session.signIn', { email, password: 'wrong password here' })).toBe('SIGN_IN_REFUSED');
    expect(await station.codeOf('session.signIn', { email, password: PASSWORD })).toBe('PERSON_LOCKED');
    await asAdmin();
    expect((await member(email))?.status).toBe('locked');
    await station.call('admin.people.unlock', { personId: await idOf(email) });
    await station.call('session.signOut');
    expect((await station.signIn(email)).person?.email).toBe(email);
    await station.call('session.signOut');
  });
});
