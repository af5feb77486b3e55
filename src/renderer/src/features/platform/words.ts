/** What the platform's screens say of tenants, and what the wizard checks before it asks the server. Pure. */
import type { Tone } from '@shared/entities/fields';
import { fullMarks, type Marks } from '@shared/marks';
import type { LicenceInput, LicenceUse, OnboardInput, TenantSummary } from '@shared/wire/admin-tenants';
import type { TenantLook } from '../../components/TenantMark';
import { daysUntil, formatBytes, formatDate, formatNumber } from '../../lib/format';
import { passwordFault } from '../people/words';

export interface StateWords {
  readonly word: string;
  readonly tone: Tone;
  readonly shape: string;
}

/** A licence that ends within so many days asks for attention. */
const SOON_DAYS = 30;

/** The one state that matters most: an end that is set, a suspension, a licence that is over, or that all is well. */
export function stateOf({ status, deletion, licence }: TenantSummary, today: string): StateWords {
  if (deletion !== null) return { word: 'To be deleted', tone: 'bad', shape: 'trash' };
  if (status === 'suspended') return { word: 'Suspended', tone: 'attention', shape: 'pause' };
  if (status === 'closed') return { word: 'Closed', tone: 'neutral', shape: 'lock' };
  if (licence === null) return { word: 'No licence', tone: 'bad', shape: 'hourglass' };
  if (licence.startDate > today) return { word: 'Not yet licensed', tone: 'neutral', shape: 'hourglass' };
  const left = daysUntil(licence.endDate, today);
  if (left !== null && left < 0) return { word: 'Licence ended', tone: 'bad', shape: 'hourglass' };
  return left !== null && left <= SOON_DAYS
    ? { word: 'Licence ends soon', tone: 'attention', shape: 'hourglass' }
    : { word: 'Active', tone: 'good', shape: 'check-filled' };
}

export function lookOf(tenant: Pick<TenantSummary, 'id' | 'name' | 'marks'>): TenantLook {
  return { name: tenant.name, ...fullMarks(tenant.id, tenant.name, tenant.marks) };
}

/** `Standard, 1 Jan 2026 to 31 Dec 2026` */
export function licenceWords(licence: TenantSummary['licence']): string {
  if (licence === null) return 'None';
  const type = licence.type.slice(0, 1).toUpperCase() + licence.type.slice(1);
  return `${type}, ${formatDate(licence.startDate)} to ${formatDate(licence.endDate)}`;
}

export interface UseWords {
  readonly people: string;
  readonly storage: string;
}

export function usageWords(use: LicenceUse): UseWords {
  const of = (limit: string | null) => (limit === null ? ', no limit' : ` of ${limit}`);
  return {
    people: formatNumber(use.people) + of(use.peopleLimit === null ? null : formatNumber(use.peopleLimit)),
    storage: formatBytes(use.storageBytes) + of(use.storageLimit === null ? null : formatBytes(use.storageLimit)),
  };
}

/** Tenants by name, domain or sign. */
export function tenantsMatching(tenants: readonly TenantSummary[], text: string): readonly TenantSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return tenants.filter((tenant) => {
    const line = `${tenant.name} ${tenant.domain} ${lookOf(tenant).sign}`.toLowerCase();
    return words.every((word) => line.includes(word));
  });
}

export const FEATURE_WORDS: Readonly<Record<keyof NonNullable<LicenceInput['features']>, string>> = {
  regops: 'RegOps',
  auditops: 'AuditOps',
  privacyops: 'PrivacyOps',
  riskops: 'RiskOps',
  knowledge: 'Knowledge',
};
export type Feature = keyof typeof FEATURE_WORDS;
export const FEATURES = Object.keys(FEATURE_WORDS) as Feature[];

/** What a person fills in for a licence; numbers as they are typed. */
export interface LicenceDraft {
  readonly type: string;
  readonly start: string;
  readonly end: string;
  /** '' is no limit. */
  readonly users: string;
  /** Gigabytes; '' is no limit. */
  readonly storage: string;
  readonly features: readonly Feature[];
}

const GB = 1_000_000_000;

export function licenceDraft(licence: NonNullable<TenantSummary['licence']>): LicenceDraft {
  const { users, storageBytes } = licence.limits;
  return {
    type: licence.type,
    start: licence.startDate,
    end: licence.endDate,
    users: typeof users === 'number' ? String(users) : '',
    storage: typeof storageBytes === 'number' ? String(storageBytes / GB) : '',
    features: FEATURES.filter((feature) => licence.features[feature] !== false),
  };
}

