/** `kompl db …`: the schema of a database, over an administrator's connection. Progress goes to standard error. */
import { availableParallelism } from 'node:os';
import {
  describeLoss,
  type MigrationEvent,
  type MigrationPlan,
  type MigrationReport,
  migrateAll,
  plan,
  planRollback,
  rollback,
  SCOPES,
  type StepReport,
  status,
} from '@main/db/migrate';
import { type VerifyReport, verify } from '@main/db/migrate/verify';
import { CodedError } from '@shared/errors';
import type { Answer, Command, CommandCall, OptionSpec } from '../command';
import { migrationsFolder } from '../folders';
import { tenantIdOf } from '../login';
import { UsageError } from '../usage';

const ONE_TENANT: OptionSpec = { type: 'string', value: 'ID', help: 'only this tenant (id or domain), beside what is shared' };
const EXTRA: OptionSpec = { type: 'string', value: 'DIR', help: 'folder with tenants’ own steps: tenant_<id>/NNNN_name.up.sql' };
const DRY_RUN: OptionSpec = { type: 'boolean', help: 'print the SQL and change nothing' };

function requireAdministrator({ login }: CommandCall): void {
  if (login.kind === 'person') throw new CodedError('ROLE_FORBIDS', { action: 'db' });
}

/** What all of them need: where the files are, and the tenant where one was named. */
async function commonOptions(call: CommandCall) {
  requireAdministrator(call);
  const [tenant, extra] = [call.values.optional('tenant'), call.values.optional('extra')];
  return {
    folder: migrationsFolder(),
    now: () => performance.now(),
    ...(tenant === undefined ? {} : { tenantId: await tenantIdOf(call, tenant) }),
    ...(extra === undefined ? {} : { extra: call.path(extra) }),
  };
}

function parallelOf(call: CommandCall): number {
  const text = call.values.optional('parallel');
  // The embedded server serves one connection at a time.
  if (text === undefined) return call.database.embedded ? 1 : availableParallelism();
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError('--parallel is a number from 1 to 99');
  return Number(text);
}

const placeOf = ({ scope, tenantId }: { readonly scope: string; readonly tenantId: string | null }) => tenantId ?? scope;

/** One line a thing worth knowing; null for what would only flood the screen. */
function eventLine(event: MigrationEvent): string | null {
  switch (event.kind) {
    case 'started':
      return event.pending + event.tenants === 0 ? null : `${event.pending} shared steps, ${event.tenants} tenants behind`;
    case 'waiting':
      return 'another migration is at work; waiting for its end';
    case 'canary':
      return `first alone: tenant ${event.tenantId}`;
    case 'applied':
      return event.tenantId === null ? `${event.scope} ${event.version} ${event.name}: ${Math.round(event.durationMs)} ms` : null;
    case 'failed':
      return `tenant ${placeOf(event)} stays behind: ${event.version} ${event.name} failed with ${event.sqlstate}, ${event.reason}`;
    case 'rows':
      return `${placeOf(event)} ${event.version}: ${event.rows} rows`;
    case 'progress':
      return `${event.done} of ${event.tenants} tenants`;
    case 'lost': {
      const end =
        event.applied === null ? 'whether it is in force is not known' : event.applied ? 'it is in force' : 'it is not in force';
      return `the connection broke at ${event.version} of ${placeOf(event)}; ${end}. Run it again to go on`;
    }
  }
}

const migrateCommand: Command = {
  words: ['db', 'migrate'],
  positionals: [],
  summary: 'Bring the database and every tenant to this version; an embedded workspace is made where there is none.',
  options: {
    'dry-run': DRY_RUN,
    parallel: { type: 'string', value: 'N', help: 'tenants at the same time; as many as there are cores unless given' },
    tenant: ONE_TENANT,
    canary: { type: 'string', value: 'ID', help: 'the tenant to go first, alone; the smallest unless given' },
    extra: EXTRA,
  },
  async run(call) {
    const canary = call.values.optional('canary');
    const options = {
      ...(await commonOptions(call)),
      parallel: parallelOf(call),
      ...(canary === undefined ? {} : { canary: await tenantIdOf(call, canary) }),
    };
    if (call.values.flag('dry-run')) return planAnswer(await call.database.admin((client) => plan(client, options)));
    const log = (event: MigrationEvent) => {
      const line = eventLine(event);
      if (line !== null) call.io.err(`${line}\n`);
    };
    return migrationAnswer(await migrateAll(() => call.database.connectAdmin(), { ...options, log }));
  },
};

