/** `admin.tenants` and `admin.config`: what an administrator of the platform sends and gets. */
import { z } from 'zod';
import { type ConfigKey, type ConfigRule, type ConfigValue, configKeySchema } from '../config';

/** Domains of work that a licence can switch off, and what it can limit. */
export const LICENCE_FEATURES = ['regops', 'auditops', 'privacyops', 'riskops', 'knowledge'] as const;
export const LICENCE_LIMITS = ['users', 'storageBytes'] as const;

const uuid = z.uuid();
const reason = z.string().trim().min(3).max(2000);
const marks = {
  kind: z.enum(['production', 'training']).optional(),
  place: z.string().trim().max(60).optional(),
  sign: z.string().trim().min(1).max(4).optional(),
  colour: z.enum(['plum', 'petrol', 'ochre', 'navy', 'forest', 'brick', 'umber', 'olive']).optional(),
  weave: z.enum(['plain', 'dots', 'bars', 'grid', 'teeth', 'lines']).optional(),
};
export const marksSchema = z.strictObject(marks);

export const licenceInputSchema = z
  .strictObject({
    type: z.string().trim().min(1).max(50),
    startDate: z.iso.date(),
    endDate: z.iso.date(),
    features: z.partialRecord(z.enum(LICENCE_FEATURES), z.boolean()).optional(),
    limits: z.partialRecord(z.enum(LICENCE_LIMITS), z.int().min(0)).optional(),
  })
  .refine(({ startDate, endDate }) => endDate >= startDate, { path: ['endDate'], message: 'not before the start' });
export type LicenceInput = z.infer<typeof licenceInputSchema>;

export const onboardInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(255),
  domain: z.string().trim().min(1).max(253),
  marks: marksSchema,
  licence: licenceInputSchema,
  settings: z.record(z.string().max(255), z.unknown()).optional(),
  starter: z.enum(['none', 'standard']),
  administrator: z
    .strictObject({
      email: z.string().trim().min(3).max(254),
      password: z.string().min(1).max(1024),
      firstName: z.string().trim().max(100).nullish(),
      lastName: z.string().trim().max(100).nullish(),
    })
    .optional(),
});
export type OnboardInput = z.infer<typeof onboardInputSchema>;

export interface OnboardResult {
  readonly id: string;
  readonly domain: string;
  /** Records of the starter content. */
  readonly records: number;
  readonly administrator: { readonly id: string; readonly email: string } | null;
}

export const tenantInputSchema = z.strictObject({ tenantId: uuid });
export const suspendTenantSchema = z.strictObject({ tenantId: uuid, reason });
export const renameTenantSchema = z.strictObject({
  tenantId: uuid,
  name: z.string().trim().min(1).max(255).optional(),
  domain: z.string().trim().min(1).max(253).optional(),
  marks: marksSchema.optional(),
});
export type RenameInput = z.infer<typeof renameTenantSchema>;
export const setLicenceSchema = z.strictObject({ tenantId: uuid, licence: licenceInputSchema });
export const deleteTenantSchema = z.strictObject({ tenantId: uuid, graceDays: z.int().min(0).max(3650).optional(), reason });

/** A tenant as its administrators see it. */
export interface TenantSummary {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly status: 'active' | 'suspended' | 'closed';
  readonly createdAt: string;
  readonly marks: z.infer<typeof marksSchema>;
  readonly licence: {
    readonly type: string;
    readonly status: string;
    readonly startDate: string;
    readonly endDate: string;
    readonly features: Readonly<Record<string, unknown>>;
    readonly limits: Readonly<Record<string, unknown>>;
  } | null;
  /** People who may work in it now. */
  readonly members: number;
  readonly legalHold: boolean;
  /** A scheduled deletion: since when, from when on it may be shredded, why. */
  readonly deletion: { readonly since: string; readonly until: string; readonly reason: string } | null;
}

/** What of a licence is used; a limit of null is none. */
export interface LicenceUse {
  readonly people: number;
  readonly peopleLimit: number | null;
  readonly storageBytes: number;
  readonly storageLimit: number | null;
}

/** A setting as it counts, with where it comes from. */
export interface EffectiveSetting {
  readonly key: ConfigKey;
  readonly label: string;
  readonly description: string;
  readonly rule: ConfigRule;
  readonly value: ConfigValue;
  readonly origin: 'global' | 'tenant';
  /** What counts where the tenant has nothing of its own. */
  readonly globalValue: ConfigValue;
  readonly perTenant: boolean;
  readonly changedAt: string;
}

/** Null is the platform's own. */
export const configPlaceSchema = z.strictObject({ tenantId: uuid.nullable() });
export const setConfigSchema = z.strictObject({
  tenantId: uuid.nullable(),
  key: configKeySchema,
  /** Null takes the value back. */
  value: z.unknown(),
});
