/**
 * The demonstration workspace: its two tenants and one person for each function, and a second auditor, for nobody
 * reviews their own work. The seed makes them, the sign-in page offers them,
 * README lists them. The password is public on purpose; it opens made-up records on one laptop.
 */
import type { Workspace } from './ipc';
import type { TenantFunction } from './roles';

export const DEMO_PASSWORD = 'Workstation-2026';

export interface DemoTenant extends Pick<Workspace, 'name' | 'domain' | 'kind' | 'place' | 'sign' | 'colour' | 'weave'> {
  readonly key: 'nordhaven' | 'helvia';
}

export const DEMO_TENANTS: readonly DemoTenant[] = [
  {
    key: 'nordhaven',
    name: 'Nordhaven Bank AG',
    domain: 'nordhaven.example',
    kind: 'production',
    place: 'Frankfurt',
    sign: 'NB',
    colour: 'plum',
    weave: 'plain',
  },
  {
    key: 'helvia',
    name: 'Helvia Health Group',
    domain: 'helvia.example',
    kind: 'production',
    place: 'Zürich',
    sign: 'HH',
    colour: 'petrol',
    weave: 'dots',
  },
];

export interface DemoPerson {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** The first is the home tenant. */
  readonly memberships: readonly { readonly tenant: DemoTenant['key']; readonly function: TenantFunction }[];
}

function person(firstName: string, lastName: string, tenant: DemoTenant['key'], fn: TenantFunction): DemoPerson {
  const local = `${firstName}.${lastName.replaceAll(' ', '')}`.toLowerCase();
  return { email: `${local}@${tenant}.example`, firstName, lastName, memberships: [{ tenant, function: fn }] };
}

export const DEMO_PERSONS: readonly DemoPerson[] = [
  person('Tomasz', 'Wilk', 'nordhaven', 'auditor'),
  person('Clara', 'Engel', 'nordhaven', 'auditor'),
  person('Mira', 'Aldenhoff', 'nordhaven', 'compliance'),
  person('Leonie', 'Brandt', 'nordhaven', 'privacy'),
  person('Jonas', 'Petrak', 'nordhaven', 'risk'),
  person('Noor', 'van Dijk', 'nordhaven', 'viewer'),
  {
    email: 'ingrid.solheim@nordhaven.example',
    firstName: 'Ingrid',
    lastName: 'Solheim',
    memberships: [
      { tenant: 'nordhaven', function: 'admin' },
      { tenant: 'helvia', function: 'admin' },
    ],
  },
  person('Reto', 'Keller', 'helvia', 'auditor'),
  person('Anna', 'Frei', 'helvia', 'compliance'),
  person('Livia', 'Meier', 'helvia', 'privacy'),
  person('Samir', 'Haddad', 'helvia', 'risk'),
  person('Nina', 'Aebi', 'helvia', 'viewer'),
];

/** The demonstration's administrator of the platform: makes, closes and ends tenants, besides administering the two. */
export const DEMO_PLATFORM = 'ingrid.solheim@nordhaven.example';
