/** `kompl demo …`: the demonstration workspace on any empty database, over an administrator's connection. */
import { seedDemo } from '@main/demo';
import { systemClock } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type { Command } from '../command';
import { migrationsFolder } from '../folders';

const seed: Command = {
  words: ['demo', 'seed'],
  positionals: [],
  summary: 'Fill an empty, migrated database with the demonstration tenants; one that has tenants of its own is left alone.',
  options: {},
  async run({ login, database }) {
    if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'demo' });
    const made = await seedDemo(database, { migrations: migrationsFolder(), clock: systemClock });
    return {
      json: made,
      text: [
        made.seeded
          ? 'The demonstration is made.'
          : made.demo
            ? 'The demonstration is there already.'
            : 'This database has tenants of its own; nothing was changed.',
      ],
    };
  },
};

export const DEMO_COMMANDS: readonly Command[] = [seed];
