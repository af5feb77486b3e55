/** `kompl user …`: who may work where. The database checks each caller's own right; these commands only ask. */
import { createPerson } from '@main/db/provision';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import { AS_OPTION, type Command, TENANT_OPTION } from '../command';
import { tenantIdOf } from '../login';
import { UsageError } from '../usage';
import { SOURCE } from '../version';

function functionOf(text: string): TenantFunction {
  const found = TENANT_FUNCTIONS.find((fn) => fn === text.toLowerCase());
  if (found === undefined) throw new UsageError(`--role is one of ${TENANT_FUNCTIONS.join(', ')}`);
  return found;
}

const create: Command = {
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

export const USER_COMMANDS: readonly Command[] = [create];