function migrationAnswer({ steps, failures, tenants, stopped }: MigrationReport): Answer {
  const applied = steps.map(({ scope, tenantId, version, name, rows }) => ({
    scope,
    tenantId,
    version,
    name,
    ...(rows === undefined ? {} : { rows }),
  }));
  const text = [
    ...applied.map((step) => `${step.scope.padEnd(8)} ${step.version} ${step.name}${step.tenantId ? `  ${step.tenantId}` : ''}`),
    ...failures.map((one) => `failed   ${one.version} ${one.name}  ${one.tenantId}: ${one.sqlstate} ${one.reason}`),
    ...(stopped ? ['The first tenant failed, so the others were not touched.'] : []),
    applied.length + failures.length === 0
      ? `Nothing to do: the database and its ${tenants} tenants are up to date.`
      : `${applied.length} steps, ${tenants} tenants${failures.length > 0 ? `, ${failures.length} stayed behind at their last good version` : ''}.`,
  ];
  return { json: { applied, tenants, failures, stopped }, text, failed: failures.length > 0 };
}

function planAnswer(found: MigrationPlan): Answer {
  const text = [
    ...(found.bootstrap.length > 0 ? ['-- bootstrap', ...found.bootstrap.map((sql) => `${sql};`), ''] : []),
    ...found.steps.flatMap(({ scope, version, name, sample, tenants, batched, sql }) => [
      `-- ${scope}/${version}_${name}${sample === null ? '' : `, for ${tenants} tenants${batched ? ' in batches of up to 50' : ''}; here for ${sample}`}`,
      sql,
      '',
    ]),
    found.steps.length + found.bootstrap.length === 0
      ? '-- Nothing to do.'
      : `-- ${found.steps.length} steps, ${found.tenants} tenants behind. Nothing was changed.`,
  ];
  return { json: { dryRun: true, ...found }, text };
}

const state: Command = {
  words: ['db', 'status'],
  positionals: [],
  summary: 'Say where the database and every tenant stand against this version.',
  options: {},
  async run(call) {
    requireAdministrator(call);
    const found = await call.database.admin((client) => status(client, { folder: migrationsFolder() }));
    const line = (name: string, place: { state: string; version: string | null; latest: string | null }, more = '') =>
      `${name.padEnd(36)} ${place.state.padEnd(8)} ${place.version ?? '-'} of ${place.latest ?? '-'}${more}`;
    const own = (steps: readonly string[]) => (steps.length === 0 ? '' : `, and its own ${steps.join(', ')}`);
    return {
      json: found,
      text: [
        line('public', found.public),
        line('private', found.private),
        ...found.tenants.map((tenant) => line(tenant.tenantId, tenant, own(tenant.own))),
        ...(found.spares.all === 0
          ? []
          : [
              `${found.spares.all} prepared spaces${found.spares.behind > 0 ? `, ${found.spares.behind} of them not current` : ''}`,
            ]),
        found.current ? 'Everything is current.' : 'Run kompl db migrate to bring it up to date.',
      ],
    };
  },
};

