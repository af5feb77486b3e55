/** `kompl sample`: a sample's record for another machine, and the proof that the same items are drawn again from the population. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readManifest } from '@main/domains/auditops/sampling';
import { type SampleManifest, sampleManifestSchema, verifySample } from '@main/domains/auditops/sampling/verify';
import { readScope } from '@main/entities/read';
import { CodedError } from '@shared/errors';
import type { SampleProof } from '@shared/wire/sampling';
import { type Answer, AS_OPTION, type Command, type CommandCall } from '../command';
import { UsageError } from '../usage';

const TENANT = { type: 'string', value: 'ID', help: 'the tenant, by its id or domain' } as const;
const SAMPLE = { type: 'string', value: 'REF', help: 'the sample by its reference, such as SA-001, or its id' } as const;

/** The manifest of a sample of the tenant, by reference or id. */
async function manifestFor(call: CommandCall, named: string): Promise<SampleManifest> {
  const ctx = await call.readingContext();
  const found = await ctx.database.withTenant(readScope(ctx, ['samples']), async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      'SELECT t.id FROM samples t WHERE t.ref = $1::text OR t.id::text = lower($1::text)',
      [named],
    );
    return rows[0];
  });
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'samples', id: named });
  return readManifest(ctx, found.id);
}

async function manifestIn(path: string): Promise<SampleManifest> {
  const fileName = basename(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
  try {
    return sampleManifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CodedError('POPULATION_REFUSED', { fileName, reason: 'is no record of a sample' }, { cause });
  }
}

function answer(proof: SampleProof): Answer {
  const same = proof.itemsAgree && proof.contentAgrees;
  const name = (key: string | null) => (key === null ? '(none)' : key);
  return {
    json: { ...proof, verified: same },
    text: [
      `${proof.ref} from ${proof.fileName}`,
      `  file       ${proof.fileAgrees ? 'the very bytes' : 'other bytes than were drawn from'}`,
      `  population ${proof.contentAgrees ? 'the same items' : 'other items'}`,
      `  drawn      ${proof.drawn} items, ${proof.itemsAgree ? 'all as recorded' : 'not as recorded'}`,
      ...proof.differences.map((one) => `    ${one.position}: recorded ${name(one.recorded)}, drawn ${name(one.drawn)}`),
      ...(proof.why === null ? [] : [proof.why]),
      same ? 'The sample is what its seed draws from this population.' : 'The sample is not proven by this file.',
    ],
    failed: !same,
  };
}

const verify: Command = {
  words: ['sample', 'verify'],
  positionals: ['FILE'],
  summary: 'Draw a sample again from its population and say whether the same items come out.',
  options: {
    tenant: TENANT,
    sample: SAMPLE,
    manifest: { type: 'string', value: 'FILE', help: 'the record of the sample from “sample export”, instead of a database' },
    as: AS_OPTION,
  },
  offline(call) {
    const manifest = call.values.optional('manifest');
    if (manifest === undefined) return null;
    const path = call.path(call.positionals[0] ?? '');
    return manifestIn(call.path(manifest)).then(async (record) =>
      answer(await verifySample(record, { path, name: basename(path) })),
    );
  },
  async run(call) {
    const named = call.values.optional('sample');
    if (named === undefined || call.values.optional('tenant') === undefined)
      throw new UsageError('give --manifest, or --tenant and --sample', verify);
    const path = call.path(call.positionals[0] ?? '');
    return answer(await verifySample(await manifestFor(call, named), { path, name: basename(path) }));
  },
};

const exportSample: Command = {
  words: ['sample', 'export'],
  positionals: [],
  summary: 'Print what another machine needs to draw a sample again: method, seed, hashes, and the items that were drawn.',
  options: { tenant: { ...TENANT, required: true }, sample: { ...SAMPLE, required: true }, as: AS_OPTION },
  async run(call) {
    const manifest = await manifestFor(call, call.values.text('sample'));
    return { json: manifest, text: JSON.stringify(manifest, null, 2).split('\n') };
  },
};

export const SAMPLE_COMMANDS: readonly Command[] = [verify, exportSample];
