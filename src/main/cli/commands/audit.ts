/** `kompl audit verify`, `audit export` and `audit list`: the trail proven, taken out and looked at. */
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { noteOwnerExport, noteTenantExport } from '@main/trail/access';
import { type ArchiveReport, isArchive, readArchive } from '@main/trail/archive';
import { exportCef } from '@main/trail/cef-export';
import type { ArchiveFile } from '@main/trail/checkpoint';
import { type ExportSummary, exportLines } from '@main/trail/export';
import { readHeads, readPublicKeys } from '@main/trail/key-files';
import { type ChainReport, proveChain } from '@main/trail/prove';
import { type FileReport, linesOf, proveLines } from '@main/trail/read-export';
import { parseHead, type TrailSource } from '@main/trail/source';
import type { KnownKeys, TrailFault } from '@main/trail/verify';
import { CodedError } from '@shared/errors';
import { type Answer, AS_OPTION, type Command, type CommandCall, type OfflineCall, type OptionSpec } from '../command';
import { UsageError } from '../usage';
import { SOURCE, VERSION } from '../version';
import { AUDIT_ARCHIVE_COMMANDS } from './audit-archive';
import { AUDIT_LIST_COMMANDS } from './audit-list';
import { AUDIT_SEAL_COMMANDS } from './audit-seal';
import { actsForPerson, CHAIN_OPTION, chainOf, chainsOf, instantOf, type NamedChain, readChain } from './audit-shared';

const FROM: OptionSpec = { type: 'string', value: 'TIME', help: 'from this time on, such as 2026-07-01 or 2026-07-01T08:00:00Z' };
const TO: OptionSpec = { type: 'string', value: 'TIME', help: 'up to this time' };

function pinnedKeys({ values, path }: OfflineCall): KnownKeys | undefined {
  const given = values.optional('key');
  return given === undefined ? undefined : readPublicKeys(given.split(',').map((file) => path(file.trim())));
}

function faultLine({ kind, seal, row, at, what }: TrailFault): string {
  const place = [row === null ? null : `row ${row}`, at, seal === null ? null : `seal ${seal}`].filter((part) => part !== null);
  return `  ${kind.padEnd(15)} ${place.join(', ')}: ${what}`;
}

const verify: Command = {
  words: ['audit', 'verify'],
  positionals: [],
  summary:
    'Prove that nothing in the sealed trail was changed, removed, added or moved; name what was. Exit code 1 for any fault.',
  options: {
    tenant: CHAIN_OPTION,
    export: { type: 'string', value: 'FILE', help: 'prove this export or archive instead; needs no database' },
    archive: { type: 'string', value: 'FILE', help: 'the archived months, so that the whole is proven (several with commas)' },
    key: { type: 'string', value: 'PUB', help: 'trust only this public key (several with commas)' },
    head: { type: 'string', value: 'N:HASH', help: 'a seal noted earlier that must still be in the chain' },
    heads: { type: 'string', value: 'FILE', help: 'the sealer’s own memory, FILE.heads.json beside its key' },
    as: AS_OPTION,
  },
  offline(call) {
    const file = call.values.optional('export');
    return file === undefined ? null : verifyFile(call, call.path(file));
  },
  async run(call) {
    const keys = pinnedKeys(call);
    const known = call.values.optional('heads') === undefined ? null : readHeads(call.path(call.values.text('heads')));
    const head = call.values.optional('head');
    const given = await archivesOf(call, keys);
    if (head !== undefined && call.values.optional('tenant') === undefined) throw new UsageError('--head needs --tenant', verify);
    if (call.values.optional('tenant') === undefined && (await actsForPerson(call))) {
      throw new UsageError('--tenant is missing: a person proves their own tenant’s trail', verify);
    }
    const reports: (ChainReport & { readonly name: string })[] = [];
    for (const chain of await chainsOf(call)) {
      const heads = [head === undefined ? undefined : parseHead(head), known?.get(chain.id)].filter((one) => one !== undefined);
      const report = await readChain(call, chain, (source) =>
        proveChain(source, { ...(keys ? { keys } : {}), heads, files: given.files }),
      );
      reports.push({ ...report, name: chain.name });
    }
    return serverAnswer(reports, keys !== undefined, given.faults);
  },
};

