/**
 * The sealer's Ed25519 key. The private half never enters the database: it lies in a PKCS#8 file that only its owner reads, under
 * a passphrase where one is given, or behind the operating system's key store in the workstation.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { CodedError } from '@shared/errors';
import { sha256 } from './merkle';

/** DER of an Ed25519 SubjectPublicKeyInfo up to its 32 key bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface SealingKey {
  /** SHA-256 of the public key's 32 bytes, in hex. */
  readonly id: string;
  /** The 32 bytes. */
  readonly publicKey: Buffer;
  sign(text: string): Buffer;
}

function rawPublic(key: KeyObject): Buffer {
  const open = key.type === 'public' ? key : createPublicKey(key);
  const der = open.export({ type: 'spki', format: 'der' });
  if (der.length !== 44 || !der.subarray(0, 12).equals(SPKI_PREFIX)) throw new RangeError('not an Ed25519 key');
  return der.subarray(12);
}

/** The id of a public key of 32 bytes. */
export function keyIdOf(publicKey: Buffer): string {
  return sha256(publicKey).toString('hex');
}

function sealingKey(key: KeyObject): SealingKey {
  const publicKey = rawPublic(key);
  return { id: keyIdOf(publicKey), publicKey, sign: (text) => signBytes(null, Buffer.from(text, 'utf8'), key) };
}

/** A new key, as the PEM texts of both halves. */
export function createKeyPem(passphrase?: string): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const lock = passphrase ? { cipher: 'aes-256-cbc', passphrase } : {};
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem', ...lock }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Reads a private key. Throws TRAIL_KEY_INVALID; the reason says whether a passphrase is missing or wrong. */
export function readPrivateKey(pem: string, passphrase?: string): SealingKey {
  const locked = pem.includes('ENCRYPTED');
  if (locked && !passphrase) throw new CodedError('TRAIL_KEY_INVALID', { reason: 'passphrase' });
  try {
    return sealingKey(createPrivateKey({ key: pem, ...(locked ? { passphrase } : {}) }));
  } catch (cause) {
    throw new CodedError('TRAIL_KEY_INVALID', { reason: locked ? 'passphrase' : 'format' }, { cause });
  }
}

/** Reads a public key (or the public half of an open private one) as its 32 bytes. Throws TRAIL_KEY_INVALID. */
export function readPublicKey(pem: string): Buffer {
  try {
    return rawPublic(createPublicKey(pem));
  } catch (cause) {
    throw new CodedError('TRAIL_KEY_INVALID', { reason: 'format' }, { cause });
  }
}

/** True where the signature is that of the text under the public key of 32 bytes. */
export function signatureHolds(publicKey: Buffer, text: string, signature: Buffer): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return signature.length === 64 && verifyBytes(null, Buffer.from(text, 'utf8'), key, signature);
}
