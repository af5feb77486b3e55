/** `kompl db maintain`: the upkeep of a database, over an administrator's connection. */
import { ownerRunner } from '@main/admin/runner';
import { prepareSpaces } from '@main/admin/spaces';
import { maintain } from '@main/db/maintain';
import { loadMigrations } from '@main/db/migrate';
import { CodedError } from '@shared/errors';
import type { Command } from '../command';
import { migrationsFolder } from '../folders';
import { SOURCE } from '../version';

const upkeep: Command = {
  words: ['db', 'maintain'],
  positionals: [],
  summary:
    'Make months and spaces for new tenants ahead, drop what is over, fold rollups, refresh the view over tenants; daily is a good rhythm.',
  options: {},
  async run(call) {
    if (call.login.kind === 'person') throw new CodedError('ROLE_FORBIDS', { action: 'db' });
    const report = await call.database.admin(maintain);
    // The embedded workspace is one person's: a new tenant there may take its second.
    const spaces = call.database.embedded
      ? null
      : await prepareSpaces(ownerRunner(call.database, { personId: null, source: SOURCE }), {
          migrations: await loadMigrations(migrationsFolder()),
        });
    const folded = report.tenants.reduce((sum, tenant) => sum + (tenant.folded ?? 0), 0);
    const rebuilt = report.tenants.filter((tenant) => tenant.rebuilt).length;
    return {
      failed: report.failures.length > 0,
      json: { ...report, spaces },
      text: [
        `Partitions: ${report.partitionsMade} made, ${report.partitionsDropped.length} dropped${report.partitionsDropped.length > 0 ? ` (${report.partitionsDropped.join(', ')})` : ''}.`,
        `Rollups of ${report.tenants.length} tenants: ${folded} differences folded, ${rebuilt} rebuilt.`,
        `Overview: ${report.overview} tenants.`,
        ...(spaces === null ? [] : [`Spaces for new tenants: ${spaces.made} made, ${spaces.ready} ready.`]),
        ...report.failures.map(({ tenantId, reason }) => `Tenant ${tenantId} was left out: ${reason}`),
      ],
    };
  },
};

export const MAINTAIN_COMMANDS: readonly Command[] = [upkeep];
