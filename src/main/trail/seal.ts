/** A seal: what it says of a batch of rows, and the exact bytes that are hashed and signed (docs/trail-format.md). */
import { sha256 } from './merkle';

/** The chain of the platform's own events; a tenant's chain is named by the tenant's id. */
export const PLATFORM_CHAIN = '00000000-0000-0000-0000-000000000000';
/** What the first seal of a chain names as its predecessor. */
export const GENESIS = '0'.repeat(64);

/** Hashes in lower-case hex, numbers of 64 bits as text, the instant with microseconds as the server wrote it. */
export interface SealFacts {
  readonly chain: string;
  readonly seq: number;
  readonly rowCount: number;
  readonly firstTxid: string;
  readonly firstId: string;
  readonly lastTxid: string;
  readonly lastId: string;
  readonly root: string;
  readonly previous: string;
  readonly keyId: string;
  readonly sealedAt: string;
}

export interface Seal extends SealFacts {
  /** Ed25519 over `sealText`, in hex. */
  readonly signature: string;
}

/** The text that is signed: PostgreSQL's `jsonb_build_array(…)::text` of these strings. */
export function sealText(seal: SealFacts): string {
  const parts = [
    'kompl.seal.1',
    seal.chain,
    String(seal.seq),
    String(seal.rowCount),
    seal.firstTxid,
    seal.firstId,
    seal.lastTxid,
    seal.lastId,
    seal.root,
    seal.previous,
    seal.keyId,
    seal.sealedAt,
  ];
  return `[${parts.map((part) => JSON.stringify(part)).join(', ')}]`;
}

/** What the next seal names as its predecessor. */
export function sealHash(seal: SealFacts): string {
  return sha256(sealText(seal)).toString('hex');
}
