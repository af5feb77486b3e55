/** The sealer's files: its key, readable by its owner only, and beside it what it remembers of each chain's last seal. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { writeFileAtomically } from '../platform/atomic-file';
import { createKeyPem, keyIdOf, readPrivateKey, readPublicKey, type SealingKey } from './keys';
import type { SealMemory } from './sealer';
import type { ChainHead, KnownKeys } from './verify';

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause });
  }
}

/** Makes a key in a new file; a file that is there is never touched (DUPLICATE). The public half goes to `<path>.pub`. */
export function createKeyFile(path: string, passphrase: string | undefined): SealingKey {
  if (existsSync(path)) throw new CodedError('DUPLICATE', { fileName: basename(path) });
  const { privatePem, publicPem } = createKeyPem(passphrase);
  writeFileAtomically(path, privatePem);
  writeFileSync(`${path}.pub`, publicPem, { mode: 0o644 });
  return readPrivateKey(privatePem, passphrase);
}

/** Takes a key back that could not be registered. */
export function removeKeyFile(path: string): void {
  rmSync(path, { force: true });
  rmSync(`${path}.pub`, { force: true });
}

export function readKeyFile(path: string, passphrase: string | undefined): SealingKey {
  return readPrivateKey(textOf(path), passphrase);
}

/** Public keys from files, for a proof that trusts nobody else. */
export function readPublicKeys(paths: readonly string[]): KnownKeys {
  return new Map(
    paths.map((path) => {
      const key = readPublicKey(textOf(path));
      return [keyIdOf(key), key];
    }),
  );
}

const memorySchema = z.record(z.string(), z.strictObject({ seq: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) }));

/** The heads of a memory file by chain; none where there is no file yet. Throws TRAIL_FILE_INVALID. */
export function readHeads(path: string): Map<string, ChainHead> {
  if (!existsSync(path)) return new Map();
  try {
    return new Map(Object.entries(memorySchema.parse(JSON.parse(textOf(path)))));
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError(
      'TRAIL_FILE_INVALID',
      { fileName: basename(path), reason: 'It does not hold the last seals of chains' },
      { cause },
    );
  }
}

/** A memory that is on disk before the next batch begins. */
export function openMemory(path: string): SealMemory {
  const heads = readHeads(path);
  return {
    get: (chain) => heads.get(chain),
    set(chain, head) {
      heads.set(chain, head);
      writeFileAtomically(path, `${JSON.stringify(Object.fromEntries(heads), null, 2)}\n`);
    },
  };
}
