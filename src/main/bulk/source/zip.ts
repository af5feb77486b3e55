/**
 * ZIP files, read with yauzl by their central directory, one file at a time, without unpacking to disk. Promises bounded memory
 * and no more bytes than the directory announces: yauzl refuses an entry that unpacks to more than it says, names that lead out
 * of the archive, and split archives. Refused here: too many entries or bytes, a name that occurs twice (programs differ in
 * which one they read), encryption, and packing other than by deflate.
 */
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { SourceFault } from './types';

const MAX_ENTRIES = 10_000;
/** All entries together, unpacked. */
const MAX_UNPACKED = 2 * 1024 * 1024 * 1024;

/** Sheets pack well, some forty to one; what packs so much better than that is made to fill a memory. */
const MAX_RATIO = 250;
const RATIO_FROM = 64 * 1024 * 1024;

const broken = (reason: string) => new SourceFault(null, reason);

/** The names of the files in an archive. Throws SourceFault for what is no ZIP file or cannot be read. */
export async function zipNames(path: string): Promise<ReadonlySet<string>> {
  const zip = await opened(path);
  try {
    return new Set((await filesOf(zip)).keys());
  } finally {
    zip.close();
  }
}

/** The unpacked bytes of a file in an archive, piece by piece. Throws SourceFault where it is not there or damaged. */
export async function* unpack(path: string, name: string): AsyncGenerator<Buffer> {
  const zip = await opened(path);
  try {
    const entry = (await filesOf(zip)).get(name);
    if (entry === undefined) throw broken('is a damaged ZIP file');
    for await (const piece of await zip.openReadStreamPromise(entry)) yield piece;
  } catch (error) {
    throw told(error, 'is a damaged ZIP file');
  } finally {
    zip.close();
  }
}

async function opened(path: string): Promise<ZipFile> {
  try {
    const zip = await openPromise(path, { autoClose: false });
    // All that is left for this event is that a file which was only read could not be closed.
    zip.on('error', () => undefined);
    return zip;
  } catch (error) {
    throw told(error, 'is no ZIP file');
  }
}

/** The files of an archive by name, all of them judged, without its folders. */
async function filesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw broken(`holds more than ${MAX_ENTRIES} files`);
  const files = new Map<string, Entry>();
  let unpacked = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw broken('is protected by a password');
      if (!entry.canDecodeFileData()) throw broken('is packed in a way that is not read here');
      unpacked += entry.uncompressedSize;
      if (unpacked > MAX_UNPACKED) throw broken('unpacks to more than 2 GB');
      if (entry.uncompressedSize > RATIO_FROM && entry.uncompressedSize > entry.compressedSize * MAX_RATIO)
        throw broken(`unpacks to more than ${MAX_RATIO} times its size, as no workbook does`);
      if (files.has(entry.fileName)) throw broken('is a damaged ZIP file');
      if (!entry.fileName.endsWith('/')) files.set(entry.fileName, entry);
    }
  } catch (error) {
    throw told(error, 'is a damaged ZIP file');
  }
  return files;
}

/** What yauzl and zlib say about a file becomes a fault of the file; what the system says about reading it stays what it is. */
function told(error: unknown, reason: string): unknown {
  if (error instanceof SourceFault || (error instanceof Error && 'syscall' in error)) return error;
  return broken(reason);
}
