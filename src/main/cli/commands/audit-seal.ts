/** `kompl audit key create` and `kompl audit seal`: the sealer and its key. */
import { hostname } from 'node:os';
import { toCodedError } from '@main/db/errors';
import { createKeyFile, openMemory, readKeyFile, removeKeyFile } from '@main/trail/key-files';
import { pauseFor } from '@main/trail/pause';
import { registerKey, sealChain } from '@main/trail/sealer';
import { watchAndSeal } from '@main/trail/watch';
import { errorSentence } from '@shared/error-texts';
import type { Command, CommandCall } from '../command';
import { CHAIN_OPTION, chainOf, chainsOf, requireAdministrator } from './audit-shared';

const passphraseOf = ({ io }: CommandCall): string | undefined => io.env.KOMPL_KEY_PASSPHRASE || undefined;

const createKey: Command = {
  words: ['audit', 'key', 'create'],
  positionals: ['FILE'],
  summary: 'Make a key that seals the trail, in a file of its own, and make its public half known to the database.',
  options: { label: { type: 'string', value: 'NAME', help: 'what the key is called; this machine’s name unless given' } },
  async run(call) {
    requireAdministrator(call, 'audit key');
    const path = call.path(call.positionals[0] ?? '');
    const key = createKeyFile(path, passphraseOf(call));
    try {
      await call.database.admin((client) => registerKey(client, key, call.values.optional('label') ?? hostname().slice(0, 100)));
    } catch (error) {
      removeKeyFile(path);
      throw error;
    }
    return {
      json: { key: key.id, file: path, publicFile: `${path}.pub`, passphrase: passphraseOf(call) !== undefined },
      text: [
        `key ${key.id}`,
        `Keep ${path} where only the sealer reads it, and give ${path}.pub to whoever verifies.`,
        ...(passphraseOf(call) ? [] : ['It has no passphrase: set KOMPL_KEY_PASSPHRASE before making one to lock it.']),
      ],
    };
  },
};

const seal: Command = {
  words: ['audit', 'seal'],
  positionals: [],
  summary: 'Seal what the trails hold and file it; with --watch go on until stopped.',
  options: {
    key: { type: 'string', value: 'FILE', required: true, help: 'the key that kompl audit key create made' },
    tenant: CHAIN_OPTION,
    watch: { type: 'boolean', help: 'go on sealing, with rests while others write' },
  },
  async run(call) {
    const file = call.path(call.values.text('key'));
    const options = { key: readKeyFile(file, passphraseOf(call)), memory: openMemory(`${file}.heads.json`) };
    return call.values.flag('watch') ? watch(call, options) : once(call, options);
  },
};

type Options = Parameters<typeof sealChain>[2];

async function once(call: CommandCall, options: Options) {
  const chains = call.login.kind === 'administrator' ? await chainsOf(call) : await activeChains(call);
  const sealed: { chain: string; rows: number }[] = [];
  await call.database.admin(async (client) => {
    for (const chain of chains) sealed.push({ chain: chain.id, rows: await sealChain(client, chain.id, options) });
  });
  const total = sealed.reduce((sum, { rows }) => sum + rows, 0);
  const written = sealed.filter(({ rows }) => rows > 0);
  return {
    json: { rows: total, chains: sealed },
    text: [...written.map(({ chain, rows }) => `${chain}  ${rows} rows`), `${total} rows sealed in ${written.length} chains.`],
  };
}

/** A login that may only seal cannot read the registry. */
async function activeChains(call: CommandCall) {
  const { readActivity } = await import('@main/trail/sealer');
  const tenant = call.values.optional('tenant');
  if (tenant !== undefined) return [await chainOf(call, tenant)];
  const active = await call.database.admin((client) => readActivity(client));
  return active.map(({ chain }) => ({ id: chain, name: chain }));
}

async function watch(call: CommandCall, options: Options) {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const tenant = call.values.optional('tenant');
  let rows = 0;
  try {
    await call.database.admin(async (client) =>
      watchAndSeal(client, {
        ...options,
        ...(tenant === undefined ? {} : { chain: (await chainOf(call, tenant)).id }),
        signal: stop.signal,
        now: () => performance.now(),
        sleep: pauseFor,
        onSealed(chain, batch) {
          rows += batch;
          call.io.err(`sealed ${batch} rows of ${chain}\n`);
        },
        onFailure: (chain, error) => call.io.err(`kompl: ${chain}: ${errorSentence(toCodedError(error).toData())}\n`),
      }),
    );
  } finally {
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
  }
  return { json: { rows }, text: [`${rows} rows sealed.`] };
}

export const AUDIT_SEAL_COMMANDS: readonly Command[] = [createKey, seal];
