/**
 * `kompl user …`: who may work where. Over a person's own connection (or `--as`) that person's rights count, over an
 * administrator's the platform's. The database checks each caller; these commands only ask.
 */
import type { AdminClient } from '@main/db/migrate';
import {
  changeMyPassword,
  changePerson,
  createPerson,
  findPersonId,
  grantMembership,
  listPeople,
  normaliseEmail,
  type PersonChange,
  resetPassword,
  revokeMembership,
} from '@main/db/provision';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import type { TenantMember } from '@shared/wire/admin-people';
import { AS_OPTION, type Command, type CommandCall, type OptionSpec, TENANT_OPTION } from '../command';
import { tenantIdOf } from '../login';
import { UsageError } from '../usage';
import { SOURCE } from '../version';

const EMAIL: OptionSpec = { type: 'string', value: 'E', required: true, help: 'the person’s e-mail address' };
const ROLE: OptionSpec = { type: 'string', value: 'R', required: true, help: TENANT_FUNCTIONS.join(', ') };
const PASSWORD: OptionSpec = { type: 'boolean', required: true, help: 'read the password from standard input' };
const SOME_TENANT: OptionSpec = {
  type: 'string',
  value: 'ID',
  help: 'the tenant that you administer; not needed over an administrator’s connection',
};

function functionOf(text: string): TenantFunction {
  const found = TENANT_FUNCTIONS.find((fn) => fn === text.toLowerCase());
  if (found === undefined) throw new UsageError(`--role is one of ${TENANT_FUNCTIONS.join(', ')}`);
  return found;
}

/** `2026-12-31` → the end of that day in UTC; an instant as it is. */
function endOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const instant = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(instant.getTime())) {
    throw new UsageError('--until is a date such as 2026-12-31');
  }
  return instant.toISOString();
}

/** One transaction as whoever acts. */
async function asCaller<T>(call: CommandCall, work: (client: AdminClient) => Promise<T>): Promise<T> {
  const person = await call.person();
  const reason = call.values.optional('reason');
  return call.database.withPerson(
    { personId: person?.id ?? null, source: SOURCE, ...(reason === undefined ? {} : { reason }) },
    work,
  );
}

/** The tenant of `--tenant`; null where none is given. */
async function tenantOf(call: CommandCall): Promise<string | null> {
  const given = call.values.optional('tenant');
  return given === undefined ? null : tenantIdOf(call, given);
}

const passwordFrom = async (call: CommandCall) => (await call.io.readStdin()).replace(/\r?\n$/, '');

