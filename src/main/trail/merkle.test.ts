/** The tree of RFC 6962, against its own published vectors, and proofs of every leaf in trees of many sizes. */
import { describe, expect, it } from 'vitest';
import { leafHash, merkleProofs, merkleRoot, rootFromProof, sha256 } from './merkle';

const hex = (text: string) => Buffer.from(text, 'hex');
// The inputs of the test tree of certificate-transparency (merkletree tests), roots for 1 to 8 leaves.
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(hex);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree', () => {
  const leaves = INPUTS.map((input) => sha256(Buffer.from([0]), input));

  it.each(ROOTS.map((root, at) => [at + 1, root] as const))('of %i leaves has the published root', (size, root) => {
    expect(merkleRoot(leaves.slice(0, size)).toString('hex')).toBe(root);
  });

  it('of no leaves is no tree', () => expect(() => merkleRoot([])).toThrow(RangeError));

  it('is another one when a leaf changes, goes, comes or moves', () => {
    const root = merkleRoot(leaves).toString('hex');
    const [first, second, ...rest] = leaves;
    if (!first || !second) throw new Error('too small');
    for (const changed of [
      [second, first, ...rest],
      [second, ...rest],
      [...leaves, first],
      [leafHash('x'), second, ...rest],
    ]) {
      expect(merkleRoot(changed).toString('hex')).not.toBe(root);
    }
  });

  it('leads every leaf to its root by the proof, and no other leaf', () => {
    for (let size = 1; size <= 40; size += 1) {
      const many = Array.from({ length: size }, (_, n) => leafHash(`row ${n}`));
      const root = merkleRoot(many).toString('hex');
      for (const [index, proof] of merkleProofs(many).entries()) {
        const leaf = many[index];
        if (!leaf) throw new Error('no leaf');
        expect(rootFromProof(leaf, proof).toString('hex')).toBe(root);
        expect(rootFromProof(leafHash('other'), proof).toString('hex')).not.toBe(root);
      }
    }
  });
});
