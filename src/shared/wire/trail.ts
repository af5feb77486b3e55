/** `trail`: what happened in a tenant, who did it, and whether the record of it is whole. For the tenant's administrator. */
import { z } from 'zod';

/** Actions of the tenant's own trail; the platform's events have longer names, such as `membership.grant`. */
export const TRAIL_ACTIONS = [
  'insert',
  'update',
  'delete',
  'read',
  'reveal',
  'export',
  'import',
  'denied',
  'sign_in',
  'sign_out',
  'role',
  'config',
  'migrate',
] as const;

const word = z.string().min(1).max(255);

export const trailQuerySchema = z.strictObject({
  /** ISO instants; `from` is included, `to` is not. */
  from: z.iso.datetime({ offset: true }).nullable().default(null),
  to: z.iso.datetime({ offset: true }).nullable().default(null),
  /** The person's id. */
  actor: z.guid().nullable().default(null),
  actions: z.array(word).max(30).default([]),
  /** Table names, such as `controls`; see `TrailFacets`. */
  resourceTypes: z.array(word).max(60).default([]),
  resourceId: z.guid().nullable().default(null),
  /** What the former page gave as `next`. */
  after: z.string().max(200).nullable().default(null),
  limit: z.int().min(1).max(200).default(50),
});
export type TrailQuery = z.input<typeof trailQuerySchema>;
export type FullTrailQuery = z.output<typeof trailQuerySchema>;

/** One entry. `origin` platform: an event of the platform about this tenant. */
export interface TrailEntry {
  readonly origin: 'tenant' | 'platform';
  /** The number in its own trail; with `origin` it names the entry. */
  readonly entry: string;
  /** ISO, UTC, microseconds. */
  readonly at: string;
  readonly actorId: string | null;
  readonly actorName: string | null;
  /** The login of the connection; not the person's own where somebody acted for them. */
  readonly login: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly source: string | null;
  readonly opId: string | null;
  readonly reason: string | null;
  /** The seal that holds it; null while it waits. */
  readonly seal: number | null;
}

/** A column before and after, as far as the reader may see it; long texts are cut. */
export interface TrailChange {
  readonly column: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** An entry with as much of its content as a row of the list shows. */
export interface TrailLine extends TrailEntry {
  /** At most two of the columns that changed; none for a record that began or ended. */
  readonly changes: readonly TrailChange[];
  /** How many more changed. */
  readonly more: number;
  /** What the record was called then, where its values say so. */
  readonly called: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

export interface TrailPage {
  readonly entries: readonly TrailLine[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

export const trailEntryInputSchema = z.strictObject({
  origin: z.enum(['tenant', 'platform']),
  entry: z.string().regex(/^\d{1,19}$/),
});
export type TrailEntryInput = z.infer<typeof trailEntryInputSchema>;

/** An entry with its content, as far as the reader may see it; null values where they may not. */
export interface TrailEntryDetails extends TrailEntry {
  readonly oldValues: Readonly<Record<string, unknown>> | null;
  readonly newValues: Readonly<Record<string, unknown>> | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly txid: string;
  readonly leaf: number | null;
  /** How its seal holds it; null while it waits, and for the platform's events, whose chain is the platform's. */
  readonly proof: TrailEntryProof | null;
}

/** All that an outsider needs to follow one entry to its seal and that to the one before (docs/trail-format.md). Hashes in hex. */
export interface TrailEntryProof {
  readonly format: 'kompl.trail.proof.1';
  readonly leaf: string;
  readonly index: number;
  /** From the leaf upwards: the neighbour's side and hash. */
  readonly path: readonly { readonly side: 'left' | 'right'; readonly hash: string }[];
  readonly seal: {
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
    readonly signature: string;
    readonly hash: string;
  };
  /** The key's 32 bytes. */
  readonly publicKey: string;
  /** The text that was hashed to the leaf; null where the reader may not see it. */
  readonly row: string | null;
  /** The path leads from the leaf to the root, the signature holds and the text is the leaf's; worked out on this machine. */
  readonly holds: boolean;
}

/** What there is to filter by. */
export interface TrailFacets {
  readonly actions: readonly string[];
  readonly resourceTypes: readonly string[];
}

export interface TrailFaultView {
  readonly kind: string;
  readonly seal: number | null;
  readonly row: string | null;
  readonly at: string | null;
  readonly what: string;
}

/** The proof of the tenant's own chain, made on this machine. */
export interface TrailProof {
  readonly whole: boolean;
  readonly rows: number;
  readonly seals: number;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  readonly lastSealedAt: string | null;
  /** Rows that wait for their seal: nothing can be proven of them yet. */
  readonly waiting: number;
  readonly oldestWaiting: string | null;
  readonly keys: readonly { readonly id: string; readonly label: string }[];
  readonly faults: readonly TrailFaultView[];
  readonly checkedAt: string;
}

export const trailExportInputSchema = z.strictObject({
  format: z.enum(['jsonl', 'cef']),
  from: z.iso.datetime({ offset: true }).nullable().default(null),
  to: z.iso.datetime({ offset: true }).nullable().default(null),
});
export type TrailExportInput = z.output<typeof trailExportInputSchema>;

/** `saved` null: the person did not want to save. */
export interface TrailExportResult {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
  readonly rows: number;
  readonly seals: number;
  readonly faults: readonly TrailFaultView[];
}
