/** Reading a vault file: by range, decrypted in memory, each chunk proven before a byte of it is handed out. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { CodedError } from '@shared/errors';
import { CHUNK_BYTES, damaged, HEADER_BYTES, headerHash, layoutOf, openChunk, readHeader, TAG_BYTES } from './format';

export interface SealedFile {
  /** Bytes of the text. */
  readonly size: number;
  /** Bytes `start` (inclusive) to `end` (exclusive), in pieces of at most a chunk. */
  read(start?: number, end?: number): AsyncGenerator<Buffer, void, undefined>;
  /** SHA-256 of the whole text, 64 hex digits. */
  hash(): Promise<string>;
  close(): Promise<void>;
}

/** NOT_ON_THIS_DEVICE if there is no such file, VAULT_LOCKED for a wrong key, VAULT_DAMAGED for anything changed. */
export async function openSealedFile(path: string, vaultKey: Buffer, fileId: string): Promise<SealedFile> {
  const handle = await openHandle(path);
  try {
    const header = await readExactly(handle, 0, HEADER_BYTES);
    const keys = readHeader(vaultKey, fileId, header);
    const associated = headerHash(header);
    const { chunks, plainBytes } = layoutOf((await handle.stat()).size);

    async function chunk(index: number): Promise<Buffer> {
      const last = index === chunks - 1;
      const length = (last ? plainBytes - index * CHUNK_BYTES : CHUNK_BYTES) + TAG_BYTES;
      const sealed = await readExactly(handle, HEADER_BYTES + index * (CHUNK_BYTES + TAG_BYTES), length);
      return openChunk(keys, associated, index, last, sealed);
    }

    async function* read(start = 0, end = plainBytes): AsyncGenerator<Buffer, void, undefined> {
      const from = Math.max(0, start);
      const to = Math.min(end, plainBytes);
      // Nothing asked for is still proven: an empty file has one chunk, and its tag must agree.
      if (plainBytes === 0) await chunk(0);
      for (let at = from; at < to; ) {
        const index = Math.floor(at / CHUNK_BYTES);
        const plain = await chunk(index);
        const first = at - index * CHUNK_BYTES;
        const piece = plain.subarray(first, Math.min(plain.length, to - index * CHUNK_BYTES));
        yield piece;
        at += piece.length;
      }
    }

    return {
      size: plainBytes,
      read,
      async hash() {
        const hash = createHash('sha256');
        for await (const piece of read()) hash.update(piece);
        return hash.digest('hex');
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openHandle(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new CodedError('NOT_ON_THIS_DEVICE');
    throw damaged('cannot be opened', error);
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw damaged('cut off');
    done += bytesRead;
  }
  return buffer;
}
