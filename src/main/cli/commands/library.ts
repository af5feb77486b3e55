/** `kompl library …`: shared content for tenants, over an administrator's connection. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { toCodedError } from '@main/db/errors';
import { MAX_LIBRARY_BYTES } from '@main/library/content';
import { addVersion, diffVersions, findVersion, listItems, publishTo, showItem } from '@main/library/library';
import { errorSentence } from '@shared/error-texts';
import { CodedError } from '@shared/errors';
import type { LibraryDifference } from '@shared/wire/library';
import type { Answer, Command, CommandCall } from '../command';
import { asKnown, listTenantRecords, tenantIdOf } from '../login';
import { UsageError } from '../usage';

function requireAdministrator({ login }: CommandCall): void {
  if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'library' });
}

async function readText(path: string): Promise<string> {
  const fileName = basename(path);
  try {
    const { size } = await stat(path);
    if (size > MAX_LIBRARY_BYTES) throw new CodedError('FILE_TOO_LARGE', { fileName, size, limit: MAX_LIBRARY_BYTES });
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
}

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const add: Command = {
  words: ['library', 'add'],
  positionals: ['FILE'],
  summary: 'Add a version of a catalogue (OSCAL), of policy templates or of a control set. A version never changes.',
  options: {
    slug: { type: 'string', value: 'NAME', required: true, help: 'the item, in small letters: nist-800-53-low' },
    version: { type: 'string', value: 'V', required: true, help: 'its version' },
    title: { type: 'string', value: 'T', help: 'the title of a new item; its name unless given' },
    note: { type: 'string', value: 'TEXT', help: 'what is new in this version' },
  },
  async run(call) {
    requireAdministrator(call);
    const { values } = call;
    const slug = values.text('slug');
    if (!SLUG.test(slug) || slug.length > 80) throw new UsageError('--slug is small letters, digits and hyphens, at most 80');
    const path = call.path(call.positionals[0] ?? '');
    const made = await addVersion(await asKnown(call.database, null, null), {
      slug,
      version: values.text('version'),
      title: values.optional('title') ?? slug,
      note: values.optional('note') ?? null,
      text: await readText(path),
      fileName: basename(path),
    });
    const words = made.added ? 'added' : 'is there already, with the same content';
    return {
      json: { slug, version: values.text('version'), ...made },
      text: [`${slug} ${values.text('version')} ${words} (${made.kind}).`],
    };
  },
};

const list: Command = {
  words: ['library', 'list'],
  positionals: [],
  summary: 'List what the library holds.',
  options: {},
  async run(call) {
    requireAdministrator(call);
    const items = await listItems(call.database);
    return {
      json: { items },
      text:
        items.length === 0
          ? ['The library is empty.']
          : items.map(
              ({ slug, kind, title, versions, tenants }) =>
                `${slug.padEnd(32)} ${kind.padEnd(12)} ${(versions.at(-1)?.version ?? '-').padEnd(12)} ${tenants.length} tenants  ${title}`,
            ),
    };
  },
};

const show: Command = {
  words: ['library', 'show'],
  positionals: ['NAME'],
  summary: 'Show an item with its versions and the tenants that were given one.',
  options: {},
  async run(call) {
    requireAdministrator(call);
    const item = await showItem(call.database, call.positionals[0] ?? '');
    return {
      json: item,
      text: [
        `${item.slug}: ${item.title} (${item.kind})`,
        ...item.versions.map(
          ({ version, sha256, addedAt, note }) => `  ${version.padEnd(12)} ${addedAt}  ${sha256}${note ? `  ${note}` : ''}`,
        ),
        ...item.tenants.map(({ id, name, version, givenAt }) => `  ${id}  ${name}: ${version}, given ${givenAt}`),
      ],
    };
  },
};

const diff: Command = {
  words: ['library', 'diff'],
  positionals: ['NAME'],
  summary: 'Say what differs between two versions of an item.',
  options: {
    from: { type: 'string', value: 'V', required: true, help: 'the older version' },
    to: { type: 'string', value: 'V', required: true, help: 'the newer version' },
  },
  async run(call) {
    requireAdministrator(call);
    const { values } = call;
    const changes = await diffVersions(call.database, call.positionals[0] ?? '', values.text('from'), values.text('to'));
    return {
      json: { changes },
      text: changes.length === 0 ? ['Nothing differs.'] : changes.map(({ key, change }) => `${change.padEnd(8)} ${key}`),
    };
  },
};

/** The tenants of `--tenants A,B` (ids or domains), or all. */
async function tenantsOf(call: CommandCall): Promise<string[]> {
  const { values } = call;
  const given = values.optional('tenants');
  if ((given === undefined) !== values.flag('all')) throw new UsageError('say which by --tenants ID,ID or --all');
  if (given === undefined) return (await listTenantRecords(call.database)).map(({ id }) => id);
  const ids: string[] = [];
  for (const tenant of given.split(',').filter(Boolean)) ids.push(await tenantIdOf(call, tenant.trim()));
  return [...new Set(ids)];
}

