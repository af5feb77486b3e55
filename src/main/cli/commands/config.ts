/** `kompl config …`: settings of the platform and of tenants. `kompl platform …`: who administers the platform. */
import { readSettings, valueFromText, writeSetting } from '@main/admin/config';
import { grantPlatform, revokePlatform } from '@main/admin/platform';
import { CodedError } from '@shared/errors';
import { AS_OPTION, type Command, type CommandCall, type OptionSpec } from '../command';
import { tenantIdOf } from '../login';
import { SOURCE } from '../version';
import { runnerOf } from './tenant-options';

const PLACE: OptionSpec = { type: 'string', value: 'ID', help: 'the tenant, by its id or domain; the platform unless given' };

async function placeOf(call: CommandCall): Promise<string | null> {
  const tenant = call.values.optional('tenant');
  return tenant === undefined ? null : tenantIdOf(call, tenant);
}

async function shown(call: CommandCall, key?: string) {
  const settings = await readSettings(await runnerOf(call), await placeOf(call));
  const wanted = settings.filter((setting) => key === undefined || setting.key === key);
  return {
    json: { settings: wanted.map(({ key: name, value, origin, description }) => ({ key: name, value, origin, description })) },
    text: wanted.map(
      (setting) =>
        `${setting.key.padEnd(28)} ${setting.origin.padEnd(7)} ${JSON.stringify(setting.value)}\n    ${setting.description}`,
    ),
  };
}

const list: Command = {
  words: ['config', 'list'],
  positionals: [],
  summary: 'List the settings that count, and where each comes from.',
  options: { tenant: PLACE, as: AS_OPTION },
  run: (call) => shown(call),
};

const set: Command = {
  words: ['config', 'set'],
  positionals: ['KEY', 'VALUE'],
  summary: 'Set a value: a word, a number, true or false, a list a,b,c, or JSON.',
  options: { tenant: PLACE, as: AS_OPTION },
  async run(call) {
    const [key = '', value = ''] = call.positionals;
    await writeSetting(await runnerOf(call), await placeOf(call), key, valueFromText(key, value));
    return shown(call, key);
  },
};

const unset: Command = {
  words: ['config', 'unset'],
  positionals: ['KEY'],
  summary: 'Take a value back: the platform’s counts for the tenant, the default for the platform.',
  options: { tenant: PLACE, as: AS_OPTION },
  async run(call) {
    const [key = ''] = call.positionals;
    await writeSetting(await runnerOf(call), await placeOf(call), key, null);
    return shown(call, key);
  },
};

function platform(word: 'grant' | 'revoke', summary: string): Command {
  return {
    words: ['platform', word],
    positionals: [],
    summary,
    options: { email: { type: 'string', value: 'E', required: true, help: 'the person’s e-mail address' } },
    async run({ database, login, values }) {
      if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'platform' });
      const person = await (word === 'grant' ? grantPlatform : revokePlatform)(database, values.text('email'), SOURCE);
      return {
        json: { ...person, platform: word === 'grant' },
        text: [`${person.email} ${word === 'grant' ? 'administers' : 'no longer administers'} the platform`],
      };
    },
  };
}

export const CONFIG_COMMANDS: readonly Command[] = [
  list,
  set,
  unset,
  platform('grant', 'Let a person administer the platform: make, close and end tenants, without access to their records.'),
  platform('revoke', 'Take that back.'),
];
