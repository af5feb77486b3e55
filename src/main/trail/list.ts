/** The trail as a tenant's people read it, through the view that shows sealed and unsealed rows alike. */

import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { FullTrailQuery, TrailEntry, TrailEntryDetails, TrailEntryInput, TrailFacets, TrailPage } from '@shared/wire/trail';
import { z } from 'zod';
import type { EntityContext, SqlClient } from '../entities/context';

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

/** One page, newest first. The order is (time, number, origin), so that a page never loses or repeats an entry. */
export async function listTrail(ctx: ReadContext, query: FullTrailQuery): Promise<TrailPage> {
  const where: string[] = [];
  const parameters: unknown[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    parameters.push(value);
    where.push(condition(`$${parameters.length}`));
  };
  if (query.from !== null) add((p) => `t.at >= ${p}::timestamptz`, query.from);
  if (query.to !== null) add((p) => `t.at < ${p}::timestamptz`, query.to);
  if (query.actor !== null) add((p) => `t.actor = ${p}::uuid`, query.actor);
  if (query.actions.length > 0) add((p) => `t.action = ANY (${p}::text[])`, query.actions);
  if (query.resourceTypes.length > 0) add((p) => `t.resource_type = ANY (${p}::text[])`, query.resourceTypes);
  if (query.resourceId !== null) add((p) => `t.resource_id = ${p}::uuid`, query.resourceId);
  if (query.after !== null) {
    const { at, entry, origin } = parsePlace(query.after);
    parameters.push(at, entry, origin);
    const [a, e, o] = [parameters.length - 2, parameters.length - 1, parameters.length];
    where.push(`t.at <= $${a}::timestamptz AND (t.at, t.entry, t.origin) < ($${a}::timestamptz, $${e}::bigint, $${o}::text)`);
  }
  parameters.push(query.limit + 1);
  return read(ctx, async (tx) => {
    const { rows } = await tx.query(
      `SELECT ${COLUMNS} FROM trail t ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
       ORDER BY t.at DESC, t.entry DESC, t.origin DESC LIMIT $${parameters.length}`,
      parameters,
    );
    const found = rows.map((row) => entryRow.parse(row));
    const shown = found.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      entries: await named(tx, shown),
      next: found.length > query.limit && last ? `${last.at}|${last.entry}|${last.origin}` : null,
    };
  });
}

/** One entry with its content. NOT_FOUND where the reader does not see it. */
export async function readTrailEntry(ctx: ReadContext, { origin, entry }: TrailEntryInput): Promise<TrailEntryDetails> {
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