/** The archives that were given, each read and proven by itself, by their sums. */
async function archivesOf(call: CommandCall, keys: KnownKeys | undefined) {
  const files = new Map<string, ArchiveFile>();
  const faults: TrailFault[] = [];
  for (const name of (call.values.optional('archive') ?? '').split(',').filter((part) => part.trim() !== '')) {
    const path = call.path(name.trim());
    const report = await readArchive(path, { fileName: basename(path), ...(keys ? { keys } : {}) });
    files.set(report.sha256, report.file);
    faults.push(...report.faults);
  }
  return { files, faults };
}

function serverAnswer(
  reports: readonly (ChainReport & { readonly name: string })[],
  pinned: boolean,
  ofFiles: readonly TrailFault[],
): Answer {
  const faults = [...reports.flatMap((report) => report.faults), ...ofFiles];
  return {
    failed: faults.length > 0,
    json: { ok: faults.length === 0, keysPinned: pinned, chains: reports },
    text: [
      ...reports.flatMap((report) => [
        `${report.name}: ${report.rows} rows in ${report.seals} seals, ${report.faults.length === 0 ? 'whole' : `${report.faults.length} faults`}` +
          (report.waiting > 0 ? `; ${report.waiting} rows wait for their seal since ${report.oldestWaiting}` : ''),
        ...(report.head ? [`  head ${report.head.seq}:${report.head.hash}`] : []),
        ...report.archived.map(
          ({ before, rows, fileSha256, checkpoint, proven }) =>
            `  archived before ${before}: ${rows} rows, checkpoint ${checkpoint}, ${proven ? 'proven from the file given' : `in the file ${fileSha256}`}`,
        ),
        ...report.faults.map(faultLine),
      ]),
      ...ofFiles.map(faultLine),
      ...(pinned ? [] : ['The keys were taken from the database itself; give --key to trust your own copy only.']),
    ],
  };
}

