/** `kompl db prove-isolation`: tries, as everybody, what must fail, and signs what came of it. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadMigrations } from '@main/db/migrate';
import {
  checkReport,
  describeReport,
  fileText,
  fingerprint,
  proveIsolation,
  reportOf,
  signingKey,
  signReport,
} from '@main/isolation';
import { writeBytesAtomically } from '@main/platform/atomic-file';
import { defaultDataFolder } from '@main/platform/data-folder';
import { CodedError } from '@shared/errors';
import type { Answer, Command, OfflineCall } from '../command';
import { migrationsFolder } from '../folders';
import { UsageError } from '../usage';
import { VERSION } from '../version';

function pairOf(text: string | undefined, command: Command): readonly [string, string] | null {
  if (text === undefined) return null;
  const [a, b, ...more] = text.split(',').map((one) => one.trim());
  if (!a || !b || more.length > 0) throw new UsageError('--tenants names two tenants, with a comma between them', command);
  return [a, b];
}

function placeOf(text: string | undefined, command: Command): { host: string; port: number } | null {
  if (text === undefined) return null;
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  if (!match?.[1]) throw new UsageError('--through is a host and a port, such as 127.0.0.1:6432', command);
  return { host: match[1], port: Number(match[2]) };
}

async function check({ values, path }: OfflineCall, file: string): Promise<Answer> {
  let text: string;
  try {
    text = await readFile(path(file), 'utf8');
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { name: file }, { cause });
  }
  const checked = checkReport(text);
  const { report, genuine, fault } = checked;
  const expected = values.optional('key');
  const known = expected === undefined ? null : fingerprint(createPublicKey(signingKey(path(expected))));
  const stranger = known !== null && known !== checked.fingerprint;
  return {
    json: {
      genuine: genuine && !stranger,
      fault,
      fingerprint: checked.fingerprint,
      verdict: report.verdict,
      counts: report.counts,
    },
    text: [
      ...describeReport(report),
      '',
      genuine ? `The signature is good. Key ${checked.fingerprint}` : `NOT GENUINE: ${fault}. Key ${checked.fingerprint}`,
      ...(stranger ? [`NOT GENUINE: it was signed with another key than yours, ${known}`] : []),
    ],
    failed: !genuine || stranger || report.verdict !== 'isolated',
  };
}

const prove: Command = {
  words: ['db', 'prove-isolation'],
  positionals: [],
  summary: 'Try, as each function of two tenants, everything that must fail, and print a signed report.',
  options: {
    tenants: { type: 'string', value: 'A,B', help: 'two tenants to try between, read only; probe tenants unless given' },
    through: {
      type: 'string',
      value: 'HOST:PORT',
      help: 'where people sign in, for example PgBouncer; the database’s own unless given',
    },
    out: { type: 'string', value: 'FILE', help: 'write the signed report with every attempt there' },
    key: { type: 'string', value: 'FILE', help: 'the Ed25519 key to sign or compare with; made at its first use' },
    check: { type: 'string', value: 'FILE', help: 'check a report instead; needs no database' },
  },
  offline(call) {
    const file = call.values.optional('check');
    return file === undefined ? null : check(call, file);
  },
  async run(call) {
    if (call.login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action: 'db' });
    const { values, path, io, database } = call;
    const tenants = pairOf(values.optional('tenants'), prove);
    const through = placeOf(values.optional('through'), prove);
    const keyFile = values.optional('key');
    const key = signingKey(keyFile === undefined ? join(defaultDataFolder(), 'isolation-key.pem') : path(keyFile));
    const findings = await proveIsolation(database, {
      migrations: await loadMigrations(migrationsFolder()),
      tenants,
      connect: (user, password) => database.connectAs({ user, password, ...(through ?? {}) }),
      now: io.now,
      progress: (text) => io.err(`${text}\n`),
    });
    const way = through === null ? 'where the administrator’s connection goes' : `through ${through.host}:${through.port}`;
    const report = reportOf(findings, `kompl ${VERSION}`, way);
    const signed = signReport(report, key);
    const out = values.optional('out');
    if (out !== undefined) writeBytesAtomically(path(out), Buffer.from(fileText(signed), 'utf8'));
    const print = fingerprint(createPublicKey(key));
    return {
      json: signed,
      text: [
        ...describeReport(report),
        '',
        `SHA-256   ${signed.signature.sha256}`,
        `Signature ${signed.signature.value}`,
        `Key       ${print}`,
        ...(out === undefined ? [] : [`Written to ${out}; check it by kompl db prove-isolation --check ${out}`]),
      ],
      failed: report.verdict !== 'isolated',
    };
  },
};

export const ISOLATION_COMMANDS: readonly Command[] = [prove];
