/**
 * Plain POSIX tar (ustar), as `tar xf` reads it: entries streamed in constant memory, their size written back into the header
 * once it is known. The file appears under its name whole or not at all. The reader takes every byte into account: headers by
 * their checksum, padding as zeros, the end as two empty blocks; contents are for the caller's hashes.
 * No archive library is among the dependencies; this much of the format is all that is needed.
 */
import { createHash } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from '@shared/errors';
import { flushFolder } from '../../platform/atomic-file';

const BLOCK = 512;
const BUFFER = 256 * 1024;
/** The largest size that fits into the header's eleven octal digits; beyond it the size is written in base 256. */
const OCTAL_MAX = 0o77777777777;
const NAME = /^[a-z0-9][a-z0-9_./-]{0,98}$/;

export interface WrittenEntry {
  readonly size: number;
  /** Of the content, in hex. */
  readonly sha256: string;
}

export type Add = (chunk: string | Buffer) => Promise<void>;

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'ascii');
  block.write('0000600\0', 100, 'ascii');
  block.write('0000000\0', 108, 'ascii');
  block.write('0000000\0', 116, 'ascii');
  if (size <= OCTAL_MAX) block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'ascii');
  else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write('00000000000\0', 136, 'ascii');
  block.write('        ', 148, 'ascii');
  block.write('0', 156, 'ascii');
  block.write('ustar\0', 257, 'ascii');
  block.write('00', 263, 'ascii');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}

/** Writes an archive beside its place and moves it there when it is whole. */
export class TarWriter {
  #position = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly temporary: string,
    private readonly path: string,
  ) {}

  /**
   * @param openFile for tests of a full disk
   * @throws CodedError INPUT_INVALID (`out`) where the file is there already, FILE_UNREADABLE where it cannot be made
   */
  static async create(path: string, openFile: typeof open = open): Promise<TarWriter> {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) {
      throw new CodedError('INPUT_INVALID', { field: 'out' }, { faults: [{ path: 'out', message: 'is there already' }] });
    }
    const temporary = `${path}.${process.pid}.part`;
    try {
      return new TarWriter(await openFile(temporary, 'wx', 0o600), temporary, path);
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** Adds an entry; `write` gives its content piece by piece. */
  async entry(name: string, write: (add: Add) => Promise<void>): Promise<WrittenEntry> {
    if (!NAME.test(name)) throw new TypeError('not a name for an entry');
    const start = this.#position;
    await this.#add(Buffer.alloc(BLOCK));
    const hash = createHash('sha256');
    let size = 0;
    await write(async (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
      hash.update(bytes);
      size += bytes.length;
      await this.#add(bytes);
    });
    await this.#add(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
    await this.#flush();
    await this.#write(header(name, size), start);
    return { size, sha256: hash.digest('hex') };
  }

  /** Ends the archive; it is on the disk, under its name, when this resolves. */
  async finish(): Promise<void> {
    try {
      await this.#add(Buffer.alloc(2 * BLOCK));
      await this.#flush();
      await this.file.sync();
      await this.file.close();
      await rename(this.temporary, this.path);
      await flushFolder(dirname(this.path));
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Leaves nothing behind, whatever had been written. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined); // it may be closed already
    await rm(this.temporary, { force: true });
  }

  async #add(bytes: Buffer): Promise<void> {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#position += bytes.length;
    if (this.#heldBytes >= BUFFER) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#held);
    const start = this.#position - this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
    await this.#write(bytes, start);
  }

  /** The one place that writes: what fails here is the file's fault, whatever else fails is not. */
  async #write(bytes: Buffer, start: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, start + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}

/** What the file system said, as a coded error; anything else as it is. */
function fileError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new CodedError('DISK_FULL', { system: code }, { cause: error });
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    return new CodedError('FILE_UNREADABLE', { file: path, system: code }, { cause: error });
  }
  return error;
}