interface Outcome {
  readonly tenant: string;
  readonly difference: LibraryDifference | null;
  readonly error: string | null;
}

function linesOf({ tenant, difference, error }: Outcome, dryRun: boolean): string[] {
  if (error !== null) return [`${tenant}  failed: ${error}`];
  if (difference === null) return [`${tenant}  offered`];
  const { created, updated, unchanged, kept } = difference.counts;
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged, ${kept} kept as the tenant has them`;
  const records = dryRun ? difference.records : difference.records.filter((record) => record.kept.length > 0);
  return [
    `${tenant}  ${counts}`,
    ...records.map(
      ({ key, change, updated: fields, kept: stays }) =>
        `    ${change.padEnd(9)} ${key}${fields.length > 0 ? `  takes ${fields.join(', ')}` : ''}${stays.length > 0 ? `  keeps ${stays.join(', ')}` : ''}`,
    ),
  ];
}

const publish: Command = {
  words: ['library', 'publish'],
  positionals: ['NAME'],
  summary: 'Give a version to tenants and take it in there; what a tenant changed stays as it has it. Again, it changes nothing.',
  options: {
    version: { type: 'string', value: 'V', required: true, help: 'the version' },
    tenants: { type: 'string', value: 'ID,ID', help: 'the tenants, by id or domain' },
    all: { type: 'boolean', help: 'every tenant' },
    offer: { type: 'boolean', help: 'only give it; the tenant’s own people take it in' },
    'dry-run': { type: 'boolean', help: 'say what would change at each tenant and write nothing' },
  },
  async run(call): Promise<Answer> {
    requireAdministrator(call);
    const { values } = call;
    const database = await asKnown(call.database, null, null);
    const dryRun = values.flag('dry-run');
    const tenants = await tenantsOf(call);
    const version = await findVersion(database, call.positionals[0] ?? '', values.text('version'));
    const outcomes: Outcome[] = [];
    for (const tenant of tenants) {
      try {
        const difference = await publishTo(database, version, { tenantId: tenant, offerOnly: values.flag('offer'), dryRun });
        outcomes.push({ tenant, difference, error: null });
      } catch (error) {
        // One tenant that refuses (suspended, licence ended) does not keep the others waiting.
        const coded = toCodedError(error);
        if (coded.class === 'network') throw coded;
        outcomes.push({ tenant, difference: null, error: errorSentence(coded.toData()) });
      }
    }
    return {
      json: { item: version.slug, version: version.version, dryRun, tenants: outcomes },
      text: [
        ...outcomes.flatMap((outcome) => linesOf(outcome, dryRun)),
        ...(dryRun ? ['A trial run: nothing was written.'] : []),
      ],
      failed: outcomes.some(({ error }) => error !== null),
    };
  },
};

export const LIBRARY_COMMANDS: readonly Command[] = [add, list, show, diff, publish];