/** A year from a day on, the last day included. */
export function newLicence(today: string): LicenceDraft {
  const year = Number(today.slice(0, 4));
  const end = new Date(Date.UTC(year + 1, Number(today.slice(5, 7)) - 1, Number(today.slice(8, 10)) - 1));
  return { type: 'standard', start: today, end: end.toISOString().slice(0, 10), users: '25', storage: '50', features: FEATURES };
}

export type Faults<Draft> = { readonly [Key in keyof Draft]?: string };

export function licenceFaults(draft: LicenceDraft): Faults<LicenceDraft> {
  return {
    type: draft.type.trim() === '' ? 'A word for it, such as standard' : undefined,
    start: draft.start === '' ? 'The first day' : undefined,
    end: draft.end === '' ? 'The last day' : draft.end < draft.start ? 'Not before the first day' : undefined,
    users: draft.users === '' || /^\d{1,7}$/.test(draft.users) ? undefined : 'A whole number, or empty',
    storage: draft.storage === '' || /^\d{1,6}(\.\d{1,3})?$/.test(draft.storage) ? undefined : 'A number, or empty',
  };
}

export function toLicence(draft: LicenceDraft): LicenceInput {
  return {
    type: draft.type.trim(),
    startDate: draft.start,
    endDate: draft.end,
    features: Object.fromEntries(FEATURES.map((feature) => [feature, draft.features.includes(feature)])),
    limits: {
      ...(draft.users === '' ? {} : { users: Number(draft.users) }),
      ...(draft.storage === '' ? {} : { storageBytes: Math.round(Number(draft.storage) * GB) }),
    },
  };
}

/** Longer names would be cut in the block top left. */
export const LONGEST_NAME = 22;

export interface IdentityDraft extends Marks {
  readonly name: string;
  readonly domain: string;
  readonly place: string;
}

export function identityFaults(draft: IdentityDraft, others: readonly TenantSummary[]): Faults<IdentityDraft> {
  const name = draft.name.trim();
  const domain = draft.domain.trim().toLowerCase();
  const sign = draft.sign.trim();
  return {
    name:
      name === ''
        ? 'The name that stands in every window'
        : [...name].length > LONGEST_NAME
          ? `At most ${LONGEST_NAME} characters, so that no window cuts it`
          : undefined,
    domain: !/^[^\s@/:]+\.[^\s@/:.]+$/.test(domain)
      ? 'A domain, such as bank.example'
      : others.some((other) => other.domain === domain)
        ? 'Another tenant has this domain'
        : undefined,
    sign: sign === '' || [...sign].length > 4 ? 'One to four letters' : undefined,
  };
}

/** Tenants that carry the same colour and weave; one may be taken for the other. */
export function lookalikes(draft: Pick<Marks, 'colour' | 'weave'>, others: readonly TenantSummary[]): readonly string[] {
  return others
    .filter((other) => {
      const look = lookOf(other);
      return look.colour === draft.colour && look.weave === draft.weave;
    })
    .map((other) => other.name);
}

export interface AdministratorDraft {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly password: string;
}

export function administratorFaults(draft: AdministratorDraft): Faults<AdministratorDraft> {
  return {
    email: /^\S+@\S+\.\S+$/.test(draft.email.trim()) ? undefined : 'An address like name@company.example',
    password: passwordFault(draft.password) ?? undefined,
  };
}

export function hasFaults(faults: Readonly<Record<string, string | undefined>>): boolean {
  return Object.values(faults).some((fault) => fault !== undefined);
}

export interface TenantDraft {
  readonly identity: IdentityDraft;
  readonly starter: OnboardInput['starter'];
  readonly timeZone: string;
  readonly licence: LicenceDraft;
  readonly administrator: AdministratorDraft;
}

export function toOnboarding({ identity, starter, timeZone, licence, administrator }: TenantDraft): OnboardInput {
  const { name, domain, place, sign, kind, colour, weave } = identity;
  return {
    name: name.trim(),
    domain: domain.trim().toLowerCase(),
    marks: { kind, sign: sign.trim(), colour, weave, ...(place.trim() === '' ? {} : { place: place.trim() }) },
    licence: toLicence(licence),
    settings: { 'tenant.time_zone': timeZone },
    starter,
    administrator: {
      email: administrator.email.trim(),
      password: administrator.password,
      firstName: administrator.firstName.trim() || null,
      lastName: administrator.lastName.trim() || null,
    },
  };
}