async function verifyFile(call: OfflineCall, path: string): Promise<Answer> {
  const keys = pinnedKeys(call);
  const head = call.values.optional('head');
  const fileName = basename(path);
  let report: FileReport;
  try {
    if (await isArchive(path)) return archiveAnswer(await readArchive(path, { fileName, ...(keys ? { keys } : {}) }), fileName);
    report = await proveLines(linesOf(path), {
      fileName,
      ...(keys ? { keys } : {}),
      ...(head === undefined ? {} : { heads: [parseHead(head)] }),
    });
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
  const { faults, rows, seals, withheld } = report;
  return {
    failed: faults.length > 0,
    json: { ok: faults.length === 0, file: fileName, ...report },
    text: [
      `${fileName}: ${rows} rows in ${seals} seals of ${report.chain}, ${faults.length === 0 ? 'whole' : `${faults.length} faults`}` +
        (withheld > 0 ? `; the content of ${withheld} rows is withheld` : ''),
      ...(report.head ? [`  head ${report.head.seq}:${report.head.hash}`] : []),
      ...faults.map(faultLine),
      ...(report.keysPinned ? [] : ['The keys were taken from the file itself; give --key to trust your own copy only.']),
    ],
  };
}

function archiveAnswer({ file: _, ...report }: ArchiveReport, fileName: string): Answer {
  const { chains, faults, before, sha256 } = report;
  return {
    failed: faults.length > 0,
    json: { ok: faults.length === 0, file: fileName, ...report },
    text: [
      `${fileName}: the trail before ${before}, ${chains.length} chains, ${faults.length === 0 ? 'whole' : `${faults.length} faults`}`,
      `  sha256 ${sha256}`,
      ...chains.map(({ chain, rows, seals }) => `  ${chain}: ${rows} rows in ${seals} seals`),
      ...faults.map(faultLine),
      ...(chains.every(({ keysPinned }) => keysPinned)
        ? []
        : ['The keys were taken from the file itself; give --key to trust your own copy only.']),
    ],
  };
}

const FORMATS = ['jsonl', 'cef'] as const;

const exportTrail: Command = {
  words: ['audit', 'export'],
  positionals: [],
  summary:
    'Write a trail as JSON Lines that prove themselves (jsonl) or for a log collector (cef). The export is noted in the trail.',
  options: {
    tenant: { ...CHAIN_OPTION, required: true },
    format: { type: 'string', value: 'NAME', help: 'jsonl (unless given) or cef' },
    from: FROM,
    to: TO,
    out: { type: 'string', value: 'FILE', required: true, help: 'the new file, or - for standard output' },
    as: AS_OPTION,
  },
  async run(call) {
    const format = FORMATS.find((known) => known === (call.values.optional('format') ?? 'jsonl'));
    if (format === undefined) throw new UsageError(`--format is one of ${FORMATS.join(', ')}`, exportTrail);
    const chain = await chainOf(call, call.values.text('tenant'));
    const [from, to] = [instantOf(call, 'from'), instantOf(call, 'to')];
    const target = call.values.text('out');
    await note(call, chain, { format, from, to });
    const sink = target === '-' ? standardOutput(call) : await newFile(call.path(target));
    const { head, faults, ...counts } = await readChain(call, chain, (source) =>
      format === 'jsonl' ? asLines(call, source, { from, to }, sink.line) : asCef(source, { from, to }, sink.line),
    );
    const last = await sink.end();
    if (target === '-') return { json: null, text: last === null ? [] : [last], failed: faults.length > 0 };
    return {
      failed: faults.length > 0,
      json: { file: call.path(target), format, ...counts, head, faults },
      text: [
        `${counts.rows} rows in ${counts.seals} seals written to ${target}.`,
        ...(head ? [`  head ${head.seq}:${head.hash}`] : []),
        ...faults.map(faultLine),
      ],
    };
  },
};

interface Span {
  readonly from: string | null;
  readonly to: string | null;
}

function asLines({ io }: CommandCall, source: TrailSource, span: Span, line: Sink['line']): Promise<ExportSummary> {
  return exportLines(source, { ...span, exportedAt: io.now().toISOString(), by: SOURCE }, line);
}

function asCef(source: TrailSource, span: Span, line: Sink['line']): Promise<ExportSummary> {
  return exportCef(source, span, VERSION, line);
}

async function note(call: CommandCall, chain: NamedChain, content: { format: string } & Span): Promise<void> {
  if (!(await actsForPerson(call))) {
    await call.database.admin((client) => noteOwnerExport(client, chain.id, SOURCE, { ...content }));
    return;
  }
  const ctx = await call.context();
  await noteTenantExport({ session: ctx.session, source: ctx.source, database: call.database }, { ...content });
}

interface Sink {
  readonly line: (text: string) => Promise<void>;
  /** Ends it; the last line where it is still to be printed. */
  readonly end: () => Promise<string | null>;
}

/** Holds one line back, which the command's answer prints. */
function standardOutput({ io }: CommandCall): Sink {
  let held: string | null = null;
  return {
    async line(text) {
      if (held !== null) io.out(`${held}\n`);
      held = text;
    },
    end: async () => held,
  };
}

/** A file that was there is never written over. */
async function newFile(path: string): Promise<Sink> {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const failed = new Promise<never>((_, reject) => {
    stream.once('error', (cause) => reject(new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause })));
  });
  failed.catch(() => undefined);
  await Promise.race([new Promise<void>((resolve) => stream.once('open', () => resolve())), failed]);
  return {
    line: (text) =>
      Promise.race([
        failed,
        new Promise<void>((resolve) => {
          if (stream.write(`${text}\n`)) resolve();
          else stream.once('drain', resolve);
        }),
      ]),
    async end() {
      await Promise.race([failed, new Promise<void>((resolve) => stream.end(resolve))]);
      return null;
    },
  };
}

export const AUDIT_COMMANDS: readonly Command[] = [
  ...AUDIT_SEAL_COMMANDS,
  verify,
  exportTrail,
  ...AUDIT_ARCHIVE_COMMANDS,
  ...AUDIT_LIST_COMMANDS,
];
