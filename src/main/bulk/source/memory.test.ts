/** A large file goes by row by row: what is held does not grow with it. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { openSource } from './open';

const MEGABYTE = 1024 * 1024;
const ROWS = 24_000;
const ROW = `ref,"a text of several
lines, ${'with words '.repeat(90)}",2026-12-31\n`;

/** What is held when everything that can go has gone. */
const held = (): number => {
  setFlagsFromString('--expose_gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no collector');
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

it('reads a file of twenty-four megabytes in less than a third of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-memory-'));
  try {
    const path = join(folder, 'large.csv');
    await pipeline(Readable.from(Array.from({ length: ROWS }, () => ROW)), createWriteStream(path));
    const source = await openSource(path);
    expect(source.size).toBeGreaterThan(23 * MEGABYTE);
    const before = held();
    let rows = 0;
    let most = 0;
    let last = 0;
    for await (const { line } of source.parts[0]?.rows() ?? []) {
      rows += 1;
      last = line;
      if (rows % 4000 === 0) most = Math.max(most, held() - before);
    }
    expect([rows, last]).toEqual([ROWS, ROWS * 2 - 1]);
    expect(most).toBeLessThan(8 * MEGABYTE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
