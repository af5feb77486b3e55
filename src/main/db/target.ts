/** Where a database is and how to get in: what `openDatabase` and `diagnose` take. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { basename } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { CodedError } from '@shared/errors';
import type { EmbeddedTransport } from './embedded/transport';
import type { Place } from './places';

export type TlsMode = 'verify-full' | 'verify-ca' | 'require' | 'disable';

export interface ServerTarget {
  readonly kind: 'server';
  /** Name, address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Further places where this database may be: standbys, any of which may be the primary tomorrow. */
  readonly also?: readonly Place[];
  /** Lists may come from a standby that has replayed the reader's own last write. */
  readonly readReplicas?: boolean;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The authority to trust instead of the public ones: a PEM file, or its text. */
  readonly tls: { readonly mode: TlsMode; readonly caFile?: string | null; readonly ca?: string | null };
  /** Connections at most; 6 unless told otherwise. */
  readonly poolSize?: number;
}

export interface EmbeddedTarget {
  readonly kind: 'embedded';
  readonly dataDir: string;
  readonly transport: EmbeddedTransport;
  /** For each step of the start of its process, milliseconds. */
  readonly bootTimeoutMs?: number;
}

export type Target = ServerTarget | EmbeddedTarget;

/** True for a host that is this very machine, so that nothing travels over a network. */
export function isThisMachine(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads a CA file in PEM. Throws CA_FILE_INVALID with the file's name and what is wrong. */
export async function readCaFile(path: string): Promise<string> {
  const name = basename(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CodedError('CA_FILE_INVALID', { file: name, reason: 'unreadable' }, { cause });
  }
  return checkCaText(text, name);
}

/** The certificates in a PEM text. Throws CA_FILE_INVALID where there is none or one cannot be read. */
export function checkCaText(text: string, file: string): string {
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new CodedError('CA_FILE_INVALID', { file, reason: 'no certificate' });
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new CodedError('CA_FILE_INVALID', { file, reason: 'not a certificate' }, { cause });
    }
  }
  return certificates.join('\n');
}

/**
 * TLS options for a server, or false where it is off. Throws TLS_REQUIRED for anything less than `verify-full` to another
 * machine, CA_FILE_INVALID for a bad CA file.
 */
export async function tlsOptions(target: ServerTarget): Promise<ConnectionOptions | false> {
  const { mode, caFile, ca: caText } = target.tls;
  if (mode !== 'verify-full' && !isThisMachine(target.host)) throw new CodedError('TLS_REQUIRED', { host: target.host, mode });
  if (mode === 'disable') return false;
  const ca = caText ? checkCaText(caText, 'ca') : caFile ? await readCaFile(caFile) : undefined;
  const base: ConnectionOptions = { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) };
  if (mode === 'require') return { ...base, rejectUnauthorized: false };
  if (mode === 'verify-ca') return { ...base, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { ...base, rejectUnauthorized: true };
}
