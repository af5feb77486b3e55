/** `kompl db maintain`: the upkeep of a database, over an administrator's connection. */
import { maintain } from '@main/db/maintain';
import { CodedError } from '@shared/errors';
import type { Command } from '../command';

const upkeep: Command = {
  words: ['db', 'maintain'],
  positionals: [],
  summary:
    'Make months ahead, drop those whose time is over, fold rollups, refresh the view over tenants; daily is a good rhythm.',
  options: {},
  async run(call) {
    if (call.login.kind === 'person') throw new CodedError('ROLE_FORBIDS', { action: 'db' });
    const report = await call.database.admin(maintain);
    const folded = report.tenants.reduce((sum, tenant) => sum + (tenant.folded ?? 0), 0);
    const rebuilt = report.tenants.filter((tenant) => tenant.rebuilt).length;
    return {
      failed: report.failures.length > 0,
      json: report,
      text: [
        `Partitions: ${report.partitionsMade} made, ${report.partitionsDropped.length} dropped${report.partitionsDropped.length > 0 ? ` (${report.partitionsDropped.join(', ')})` : ''}.`,
        `Rollups of ${report.tenants.length} tenants: ${folded} differences folded, ${rebuilt} rebuilt.`,
        `Overview: ${report.overview} tenants.`,
        ...report.failures.map(({ tenantId, reason }) => `Tenant ${tenantId} was left out: ${reason}`),
      ],
    };
  },
};

export const MAINTAIN_COMMANDS: readonly Command[] = [upkeep];
