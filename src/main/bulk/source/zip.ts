/**
 * Reads ZIP files (PKWARE APPNOTE 6.3, as far as spreadsheets and plain archives use it) by their central directory, one entry at
 * a time, without unpacking to disk. Promises bounded memory and no more bytes than the directory announces: an archive that
 * unpacks to more is refused. No encryption, no ZIP64, no split archives.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import { SourceFault } from './types';

export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly method: number;
  readonly packed: number;
  readonly offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const MAX_COMMENT = 65_535;
const MAX_ENTRIES = 10_000;
/** All entries together, unpacked. */
const MAX_UNPACKED = 2 * 1024 * 1024 * 1024;

const broken = (reason: string) => new SourceFault(null, reason);

/** The entries of an archive by name. Throws SourceFault for what is no ZIP file or cannot be read. */
export async function zipEntries(path: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = await bytesOf(file, Math.max(0, size - END_LENGTH - MAX_COMMENT), Math.min(size, END_LENGTH + MAX_COMMENT));
    const at = lastEnd(tail);
    if (at < 0) throw broken('is no ZIP file');
    const count = tail.readUInt16LE(at + 10);
    const length = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    if (count === 0xffff || start === 0xffffffff) throw broken('is a ZIP64 file; save it smaller or as CSV');
    if (count > MAX_ENTRIES || start + length > size) throw broken('is a damaged ZIP file');
    return readDirectory(await bytesOf(file, start, length), count);
  } finally {
    await file.close();
  }
}

function lastEnd(tail: Buffer): number {
  for (let at = tail.length - END_LENGTH; at >= 0; at -= 1) if (tail.readUInt32LE(at) === END) return at;
  return -1;
}

function readDirectory(directory: Buffer, count: number): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let unpacked = 0;
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) throw broken('is a damaged ZIP file');
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const packed = directory.readUInt32LE(at + 20);
    const size = directory.readUInt32LE(at + 24);
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const offset = directory.readUInt32LE(at + 42);
    const end = at + 46 + (nameLength ?? 0);
    const name = directory.toString('utf8', at + 46, end);
    at = end + (extra ?? 0) + (comment ?? 0);
    if ((flags & 1) !== 0) throw broken('is protected by a password');
    if (method !== 0 && method !== 8) throw broken('is packed in a way that is not read here');
    unpacked += size;
    if (unpacked > MAX_UNPACKED) throw broken('unpacks to more than 2 GB');
    if (!name.endsWith('/')) entries.set(name.replaceAll('\\', '/'), { name, size, method, packed, offset });
  }
  return entries;
}

async function bytesOf(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw broken('is cut short');
  return bytes;
}

/** The unpacked bytes of an entry, piece by piece. */
export async function* unpack(path: string, entry: ZipEntry): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  let start: number;
  try {
    const local = await bytesOf(file, entry.offset, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw broken('is a damaged ZIP file');
    start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  } finally {
    await file.close();
  }
  if (entry.packed === 0) return;
  const packed = createReadStream(path, { start, end: start + entry.packed - 1 });
  const bytes = entry.method === 0 ? packed : packed.pipe(createInflateRaw());
  let size = 0;
  try {
    for await (const piece of bytes) {
      size += (piece as Buffer).length;
      if (size > entry.size) throw broken('is a damaged ZIP file');
      yield piece;
    }
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    throw broken('is a damaged ZIP file');
  } finally {
    packed.destroy();
  }
  if (size !== entry.size) throw broken('is a damaged ZIP file');
}
