/**
 * Where a chain is read from on a server: with the owner's rights over an administrator's connection, or as a tenant's
 * administrator, who gets the text of a row only where they may read that kind of record, and its leaf hash always.
 */
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { type Checkpoint, checkpointRow } from './checkpoint';
import { leafHash } from './merkle';
import { PLATFORM_CHAIN } from './seal';
import type { ChainHead, FoundRow, KnownKeys, ListedSeal } from './verify';

/** One parameterised statement in the transaction that the caller keeps open. */
export type Ask = (text: string, values: readonly unknown[]) => Promise<{ readonly rows: readonly object[] }>;

/** A row with the text that was hashed; null where it is withheld or not there. */
export interface TextRow extends FoundRow {
  readonly text: string | null;
}

export interface TrailSource {
  readonly chain: string;
  keys(): Promise<KnownKeys>;
  /** Seals `from` and after it, in order. */
  seals(from: number, limit: number): Promise<ListedSeal[]>;
  rows(from: number, to: number): Promise<TextRow[]>;
  strays(): Promise<{ id: string; at: string | null }[]>;
  waiting(): Promise<{ rows: number; oldest: string | null }>;
  hashAt(seq: number): Promise<string | null>;
  /** Which rows left the server, act by act; in order. */
  checkpoints(): Promise<Checkpoint[]>;
  /** The seals that hold rows of a span of time; null where there is none. */
  span(from: string | null, to: string | null): Promise<{ first: number; last: number } | null>;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const at = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', ${INSTANT})`;

const sealRow = z.object({
  chain: z.string(),
  seq: z.coerce.number(),
  rowCount: z.number(),
  firstTxid: z.string(),
  firstId: z.string(),
  lastTxid: z.string(),
  lastId: z.string(),
  root: z.string(),
  previous: z.string(),
  keyId: z.string(),
  sealedAt: z.string(),
  signature: z.string(),
  hash: z.string(),
  leaves: z.string(),
  ids: z.array(z.coerce.string()),
});

const sealColumns = `s.chain::text AS chain, s.seq::text AS seq, s.row_count AS "rowCount", s.first_txid::text AS "firstTxid",
  s.first_id::text AS "firstId", s.last_txid::text AS "lastTxid", s.last_id::text AS "lastId", encode(s.root, 'hex') AS root,
  encode(s.previous, 'hex') AS previous, s.key_id AS "keyId", ${at('s.sealed_at')} AS "sealedAt",
  encode(s.signature, 'hex') AS signature, encode(s.hash, 'hex') AS hash, encode(s.leaves, 'hex') AS leaves, s.ids::text[] AS ids`;

const textRow = z.object({
  seal: z.coerce.number(),
  index: z.number(),
  id: z.string(),
  at: z.string().nullable(),
  text: z.string().nullable(),
  leaf: z.string().nullable(),
  odd: z.boolean(),
});

const keyRow = z.object({ id: z.string(), key: z.string() });
const strayRow = z.object({ id: z.string(), at: z.string().nullable() });
const waitingRow = z.object({ rows: z.coerce.number(), oldest: z.string().nullable() });
const hashRow = z.object({ hash: z.string().nullable() });
const spanRow = z.object({ first: z.coerce.number().nullable(), last: z.coerce.number().nullable() });

/** What the two ways differ in. */
interface Places {
  readonly seals: string;
  readonly keys: string;
  readonly rows: string;
  readonly strays: string;
  readonly waiting: string;
  readonly span: string;
  readonly archives: string;
  readonly parameters: readonly unknown[];
}

function sourceOf(chain: string, ask: Ask, places: Places): TrailSource {
  const all = async <T>(row: z.ZodType<T>, text: string, values: readonly unknown[]) =>
    (await ask(text, values)).rows.map((one) => row.parse(one));
  const listed = (row: z.infer<typeof sealRow>): ListedSeal => ({ ...row, leaves: Buffer.from(row.leaves, 'hex') });
  const given = places.parameters;
  const [one, two] = [given.length + 1, given.length + 2];
  return {
    chain,
    async keys() {
      const rows = await all(keyRow, places.keys, []);
      return new Map(rows.map(({ id, key }) => [id, Buffer.from(key, 'hex')]));
    },
    async seals(from, limit) {
      const text = `SELECT ${sealColumns} FROM ${places.seals} AND s.seq >= $${one} ORDER BY s.seq LIMIT $${two}`;
      return (await all(sealRow, text, [...given, from, limit])).map(listed);
    },
    async rows(from, to) {
      const rows = await all(textRow, `${places.rows} ORDER BY 1, 2, 3`, [...given, from, to]);
      return rows.map(({ leaf, ...row }) => ({ ...row, leaf: leafOf(row.text, leaf) }));
    },
    strays: () => all(strayRow, places.strays, given),
    async waiting() {
      return (await all(waitingRow, places.waiting, given))[0] ?? { rows: 0, oldest: null };
    },
    async hashAt(seq) {
      const [row] = await all(hashRow, `SELECT encode(s.hash, 'hex') AS hash FROM ${places.seals} AND s.seq = $${one}`, [
        ...given,
        seq,
      ]);
      return row?.hash ?? null;
    },
    async checkpoints() {
      const text = `SELECT c.chain::text AS chain, c.seq::text AS seq, c.before::text AS before, c.first_seal::text AS "firstSeal",
        c.last_seal::text AS "lastSeal", encode(c.head, 'hex') AS head, c.row_count::text AS "rowCount", c.whole, c.parts,
        encode(c.file_sha256, 'hex') AS "fileSha256", encode(c.previous, 'hex') AS previous, c.key_id AS "keyId",
        ${at('c.archived_at')} AS "archivedAt", encode(c.signature, 'hex') AS signature FROM ${places.archives} ORDER BY c.seq`;
      return all(checkpointRow, text, given);
    },
    async span(from, to) {
      const [row] = await all(spanRow, places.span, [...given, from, to]);
      return row === undefined || row.first === null || row.last === null ? null : { first: row.first, last: row.last };
    },
  };
}

/** The text is hashed here, whatever the server says; only where it is withheld its word is taken. */
function leafOf(text: string | null, stated: string | null): Buffer | null {
  if (text !== null) return leafHash(text);
  return stated === null ? null : Buffer.from(stated, 'hex');
}

/** With the owner's rights: `ask` speaks in a transaction in which the role is `kompl_owner`. */
export function ownerSource(chain: string, ask: Ask): TrailSource {
  const events = chain === PLATFORM_CHAIN;
  return sourceOf(chain, ask, {
    parameters: [chain],
    archives: 'private.trail_archives c WHERE c.chain = $1::uuid',
    seals: 'private.seals s WHERE s.chain = $1::uuid',
    keys: `SELECT key_id AS id, encode(public_key, 'hex') AS key FROM private.sealing_keys`,
    rows: `SELECT r.seal_seq::text AS seal, r.leaf_index AS index, r.id::text AS id, ${at('r.at')} AS at, r.row_text AS text,
      NULL::text AS leaf, r.odd FROM private.sealed_rows($1, $2, $3) r`,
    strays: `SELECT r.id::text AS id, ${at('r.at')} AS at FROM private.stray_rows($1) r`,
    waiting: `SELECT u.waiting::text AS rows, ${at('u.oldest')} AS oldest FROM private.unsealed($1) u`,
    span: events
      ? `SELECT min(s.seal_seq)::text AS first, max(s.seal_seq)::text AS last FROM private.sealed_events s
         WHERE $1::uuid IS NOT NULL AND ($2::timestamptz IS NULL OR s.event_at >= $2::timestamptz)
           AND ($3::timestamptz IS NULL OR s.event_at < $3::timestamptz)`
      : `SELECT min(r.seal_seq)::text AS first, max(r.seal_seq)::text AS last FROM private.audit_logs r
         WHERE r.tenant_id = $1::uuid AND r.origin = 'tenant' AND ($2::timestamptz IS NULL OR r.created_at >= $2::timestamptz)
           AND ($3::timestamptz IS NULL OR r.created_at < $3::timestamptz)`,
  });
}

/** As the tenant's administrator: `ask` speaks in a transaction of that role, with the tenant's schema in the search path. */
export function tenantSource(tenantId: string, ask: Ask): TrailSource {
  const schema = tenantSchema(tenantId);
  return sourceOf(tenantId, ask, {
    parameters: [],
    archives: `${schema}.trail_archives c`,
    seals: `${schema}.trail_seals s WHERE true`,
    keys: `SELECT DISTINCT s.key_id AS id, encode(s.public_key, 'hex') AS key FROM ${schema}.trail_seals s`,
    rows: `SELECT r.seal_seq::text AS seal, r.leaf_index AS index, r.id::text AS id, ${at('r.at')} AS at, r.row_text AS text, r.leaf,
      false AS odd FROM ${schema}.trail_rows r WHERE r.seal_seq BETWEEN $1 AND $2`,
    strays: `SELECT r.id::text AS id, ${at('r.at')} AS at FROM ${schema}.trail_rows r
      WHERE NOT EXISTS (SELECT FROM ${schema}.trail_seals s WHERE s.seq = r.seal_seq)`,
    waiting: `SELECT count(*)::text AS rows, ${at('min(t.at)')} AS oldest FROM ${schema}.trail t
      WHERE t.origin = 'tenant' AND t.seal IS NULL`,
    span: `SELECT min(r.seal_seq)::text AS first, max(r.seal_seq)::text AS last FROM ${schema}.trail_rows r
      WHERE ($1::timestamptz IS NULL OR r.at >= $1::timestamptz) AND ($2::timestamptz IS NULL OR r.at < $2::timestamptz)`,
  });
}

/** Text of `head` options: `12:<64 hex>`. Throws TRAIL_FILE_INVALID. */
export function parseHead(text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim().toLowerCase()) ?? [];
  if (!seq || !hash)
    throw new CodedError('TRAIL_FILE_INVALID', { fileName: text.slice(0, 80), reason: 'A head is written NUMBER:HASH' });
  return { seq: Number(seq), hash };
}
