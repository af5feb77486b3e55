/** argon2id as a key derivation, on a thread of libuv's pool so that the window stays alive. */
import type { Kdf } from './vault-keys';

/** `Algorithm.Argon2id` of @node-rs/argon2, whose const enum cannot be imported under isolated modules. */
const ARGON2ID = 2;

export const argon2id: Kdf = async (password, salt, cost) => {
  const { hashRaw } = await import('@node-rs/argon2');
  return hashRaw(password.normalize('NFC'), {
    algorithm: ARGON2ID,
    salt,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: cost.lanes,
    outputLen: 32,
  });
};
