/**
 * How many rows each table of a place holds, for the history: a step that loses rows can be seen to have done so. Counted with
 * the login's own rights where it is a superuser, past row security; else what the owner may see, and said so.
 */
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { type AdminClient, queryRows } from './client';
import type { Place } from './history';

export interface RowCounts {
  /** False where row security may have hidden rows from the one who counted. */
  readonly exact: boolean;
  readonly tables: Readonly<Record<string, number>>;
}

/** The schema of a place; a checked name that needs no quotes. */
export function schemaOf(place: Place): string {
  return place.tenantId === null ? place.scope : tenantSchema(place.tenantId);
}

const tableRow = z.object({ name: z.string(), quoted: z.string() });
const countRow = z.object({ name: z.string(), rows: z.coerce.number() });

/** True where the login itself sees past row security. */
export async function isSuperuser(client: AdminClient): Promise<boolean> {
  const [login] = await queryRows(
    client,
    z.object({ superuser: z.boolean() }),
    'SELECT rolsuper AS superuser FROM pg_roles WHERE rolname = session_user',
  );
  return login?.superuser === true;
}

/** Inside a transaction of the owner; leaves its role as it was. */
export async function countRows(client: AdminClient, place: Place): Promise<RowCounts> {
  const exact = await isSuperuser(client);
  const tables = await queryRows(
    client,
    tableRow,
    `SELECT c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS quoted
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    [schemaOf(place)],
  );
  if (tables.length === 0) return { exact, tables: {} };
  if (exact) await client.query('SET LOCAL ROLE NONE');
  const union = tables.map(({ quoted }, at) => `SELECT ${at} AS at, count(*) AS rows FROM ${quoted}`).join(' UNION ALL ');
  const counted = await queryRows(client, countRow, `SELECT ($1::text[])[at + 1] AS name, rows FROM (${union}) counted`, [
    tables.map(({ name }) => name),
  ]);
  if (exact) await client.query('SET LOCAL ROLE kompl_owner');
  return { exact, tables: Object.fromEntries(counted.map(({ name, rows }) => [name, rows])) };
}

/** What the history keeps: tables without rows before and after are left out. */
export function countsForHistory(before: RowCounts, after: RowCounts): string {
  const busy = (own: RowCounts, other: RowCounts) =>
    Object.fromEntries(Object.entries(own.tables).filter(([name, rows]) => rows > 0 || (other.tables[name] ?? 0) > 0));
  return JSON.stringify({ exact: before.exact && after.exact, before: busy(before, after), after: busy(after, before) });
}
