/** Writes a file as its content comes, whole or not at all: beside its place, flushed, renamed over; nothing stays of one that was broken off. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushFolder } from './atomic-file';

/** Gives the size in bytes. Rejects with what the content, the file system or the content's end throws; the old file is then untouched. */
export async function writeStreamAtomically(path: string, content: AsyncIterable<string | Buffer>): Promise<number> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const out = createWriteStream(temporary, { mode: 0o600 });
    const failed = new Promise<never>((_, reject) => out.once('error', reject));
    failed.catch(() => undefined);
    try {
      for await (const piece of content) if (!out.write(piece)) await Promise.race([once(out, 'drain'), failed]);
      out.end();
      await Promise.race([once(out, 'finish'), failed]);
    } finally {
      out.destroy();
    }
    const file = await open(temporary, 'r+');
    let size: number;
    try {
      await file.sync();
      ({ size } = await file.stat());
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
