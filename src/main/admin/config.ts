/** Settings of the platform and its tenants: what counts, where it comes from, and the change of a value. */
import {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigRule,
  type ConfigValue,
  configEntry,
  isConfigKey,
  schemaOf,
} from '@shared/config';
import { CodedError, type FieldFault } from '@shared/errors';
import type { EffectiveSetting } from '@shared/wire/admin-tenants';
import { z } from 'zod';
import { queryRows } from '../db/migrate/client';
import { type Runner, settled } from './runner';

/**
 * Values by key, checked against the catalogue; for a tenant's own.
 * @throws CodedError INPUT_INVALID with a fault for each unknown key and each value that its rule refuses
 */
export function checkSettings(settings: Readonly<Record<string, unknown>>): [ConfigKey, ConfigValue][] {
  const faults: FieldFault[] = [];
  const values: [ConfigKey, ConfigValue][] = [];
  for (const [key, given] of Object.entries(settings)) {
    if (!isConfigKey(key)) {
      faults.push({ path: key, message: `is no setting; there are ${CONFIG_KEYS.join(', ')}` });
      continue;
    }
    const entry = configEntry(key);
    const parsed = schemaOf(entry.rule).safeParse(given);
    if (!entry.perTenant) faults.push({ path: key, message: 'is the platform’s and no tenant’s' });
    else if (parsed.success) values.push([key, parsed.data]);
    else faults.push(...faultsOf(key, parsed.error));
  }
  if (faults.length > 0) throw new CodedError('INPUT_INVALID', { field: faults[0]?.path ?? '' }, { faults });
  return values;
}

function faultsOf(key: string, error: z.ZodError): FieldFault[] {
  return error.issues.map(({ path, message }) => ({ path: [key, ...path].join('.'), message }));
}

/**
 * The key and the value as they may be stored; null takes a value back.
 * @throws CodedError INPUT_INVALID
 */
export function checkSetting(key: string, value: unknown, of: 'tenant' | 'platform'): [ConfigKey, ConfigValue | null] {
  if (of === 'tenant' && value !== null) return checkSettings({ [key]: value })[0] ?? unknownKey(key);
  if (!isConfigKey(key)) return unknownKey(key);
  if (value === null) return [key, null];
  const parsed = schemaOf(configEntry(key).rule).safeParse(value);
  if (parsed.success) return [key, parsed.data];
  throw new CodedError('INPUT_INVALID', { field: key }, { faults: faultsOf(key, parsed.error) });
}

function unknownKey(key: string): never {
  const message = `is no setting; there are ${CONFIG_KEYS.join(', ')}`;
  throw new CodedError('INPUT_INVALID', { field: key }, { faults: [{ path: key, message }] });
}

/** A value as people type it: as the rule wants it, JSON for lists and fields. Not checked yet. */
export function valueFromText(key: string, text: string): unknown {
  const rule: ConfigRule | null = isConfigKey(key) ? configEntry(key).rule : null;
  if (rule === null || rule.type === 'text' || rule.type === 'choice') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A list may also be written as a, b, c.
    return rule.type === 'list' ? text.split(',').map((part) => partOf(part.trim())) : text;
  }
}

function partOf(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

const row = z.object({
  key: z.custom<ConfigKey>((key) => typeof key === 'string' && isConfigKey(key)),
  value: z.custom<ConfigValue>(),
  origin: z.enum(['global', 'tenant']),
  description: z.string(),
  global_value: z.custom<ConfigValue>(),
  per_tenant: z.boolean(),
  changed_at: z.union([z.string(), z.date()]),
});

/** What counts for a tenant; null: what counts where a tenant has nothing of its own. Settings of a newer schema are left out. */
export async function readSettings(runner: Runner, tenantId: string | null): Promise<EffectiveSetting[]> {
  const found = await runner.transact((client) =>
    queryRows(client, z.object({ key: z.string() }).loose(), 'SELECT * FROM public.effective_config($1::uuid)', [tenantId]),
  );
  return found
    .filter(({ key }) => isConfigKey(key))
    .map((one) => row.parse(one))
    .map(({ key, value, origin, description, global_value, per_tenant, changed_at }) => ({
      key,
      label: configEntry(key).label,
      description,
      rule: configEntry(key).rule,
      value,
      origin,
      globalValue: global_value,
      perTenant: per_tenant,
      changedAt: typeof changed_at === 'string' ? changed_at : changed_at.toISOString(),
    }));
}

/**
 * Sets a value, or takes it back (null). `tenantId` null is the platform's.
 * @throws CodedError INPUT_INVALID, ROLE_FORBIDS, NOT_FOUND (the tenant)
 */
export async function writeSetting(runner: Runner, tenantId: string | null, key: string, value: unknown): Promise<void> {
  const [known, checked] = checkSetting(key, value, tenantId === null ? 'platform' : 'tenant');
  const json = checked === null ? null : JSON.stringify(checked);
  await settled(runner, (client) =>
    tenantId === null
      ? client.query('SELECT public.set_global_config($1, $2::jsonb)', [known, json])
      : client.query('SELECT public.set_tenant_config($1::uuid, $2, $3::jsonb)', [tenantId, known, json]),
  );
}
