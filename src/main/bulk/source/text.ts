/**
 * Bytes to text: which encoding a file is in, found by reading all of it (the SHA-256 needs that anyway), and its text piece by
 * piece. UTF-8, UTF-16 of both orders, and Windows-1252 for what spreadsheets of old wrote.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface FileFacts {
  readonly sha256: string;
  readonly size: number;
  readonly encoding: Encoding;
}

const PIECE = 64 * 1024;

/** Reads the whole file once. A byte-order mark decides; else zero bytes mean UTF-16, and what is no UTF-8 is Windows-1252. */
export async function factsOf(path: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  const strict = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  let valid = true;
  let first: Encoding | null = null;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
    const bytes: Buffer = piece;
    if (size === 0) first = marked(bytes) ?? wide(bytes);
    size += bytes.length;
    hash.update(bytes);
    if (valid && first === null) valid = decodes(strict, bytes, true);
  }
  if (valid && first === null) valid = decodes(strict, Buffer.alloc(0), false);
  return { sha256: hash.digest('hex'), size, encoding: first ?? (valid ? 'utf-8' : 'windows-1252') };
}

function decodes(decoder: TextDecoder, bytes: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(bytes, { stream });
    return true;
  } catch {
    return false; // TypeError is how a fatal decoder says that the bytes are not of its encoding.
  }
}

function marked(bytes: Buffer): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

/** UTF-16 without a mark: in a table every second byte of the header is zero. */
function wide(bytes: Buffer): Encoding | null {
  const head = bytes.subarray(0, 200);
  if (head.length < 4 || !head.includes(0)) return null;
  const zeros = [0, 1].map((start) => head.filter((byte, at) => byte === 0 && at % 2 === start).length);
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length / 4 && even === 0) return 'utf-16le';
  return even > head.length / 4 && odd === 0 ? 'utf-16be' : null;
}

/** The text of a file, without its byte-order mark. What is no character of the encoding becomes U+FFFD, which its cell is refused for. */
export async function* textOf(path: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
    const text = decoder.decode(piece as Buffer, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

const NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16, big-endian',
  'windows-1252': 'Windows-1252 (Western European)',
};

/** How people call an encoding. */
export function encodingName(encoding: Encoding): string {
  return NAMES[encoding];
}
