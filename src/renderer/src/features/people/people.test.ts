/** People in words: who is found, in which order, and how long a role lasts. */
import type { HeldMembership, TenantMember } from '@shared/wire/admin-people';
import { describe, expect, it } from 'vitest';
import { endOf, lastInstantOf, nameOf, passwordFault, peopleMatching, rolesOf } from './words';

const held = (expiresAt: string | null): HeldMembership => ({
  function: 'auditor',
  since: '2026-01-01T00:00:00Z',
  expiresAt,
  reason: null,
});
const person = (email: string, patch: Partial<TenantMember> = {}): TenantMember => ({
  id: email,
  email,
  firstName: null,
  lastName: null,
  status: 'active',
  home: true,
  platform: false,
  lastLogin: null,
  memberships: [held(null)],
  ...patch,
});

describe('people', () => {
  const all = [
    person('z@bank.example', { status: 'former', memberships: [] }),
    person('b@bank.example', { firstName: 'Bea', lastName: 'Test' }),
    person('a@bank.example'),
  ];

  it('are found by name, e-mail or role, those who work here first', () => {
    expect(peopleMatching(all, '', false).map(nameOf)).toEqual(['a@bank.example', 'Bea Test']);
    expect(peopleMatching(all, '', true).map(nameOf)).toEqual(['a@bank.example', 'Bea Test', 'z@bank.example']);
    expect(peopleMatching(all, 'auditor bea', true)).toHaveLength(1);
    expect(rolesOf(all[0] ?? person(''))).toBe('No role');
  });

  it('keep a role through its last day, wherever they are', () => {
    expect(endOf(held(lastInstantOf('2026-12-31')))).toBe('2026-12-31');
    expect(endOf(held(null))).toBeNull();
    expect(lastInstantOf(null)).toBeNull();
  });

  it('need a password of twelve characters, each counted once', () => {
    expect(passwordFault('elevenchars')).not.toBeNull();
    expect(passwordFault('twelve chars')).toBeNull();
    expect(passwordFault('😀'.repeat(6))).not.toBeNull();
  });
});
