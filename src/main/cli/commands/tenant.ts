/** `kompl tenant create|list|show|rename|suspend|resume|licence`: tenants while they live. */
import { readFile } from 'node:fs/promises';
import { licence, listTenants, readTenant, renameTenant, resume, suspend } from '@main/admin/lifecycle';
import { ONBOARDING_STEPS, onboardTenant } from '@main/admin/onboarding';
import { STARTERS, type Starter } from '@main/admin/starter';
import { loadMigrations } from '@main/db/migrate';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { licenceInputSchema, marksSchema, type TenantSummary } from '@shared/wire/admin-tenants';
import { z } from 'zod';
import { AS_OPTION, type Command, type CommandCall, type OptionSpec, TENANT_OPTION } from '../command';
import { migrationsFolder } from '../folders';
import { listTenantRecords } from '../login';
import { UsageError } from '../usage';
import { LICENCE_OPTIONS, licenceOf, REASON_OPTION, runnerOf, tenantOf } from './tenant-options';

const MARK_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  kind: { type: 'string', value: 'KIND', help: 'production or training' },
  place: { type: 'string', value: 'PLACE', help: 'a place, shown beside the name' },
  sign: { type: 'string', value: 'XX', help: 'one to four letters' },
  colour: { type: 'string', value: 'COLOUR', help: 'plum, petrol, ochre, navy, forest, brick, umber or olive' },
  weave: { type: 'string', value: 'WEAVE', help: 'plain, dots, bars, grid, teeth or lines' },
};

