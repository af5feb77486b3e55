/**
 * The vault file: a header, then AES-256-GCM chunks in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 *
 *   magic 8 | version u16 | flags u16 (0) | chunk size u32 | file id 16 | wrapped key 60 | key commitment 32   = 124 bytes
 *   chunk 0 … chunk n, each its text and a 16-byte tag; all but the last are full
 *
 * The file key is random for each attempt, wrapped under the vault key, and split by HKDF into an encryption key and a
 * commitment, because GCM alone lets one ciphertext open under two keys. The nonce of a chunk is its number and whether it is
 * the last; the hash of the header is every chunk's associated data. So a chunk flipped, moved, repeated, taken from another
 * file, cut off or added never opens. Numbers are big-endian.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { CodedError } from '@shared/errors';

export const CHUNK_BYTES = 1024 * 1024;
export const TAG_BYTES = 16;
export const HEADER_BYTES = 124;
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;

const MAGIC = Buffer.from('KOMPLVLT', 'latin1');
const VERSION = 1;
const WRAPPED_AT = 32;
const COMMITMENT_AT = 92;
const CIPHER = 'aes-256-gcm';

/** The vault key is wrong, or was made for somebody else; nothing was read. */
export function locked(reason: string, cause?: unknown): CodedError {
  return new CodedError('VAULT_LOCKED', { reason }, { cause });
}

/** The bytes are not those that were sealed. */
export function damaged(reason: string, cause?: unknown): CodedError {
  return new CodedError('VAULT_DAMAGED', { reason }, { cause });
}

export interface FileKeys {
  readonly encryption: Buffer;
  readonly commitment: Buffer;
}

/** Seals a short text under a key: nonce, text, tag. The nonce must be new for each use of the key. */
export function sealBytes(key: Buffer, nonce: Buffer, plain: Buffer, associated: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `sealBytes` made. Throws what the cipher throws where key, bytes or associated data are not the same. */
export function openBytes(key: Buffer, sealed: Buffer, associated: Buffer): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

function splitKey(fileKey: Buffer, fileId: Buffer): FileKeys {
  const part = (use: string) =>
    Buffer.from(hkdfSync('sha256', fileKey, fileId, `kompl vault file v${VERSION} ${use}`, KEY_BYTES));
  return { encryption: part('encryption'), commitment: part('commitment') };
}

function uuidBytes(fileId: string): Buffer {
  const bytes = Buffer.from(fileId.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new TypeError('a file id is a uuid');
  return bytes;
}

/** The header of a new file, and its keys. `random(n)` gives n fresh bytes. */
export function makeHeader(
  vaultKey: Buffer,
  fileId: string,
  random: (bytes: number) => Buffer,
): { readonly header: Buffer; readonly keys: FileKeys } {
  const id = uuidBytes(fileId);
  const start = Buffer.alloc(WRAPPED_AT);
  MAGIC.copy(start, 0);
  start.writeUInt16BE(VERSION, 8);
  start.writeUInt16BE(0, 10);
  start.writeUInt32BE(CHUNK_BYTES, 12);
  id.copy(start, 16);
  const fileKey = random(KEY_BYTES);
  const keys = splitKey(fileKey, id);
  const wrapped = sealBytes(vaultKey, random(NONCE_BYTES), fileKey, start);
  fileKey.fill(0);
  return { header: Buffer.concat([start, wrapped, keys.commitment]), keys };
}

/** Checks a header and unwraps its keys. VAULT_DAMAGED for a foreign or broken one, VAULT_LOCKED for another vault's key. */
export function readHeader(vaultKey: Buffer, fileId: string, header: Buffer): FileKeys {
  if (header.length !== HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC)) throw damaged('not a vault file');
  if (header.readUInt16BE(8) !== VERSION || header.readUInt16BE(10) !== 0) throw damaged('unknown version');
  if (header.readUInt32BE(12) !== CHUNK_BYTES) throw damaged('unknown chunk size');
  const id = header.subarray(16, WRAPPED_AT);
  if (!id.equals(uuidBytes(fileId))) throw damaged('file of another name');
  const start = header.subarray(0, WRAPPED_AT);
  let fileKey: Buffer;
  try {
    fileKey = openBytes(vaultKey, header.subarray(WRAPPED_AT, COMMITMENT_AT), start);
  } catch (error) {
    throw locked('the key does not open this file', error);
  }
  const keys = splitKey(fileKey, id);
  fileKey.fill(0);
  if (!timingSafeEqual(keys.commitment, header.subarray(COMMITMENT_AT))) throw damaged('key commitment');
  return keys;
}

export function headerHash(header: Buffer): Buffer {
  return createHash('sha256').update(header).digest();
}

/** 11 bytes of chunk number, one of last-or-not. */
function chunkNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

export function sealChunk(keys: FileKeys, associated: Buffer, index: number, last: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, keys.encryption, chunkNonce(index, last), { authTagLength: TAG_BYTES }).setAAD(
    associated,
  );
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function openChunk(keys: FileKeys, associated: Buffer, index: number, last: boolean, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw damaged('chunk cut off');
  const text = sealed.subarray(0, sealed.length - TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, keys.encryption, chunkNonce(index, last), { authTagLength: TAG_BYTES })
    .setAAD(associated)
    .setAuthTag(sealed.subarray(text.length));
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch (error) {
    throw damaged('chunk', error);
  }
}

/** How a sealed file of this many bytes is divided. An empty text is one empty last chunk; no other chunk may be empty. */
export function layoutOf(sealedBytes: number): { readonly chunks: number; readonly plainBytes: number } {
  const body = sealedBytes - HEADER_BYTES;
  if (body < TAG_BYTES) throw damaged('cut off');
  const chunks = Math.ceil(body / (CHUNK_BYTES + TAG_BYTES));
  const rest = body - (chunks - 1) * (CHUNK_BYTES + TAG_BYTES);
  if (rest < TAG_BYTES || (rest === TAG_BYTES && chunks > 1)) throw damaged('cut off');
  return { chunks, plainBytes: body - chunks * TAG_BYTES };
}
