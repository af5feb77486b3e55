/**
 * What this laptop remembers between starts: looks, connection profiles, the tenant last used by each person, the window's
 * place. Never a password. One file, versioned, replaced whole.
 */
import { TLS_MODES } from '@shared/wire/connection';
import { z } from 'zod';
import { type JsonStore, openJsonStore } from '../platform/json-store';

const appSchema = z.strictObject({
  theme: z.enum(['light', 'dark', 'system']),
  density: z.enum(['compact', 'standard', 'relaxed']),
  singleKeys: z.boolean(),
});

export const storedProfileSchema = z.strictObject({
  id: z.uuid(),
  name: z.string().min(1).max(80),
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  tlsMode: z.enum(TLS_MODES),
  /** Name under which the certificate file was chosen, and its hash; the copy lies at `certificates/<sha256>.pem`. */
  ca: z.strictObject({ fileName: z.string().max(255), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullable(),
  viaPgBouncer: z.boolean(),
});
export type StoredProfile = z.infer<typeof storedProfileSchema>;

const settingsSchema = z.strictObject({
  version: z.literal(1),
  app: appSchema,
  connections: z.strictObject({ profiles: z.array(storedProfileSchema).max(50), inUse: z.string().max(64) }),
  /** Person id → tenant id. */
  lastTenant: z.record(z.uuid(), z.uuid()),
  window: z
    .strictObject({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1), maximized: z.boolean() })
    .nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingsStore = JsonStore<Settings>;

export const DEFAULT_SETTINGS: Settings = {
  version: 1,
  app: { theme: 'system', density: 'standard', singleKeys: true },
  connections: { profiles: [], inUse: 'embedded' },
  lastTenant: {},
  window: null,
};

export function openSettings(path: string, now: () => Date): SettingsStore {
  return openJsonStore({ path, schema: settingsSchema, initial: () => DEFAULT_SETTINGS, now });
}
