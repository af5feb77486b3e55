/** `kompl db …`: the schema of a database, over an administrator's connection. */
import { migrateAll, status } from '@main/db/migrate';
import { CodedError } from '@shared/errors';
import type { Command, CommandCall } from '../command';
import { migrationsFolder } from '../folders';

function requireAdministrator({ login }: CommandCall): void {
  if (login.kind === 'person') throw new CodedError('ROLE_FORBIDS', { action: 'db' });
}

const migrate: Command = {
  words: ['db', 'migrate'],
  positionals: [],
  summary: 'Bring the database and every tenant to this version; an embedded workspace is made where there is none.',
  options: {},
  async run(call) {
    requireAdministrator(call);
    const report = await migrateAll(() => call.database.connectAdmin(), {
      folder: migrationsFolder(),
      now: () => performance.now(),
    });
    const [failure] = report.failures;
    if (failure) {
      throw new CodedError('MIGRATION_FAILED', {
        migration: `${failure.version} of tenant ${failure.tenantId}`,
        reason: `${failure.reason} (${report.failures.length} of ${report.tenants} tenants stayed behind)`,
      });
    }
    const applied = report.steps.map(({ scope, tenantId, version, name }) => ({ scope, tenantId, version, name }));
    return {
      json: { applied, tenants: report.tenants },
      text:
        applied.length === 0
          ? [`Nothing to do: the database and its ${report.tenants} tenants are up to date.`]
          : [
              ...applied.map(
                (step) => `${step.scope.padEnd(8)} ${step.version} ${step.name}${step.tenantId ? `  ${step.tenantId}` : ''}`,
              ),
              `${applied.length} steps, ${report.tenants} tenants.`,
            ],
    };
  },
};

const state: Command = {
  words: ['db', 'status'],
  positionals: [],
  summary: 'Say where the database and every tenant stand against this version.',
  options: {},
  async run(call) {
    requireAdministrator(call);
    const found = await call.database.admin((client) => status(client, { folder: migrationsFolder() }));
    const line = (name: string, place: { state: string; version: string | null; latest: string | null }) =>
      `${name.padEnd(36)} ${place.state.padEnd(8)} ${place.version ?? '-'} of ${place.latest ?? '-'}`;
    return {
      json: found,
      text: [
        line('public', found.public),
        line('private', found.private),
        ...found.tenants.map((tenant) => line(tenant.tenantId, tenant)),
        found.current ? 'Everything is current.' : 'Run kompl db migrate to bring it up to date.',
      ],
    };
  },
};

export const DATABASE_COMMANDS: readonly Command[] = [migrate, state];
