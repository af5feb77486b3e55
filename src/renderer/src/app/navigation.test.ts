/** Who is shown what in the navigation, and which screens need no tenant. */
import { TENANT_FUNCTIONS } from '@shared/roles';
import { describe, expect, it } from 'vitest';
import { navItemsFor, navigationFor, needsNoTenant, platformNavigation } from './navigation';

describe('an administrator of the platform', () => {
  it('without a tenant sees the platform’s screens and nothing of tenants', () => {
    expect(navigationFor([], true).flatMap(({ items }) => items.map(({ key }) => key))).toEqual(['tenants']);
    expect(navItemsFor([], true).map(({ to }) => to)).toEqual(['/admin/tenants', '/connections', '/settings']);
    expect(platformNavigation(null).flatMap(({ items }) => items.map(({ to }) => to))).toEqual(['/admin/tenants']);
  });

  it('with one sees both, and the way back into it', () => {
    const keys = navigationFor(['auditor'], true).flatMap(({ items }) => items.map(({ key }) => key));
    expect(keys).toEqual(expect.arrayContaining(['home', 'tenants']));
    expect(platformNavigation('Bank').flatMap(({ items }) => items.map(({ label }) => label))).toEqual(['Tenants', 'Bank']);
  });

  it('is led to the platform from every screen that needs a tenant', () => {
    expect(['/admin/tenants', '/admin/tenants/new', '/connections', '/settings'].map(needsNoTenant)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['/', '/r/findings', '/admin/people', '/admin/trail', '/fieldwork'].some(needsNoTenant)).toBe(false);
  });
});

describe('the letters after G', () => {
  it('lead to one place each, whatever a person may open', () => {
    const letters = navItemsFor(TENANT_FUNCTIONS, true).map(({ letter }) => letter);
    expect(letters.filter((letter, at) => letters.indexOf(letter) !== at)).toEqual([]);
  });
});