const rollbackCommand: Command = {
  words: ['db', 'rollback'],
  positionals: [],
  summary: 'Take steps back, newest first; refused where that loses data, unless you say --yes.',
  options: {
    scope: { type: 'string', value: 'SCOPE', required: true, help: SCOPES.join(', ') },
    to: {
      type: 'string',
      value: 'VERSION',
      required: true,
      help: 'the version that stays the newest; 0000 takes everything back',
    },
    tenant: { ...ONE_TENANT, help: 'only this tenant (id or domain); all of them unless given' },
    extra: EXTRA,
    yes: { type: 'boolean', help: 'lose what is lost' },
    'dry-run': DRY_RUN,
  },
  async run(call) {
    const scope = SCOPES.find((one) => one === call.values.text('scope'));
    if (scope === undefined) throw new UsageError(`--scope is one of ${SCOPES.join(', ')}`);
    const to = call.values.text('to');
    if (!/^x?\d{4}$/.test(to)) throw new UsageError('--to is a version of four digits, or x and four digits for a tenant’s own');
    if (call.values.optional('tenant') !== undefined && scope !== 'tenant')
      throw new UsageError('--tenant goes with --scope tenant');
    const common = await commonOptions(call);
    const options = { ...common, scope, to };
    return call.database.admin(async (client) => {
      const planned = await planRollback(client, options);
      const losses = planned.losses.map(describeLoss);
      if (call.values.flag('dry-run')) {
        const text = planned.steps.flatMap((step) => [`-- ${placeOf(step)} ${step.version}_${step.name}`, step.sql, '']);
        return {
          json: { dryRun: true, ...planned },
          text: [
            ...text,
            ...losses.map((loss) => `-- would lose ${loss}`),
            `-- ${planned.steps.length} steps. Nothing was changed.`,
          ],
        };
      }
      if (losses.length > 0 && !call.values.flag('yes')) {
        throw new CodedError('DATA_WOULD_BE_LOST', {
          losses: losses.length > 12 ? [...losses.slice(0, 12), `${losses.length - 12} more`] : losses,
        });
      }
      const log = (event: MigrationEvent) => {
        if (event.kind === 'applied') call.io.err(`${placeOf(event)} ${event.version} taken back\n`);
      };
      return rolledBack(await rollback(client, { ...options, log }), losses);
    });
  },
};

function rolledBack(steps: readonly StepReport[], lost: readonly string[]): Answer {
  const reverted = steps.map(({ scope, tenantId, version, name }) => ({ scope, tenantId, version, name }));
  return {
    json: { reverted, lost },
    text: [
      ...reverted.map((step) => `${placeOf(step).padEnd(36)} ${step.version} ${step.name}`),
      ...lost.map((loss) => `lost ${loss}`),
      steps.length === 0 ? 'Nothing to take back.' : `${steps.length} steps taken back.`,
    ],
  };
}

const verifyCommand: Command = {
  words: ['db', 'verify'],
  positionals: [],
  summary: 'Compare the database with what the migrations make, object by object, and look for what is apart. Changes nothing.',
  options: { tenant: ONE_TENANT, extra: EXTRA },
  async run(call) {
    const options = await commonOptions(call);
    const report = await call.database.admin((client) =>
      verify(client, { ...options, log: (done, tenants) => call.io.err(`${done} of ${tenants} tenants\n`) }),
    );
    return { json: report, text: verifyText(report), failed: !report.ok };
  },
};

function verifyText(report: VerifyReport): string[] {
  const objects = report.places.reduce((sum, place) => sum + place.objects, 0);
  return [
    ...report.places.flatMap((place) => [
      ...(place.state === 'changed' ? [`${placeOf(place)}: a migration file was changed after it was applied`] : []),
      ...place.differences.map(({ object, property, kind, expected, found }) => {
        const what = `${placeOf(place)}: ${kind} ${object}${property === null ? '' : `, ${property}`}`;
        return kind === 'different' ? `${what}\n    expected ${short(expected)}\n    found    ${short(found)}` : what;
      }),
    ]),
    ...report.orphans.map(
      ({ kind, tenantId, what, count }) => `${tenantId ?? 'shared'}: ${kind}: ${what}${count > 1 ? ` (${count})` : ''}`,
    ),
    ...report.bootstrap.map((sql) => `the server: this should have no effect and would: ${sql}`),
    ...report.notes.map((note) => `note: ${note}`),
    ...(report.exact ? [] : ['note: this login is no superuser; rows that row security hides from it were not looked at']),
    report.ok
      ? `Sound: ${objects} objects in ${report.places.length} places are as the migrations make them.`
      : 'Not sound: see above.',
  ];
}

function short(text: string | null): string {
  const line = (text ?? '').replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

export const DATABASE_COMMANDS: readonly Command[] = [migrateCommand, state, rollbackCommand, verifyCommand];
