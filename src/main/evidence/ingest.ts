/**
 * Taking a file into the vault: look at it, read it once while hashing and sealing to a temporary file, flush, look again,
 * read the sealed file back and compare, then rename and flush the folder. A file that changed meanwhile, a full disk or a
 * crash leaves nothing under the final name.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '@shared/errors';
import { flushFolder } from '../platform/atomic-file';
import { CHUNK_BYTES, damaged, HEADER_BYTES, headerHash, makeHeader, sealChunk, TAG_BYTES } from './format';
import { mediaTypeOf, SNIFF_BYTES } from './media-type';
import { openSealedFile } from './sealed-file';

export const MAX_FILE_BYTES = 5 * 1024 ** 3;
/** What must stay free on the disk after the file is in. */
const RESERVE_BYTES = 64 * 1024 * 1024;

export interface IngestRequest {
  readonly source: string;
  readonly target: string;
  readonly temporaryFolder: string;
  readonly vaultKey: Buffer;
  readonly fileId: string;
  readonly random?: (bytes: number) => Buffer;
  /** Called after each step; tests stop or disturb the work there. */
  readonly after?: (step: IngestStep) => Promise<void>;
}

export type IngestStep = 'read' | 'flushed' | 'verified' | 'renamed';

export interface Ingested {
  readonly size: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** When the source was last written, ISO instant: for a photo, when it was taken. */
  readonly modifiedAt: string;
}

/** FILE_TOO_LARGE, FILE_UNREADABLE, FILE_CHANGED, DISK_FULL or VAULT_DAMAGED; the temporary file is gone in each case. */
export async function ingest(request: IngestRequest): Promise<Ingested> {
  const { source, target, temporaryFolder, after = async () => undefined } = request;
  await mkdir(temporaryFolder, { recursive: true, mode: 0o700 });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const temporary = join(temporaryFolder, `${basename(target)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const taken = await sealTo(temporary, request);
    await after('flushed');
    await readBack(temporary, request, taken.sha256);
    await after('verified');
    await rename(temporary, target);
    await flushFolder(dirname(target));
    await after('renamed');
    return taken;
  } catch (error) {
    await rm(temporary, { force: true });
    throw plainReason(error, source);
  }
}

async function sealTo(temporary: string, request: IngestRequest): Promise<Ingested> {
  const { source, vaultKey, fileId, random = randomBytes, after = async () => undefined } = request;
  const input = await open(source, 'r');
  try {
    const before = await input.stat({ bigint: true });
    if (!before.isFile()) throw new CodedError('FILE_UNREADABLE', { name: basename(source) });
    if (before.size > BigInt(MAX_FILE_BYTES)) throw new CodedError('FILE_TOO_LARGE', { limitBytes: MAX_FILE_BYTES });
    await demandSpace(dirname(temporary), Number(before.size));
    const output = await open(temporary, 'wx', 0o600);
    try {
      const { header, keys } = makeHeader(vaultKey, fileId, random);
      await writeAll(output, header);
      const associated = headerHash(header);
      const hash = createHash('sha256');
      let start = Buffer.alloc(0);
      let size = 0;
      let chunk = await readChunk(input);
      for (let index = 0; ; index++) {
        if (index === 0) start = Buffer.from(chunk.subarray(0, SNIFF_BYTES));
        // The last chunk is known only when the next one is empty.
        const next = chunk.length === CHUNK_BYTES ? await readChunk(input) : Buffer.alloc(0);
        hash.update(chunk);
        size += chunk.length;
        if (size > MAX_FILE_BYTES) throw new CodedError('FILE_TOO_LARGE', { limitBytes: MAX_FILE_BYTES });
        await writeAll(output, sealChunk(keys, associated, index, next.length === 0, chunk));
        if (next.length === 0) break;
        chunk = next;
      }
      keys.encryption.fill(0);
      await after('read');
      await output.sync();
      demandSame(before, await input.stat({ bigint: true }), await stat(source, { bigint: true }), size, source);
      return {
        size,
        sha256: hash.digest('hex'),
        mediaType: mediaTypeOf(start, size <= SNIFF_BYTES),
        modifiedAt: before.mtime.toISOString(),
      };
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

/** The sealed file is what counts from here on, so it is opened as any reader would open it. */
async function readBack(temporary: string, { vaultKey, fileId }: IngestRequest, sha256: string): Promise<void> {
  const sealed = await openSealedFile(temporary, vaultKey, fileId);
  try {
    if ((await sealed.hash()) !== sha256) throw damaged('read back differs');
  } finally {
    await sealed.close();
  }
}

function demandSame(before: BigIntStats, after: BigIntStats, byName: BigIntStats, size: number, source: string): void {
  const same = [after, byName].every(
    (now) => now.size === before.size && now.mtimeNs === before.mtimeNs && now.ino === before.ino && now.dev === before.dev,
  );
  if (!same || BigInt(size) !== before.size) throw new CodedError('FILE_CHANGED', { name: basename(source) });
}

async function demandSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const sealed = HEADER_BYTES + bytes + Math.ceil(bytes / CHUNK_BYTES + 1) * TAG_BYTES;
  if (bavail * bsize < sealed + RESERVE_BYTES) throw new CodedError('DISK_FULL', { neededBytes: sealed + RESERVE_BYTES });
}

/** Up to one chunk; shorter only at the end of the file. */
async function readChunk(input: FileHandle): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  while (filled < CHUNK_BYTES) {
    const { bytesRead } = await input.read(buffer, filled, CHUNK_BYTES - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function writeAll(output: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await output.write(bytes, done)).bytesWritten;
}

function plainReason(error: unknown, source: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof CodedError) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new CodedError('DISK_FULL', {}, { cause: error });
  if (['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'EIO', 'EBUSY'].includes(String(error.code))) {
    return new CodedError('FILE_UNREADABLE', { name: basename(source) }, { cause: error });
  }
  return error;
}
