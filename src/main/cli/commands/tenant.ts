/** `kompl tenant …` and `kompl user …`: who there is. */
import { loadMigrations } from '@main/db/migrate';
import { createPerson, createTenant } from '@main/db/provision';
import { addDays, calendarDate } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import { TENANT_FUNCTIONS, type TenantFunction, tenantSchema } from '@shared/roles';
import { AS_OPTION, type Command, TENANT_OPTION } from '../command';
import { migrationsFolder } from '../folders';
import { listTenantRecords, tenantIdOf } from '../login';
import { UsageError } from '../usage';
import { SOURCE } from '../version';

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

function functionOf(text: string): TenantFunction {
  const found = TENANT_FUNCTIONS.find((fn) => fn === text.toLowerCase());
  if (found === undefined) throw new UsageError(`--role is one of ${TENANT_FUNCTIONS.join(', ')}`);
  return found;
}

const createUser: Command = {
  words: ['user', 'create'],
  positionals: [],
  summary: 'Create a person with a membership in a tenant, and print the role they sign in to PostgreSQL with.',
  options: {
    tenant: TENANT_OPTION,
    email: { type: 'string', value: 'E', required: true, help: 'the person’s e-mail address' },
    role: { type: 'string', value: 'R', required: true, help: TENANT_FUNCTIONS.join(', ') },
    'password-stdin': { type: 'boolean', required: true, help: 'read the password from standard input' },
    'first-name': { type: 'string', value: 'N', help: 'first name' },
    'last-name': { type: 'string', value: 'N', help: 'last name' },
    as: AS_OPTION,
  },
  async run(call) {
    const { database, login, values, io } = call;
    const fn = functionOf(values.text('role'));
    const tenantId = await tenantIdOf({ database, login }, values.text('tenant'));
    const password = (await io.readStdin()).replace(/\r?\n$/, '');
    const person = await call.person();
    const made = await database.withPerson({ personId: person?.id ?? null, source: SOURCE }, (tx) =>
      createPerson(tx, {
        email: values.text('email'),
        password,
        firstName: values.optional('first-name') ?? null,
        lastName: values.optional('last-name') ?? null,
        tenantId,
        function: fn,
      }),
    );
    return {
      json: { id: made.id, email: made.email, dbRole: made.dbRole },
      text: [`id       ${made.id}`, `e-mail   ${made.email}`, `db role  ${made.dbRole}`],
    };
  },
};

export const TENANT_COMMANDS: readonly Command[] = [create, list, createUser];