export interface TarEntry {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export function damaged(file: string, reason: string): CodedError {
  return new CodedError('ARCHIVE_INVALID', { file, reason });
}

/** An archive that is there, with its table of contents. */
export class TarReader {
  private constructor(
    private readonly file: FileHandle,
    readonly entries: ReadonlyMap<string, TarEntry>,
  ) {}

  /** @throws CodedError FILE_UNREADABLE; ARCHIVE_INVALID naming the entry and what is wrong with it */
  static async open(path: string): Promise<TarReader> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      throw fileError(error, path);
    }
    try {
      return new TarReader(file, await scan(file));
    } catch (error) {
      await file.close();
      throw fileError(error, path);
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** The content, piece by piece. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) throw damaged(name, 'it is missing from the archive');
    for (let done = 0; done < entry.size; ) {
      const bytes = await readExactly(this.file, entry.offset + done, Math.min(BUFFER, entry.size - done), name);
      done += bytes.length;
      yield bytes;
    }
  }

  async text(name: string, most: number): Promise<string> {
    const parts: Buffer[] = [];
    if ((this.entries.get(name)?.size ?? 0) > most) throw damaged(name, 'it is too large');
    for await (const part of this.read(name)) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }

  async sha256(name: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const part of this.read(name)) hash.update(part);
    return hash.digest('hex');
  }

  /** The content line by line; the last line ends with a line break, too. */
  async *lines(name: string): AsyncGenerator<string> {
    let rest: Buffer[] = [];
    for await (const part of this.read(name)) {
      let from = 0;
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
        yield Buffer.concat([...rest, part.subarray(from, at)]).toString('utf8');
        rest = [];
        from = at + 1;
      }
      if (from < part.length) rest.push(part.subarray(from));
    }
    if (rest.length > 0) throw damaged(name, 'its last line is cut off');
  }
}

async function scan(file: FileHandle): Promise<Map<string, TarEntry>> {
  const { size: total } = await file.stat();
  const entries = new Map<string, TarEntry>();
  let at = 0;
  let last = 'the archive';
  for (;;) {
    const block = await readExactly(file, at, BLOCK, last);
    if (block.every((byte) => byte === 0)) break;
    const entry = entryOf(block, at + BLOCK, last);
    if (entries.has(entry.name)) throw damaged(entry.name, 'it is there twice');
    last = entry.name;
    entries.set(entry.name, entry);
    const padding = (BLOCK - (entry.size % BLOCK)) % BLOCK;
    if (entry.offset + entry.size + padding > total) throw damaged(entry.name, 'the archive ends in the middle of it');
    const zeros = await readExactly(file, entry.offset + entry.size, padding, entry.name);
    if (zeros.some((byte) => byte !== 0)) throw damaged(entry.name, 'something stands behind its end');
    at = entry.offset + entry.size + padding;
  }
  const end = await readExactly(file, at, 2 * BLOCK, last);
  if (end.some((byte) => byte !== 0) || at + 2 * BLOCK !== total) throw damaged('the archive', 'it does not end where it should');
  return entries;
}

function entryOf(block: Buffer, offset: number, after: string): TarEntry {
  const sum = Number.parseInt(block.toString('ascii', 148, 154), 8);
  const blank = Buffer.from(block).fill(' ', 148, 156);
  const name = block.toString('ascii', 0, 100).replace(/\0.*$/s, '');
  if (blank.reduce((total, byte) => total + byte, 0) !== sum || !NAME.test(name)) {
    throw damaged(`what follows ${after}`, 'it is no entry of an archive');
  }
  const size = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(block.toString('ascii', 124, 135), 8);
  if (!Number.isSafeInteger(size) || size < 0 || !header(name, size).equals(block)) throw damaged(name, 'its header is not ours');
  return { name, offset, size };
}

async function readExactly(file: FileHandle, start: number, length: number, what: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw damaged(what, 'the archive ends in the middle of it');
    done += bytesRead;
  }
  return bytes;
}
