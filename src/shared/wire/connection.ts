/** Connection profiles: where the workspace lives, and what a test of one found. Passwords are never part of a profile. */
import { z } from 'zod';
import type { ErrorCode } from '../errors';

/** The id of the workspace on this laptop; it is always first and cannot be removed. */
export const EMBEDDED_PROFILE_ID = 'embedded';

export const TLS_MODES = ['verify-full', 'verify-ca', 'require', 'disable'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;

/** A host name, an IPv4 or an IPv6 address; no port, no path, no user. Several places of one database with commas between them. */
const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .refine(
    (text) => text.split(',').length <= 8 && text.split(',').every((one) => HOST.test(one.trim())),
    'a host name or an address, or several with commas between them',
  );

/** A new or changed server profile as the connection page sends it. */
export const serverProfileInputSchema = z.strictObject({
  /** Null for a new one. */
  id: z.uuid().nullable(),
  name: z.string().trim().min(1).max(80),
  kind: z.literal('server'),
  host,
  port: z.int().min(1).max(65_535),
  database: z.string().trim().min(1).max(63),
  tlsMode: z.enum(TLS_MODES),
  /** A grant of the chosen certificate file; null keeps the present one, `none` drops it. */
  caFile: z.union([z.uuid(), z.literal('none')]).nullable(),
  viaPgBouncer: z.boolean().default(false),
});
export type ServerProfileInput = z.input<typeof serverProfileInputSchema>;
export type ServerProfileValues = z.output<typeof serverProfileInputSchema>;

/** Somebody to sign in as during a test, so that version, extension and schema can be seen; used once and kept nowhere. */
export const testCredentialsSchema = z.strictObject({
  email: z.string().trim().min(3).max(255),
  password: z.string().min(1).max(1000),
});
export type TestCredentials = z.infer<typeof testCredentialsSchema>;

/** What the connection page may ask to be tested: an unsaved form, with or without somebody to sign in as, or a saved profile by id. */
export const connectionTestSchema = z.union([
  serverProfileInputSchema.extend({ signIn: testCredentialsSchema.optional() }),
  z.strictObject({ id: z.string().min(1).max(64) }),
]);
export type ConnectionTest = z.output<typeof connectionTestSchema>;

export interface EmbeddedProfile {
  readonly id: typeof EMBEDDED_PROFILE_ID;
  readonly name: string;
  readonly kind: 'embedded';
  readonly inUse: boolean;
}

export interface ServerProfile {
  readonly id: string;
  readonly name: string;
  readonly kind: 'server';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tlsMode: TlsMode;
  /** The certificate authority's file that was copied into the app's own folder. */
  readonly ca: { readonly fileName: string; readonly sha256: string } | null;
  readonly viaPgBouncer: boolean;
  readonly inUse: boolean;
}
export type ConnectionProfile = EmbeddedProfile | ServerProfile;

export const DIAGNOSIS_STEPS = ['resolve', 'connect', 'tls', 'signIn', 'version', 'extension', 'schema'] as const;

export interface DiagnosisStep {
  readonly key: (typeof DIAGNOSIS_STEPS)[number];
  /** Null where the step was not reached or does not apply. */
  readonly ok: boolean | null;
  readonly text: string;
  readonly code?: ErrorCode;
}

export interface Diagnosis {
  readonly steps: readonly DiagnosisStep[];
  readonly ok: boolean;
  /** Round trip of a bare query; null where none was made. */
  readonly latencyMs: number | null;
}
