/**
 * The report of a proof: what an outsider reads, signed with Ed25519 over the whole, so that a later change of one byte shows.
 * The file is JSON with an attempt a line. Verifying needs neither a server nor this program's key, only the file; whose key it
 * is, the reader compares by its fingerprint.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeBytesAtomically } from '@main/platform/atomic-file';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { Findings } from './prove';
import { GROUPS, type Group } from './types';

export const FORMAT = 'kompl-isolation-proof/1';

/** What anybody with a login learns in spite of everything; printed, so that nobody has to find out. */
export const REMAINS: readonly string[] = [
  'Schemas and roles are named after tenants’ ids: their number and ids can be read, names and domains cannot.',
  'Somebody who knows an e-mail address can find out whether it has a login on this server, not where it works.',
  'The structure of tables and the text of functions are the same for all tenants and are no secret.',
  'LISTEN and NOTIFY cannot be closed; nothing of ours sends on any channel.',
  'A database superuser and the owner of the machine stand above every guard of the database.',
];

export interface Counts {
  readonly attempts: number;
  readonly denied: number;
  readonly open: number;
  readonly unclear: number;
  readonly controls: number;
  readonly caught: number;
}

export interface Report extends Findings {
  readonly format: typeof FORMAT;
  readonly program: string;
  readonly through: string;
  readonly counts: Counts;
  readonly verdict: 'isolated' | 'not isolated' | 'void';
  readonly remains: readonly string[];
}

export interface SignedReport {
  readonly report: Report;
  readonly signature: {
    readonly algorithm: 'Ed25519';
    readonly publicKey: string;
    readonly sha256: string;
    readonly value: string;
  };
}

/** Counts and verdict: `void` where the negative control was not caught whole, for then the attempts prove nothing either. */
export function reportOf(findings: Findings, program: string, through: string): Report {
  const count = (verdict: string) => findings.attempts.filter((one) => one.verdict === verdict).length;
  const counts: Counts = {
    attempts: findings.attempts.length,
    denied: count('denied'),
    open: count('open'),
    unclear: count('unclear'),
    controls: findings.control.length,
    caught: findings.control.filter(({ caught }) => caught).length,
  };
  const proven = counts.attempts > 0 && counts.controls > 0 && counts.caught === counts.controls;
  const held = counts.denied === counts.attempts;
  const verdict = proven ? (held ? 'isolated' : 'not isolated') : 'void';
  // In this order, so that a report that is counted again does not bring its own counts along.
  return { ...findings, format: FORMAT, program, through, verdict, counts, remains: REMAINS };
}

/** The key of this laptop, made at its first use. PKCS #8 in PEM, readable by the account only. Throws INPUT_INVALID for another file. */
export function signingKey(path: string): KeyObject {
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeBytesAtomically(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    return privateKey;
  }
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new CodedError('INPUT_INVALID', { field: 'key' }, { cause });
  }
  throw new CodedError('INPUT_INVALID', { field: 'key' });
}

/** SHA-256 of the public key's DER form in groups of four, for people to compare. */
export function fingerprint(publicKey: KeyObject): string {
  const hex = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 32);
  return (hex.match(/.{4}/g) ?? []).join(' ');
}

const bytesOf = (report: unknown) => Buffer.from(JSON.stringify(report), 'utf8');

export function signReport(report: Report, key: KeyObject): SignedReport {
  const bytes = bytesOf(report);
  return {
    report,
    signature: {
      algorithm: 'Ed25519',
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      value: sign(null, bytes, key).toString('base64'),
    },
  };
}

/** The file's text: JSON, one attempt a line, so that people and diff can read it. */
export function fileText({ report, signature }: SignedReport): string {
  const { attempts, control, ...head } = report;
  const lines = (list: readonly object[]) => `[\n${list.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`;
  const fields = Object.keys(report).map((key) => {
    if (key === 'attempts') return `  "attempts": ${lines(attempts)}`;
    if (key === 'control') return `  "control": ${lines(control)}`;
    return `  ${JSON.stringify(key)}: ${JSON.stringify(head[key as keyof typeof head])}`;
  });
  return `{"report": {\n${fields.join(',\n')}\n},\n"signature": ${JSON.stringify(signature)}}\n`;
}

