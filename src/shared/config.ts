/**
 * The catalogue of settings: every key that the platform and its tenants can set, with its rule, its default and what it is
 * for. A rule is a small language that both sides read: zod here, `public.config_accepts` in the database, which holds the
 * same catalogue in `public.global_config` (a test compares the two). A key that is not here does not exist.
 */
import { z } from 'zod';

export type ConfigRule =
  | { readonly type: 'boolean' }
  /** `or`: one value more, outside of the range, that means something of its own. */
  | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly or?: number }
  | { readonly type: 'text'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly options: readonly string[] }
  /** `min` to `max` values, each by the rule of `items`. */
  | { readonly type: 'list'; readonly items: ConfigRule; readonly min: number; readonly max: number }
  /** An object with exactly these fields. */
  | { readonly type: 'fields'; readonly fields: Readonly<Record<string, ConfigRule>> };

export type ConfigValue = boolean | number | string | readonly ConfigValue[] | { readonly [field: string]: ConfigValue };

export interface ConfigEntry {
  readonly label: string;
  /** What it changes, in one sentence. */
  readonly description: string;
  readonly rule: ConfigRule;
  /** What counts where nobody has set anything. */
  readonly default: ConfigValue;
  /** Whether a tenant may have a value of its own; else the platform's counts for all. */
  readonly perTenant: boolean;
}

const LEVELS = ['low', 'medium', 'high', 'critical'] as const;
const level: ConfigRule = { type: 'choice', options: LEVELS };
const days = (min: number, max: number): ConfigRule => ({ type: 'integer', min, max });
const reminders: ConfigRule = { type: 'list', items: days(0, 365), min: 0, max: 6 };

/** Likelihood 1 to 5 from top to bottom, impact 1 to 5 from left to right. */
const STANDARD_MATRIX = [
  ['low', 'low', 'low', 'medium', 'medium'],
  ['low', 'low', 'medium', 'medium', 'high'],
  ['low', 'medium', 'medium', 'high', 'high'],
  ['medium', 'medium', 'high', 'high', 'critical'],
  ['medium', 'high', 'high', 'critical', 'critical'],
] as const;

