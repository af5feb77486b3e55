/** `kompl tenant export|import|delete|undelete|shred`: tenants that move or end. */
import { exportTenant } from '@main/admin/archive/export';
import { importTenant } from '@main/admin/archive/import';
import { cancelDeletion, readTenant, scheduleDeletion, shred } from '@main/admin/lifecycle';
import { loadMigrations } from '@main/db/migrate';
import { AS_OPTION, type Command, TENANT_OPTION } from '../command';
import { migrationsFolder } from '../folders';
import { UsageError } from '../usage';
import { described } from './tenant';
import { ownerOf, REASON_OPTION, runnerOf, tenantOf } from './tenant-options';

const exportCommand: Command = {
  words: ['tenant', 'export'],
  positionals: [],
  summary: 'Write everything of a tenant into one file: records, trail with seals, people, settings; and tell its fingerprint.',
  options: {
    tenant: TENANT_OPTION,
    out: { type: 'string', value: 'FILE.tar', required: true, help: 'the archive; nothing may be there yet' },
    'with-logins': { type: 'boolean', help: 'put in the people’s password verifiers, so that they can sign in elsewhere' },
  },
  async run(call) {
    const runner = await ownerOf(call, 'tenant export');
    const out = call.path(call.values.text('out'));
    const { manifest, fingerprint } = await exportTenant(call.database, runner.actor, {
      tenantId: await tenantOf(call),
      out,
      withLogins: call.values.flag('with-logins'),
      progress: (what, rows) => call.io.err(`${what}  ${rows}\n`),
    });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    return {
      json: { file: out, fingerprint, tenant: manifest.tenant, rows, logins: manifest.logins, evidence: manifest.evidence },
      text: [
        `file         ${out}`,
        `rows         ${rows} in ${manifest.tables.length} tables`,
        `fingerprint  ${fingerprint}`,
        'Keep the fingerprint apart from the file: with it nobody can exchange the file unseen.',
        ...(manifest.evidence.files > 0
          ? [`Not included: the contents of ${manifest.evidence.files} evidence files, which lie sealed on laptops.`]
          : []),
      ],
    };
  },
};

const importCommand: Command = {
  words: ['tenant', 'import'],
  positionals: ['FILE'],
  summary: 'Bring a tenant’s archive into this database, all of it or nothing, and compare what was written with what was read.',
  options: {
    'as-domain': { type: 'string', value: 'D', help: 'its domain here; that of the archive unless given' },
    fingerprint: { type: 'string', value: 'HEX', help: 'as told at the export; another archive is refused' },
    'dry-run': { type: 'boolean', help: 'do it all, compare, and take it back' },
  },
  async run(call) {
    const runner = await ownerOf(call, 'tenant import');
    const [asDomain, fingerprint] = [call.values.optional('as-domain'), call.values.optional('fingerprint')];
    const dryRun = call.values.flag('dry-run');
    const imported = await importTenant(runner, {
      path: call.path(call.positionals[0] ?? ''),
      migrations: await loadMigrations(migrationsFolder()),
      dryRun,
      ...(asDomain === undefined ? {} : { asDomain }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      progress: (what, rows) => call.io.err(`${what}  ${rows}\n`),
    });
    const rows = imported.tables.reduce((sum, table) => sum + table.rows, 0);
    const { people } = imported;
    return {
      json: { ...imported, rows, dryRun },
      text: [
        `id      ${imported.id}${imported.id === imported.formerId ? '' : ` (in the archive ${imported.formerId})`}`,
        `domain  ${imported.domain}`,
        `people  ${people.matched} known here, ${people.made} made; ${people.memberships} memberships`,
        `rows    ${rows}, compared`,
        ...(dryRun ? ['A trial: nothing was kept.'] : []),
      ],
    };
  },
};

/** `30d`, or days as a number. */
function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, days] = /^(\d{1,4})d?$/.exec(text) ?? [];
  if (days === undefined || Number(days) > 3650) throw new UsageError('--grace is a number of days such as 30d, 3650d at most');
  return Number(days);
}

const deleteCommand: Command = {
  words: ['tenant', 'delete'],
  positionals: [],
  summary: 'Close a tenant and let it be shredded after a grace period; until then it can be had back.',
  options: {
    tenant: TENANT_OPTION,
    grace: { type: 'string', value: 'DAYS', help: 'for example 30d; the platform’s setting unless given' },
    reason: REASON_OPTION,
    as: AS_OPTION,
  },
  async run(call) {
    const [runner, tenantId] = [await runnerOf(call), await tenantOf(call)];
    const graceDays = daysOf(call.values.optional('grace'));
    const until = await scheduleDeletion(runner, {
      tenantId,
      reason: call.values.text('reason'),
      ...(graceDays === undefined ? {} : { graceDays }),
    });
    return {
      json: { tenantId, until },
      text: [`closed now; may be shredded from ${until} on`, 'Until then: kompl tenant undelete'],
    };
  },
};

const undelete: Command = {
  words: ['tenant', 'undelete'],
  positionals: [],
  summary: 'Take a scheduled deletion back; a tenant that was open before is open again.',
  options: { tenant: TENANT_OPTION, as: AS_OPTION },
  async run(call) {
    const [runner, tenantId] = [await runnerOf(call), await tenantOf(call)];
    await cancelDeletion(runner, tenantId);
    const tenant = await readTenant(runner, tenantId);
    return { json: { tenant }, text: described(tenant) };
  },
};

const shredCommand: Command = {
  words: ['tenant', 'shred'],
  positionals: [],
  summary: 'Destroy everything of a tenant whose grace period has ended. There is no way back.',
  options: {
    tenant: TENANT_OPTION,
    confirm: { type: 'string', value: 'DOMAIN', required: true, help: 'the tenant’s domain, to be sure' },
    now: { type: 'boolean', help: 'before the grace period has ended; database administrators only, with --reason' },
    reason: { type: 'string', value: 'TEXT', help: 'why it cannot wait' },
    as: AS_OPTION,
  },
  async run(call) {
    const reason = call.values.optional('reason');
    const gone = await shred(await runnerOf(call), {
      tenantId: await tenantOf(call),
      confirm: call.values.text('confirm'),
      now: call.values.flag('now'),
      ...(reason === undefined ? {} : { reason }),
    });
    return {
      json: { shredded: gone },
      text: [
        `gone: ${gone.tables} tables, ${gone.roles} roles, ${gone.memberships} memberships, ${gone.persons} persons, ${gone.rows} other rows`,
        `trail: ${gone.trail} filed entries, ${gone.seals} seals${gone.lastSeal ? `, the last ${gone.lastSeal}` : ''}`,
      ],
    };
  },
};

export const LEAVING_COMMANDS: readonly Command[] = [exportCommand, importCommand, deleteCommand, undelete, shredCommand];