const verdicts = z.enum(['denied', 'open', 'unclear']);
const signedSchema = z.object({
  report: z.looseObject({
    format: z.literal(FORMAT),
    program: z.string(),
    through: z.string(),
    run: z.string(),
    given: z.boolean(),
    embedded: z.boolean(),
    verdict: z.enum(['isolated', 'not isolated', 'void']),
    server: z.object({ version: z.string(), database: z.string(), time: z.string() }),
    swept: z.array(z.string()),
    people: z.array(z.object({ as: z.string(), login: z.string() })),
    remains: z.array(z.string()),
    counts: z.object({
      attempts: z.number(),
      denied: z.number(),
      open: z.number(),
      unclear: z.number(),
      controls: z.number(),
      caught: z.number(),
    }),
    attempts: z.array(
      z.object({
        as: z.string(),
        group: z.enum(Object.keys(GROUPS) as [Group, ...Group[]]),
        statement: z.string(),
        verdict: verdicts,
        answer: z.string(),
      }),
    ),
    control: z.array(
      z.object({
        statement: z.string(),
        must: z.enum(['open', 'unclear']),
        verdict: verdicts,
        answer: z.string(),
        caught: z.boolean(),
      }),
    ),
  }),
  signature: z.object({
    algorithm: z.literal('Ed25519'),
    publicKey: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    value: z.string(),
  }),
});

export interface Checked {
  readonly genuine: boolean;
  /** Why not; null where it is. */
  readonly fault: string | null;
  readonly fingerprint: string;
  readonly report: Report;
}

/** Checks a report's file. Throws INPUT_INVALID where it is no such report at all. */
export function checkReport(text: string): Checked {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('INPUT_INVALID', { field: 'check' }, { cause });
  }
  const parsed = signedSchema.safeParse(raw);
  if (!parsed.success || typeof raw !== 'object' || raw === null || !('report' in raw)) {
    throw new CodedError('INPUT_INVALID', { field: 'check' });
  }
  const { report, signature } = parsed.data;
  // The bytes as they were written, also fields that a later version may add.
  const bytes = bytesOf(raw.report);
  const key = createPublicKey({ key: Buffer.from(signature.publicKey, 'base64'), type: 'spki', format: 'der' });
  const whole: Report = { ...report };
  const { counts, verdict } = reportOf(whole, report.program, report.through);
  const fault = !verify(null, bytes, key, Buffer.from(signature.value, 'base64'))
    ? 'the signature does not fit: the report was changed after it was signed'
    : createHash('sha256').update(bytes).digest('hex') !== signature.sha256
      ? 'the hash does not fit'
      : JSON.stringify(counts) !== JSON.stringify(report.counts) || verdict !== report.verdict
        ? 'its counts or its verdict do not follow from its attempts'
        : null;
  return { genuine: fault === null, fault, fingerprint: fingerprint(key), report: whole };
}

const VERDICTS: Readonly<Record<Report['verdict'], string>> = {
  isolated: 'ISOLATED: everything that was tried was denied, and the negative control was caught.',
  'not isolated': 'NOT ISOLATED: the attempts below got through or prove nothing.',
  void: 'VOID: the negative control was not caught whole, so this run proves nothing.',
};

/** What people read; every attempt word for word stands in the file. */
export function describeReport(report: Report): string[] {
  const { counts, server } = report;
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => {
    const tried = report.attempts.filter((one) => one.group === group);
    const denied = tried.filter(({ verdict }) => verdict === 'denied').length;
    return `  ${String(tried.length).padStart(6)} ${String(denied).padStart(7)}   ${GROUPS[group]}`;
  });
  const failures = report.attempts.filter(({ verdict }) => verdict !== 'denied');
  const missed = report.control.filter(({ caught }) => !caught);
  const shown = failures.slice(0, 40);
  return [
    'Proof of isolation between tenants',
    '',
    `  database   ${server.database}, ${server.version.split(' on ')[0]}, at ${server.time}`,
    `  people     six functions in each of two ${report.given ? 'given tenants, read only' : 'probe tenants, made and taken away by this run'}`,
    `  signed in  ${report.embedded ? 'over the embedded server’s single login' : `each with a login of their own, ${report.through}`}`,
    `  run        ${report.run} of ${report.program}`,
    ...(report.embedded
      ? [
          '',
          'The embedded server has one login, an administrator’s, and people come in through the application. This proves that a',
          'transaction in a person’s scope reaches nothing of another tenant. It says nothing about somebody who holds the folder.',
        ]
      : []),
    '',
    '   tried  denied',
    ...groups,
    `  ${String(counts.attempts).padStart(6)} ${String(counts.denied).padStart(7)}   in all; ${counts.open} got through, ${counts.unclear} prove nothing`,
    '',
    `Negative control: a role that was given too much tried ${counts.controls} things that must get through; ${counts.caught} were caught.`,
    ...missed.map((one) => `  MISSED  ${one.statement}\n          ${one.verdict}: ${one.answer}`),
    ...(shown.length > 0 ? ['', 'What was not denied:'] : []),
    ...shown.map((one) => `  ${one.verdict.toUpperCase().padEnd(8)}${one.as}: ${one.statement}\n          ${one.answer}`),
    ...(failures.length > shown.length ? [`  and ${failures.length - shown.length} more, in the file`] : []),
    '',
    'What anybody with a login can learn all the same:',
    ...report.remains.map((line) => `  - ${line}`),
    '',
    VERDICTS[report.verdict],
  ];
}
