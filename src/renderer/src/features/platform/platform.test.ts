/** What the platform's screens say, and what the wizard sends. */
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { onboardInputSchema } from '@shared/wire/admin-tenants';
import { describe, expect, it } from 'vitest';
import { ruleText, typedList } from './settingWords';
import {
  administratorFaults,
  hasFaults,
  identityFaults,
  licenceDraft,
  licenceFaults,
  lookalikes,
  newLicence,
  stateOf,
  tenantsMatching,
  toLicence,
  toOnboarding,
  usageWords,
} from './words';

const TODAY = '2026-11-22';
const tenant: TenantSummary = {
  id: '0193aa11-2222-7000-8000-000000000000',
  name: 'Nordhaven Bank AG',
  domain: 'nordhaven.example',
  status: 'active',
  createdAt: '2026-01-01T00:00:00Z',
  marks: { colour: 'plum', weave: 'plain', sign: 'NB' },
  licence: {
    type: 'standard',
    status: 'active',
    startDate: '2026-01-01',
    endDate: '2027-12-31',
    features: {},
    limits: { users: 3 },
  },
  members: 2,
  legalHold: false,
  deletion: null,
};
const identity = {
  name: 'Marenko Logistics',
  domain: 'Marenko.example',
  place: 'Gdańsk',
  sign: 'ML',
  kind: 'production',
  colour: 'brick',
  weave: 'lines',
} as const;

describe('a tenant’s state', () => {
  it('is what matters most', () => {
    const licence = (endDate: string) => ({ ...tenant, licence: tenant.licence && { ...tenant.licence, endDate } });
    expect(stateOf(tenant, TODAY).word).toBe('Active');
    expect(stateOf(licence('2026-12-01'), TODAY).word).toBe('Licence ends soon');
    expect(stateOf(licence('2026-11-21'), TODAY).word).toBe('Licence ended');
    expect(stateOf({ ...tenant, status: 'suspended' }, TODAY).word).toBe('Suspended');
    const deletion = { since: '', until: '', reason: 'over' };
    expect(stateOf({ ...tenant, status: 'suspended', deletion }, TODAY).tone).toBe('bad');
    expect(stateOf({ ...tenant, licence: null }, TODAY).word).toBe('No licence');
  });

  it('is found by name, domain or sign, and shows what is used', () => {
    expect(tenantsMatching([tenant], 'nb bank')).toHaveLength(1);
    expect(tenantsMatching([tenant], 'clinic')).toHaveLength(0);
    const use = { people: 2, peopleLimit: 25, storageBytes: 1_500_000, storageLimit: null };
    expect(usageWords(use)).toEqual({ people: '2 of 25', storage: '1.5 MB, no limit' });
  });
});

describe('the wizard', () => {
  it('wants a name that fits, a free domain and a sign', () => {
    expect(hasFaults(identityFaults(identity, [tenant]))).toBe(false);
    expect(identityFaults({ ...identity, name: 'x'.repeat(23) }, []).name).toContain('22');
    expect(identityFaults({ ...identity, domain: 'NORDHAVEN.example' }, [tenant]).domain).toContain('Another');
    for (const domain of ['', 'nodot', 'a@b.example', 'a b.example']) {
      expect(identityFaults({ ...identity, domain }, []).domain).toContain('domain');
    }
    expect(identityFaults({ ...identity, sign: '' }, []).sign).toBeDefined();
    expect(lookalikes({ colour: 'plum', weave: 'plain' }, [tenant])).toEqual(['Nordhaven Bank AG']);
    expect(lookalikes({ colour: 'plum', weave: 'dots' }, [tenant])).toEqual([]);
  });

  it('gives a licence of a year and takes back what it gave', () => {
    const draft = newLicence(TODAY);
    expect(draft.end).toBe('2027-11-21');
    expect(newLicence('2027-03-01').end).toBe('2028-02-29');
    expect(hasFaults(licenceFaults(draft))).toBe(false);
    expect(licenceFaults({ ...draft, end: '2020-01-01' }).end).toContain('before');
    expect(licenceFaults({ ...draft, users: '-1' }).users).toBeDefined();
    const licence = toLicence({ ...draft, storage: '0.5', features: ['regops'] });
    expect(licence.limits).toEqual({ users: 25, storageBytes: 500_000_000 });
    expect(licence.features).toMatchObject({ regops: true, knowledge: false });
    expect(tenant.licence && licenceDraft(tenant.licence)).toMatchObject({ users: '3', storage: '' });
  });

  it('sends what main takes', () => {
    const administrator = { firstName: ' ', lastName: 'Falkner', email: ' ruth@marenko.example ', password: 'a long enough one' };
    expect(hasFaults(administratorFaults(administrator))).toBe(false);
    expect(administratorFaults({ ...administrator, password: 'short' }).password).toBeDefined();
    const sent = toOnboarding({
      identity,
      starter: 'standard',
      timeZone: 'Europe/Warsaw',
      licence: newLicence(TODAY),
      administrator,
    });
    expect(onboardInputSchema.parse(sent)).toMatchObject({
      domain: 'marenko.example',
      marks: { place: 'Gdańsk', colour: 'brick' },
      administrator: { email: 'ruth@marenko.example', firstName: null, lastName: 'Falkner' },
    });
  });
});

describe('the words of a setting', () => {
  it('show lists, fields and choices', () => {
    expect(ruleText({ type: 'boolean' }, true)).toBe('On');
    expect(ruleText({ type: 'list', items: { type: 'integer', min: 0, max: 9 }, min: 0, max: 6 }, [7, 1])).toBe('7, 1');
    expect(ruleText({ type: 'fields', fields: { high: { type: 'integer', min: 1, max: 9 } } }, { high: 3 })).toBe('high 3');
    expect(ruleText({ type: 'list', items: { type: 'integer', min: 0, max: 9 }, min: 0, max: 6 }, [])).toBe('none');
    expect(typedList(' 30, 7 1 ')).toEqual([30, 7, 1]);
    expect(typedList('')).toEqual([]);
    expect(typedList('x')).toEqual(['x']);
  });
});
