/**
 * Merkle trees as in RFC 6962, SHA-256: a leaf is hashed behind the byte 0x00, a node behind 0x01, so that neither can be taken
 * for the other. Pure; what an outsider needs to follow a seal.
 */
import { createHash } from 'node:crypto';

/** Bytes of a hash. */
export const HASH_BYTES = 32;
const LEAF = Buffer.from([0x00]);
const NODE = Buffer.from([0x01]);

export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The hash of a row's text. */
export function leafHash(text: string): Buffer {
  return sha256(LEAF, Buffer.from(text, 'utf8'));
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(NODE, left, right);
}

/** One level up: pairs become nodes, one left over stays (which is RFC 6962's split at the largest power of two). */
function levelAbove(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left) above.push(right ? nodeHash(left, right) : left);
  }
  return above;
}

/** The root over leaf hashes. Throws RangeError for none, for a seal never holds nothing. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  let level = [...leaves];
  while (level.length > 1) level = levelAbove(level);
  const [root] = level;
  if (!root) throw new RangeError('a tree has at least one leaf');
  return root;
}

/** One step of a proof: the neighbour's hash and on which side it stands. */
export interface ProofStep {
  readonly side: 'left' | 'right';
  readonly hash: Buffer;
}

/** The inclusion proofs of all leaves, from the leaf upwards. */
export function merkleProofs(leaves: readonly Buffer[]): ProofStep[][] {
  const proofs: ProofStep[][] = leaves.map(() => []);
  let level = [...leaves];
  for (let height = 0; level.length > 1; height += 1) {
    for (const [index, proof] of proofs.entries()) {
      const place = Math.floor(index / 2 ** height);
      const neighbour = level[place % 2 === 0 ? place + 1 : place - 1];
      if (neighbour) proof.push({ side: place % 2 === 0 ? 'right' : 'left', hash: neighbour });
    }
    level = levelAbove(level);
  }
  return proofs;
}

/** The root that a leaf and its proof lead to. */
export function rootFromProof(leaf: Buffer, proof: readonly ProofStep[]): Buffer {
  return proof.reduce((hash, step) => (step.side === 'left' ? nodeHash(step.hash, hash) : nodeHash(hash, step.hash)), leaf);
}

/** Concatenated hashes back into single ones. Throws RangeError where the length is no multiple of a hash. */
export function splitHashes(bytes: Buffer): Buffer[] {
  if (bytes.length % HASH_BYTES !== 0) throw new RangeError('not a list of hashes');
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
