/** `kompl tenant …`: which tenants there are. */
import { loadMigrations } from '@main/db/migrate';
import { createTenant } from '@main/db/provision';
import { addDays, calendarDate } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import type { Command } from '../command';
import { migrationsFolder } from '../folders';
import { listTenantRecords } from '../login';

const create: Command = {
  words: ['tenant', 'create'],
  positionals: [],
  summary: 'Create a tenant with its roles and its schema, and print its id.',
  options: {
    name: { type: 'string', value: 'N', required: true, help: 'its name, best within 22 characters' },
    domain: { type: 'string', value: 'D', required: true, help: 'its domain, for example nordhaven.example' },
    'licence-type': { type: 'string', value: 'T', help: 'standard unless given' },
    'licence-start': { type: 'string', value: 'DATE', help: 'today unless given' },
    'licence-end': { type: 'string', value: 'DATE', help: 'a year from the start unless given' },
  },
  async run({ database, login, values, io }) {
    if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'tenant create' });
    const migrations = await loadMigrations(migrationsFolder());
    const startDate = values.optional('licence-start') ?? calendarDate(io.now());
    const licence = {
      type: values.optional('licence-type') ?? 'standard',
      startDate,
      endDate: values.optional('licence-end') ?? (/^\d{4}-\d\d-\d\d$/.test(startDate) ? addDays(startDate, 365) : startDate),
    };
    const made = await database.admin((client) =>
      createTenant(client, { name: values.text('name'), domain: values.text('domain'), config: {}, licence }, { migrations }),
    );
    return { json: { id: made.id, schema: made.schema }, text: [`id      ${made.id}`, `schema  ${made.schema}`] };
  },
};

const list: Command = {
  words: ['tenant', 'list'],
  positionals: [],
  summary: 'List the tenants.',
  options: {},
  async run({ database, login }) {
    if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'tenant list' });
    const tenants = (await listTenantRecords(database)).map((tenant) => ({ ...tenant, schema: tenantSchema(tenant.id) }));
    return {
      json: { tenants },
      text:
        tenants.length === 0
          ? ['There is no tenant yet.']
          : tenants.map(({ id, name, domain, status }) => `${id}  ${status.padEnd(9)}  ${name} (${domain})`),
    };
  },
};

export const TENANT_COMMANDS: readonly Command[] = [create, list];
