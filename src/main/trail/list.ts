/** The trail as a tenant's people read it, through the view that shows sealed and unsealed rows alike. */

import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type {
  FullTrailQuery,
  TrailEntry,
  TrailEntryDetails,
  TrailEntryInput,
  TrailFacets,
  TrailLine,
  TrailPage,
} from '@shared/wire/trail';
import { z } from 'zod';
import type { EntityContext, SqlClient } from '../entities/context';
import { type Brief, briefOf } from './brief';

type ReadContext = Pick<EntityContext, 'database' | 'session' | 'source'>;

const INSTANT = `to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const COLUMNS = `t.origin, t.entry::text AS entry, ${INSTANT} AS at, t.actor::text AS "actorId", t.login, t.action,
  t.resource_type AS "resourceType", t.resource_id::text AS "resourceId", t.source, t.op_id::text AS "opId", t.reason,
  t.seal::integer AS seal`;

const entryRow = z.object({
  origin: z.enum(['tenant', 'platform']),
  entry: z.string(),
  at: z.string(),
  actorId: z.string().nullable(),
  login: z.string(),
  action: z.string(),
  resourceType: z.string(),
  resourceId: z.string().nullable(),
  source: z.string().nullable(),
  opId: z.string().nullable(),
  reason: z.string().nullable(),
  seal: z.number().nullable(),
});
const values = z.record(z.string(), z.unknown()).nullable();
const detailsRow = entryRow.extend({
  oldValues: values,
  newValues: values,
  details: values,
  txid: z.string(),
  leaf: z.number().nullable(),
});

/** The administrator sees the whole trail; everybody else the history of what they may read. */
function readerOf(functions: readonly TenantFunction[]): TenantFunction {
  return functions.includes('admin') ? 'admin' : (functions[0] ?? 'viewer');
}

function read<T>({ database, session, source }: ReadContext, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  const { tenantId, personId, functions } = session;
  return database.withTenant({ tenantId, personId, function: readerOf(functions), source, readOnly: true }, work);
}

/**
 * How far back is looked, in days, before the whole: the view cannot be read in order, so a page is sorted out of a span of time
 * that an index gives.
 */
const SPANS_DAYS = [1, 30, 365];

/** One page, newest first. The order is (time, number, origin), so that a page never loses or repeats an entry. */
export async function listTrail(ctx: ReadContext, query: FullTrailQuery, now = new Date()): Promise<TrailPage> {
  const place = query.after === null ? null : parsePlace(query.after);
  const newest = Date.parse(place?.at ?? query.to ?? now.toISOString());
  return read(ctx, async (tx) => {
    for (const days of [...SPANS_DAYS, null]) {
      const floor = days === null ? null : new Date(newest - days * 86_400_000).toISOString();
      const whole = floor === null || (query.from !== null && Date.parse(query.from) >= Date.parse(floor));
      const found = await readSpan(tx, query, place, whole ? query.from : floor);
      if (found.length <= query.limit && !whole) continue;
      const shown = found.slice(0, query.limit);
      const last = shown.at(-1);
      return {
        entries: await withBriefs(tx, await named(tx, shown)),
        next: found.length > query.limit && last ? `${last.at}|${last.entry}|${last.origin}` : null,
      };
    }
    return { entries: [], next: null };
  });
}

type Place = ReturnType<typeof parsePlace>;

/** One entry more than a page holds, from the place on back to `from`. */
async function readSpan(tx: SqlClient, query: FullTrailQuery, place: Place | null, from: string | null) {
  const where: string[] = [];
  const parameters: unknown[] = [];
  const given = (value: unknown): string => `$${parameters.push(value)}`;
  if (from !== null) where.push(`t.at >= ${given(from)}::timestamptz`);
  if (query.to !== null) where.push(`t.at < ${given(query.to)}::timestamptz`);
  if (query.actor !== null) where.push(`t.actor = ${given(query.actor)}::uuid`);
  if (query.actions.length > 0) where.push(`t.action = ANY (${given(query.actions)}::text[])`);
  if (query.resourceTypes.length > 0) where.push(`t.resource_type = ANY (${given(query.resourceTypes)}::text[])`);
  if (query.resourceId !== null) where.push(`t.resource_id = ${given(query.resourceId)}::uuid`);
  if (place !== null) {
    const at = `${given(place.at)}::timestamptz`;
    where.push(
      `t.at <= ${at} AND (t.at, t.entry, t.origin) < (${at}, ${given(place.entry)}::bigint, ${given(place.origin)}::text)`,
    );
  }
  const { rows } = await tx.query(
    `SELECT ${COLUMNS} FROM trail t ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
     ORDER BY t.at DESC, t.entry DESC, t.origin DESC LIMIT ${given(query.limit + 1)}`,
    parameters,
  );
  return rows.map((row) => entryRow.parse(row));
}

const contentRow = z.object({
  origin: z.string(),
  entry: z.string(),
  action: z.string(),
  oldValues: values,
  newValues: values,
  details: values,
});

/** What the rows of a page say beside who and when. Asked for the page alone, for only its rows are worth reading in full. */
async function withBriefs(tx: SqlClient, entries: readonly TrailEntry[]): Promise<TrailLine[]> {
  const [newest, oldest] = [entries[0], entries.at(-1)];
  if (newest === undefined || oldest === undefined) return [];
  const { rows } = await tx.query(
    `SELECT t.origin, t.entry::text AS entry, t.action, t.old_values AS "oldValues", t.new_values AS "newValues", t.details
     FROM trail t WHERE t.entry = ANY ($1::bigint[]) AND t.at BETWEEN $2::timestamptz AND $3::timestamptz`,
    [entries.map(({ entry }) => entry), oldest.at, newest.at],
  );
  const briefs = new Map<string, Brief>();
  for (const row of rows) {
    const content = contentRow.parse(row);
    briefs.set(`${content.origin} ${content.entry}`, briefOf(content));
  }
  const nothing: Brief = { changes: [], more: 0, called: null, details: null };
  return entries.map((entry) => ({ ...entry, ...(briefs.get(`${entry.origin} ${entry.entry}`) ?? nothing) }));
}

/** One entry with its content. NOT_FOUND where the reader does not see it. */
export async function readTrailEntry(
  ctx: ReadContext,
  { origin, entry }: TrailEntryInput,
): Promise<Omit<TrailEntryDetails, 'proof'>> {
  return read(ctx, async (tx) => {
    const { rows } = await tx.query(
      `SELECT ${COLUMNS}, t.old_values AS "oldValues", t.new_values AS "newValues", t.details, t.txid::text AS txid, t.leaf
       FROM trail t WHERE t.origin = $1 AND t.entry = $2::bigint`,
      [origin, entry],
    );
    if (rows[0] === undefined) throw new CodedError('NOT_FOUND', { what: `There is no entry ${entry} in the trail` });
    const row = detailsRow.parse(rows[0]);
    const [first] = await named(tx, [row]);
    return { ...row, actorName: first?.actorName ?? null };
  });
}

/** The actions and kinds of record of the last ninety days, for the filters. */
export async function readTrailFacets(ctx: ReadContext, now: Date): Promise<TrailFacets> {
  const since = new Date(now.getTime() - 90 * 86_400_000).toISOString();
  return read(ctx, async (tx) => {
    const { rows } = await tx.query<{ action: string; resource: string }>(
      'SELECT DISTINCT t.action, t.resource_type AS resource FROM trail t WHERE t.at >= $1::timestamptz',
      [since],
    );
    const sorted = (words: readonly string[]) => [...new Set(words)].sort();
    return { actions: sorted(rows.map((row) => row.action)), resourceTypes: sorted(rows.map((row) => row.resource)) };
  });
}

/** Names of the tenant's people beside their ids; others stay without. */
async function named<T extends { readonly actorId: string | null }>(
  tx: SqlClient,
  entries: readonly T[],
): Promise<(T & Pick<TrailEntry, 'actorName'>)[]> {
  const ids = [...new Set(entries.flatMap(({ actorId }) => (actorId === null ? [] : [actorId])))];
  const names = new Map<string, string>();
  if (ids.length > 0) {
    const { rows } = await tx.query<{ id: string; name: string }>(
      'SELECT p.id::text AS id, p.display_name AS name FROM people p WHERE p.id = ANY ($1::uuid[])',
      [ids],
    );
    for (const { id, name } of rows) names.set(id, name);
  }
  return entries.map((entry) => ({ ...entry, actorName: (entry.actorId && names.get(entry.actorId)) || null }));
}

function parsePlace(text: string): { at: string; entry: string; origin: string } {
  const [, at, entry, origin] = /^([\d:.TZ-]{20,40})\|(\d{1,19})\|(tenant|platform)$/.exec(text) ?? [];
  if (!at || !entry || !origin) throw new CodedError('INPUT_INVALID', { field: 'after' });
  return { at, entry, origin };
}
