/**
 * What taking steps back would lose, found by doing it in a transaction that is rolled back: tables and columns that go with
 * what is in them, rows that are deleted, columns that change their type. Nothing is guessed from the text of the step.
 */
import { z } from 'zod';
import { type AdminClient, asOwner, queryRows } from './client';
import { countRows, isSuperuser, schemaOf } from './counts';
import { fillPlaceholders, type Migration } from './files';
import type { Place } from './history';
import { isHistoryStep, searchPathSql } from './step';

export interface Loss {
  readonly scope: Place['scope'];
  readonly tenantId: string | null;
  readonly kind: 'table' | 'column' | 'rows' | 'type';
  /** `findings`, or `findings.weight`. */
  readonly what: string;
  /** Rows, or values that are not NULL. */
  readonly count: number;
}

/** `table findings with 12 rows`. */
export function describeLoss({ scope, tenantId, kind, what, count }: Loss): string {
  const where = tenantId === null ? scope : `tenant ${tenantId}`;
  const texts = {
    table: `table ${what} with ${count} rows`,
    column: `column ${what} with ${count} values`,
    rows: `${count} rows of ${what}`,
    type: `the type of ${what}, which has ${count} values`,
  };
  return `${where}: ${texts[kind]}`;
}

/** Ends the transaction of a trial; never an error to anybody else. */
class TrialOver extends Error {}

async function inTrial<T>(client: AdminClient, place: Place, work: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  try {
    await asOwner(client, async () => {
      await client.query("SET LOCAL lock_timeout = '10s'");
      await showAllRows(client, place);
      result = { value: await work() };
      throw new TrialOver();
    });
  } catch (error) {
    if (!(error instanceof TrialOver)) throw error;
  }
  if (!result) throw new TypeError('the trial gave no result');
  return result.value;
}

/** A superuser sees every row anyway; for another administrator row security is lifted until the trial is rolled back. */
async function showAllRows(client: AdminClient, place: Place): Promise<void> {
  const rows = await queryRows(
    client,
    z.object({ sql: z.string() }),
    `SELECT format('ALTER TABLE %I.%I NO FORCE ROW LEVEL SECURITY', n.nspname, c.relname) AS sql
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relforcerowsecurity
       AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)`,
    [schemaOf(place)],
  );
  for (const { sql } of rows) await client.query(sql);
}

const columnRow = z.object({ table: z.string(), column: z.string(), type: z.string(), quoted: z.string() });
type Column = z.infer<typeof columnRow>;

async function columnsOf(client: AdminClient, place: Place): Promise<ReadonlyMap<string, Column>> {
  const rows = await queryRows(
    client,
    columnRow,
    `SELECT c.relname::text AS table, a.attname::text AS column, format_type(a.atttypid, a.atttypmod) AS type,
       format('count(%I) AS n FROM %I.%I', a.attname, n.nspname, c.relname) AS quoted
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped`,
    [schemaOf(place)],
  );
  return new Map(rows.map((row) => [`${row.table}.${row.column}`, row]));
}

/** Tries the steps, newest first, at one place. Throws what the database throws where a step cannot be taken back. */
export async function lossesOf(client: AdminClient, place: Place, newestFirst: readonly Migration[]): Promise<readonly Loss[]> {
  // The very first step takes the history and its schema with it; what is in it is said as any other table's.
  const found = await inTrial(client, place, async () => {
    const [columns, counts] = [await columnsOf(client, place), await countRows(client, place)];
    for (const { down } of newestFirst) {
      await client.query(searchPathSql(place));
      await client.query(place.tenantId === null ? down : fillPlaceholders(down, place.tenantId));
    }
    const gone = newestFirst.some(isHistoryStep);
    const after = gone
      ? { columns: new Map<string, Column>(), counts: { tables: {} as Readonly<Record<string, number>> } }
      : { columns: await columnsOf(client, place), counts: await countRows(client, place) };
    return { columns, counts, after };
  });
  const { columns, counts, after } = found;
  const losses: Loss[] = [];
  for (const [table, rows] of Object.entries(counts.tables)) {
    const left = after.counts.tables[table];
    if (rows > 0 && left === undefined) losses.push({ ...place, kind: 'table', what: table, count: rows });
    else if (left !== undefined && left < rows) losses.push({ ...place, kind: 'rows', what: table, count: rows - left });
  }
  const changed = [...columns].filter(
    ([key, { table, type }]) => after.counts.tables[table] !== undefined && after.columns.get(key)?.type !== type,
  );
  for (const [key, column] of changed) {
    const count = await inTrial(client, place, () => valuesIn(client, column));
    if (count > 0) losses.push({ ...place, kind: after.columns.has(key) ? 'type' : 'column', what: key, count });
  }
  return losses;
}

async function valuesIn(client: AdminClient, { quoted }: Column): Promise<number> {
  if (await isSuperuser(client)) await client.query('SET LOCAL ROLE NONE');
  const [row] = await queryRows(client, z.object({ n: z.coerce.number() }), `SELECT ${quoted}`);
  return row?.n ?? 0;
}
