/** The proof of one entry: how its leaf leads to the root of its seal, and whether the seal's signature holds, worked out here. */
import { CodedError } from '@shared/errors';
import type { TrailEntryProof } from '@shared/wire/trail';
import { signatureHolds } from './keys';
import { leafHash, merkleProofs, rootFromProof, splitHashes } from './merkle';
import { sealHash, sealText } from './seal';
import type { TrailSource } from './source';

/** @throws CodedError NOT_FOUND where the seal, its key or the row is not there */
export async function proveEntry(
  source: Pick<TrailSource, 'seals' | 'rows' | 'keys'>,
  seq: number,
  index: number,
): Promise<TrailEntryProof> {
  const [[listed], rows, keys] = [await source.seals(seq, 1), await source.rows(seq, seq), await source.keys()];
  const row = rows.find((one) => one.index === index);
  const key = listed === undefined ? undefined : keys.get(listed.keyId);
  if (listed === undefined || listed.seq !== seq || row === undefined || key === undefined) {
    throw new CodedError('NOT_FOUND', { what: `Seal ${seq} does not hold this entry any more` });
  }
  const leaves = splitHashes(listed.leaves);
  const leaf = row.leaf ?? leaves[index];
  const path = merkleProofs(leaves)[index];
  if (leaf === undefined || path === undefined) throw new CodedError('NOT_FOUND', { what: `Seal ${seq} has no place ${index}` });
  const { leaves: _, ids: __, ...seal } = listed;
  const holds =
    rootFromProof(leaf, path).toString('hex') === seal.root &&
    (row.text === null || leafHash(row.text).equals(leaf)) &&
    (seal.hash === null || seal.hash === sealHash(seal)) &&
    signatureHolds(key, sealText(seal), Buffer.from(seal.signature, 'hex'));
  return {
    format: 'kompl.trail.proof.1',
    leaf: leaf.toString('hex'),
    index,
    path: path.map(({ side, hash }) => ({ side, hash: hash.toString('hex') })),
    seal: { ...seal, hash: seal.hash ?? sealHash(seal) },
    publicKey: key.toString('hex'),
    row: row.text,
    holds,
  };
}
