/** `kompl audit archive`: months of the trail to a file that proves itself, then off the server under signed checkpoints. */
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type ArchiveRequest, type ArchiveSink, dropArchived, planArchive, readArchive, writeArchive } from '@main/trail/archive';
import { readKeyFile } from '@main/trail/key-files';
import { registerKey } from '@main/trail/sealer';
import { CodedError } from '@shared/errors';
import type { Command } from '../command';
import { UsageError } from '../usage';
import { SOURCE } from '../version';
import { requireAdministrator } from './audit-shared';

const archive: Command = {
  words: ['audit', 'archive'],
  positionals: [],
  summary:
    'Write the months before the given one to a file, read it back, and take them off the server under a signed checkpoint.',
  options: {
    before: { type: 'string', value: 'YYYY-MM', required: true, help: 'the first month that stays' },
    out: { type: 'string', value: 'FILE', help: 'the new file; keep it, nothing else holds these rows afterwards' },
    key: { type: 'string', value: 'FILE', help: 'the sealer’s key, which signs the checkpoints' },
    'dry-run': { type: 'boolean', help: 'say what would leave, and change nothing' },
  },
  async run(call) {
    requireAdministrator(call, 'audit archive');
    const before = call.values.text('before');
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(before)) throw new UsageError('--before is a month such as 2025-01', archive);
    if (call.values.flag('dry-run')) {
      const { months, chains } = await call.database.admin((client) => planArchive(client, before));
      const rows = chains.reduce((sum, { rowCount }) => sum + rowCount, 0);
      return {
        json: { dryRun: true, months, rows, chains },
        text: [`${months.join(', ')}: ${rows} rows of ${chains.length} chains would leave. Nothing was changed.`],
      };
    }
    const [out, keyFile] = [call.values.optional('out'), call.values.optional('key')];
    if (out === undefined || keyFile === undefined) throw new UsageError('--out and --key are missing', archive);
    const path = call.path(out);
    const key = readKeyFile(call.path(keyFile), call.io.env.KOMPL_KEY_PASSPHRASE || undefined);
    const request: ArchiveRequest = { before, key, now: () => call.io.now().toISOString(), by: SOURCE };
    const plan = await call.database.admin(async (client) => {
      await registerKey(client, key, 'archive');
      const sink = await newFile(path);
      try {
        return await writeArchive(client, request, sink);
      } catch (error) {
        await sink.abandon();
        throw error;
      }
    });
    call.io.err(`${path} is written; reading it back\n`);
    const report = await readArchive(path, { fileName: basename(path) });
    const done = await call.database.admin((client) => dropArchived(client, request, plan, report));
    return {
      json: { file: path, ...done },
      text: [
        `${done.months.join(', ')}: ${done.rows} rows of ${done.chains} chains are in ${out} and no longer on the server.`,
        `  sha256 ${done.sha256}`,
        'Keep the file in two places: kompl audit verify --archive FILE proves the whole trail with it.',
      ],
    };
  },
};

interface NewFile extends ArchiveSink {
  abandon(): Promise<void>;
}

/** Under a name of its own until every byte is on disk; a file that is there is never written over. */
async function newFile(path: string): Promise<NewFile> {
  const partial = `${path}.partial`;
  const reserved = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause });
  });
  await reserved.close();
  const file = await open(partial, 'w', 0o600);
  let held: string[] = [];
  let size = 0;
  const flush = async () => {
    await file.write(held.join(''));
    held = [];
    size = 0;
  };
  return {
    async line(text) {
      held.push(`${text}\n`);
      size += text.length;
      if (size > 1_000_000) await flush();
    },
    async end() {
      await flush();
      await file.sync();
      await file.close();
      await rename(partial, path);
      const folder = await open(dirname(path), 'r');
      // Not every file system can; the file itself is on disk.
      await folder.sync().catch(() => undefined);
      await folder.close();
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
      await rm(path, { force: true });
    },
  };
}

export const AUDIT_ARCHIVE_COMMANDS: readonly Command[] = [archive];
