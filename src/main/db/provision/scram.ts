/**
 * SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677) exactly as PostgreSQL stores them, made and checked where the person sits, so that
 * a password never travels.
 *
 * Preparing: RFC 4013 asks for SASLprep. libpq, PostgreSQL and node-postgres apply its mappings and NFKC and fall back to the
 * text as it is where SASLprep would refuse. We apply the same mappings, and refuse at creation what SASLprep prohibits, so a
 * password made here signs in from every client.
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { CodedError } from '@shared/errors';

export const SCRAM_ITERATIONS = 4096;
export const PASSWORD_MIN_LENGTH = 12;
const PASSWORD_MAX_BYTES = 1024;
const MAX_ITERATIONS = 1_000_000;

const VERIFIER = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/;

// RFC 3454 C.1.2 (spaces other than ASCII's) and B.1 (mapped to nothing).
const OTHER_SPACE = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
const MAPPED_TO_NOTHING = /\u00AD|\u034F|\u1806|\u180B|\u180C|\u180D|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/gu;
// RFC 3454 C.2 to C.9: controls, private use, unpaired surrogates, non-characters, change of display, tags.
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u06DD\u070F\u180E\u200E\u200F\u202A-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFDD0-\uFDEF\uFFF9-\uFFFF\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u;

/** The password as it enters PBKDF2: SASLprep's mappings and NFKC. Doing it twice changes nothing. */
export function preparePassword(password: string): string {
  return password.replace(OTHER_SPACE, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
}

/**
 * The rules for a new password: at least twelve characters, at most 1024 bytes, none that SASLprep prohibits.
 * @throws CodedError INPUT_INVALID with a fault at `password`
 */
export function checkNewPassword(password: string): void {
  const prepared = preparePassword(password);
  let message: string | null = null;
  if ([...prepared].length < PASSWORD_MIN_LENGTH) message = `at least ${PASSWORD_MIN_LENGTH} characters`;
  else if (Buffer.byteLength(prepared, 'utf8') > PASSWORD_MAX_BYTES) message = `at most ${PASSWORD_MAX_BYTES} bytes`;
  else if (PROHIBITED.test(prepared)) message = 'no control or invisible characters';
  if (message !== null) throw new CodedError('INPUT_INVALID', { field: 'password' }, { faults: [{ path: 'password', message }] });
}

export interface ScramOptions {
  /** PBKDF2 rounds; PostgreSQL's own default is 4096. */
  readonly iterations?: number;
  /** Random bytes, 16 as a rule. */
  readonly salt: Uint8Array;
}

/** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, ready for `CREATE ROLE … PASSWORD` and `users.password_hash`. */
export function scramVerifier(password: string, options: ScramOptions): string {
  const iterations = options.iterations ?? SCRAM_ITERATIONS;
  const salt = Buffer.from(options.salt);
  const { storedKey, serverKey } = keysOf(password, salt, iterations);
  const text = (bytes: Buffer) => bytes.toString('base64');
  return `SCRAM-SHA-256$${iterations}:${text(salt)}$${text(storedKey)}:${text(serverKey)}`;
}

/** True where the password belongs to the verifier; in constant time. A malformed verifier belongs to no password. */
export function verifyScram(password: string, verifier: string): boolean {
  const [, rounds, salt, storedKey, serverKey] = VERIFIER.exec(verifier) ?? [];
  const iterations = Number(rounds);
  if (!salt || !storedKey || !serverKey || !(iterations >= 1 && iterations <= MAX_ITERATIONS)) return false;
  const keys = keysOf(password, Buffer.from(salt, 'base64'), iterations);
  const stored = timingSafeEqual(keys.storedKey, Buffer.from(storedKey, 'base64'));
  const server = timingSafeEqual(keys.serverKey, Buffer.from(serverKey, 'base64'));
  return stored && server;
}

/** True for a text of the form that PostgreSQL stores. */
export function isScramVerifier(text: string): boolean {
  return VERIFIER.test(text);
}

function keysOf(password: string, salt: Buffer, iterations: number): { storedKey: Buffer; serverKey: Buffer } {
  const salted = pbkdf2Sync(Buffer.from(preparePassword(password), 'utf8'), salt, iterations, 32, 'sha256');
  const hmac = (label: string) => createHmac('sha256', salted).update(label).digest();
  return { storedKey: createHash('sha256').update(hmac('Client Key')).digest(), serverKey: hmac('Server Key') };
}