function marksOf({ values }: CommandCall): z.infer<typeof marksSchema> {
  const given = Object.keys(MARK_OPTIONS).flatMap((name) => {
    const value = values.optional(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const parsed = marksSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [name] = parsed.error.issues[0]?.path ?? [];
  throw new UsageError(`--${String(name)} is ${MARK_OPTIONS[String(name)]?.help ?? 'wrong'}`);
}

const settingsSchema = z.record(z.string(), z.unknown());

/** The tenant's settings of a JSON file: { "key": value }. */
async function settingsOf(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { file: path }, { cause });
  }
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch (cause) {
    const faults = [{ path: 'config', message: 'is a JSON file of the form { "key": value }' }];
    throw new CodedError('INPUT_INVALID', { field: 'config' }, { cause, faults });
  }
}

function starterOf(text: string | undefined): Starter {
  const found = STARTERS.find((starter) => starter === (text ?? 'none'));
  if (found === undefined) throw new UsageError(`--starter is one of ${STARTERS.join(', ')}`);
  return found;
}

const create: Command = {
  words: ['tenant', 'create'],
  positionals: [],
  summary:
    'Create a tenant: licence, roles, schema, settings, starter content and its first administrator; all of it or nothing.',
  options: {
    name: { type: 'string', value: 'N', required: true, help: 'its name, best within 22 characters' },
    domain: { type: 'string', value: 'D', required: true, help: 'its domain, for example nordhaven.example' },
    ...LICENCE_OPTIONS,
    ...MARK_OPTIONS,
    starter: { type: 'string', value: 'S', help: 'standard, or none (unless given)' },
    config: { type: 'string', value: 'FILE', help: 'settings of its own, JSON: { "risk.tolerance": "low" }' },
    'admin-email': { type: 'string', value: 'E', help: 'its first administrator' },
    'admin-first-name': { type: 'string', value: 'N', help: 'first name' },
    'admin-last-name': { type: 'string', value: 'N', help: 'last name' },
    'admin-password-stdin': { type: 'boolean', help: 'read the administrator’s password from standard input' },
    as: AS_OPTION,
  },
  async run(call) {
    const { values, io } = call;
    const email = values.optional('admin-email');
    if ((email === undefined) === values.flag('admin-password-stdin')) {
      throw new UsageError('--admin-email and --admin-password-stdin go together');
    }
    const file = values.optional('config');
    const onboarding = {
      name: values.text('name'),
      domain: values.text('domain'),
      config: marksOf(call),
      licence: licenceOf(call),
      starter: starterOf(values.optional('starter')),
      ...(file === undefined ? {} : { settings: await settingsOf(call.path(file)) }),
      ...(email === undefined
        ? {}
        : {
            administrator: {
              email,
              password: (await io.readStdin()).replace(/\r?\n$/, ''),
              firstName: values.optional('admin-first-name') ?? null,
              lastName: values.optional('admin-last-name') ?? null,
            },
          }),
    };
    const migrations = await loadMigrations(migrationsFolder());
    const made = await onboardTenant(await runnerOf(call), onboarding, {
      migrations,
      progress: ({ step, at }) => io.err(`${at}/${ONBOARDING_STEPS.length} ${step}\n`),
    });
    const { id, schema, domain, prepared, records, administrator } = made;
    return {
      json: { id, schema, domain, prepared, records, administrator },
      text: [
        `id             ${id}`,
        `schema         ${schema}`,
        `space          ${prepared ? 'prepared' : 'made now, for none was ready (kompl tenant prepare)'}`,
        `starter        ${records} records`,
        ...(administrator ? [`administrator  ${administrator.email}`] : []),
      ],
    };
  },
};

const list: Command = {
  words: ['tenant', 'list'],
  positionals: [],
  summary: 'List the tenants.',
  options: {},
  async run(call) {
    if (call.login.kind !== 'administrator') {
      const tenants = await listTenants(await runnerOf(call));
      if (tenants.length === 0) throw new CodedError('ROLE_FORBIDS', { action: 'tenant list' });
      return { json: { tenants: tenants.map(short) }, text: lines(tenants.map(short)) };
    }
    const tenants = (await listTenantRecords(call.database)).map((tenant) => ({ ...tenant, schema: tenantSchema(tenant.id) }));
    return { json: { tenants }, text: lines(tenants) };
  },
};

type Short = Pick<TenantSummary, 'id' | 'name' | 'domain'> & { readonly status: string; readonly schema: string };

function short({ id, name, domain, status }: TenantSummary): Short {
  return { id, name, domain, status, schema: tenantSchema(id) };
}

function lines(tenants: readonly Short[]): string[] {
  if (tenants.length === 0) return ['There is no tenant yet.'];
  return tenants.map(({ id, name, domain, status }) => `${id}  ${status.padEnd(9)}  ${name} (${domain})`);
}

const show: Command = {
  words: ['tenant', 'show'],
  positionals: [],
  summary: 'Show a tenant: state, licence, people, a scheduled deletion.',
  options: { tenant: TENANT_OPTION, as: AS_OPTION },
  async run(call) {
    const tenant = await readTenant(await runnerOf(call), await tenantOf(call));
    return { json: { tenant }, text: described(tenant) };
  },
};

/** A tenant in lines. */
export function described(tenant: TenantSummary): string[] {
  const { licence: terms, deletion } = tenant;
  const limits = Object.entries(terms?.limits ?? {}).map(([name, value]) => `${name} ${String(value)}`);
  const off = Object.entries(terms?.features ?? {}).flatMap(([name, value]) => (value === false ? [name] : []));
  return [
    `id        ${tenant.id}`,
    `name      ${tenant.name}`,
    `domain    ${tenant.domain}`,
    `status    ${tenant.status}${tenant.legalHold ? ', under legal hold' : ''}`,
    `people    ${tenant.members}`,
    terms === null
      ? 'licence   none'
      : `licence   ${terms.type}, ${terms.startDate} to ${terms.endDate}${limits.length > 0 ? `, ${limits.join(', ')}` : ''}${off.length > 0 ? `, without ${off.join(', ')}` : ''}`,
    ...(deletion === null
      ? []
      : [`deletion  since ${deletion.since}, may be shredded from ${deletion.until} on: ${deletion.reason}`]),
  ];
}

/** A command that changes a tenant and then shows it. */
function changing(
  words: readonly string[],
  summary: string,
  options: Readonly<Record<string, OptionSpec>>,
  change: (call: CommandCall, tenantId: string) => Promise<void>,
): Command {
  return {
    words,
    positionals: [],
    summary,
    options: { tenant: TENANT_OPTION, ...options, as: AS_OPTION },
    async run(call) {
      const tenantId = await tenantOf(call);
      await change(call, tenantId);
      const tenant = await readTenant(await runnerOf(call), tenantId);
      return { json: { tenant }, text: described(tenant) };
    },
  };
}

const rename = changing(
  ['tenant', 'rename'],
  'Give a tenant another name, domain or marks.',
  {
    name: { type: 'string', value: 'N', help: 'the new name' },
    domain: { type: 'string', value: 'D', help: 'the new domain' },
    ...MARK_OPTIONS,
  },
  async (call, tenantId) => {
    const marks = marksOf(call);
    const [name, domain] = [call.values.optional('name'), call.values.optional('domain')];
    if (name === undefined && domain === undefined && Object.keys(marks).length === 0)
      throw new UsageError('nothing to change was given');
    await renameTenant(await runnerOf(call), {
      tenantId,
      ...(name === undefined ? {} : { name }),
      ...(domain === undefined ? {} : { domain }),
      ...(Object.keys(marks).length === 0 ? {} : { marks }),
    });
  },
);

const suspendCommand = changing(
  ['tenant', 'suspend'],
  'Close a tenant to its people, at once; nothing is lost.',
  { reason: REASON_OPTION },
  async (call, tenantId) => suspend(await runnerOf(call), tenantId, call.values.text('reason')),
);

const resumeCommand = changing(['tenant', 'resume'], 'Open a suspended tenant again.', {}, async (call, tenantId) =>
  resume(await runnerOf(call), tenantId),
);

const licenceCommand = changing(
  ['tenant', 'licence'],
  'Set a tenant’s licence; what is not given stays as it is.',
  LICENCE_OPTIONS,
  async (call, tenantId) => {
    const runner = await runnerOf(call);
    const { licence: former } = await readTenant(runner, tenantId);
    const known = licenceInputSchema.safeParse(former === null ? {} : { ...former, status: undefined });
    await licence(runner, tenantId, licenceOf(call, known.success ? known.data : (former ?? {})));
  },
);

export const TENANT_COMMANDS: readonly Command[] = [create, list, show, rename, suspendCommand, resumeCommand, licenceCommand];