const create: Command = {
  words: ['user', 'create'],
  positionals: [],
  summary: 'Create a person with a membership in a tenant, and print the role they sign in to PostgreSQL with.',
  options: {
    tenant: TENANT_OPTION,
    email: EMAIL,
    role: ROLE,
    'password-stdin': PASSWORD,
    'first-name': { type: 'string', value: 'N', help: 'first name' },
    'last-name': { type: 'string', value: 'N', help: 'last name' },
    as: AS_OPTION,
  },
  async run(call) {
    const { values } = call;
    const fn = functionOf(values.text('role'));
    const tenantId = await tenantIdOf(call, values.text('tenant'));
    const password = await passwordFrom(call);
    const made = await asCaller(call, (client) =>
      createPerson(client, {
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

const list: Command = {
  words: ['user', 'list'],
  positionals: [],
  summary: 'List the people of a tenant with their functions, former ones included.',
  options: { tenant: TENANT_OPTION, as: AS_OPTION },
  async run(call) {
    const tenantId = await tenantIdOf(call, call.values.text('tenant'));
    const people = await asCaller(call, (client) => listPeople(client, tenantId));
    return { json: { people }, text: people.length === 0 ? ['Nobody works in this tenant yet.'] : people.map(lineOf) };
  },
};

function lineOf({ id, email, status, memberships }: TenantMember): string {
  const held = memberships.map(({ function: fn, expiresAt }) => (expiresAt === null ? fn : `${fn} until ${expiresAt}`));
  return `${id}  ${status.padEnd(9)}  ${email}  ${held.join(', ')}`.trimEnd();
}

const CHANGES: readonly (readonly [PersonChange, string, string])[] = [
  ['suspend', 'Keep a person out at once, everywhere, until they are resumed.', 'is suspended'],
  ['resume', 'Lift a suspension; memberships are as they were.', 'may sign in again'],
  ['unlock', 'Lift the lock that follows too many wrong passwords.', 'is unlocked'],
  ['remove', 'End everything of a person for good; the name stays in the history.', 'is removed'],
];

const changes = CHANGES.map(
  ([change, summary, done]): Command => ({
    words: ['user', change],
    positionals: [],
    summary,
    options: { email: EMAIL, tenant: SOME_TENANT, as: AS_OPTION },
    async run(call) {
      const [email, tenantId] = [normaliseEmail(call.values.text('email')), await tenantOf(call)];
      const id = await asCaller(call, async (client) => {
        const found = await findPersonId(client, tenantId, email);
        await changePerson(client, change, found);
        return found;
      });
      return { json: { id, email, change }, text: [`${email} ${done}.`] };
    },
  }),
);

const password: Command = {
  words: ['user', 'password'],
  positionals: [],
  summary: 'Set a new password: your own over your own connection, else somebody’s.',
  options: { email: EMAIL, tenant: SOME_TENANT, 'password-stdin': PASSWORD, as: AS_OPTION },
  async run(call) {
    const [email, tenantId] = [normaliseEmail(call.values.text('email')), await tenantOf(call)];
    const secret = await passwordFrom(call);
    const own = (await call.person())?.email === email;
    await asCaller(call, async (client) => {
      if (own) await changeMyPassword(client, secret);
      else await resetPassword(client, await findPersonId(client, tenantId, email), secret);
    });
    return { json: { email, own }, text: [`${email} has a new password.`] };
  },
};

const grant: Command = {
  words: ['user', 'grant'],
  positionals: [],
  summary: 'Give a person a function in a tenant, or another end to one they have.',
  options: {
    email: EMAIL,
    tenant: TENANT_OPTION,
    role: ROLE,
    until: { type: 'string', value: 'DATE', help: 'its last day; without end unless given' },
    reason: { type: 'string', value: 'TEXT', help: 'why; needed for somebody of the platform' },
    as: AS_OPTION,
  },
  async run(call) {
    const { values } = call;
    const email = normaliseEmail(values.text('email'));
    const [fn, expiresAt] = [functionOf(values.text('role')), endOf(values.optional('until'))];
    const tenantId = await tenantIdOf(call, values.text('tenant'));
    const id = await asCaller(call, async (client) => {
      const personId = await findPersonId(client, tenantId, email);
      await grantMembership(client, { personId, tenantId, function: fn, expiresAt, reason: values.optional('reason') ?? null });
      return personId;
    });
    const end = expiresAt === null ? '' : ` until ${expiresAt}`;
    return { json: { id, email, tenant: tenantId, function: fn, expiresAt }, text: [`${email} is ${fn} there${end}.`] };
  },
};

const revoke: Command = {
  words: ['user', 'revoke'],
  positionals: [],
  summary: 'Take a function in a tenant from a person, at once.',
  options: { email: EMAIL, tenant: TENANT_OPTION, role: ROLE, as: AS_OPTION },
  async run(call) {
    const [email, fn] = [normaliseEmail(call.values.text('email')), functionOf(call.values.text('role'))];
    const tenantId = await tenantIdOf(call, call.values.text('tenant'));
    const id = await asCaller(call, async (client) => {
      const personId = await findPersonId(client, tenantId, email);
      await revokeMembership(client, { personId, tenantId, function: fn });
      return personId;
    });
    return { json: { id, email, tenant: tenantId, function: fn }, text: [`${email} is not ${fn} there any more.`] };
  },
};

export const USER_COMMANDS: readonly Command[] = [create, list, ...changes, password, grant, revoke];
