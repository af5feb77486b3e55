/** `kompl tenant prepare`: spaces made ahead, so that onboarding a tenant takes a moment. */
import { prepareSpaces } from '@main/admin/spaces';
import { loadMigrations } from '@main/db/migrate';
import { AS_OPTION, type Command } from '../command';
import { migrationsFolder } from '../folders';
import { UsageError } from '../usage';
import { runnerOf } from './tenant-options';

const prepare: Command = {
  words: ['tenant', 'prepare'],
  positionals: [],
  summary: 'Make spaces for tenants to come, so that onboarding one takes a moment; db maintain does the same.',
  options: {
    keep: { type: 'string', value: 'N', help: 'how many shall be ready; the setting tenant.prepared_spaces unless given' },
    discard: { type: 'boolean', help: 'take away those that this version cannot use' },
    as: AS_OPTION,
  },
  async run(call) {
    const keep = call.values.optional('keep');
    if (keep !== undefined && !/^\d{1,2}$/.test(keep)) throw new UsageError('--keep is a number from 0 to 50');
    const done = await prepareSpaces(await runnerOf(call), {
      migrations: await loadMigrations(migrationsFolder()),
      ...(keep === undefined ? {} : { keep: Number(keep) }),
      discard: call.values.flag('discard'),
      progress: (ready, of) => call.io.err(`${ready} of ${of}\n`),
    });
    const behind = done.behind === 0 ? '' : `, ${done.behind} that this version cannot use (kompl db migrate, or --discard)`;
    return {
      json: done,
      text: [`${done.made} made, ${done.discarded} taken away; ${done.ready} ready of ${done.keep} wanted${behind}`],
    };
  },
};

export const SPACE_COMMANDS: readonly Command[] = [prepare];