export const CONFIG = {
  'tenant.legal_hold': {
    label: 'Legal hold',
    description: 'While it is on, nothing of the tenant may be destroyed: no deletion is scheduled and no shredding begins.',
    rule: { type: 'boolean' },
    default: false,
    perTenant: true,
  },
  'tenant.deletion_grace_days': {
    label: 'Days until a deleted tenant is shredded',
    description: 'The grace period of a deletion that names none.',
    rule: days(0, 3650),
    default: 30,
    perTenant: false,
  },
  'tenant.prepared_spaces': {
    label: 'Prepared spaces for new tenants',
    description: 'How many spaces for new tenants the upkeep keeps ready, so that onboarding takes a moment.',
    rule: { type: 'integer', min: 0, max: 50 },
    default: 2,
    perTenant: false,
  },
  'tenant.time_zone': {
    label: 'Time zone',
    description: 'Where the days of legal deadlines begin and end, by its IANA name.',
    rule: { type: 'text', min: 1, max: 64 },
    default: 'UTC',
    perTenant: true,
  },
  'reminders.days_before': {
    label: 'Reminders before a due date',
    description: 'How many days before something is due its owner is reminded.',
    rule: reminders,
    default: [30, 7, 1],
    perTenant: true,
  },
  'dsr.reminder_days': {
    label: 'Reminders of requests of data subjects',
    description: 'How many days before the end of the legal month whoever answers a request is reminded.',
    rule: reminders,
    default: [14, 7, 3, 1],
    perTenant: true,
  },
  'retention.records_years': {
    label: 'Years that closed records are kept',
    description: 'Counted from the day on which an audit, a request or a finding was closed.',
    rule: days(1, 100),
    default: 10,
    perTenant: true,
  },
  'retention.evidence_years': {
    label: 'Years that evidence is kept',
    description: 'Counted from the day on which the audit it belongs to was closed.',
    rule: days(1, 100),
    default: 10,
    perTenant: true,
  },
  'retention.audit_log_months': {
    label: 'Months that the trail stays on the server',
    description: 'How many months the trail stays on the server before it may be archived to a file; 0 keeps it for ever.',
    rule: { type: 'integer', min: 12, max: 1200, or: 0 },
    default: 0,
    perTenant: true,
  },
  'evidence.types': {
    label: 'Kinds of evidence',
    description: 'The kinds that people choose from when they file evidence.',
    rule: {
      type: 'list',
      items: { type: 'choice', options: ['photo', 'document', 'export', 'screenshot', 'interview', 'other'] },
      min: 1,
      max: 6,
    },
    default: ['photo', 'document', 'export', 'screenshot', 'interview', 'other'],
    perTenant: true,
  },
  'risk.matrix': {
    label: 'Risk matrix',
    description: 'The level of a risk, by likelihood (1 to 5, a row each) and impact (1 to 5, from left to right).',
    rule: { type: 'list', items: { type: 'list', items: level, min: 5, max: 5 }, min: 5, max: 5 },
    default: STANDARD_MATRIX,
    perTenant: true,
  },
  'risk.tolerance': {
    label: 'Risk tolerance',
    description: 'The highest level that may stay without a treatment.',
    rule: level,
    default: 'medium',
    perTenant: true,
  },
  'vulnerability.days_allowed': {
    label: 'Days to close a vulnerability',
    description: 'By its severity, counted from the day on which it was found.',
    rule: { type: 'fields', fields: { critical: days(1, 365), high: days(1, 365), medium: days(1, 730), low: days(1, 1095) } },
    default: { critical: 7, high: 30, medium: 90, low: 180 },
    perTenant: true,
  },
  'knowledge.remote_provider': {
    label: 'Remote language models',
    description: 'Whether texts may leave the machine to a provider that the tenant has named; off, everything stays.',
    rule: { type: 'boolean' },
    default: false,
    perTenant: true,
  },
} as const satisfies Readonly<Record<string, ConfigEntry>>;

export type ConfigKey = keyof typeof CONFIG;
export const CONFIG_KEYS = Object.keys(CONFIG) as ConfigKey[];

export function isConfigKey(key: string): key is ConfigKey {
  return Object.hasOwn(CONFIG, key);
}

export function configEntry(key: ConfigKey): ConfigEntry {
  return CONFIG[key];
}

/** The rule as a schema; its messages are fit for a form. */
export function schemaOf(rule: ConfigRule): z.ZodType<ConfigValue> {
  switch (rule.type) {
    case 'boolean':
      return z.boolean({ error: 'true or false' });
    case 'integer': {
      const within = z
        .int({ error: `a whole number from ${rule.min} to ${rule.max}` })
        .min(rule.min, `not under ${rule.min}`)
        .max(rule.max, `not over ${rule.max}`);
      if (rule.or === undefined) return within;
      const either = `${rule.or}, or a whole number from ${rule.min} to ${rule.max}`;
      return z.int({ error: either }).refine((value) => value === rule.or || within.safeParse(value).success, either);
    }
    case 'text':
      return z
        .string({ error: 'a text' })
        .min(rule.min, `at least ${rule.min} characters`)
        .max(rule.max, `at most ${rule.max} characters`)
        .refine((text) => !/\p{Cc}/u.test(text), 'no control characters');
    case 'choice':
      return z.string().refine((text) => rule.options.includes(text), `one of ${rule.options.join(', ')}`);
    case 'list':
      return z
        .array(schemaOf(rule.items), { error: 'a list' })
        .min(rule.min, `at least ${rule.min} values`)
        .max(rule.max, `at most ${rule.max} values`);
    case 'fields':
      return z.strictObject(Object.fromEntries(Object.entries(rule.fields).map(([field, own]) => [field, schemaOf(own)])), {
        error: `exactly the fields ${Object.keys(rule.fields).join(', ')}`,
      });
  }
}

export const configKeySchema = z.custom<ConfigKey>((key) => typeof key === 'string' && isConfigKey(key), 'no such setting');
