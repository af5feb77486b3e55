/**
 * Looks at a server step by step and stops at the first one that fails, with its exact cause. Changes nothing on the server.
 * Without a user it goes as far as one can without signing in.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { errorSentence } from '@shared/error-texts';
import { CodedError, type ErrorDetails } from '@shared/errors';
import { DIAGNOSIS_STEPS, type Diagnosis, type DiagnosisStep } from '@shared/wire/connection';
import type pg from 'pg';
import { fromClient, toCodedError } from './errors';
import { negotiateTls, reach } from './negotiate';
import { connectionSource, connectOnce } from './source';
import type { ServerTarget } from './target';

export interface DiagnoseOptions {
  /** The newest versions of the migrations this app was built with; without them only the schema's presence is checked. */
  readonly expected?: Readonly<Record<'public' | 'private' | 'tenant', string>>;
  /** For each step, milliseconds. */
  readonly timeoutMs?: number;
}

/** A step with the facts behind its text. */
export interface DetailedStep extends DiagnosisStep {
  readonly details: ErrorDetails;
}
export interface DetailedDiagnosis extends Diagnosis {
  readonly steps: readonly DetailedStep[];
}

const STEP_MS = 5_000;
const OLDEST_SERVER = 140_000;

type Key = DiagnosisStep['key'];

class Findings {
  readonly #steps = new Map<Key, DetailedStep>();
  latencyMs: number | null = null;

  good(key: Key, text: string, details: ErrorDetails = {}): void {
    this.#steps.set(key, { key, ok: true, text, details });
  }

  skipped(key: Key, text: string): void {
    this.#steps.set(key, { key, ok: null, text, details: {} });
  }

  bad(key: Key, error: CodedError): void {
    this.#steps.set(key, { key, ok: false, text: sentenceOf(error), code: error.code, details: error.details });
  }

  done(): DetailedDiagnosis {
    const steps = DIAGNOSIS_STEPS.map((key) => this.#steps.get(key) ?? { key, ok: null, text: 'Not reached', details: {} });
    return { steps, ok: steps.every((step) => step.ok !== false), latencyMs: this.latencyMs };
  }
}

/** Runs all steps. Never rejects: what went wrong is what it reports. */
export async function diagnose(target: ServerTarget, options: DiagnoseOptions = {}): Promise<DetailedDiagnosis> {
  const findings = new Findings();
  let step: Key = 'resolve';
  try {
    await resolveHost(target, findings);
    step = 'connect';
    const { socket, connectMs, address } = await reach(target, options.timeoutMs ?? STEP_MS);
    findings.latencyMs = connectMs;
    findings.good('connect', `${address}, port ${target.port}, answers`, { address, port: target.port });
    step = 'tls';
    if (target.tls.mode === 'disable') {
      socket.destroy();
      // Refused here for another machine, before anything is said.
      await connectionSource(target).configuration();
      findings.skipped('tls', 'Off; nothing leaves this machine');
    } else {
      const cipher = await negotiateTls(target, socket, options.timeoutMs ?? STEP_MS);
      findings.good('tls', `${cipher}; ${TRUST_WORDS[target.tls.mode]}`, { cipher });
    }
    if (target.user === '') {
      for (const key of ['signIn', 'version', 'extension', 'schema'] as const) findings.skipped(key, 'Known after signing in');
      return findings.done();
    }
    step = 'signIn';
    const client = await connectOnce(connectionSource(target), { connectionTimeoutMillis: options.timeoutMs ?? STEP_MS });
    findings.good('signIn', `Signed in as ${target.user}`);
    try {
      await inspect(client, options, findings, (next) => {
        step = next;
      });
    } finally {
      await client.end();
    }
  } catch (error) {
    findings.bad(step, toCodedError(error));
  }
  return findings.done();
}

const TRUST_WORDS = {
  'verify-full': 'certificate and name are good',
  'verify-ca': 'the certificate is good, its name was not checked',
  require: 'encrypted, the certificate was not checked',
} as const;

async function resolveHost(target: ServerTarget, findings: Findings): Promise<void> {
  const { host } = target;
  if (host.startsWith('/') || isIP(host) !== 0) {
    findings.good('resolve', host.startsWith('/') ? 'A socket on this machine' : 'An address, no name to look up');
    return;
  }
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    findings.good('resolve', `${host} is ${addresses.join(', ')}`, { addresses });
  } catch (cause) {
    throw new CodedError('HOST_UNKNOWN', { host }, { cause });
  }
}

