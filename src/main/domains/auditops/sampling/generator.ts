/**
 * Random numbers that any machine draws again: SHA-256 in counter mode, whole numbers by rejection (docs/sampling.md describes every
 * byte). Version 1; another one would be another name, and samples keep the name of theirs.
 */
import { createHash } from 'node:crypto';

export const ALGORITHM = 'kompl-sample-1';
const WORD_BYTES = 8;
const BLOCK_BYTES = 32;
const RANGE = 1n << 64n;

export interface Generator {
  /** A whole number from 0 to `bound` − 1, each as likely as any other. `bound` is from 1 to 2^64. */
  below(bound: bigint): bigint;
}

/** `seed` is 64 lower-case hex digits. */
export function createGenerator(seed: string): Generator {
  if (!/^[0-9a-f]{64}$/.test(seed)) throw new TypeError('a seed is 64 hex digits');
  const prefix = Buffer.concat([Buffer.from(`${ALGORITHM}\0`, 'ascii'), Buffer.from(seed, 'hex')]);
  let block: Buffer = Buffer.alloc(0);
  let used = BLOCK_BYTES;
  let counter = 0n;

  function nextWord(): bigint {
    if (used === BLOCK_BYTES) {
      const count = Buffer.alloc(WORD_BYTES);
      count.writeBigUInt64BE(counter);
      counter += 1n;
      block = createHash('sha256').update(prefix).update(count).digest();
      used = 0;
    }
    const word = block.readBigUInt64BE(used);
    used += WORD_BYTES;
    return word;
  }

  return {
    below(bound) {
      if (bound < 1n || bound > RANGE) throw new RangeError('a bound is from 1 to 2^64');
      const limit = RANGE - (RANGE % bound);
      for (;;) {
        const word = nextWord();
        if (word < limit) return word % bound;
      }
    },
  };
}