async function inspect(client: pg.Client, options: DiagnoseOptions, findings: Findings, at: (step: Key) => void): Promise<void> {
  at('version');
  const began = performance.now();
  await ask(client, 'SELECT 1 AS one');
  findings.latencyMs = performance.now() - began;
  const [server] = await ask<{ number: number; text: string }>(
    client,
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text",
  );
  if (!server || server.number < OLDEST_SERVER) {
    throw new CodedError('SERVER_TOO_OLD', { found: server?.text ?? '', minimum: String(OLDEST_SERVER / 10_000) });
  }
  findings.good('version', `PostgreSQL ${server.text}`, { version: server.text });
  at('extension');
  const [extension] = await ask<{ version: string | null; available: boolean }>(
    client,
    `SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS version,
      EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') AS available`,
  );
  if (!extension?.version)
    throw new CodedError('EXTENSION_MISSING', { extension: 'vector', available: extension?.available === true });
  findings.good('extension', `pgvector ${extension.version}`, { version: extension.version });
  at('schema');
  findings.good('schema', await schemaState(client, options));
}

async function schemaState(client: pg.Client, options: DiagnoseOptions): Promise<string> {
  const [there] = await ask<{ there: boolean }>(
    client,
    "SELECT to_regprocedure('public.schema_versions()') IS NOT NULL AS there",
  );
  if (!there?.there) throw new CodedError('SCHEMA_MISSING');
  if (!options.expected) return 'In place';
  const rows = await ask<{ scope: 'public' | 'private' | 'tenant'; version: string }>(
    client,
    'SELECT scope, version FROM public.schema_versions()',
  );
  for (const { scope, version } of rows) {
    const expected = options.expected[scope];
    if (version > expected) throw new CodedError('SCHEMA_NEWER', { scope, found: version, expected });
  }
  for (const { scope, version } of rows) {
    const expected = options.expected[scope];
    if (version < expected) throw new CodedError('SCHEMA_OLDER', { scope, found: version, expected });
  }
  return 'Up to date';
}

async function ask<Row extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<Row[]> {
  try {
    return (await client.query<Row>(sql)).rows;
  } catch (error) {
    throw fromClient(error);
  }
}

/** The general sentence of a code, and for TLS the one thing in the certificate that is wrong. */
function sentenceOf(error: CodedError): string {
  const { reason, names, validTo, validFrom, issuer } = error.details;
  if (reason === 'no PostgreSQL') return 'Something else than PostgreSQL answers there. Check the port.';
  const sentence = errorSentence(error.toData());
  if (error.code === 'TLS_NAME_MISMATCH' && Array.isArray(names))
    return `${sentence} The certificate is for ${names.join(', ')}.`;
  if (error.code !== 'TLS_UNTRUSTED') return sentence;
  if (reason === 'CERT_HAS_EXPIRED')
    return `The certificate ended on ${String(validTo)}. Ask the server’s administrator to renew it.`;
  if (reason === 'CERT_NOT_YET_VALID')
    return `The certificate is not valid before ${String(validFrom)}. Check this machine’s clock.`;
  if (reason === 'DEPTH_ZERO_SELF_SIGNED_CERT') return `${sentence} The server signed its certificate itself.`;
  return issuer ? `${sentence} It was issued by ${String(issuer)}.` : sentence;
}

/** As `diagnose`, for a database that may be at several places: the first place where nothing fails speaks for all, else the first. */
export async function diagnosePlaces(target: ServerTarget, options: DiagnoseOptions = {}): Promise<DetailedDiagnosis> {
  const { also = [], ...single } = target;
  const first = await diagnose(single, options);
  const failed = ({ steps }: Diagnosis) => steps.some(({ ok }) => ok === false);
  if (!failed(first)) return first;
  for (const place of also) {
    const next = await diagnose({ ...single, ...place }, options);
    if (!failed(next)) return next;
  }
  return first;
}
