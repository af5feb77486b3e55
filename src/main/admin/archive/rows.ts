/**
 * Rows as text: one JSON object a line, every value as PostgreSQL itself writes it, so that nothing is lost on the way (micro-
 * seconds, JSON null beside NULL, vectors, byte strings). Read through a cursor in constant memory.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../../db/migrate/client';
import { marksPersonSql } from '../../db/migrate/people';

export interface TableColumn {
  readonly name: string;
  /** Without its length, as a cast wants it. */
  readonly type: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Columns of the primary key, in order. */
  readonly key: readonly string[];
  /** Columns that name a person of the registry. */
  readonly people: readonly string[];
}

/** One form for every value, whatever the session was set to. */
export const TEXT_SETTINGS = `SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
  SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = 0`;

const tableRow = z.object({
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  key: z.array(z.string()),
  people: z.array(z.string()),
});

/** Every table of a schema, by name. What the server generates from other columns is left out. */
export function readTables(client: AdminClient, schema: string): Promise<Table[]> {
  return queryRows(
    client,
    tableRow,
    `SELECT c.relname::text AS name,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL)) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       (SELECT coalesce(json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)), '[]') FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
       (SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM pg_attribute a
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'public.users'::regclass
          AND a.attnum = ANY (k.conkey)
        WHERE a.attrelid = c.oid AND (k.oid IS NOT NULL OR (c.relname = 'audit_log' AND a.attname = 'actor')
          OR EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.conkey = ARRAY[a.attnum] AND ${marksPersonSql('p')}))) AS people
     FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' ORDER BY c.relname`,
    [schema],
  );
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The SELECT that gives a table's rows as lines, in the order of the key. */
export function linesSql(schema: string, table: Table): string {
  const columns = table.columns.map(({ name }) => `${quoted(name)}::text AS ${quoted(name)}`).join(', ');
  const order = table.key.length === 0 ? '' : ` ORDER BY ${table.key.map((name) => `t.${quoted(name)}`).join(', ')}`;
  return `SELECT row_to_json(r)::text AS line FROM (SELECT ${columns} FROM ${quoted(schema)}.${quoted(table.name)} t${order}) r`;
}

/** Bytes of rows that are held at once, about. */
const HELD_BYTES = 4 * 1024 * 1024;
const FIRST_FETCH = 16;
const MOST_FETCH = 5_000;

const lineRow = z.object({ line: z.string() });

/** The lines that a SELECT gives, through a cursor; inside a transaction. */
export async function* streamLines(client: AdminClient, select: string): AsyncGenerator<string> {
  await client.query(`DECLARE archive_rows NO SCROLL CURSOR FOR ${select}`);
  for (let fetch = FIRST_FETCH; ; ) {
    const rows = await queryRows(client, lineRow, `FETCH ${fetch} FROM archive_rows`);
    let bytes = 0;
    for (const { line } of rows) {
      bytes += line.length;
      yield line;
    }
    if (rows.length < fetch) break;
    fetch = Math.max(1, Math.min(MOST_FETCH, Math.floor((HELD_BYTES / Math.max(1, bytes)) * rows.length)));
  }
  await client.query('CLOSE archive_rows');
}

/** Number and hash of rows, whatever their order: the sum of the SHA-256 of each. */
export class RowSum {
  #sum = 0n;
  count = 0;

  add(line: string): void {
    this.count += 1;
    this.#sum = (this.#sum + BigInt(`0x${createHash('sha256').update(line, 'utf8').digest('hex')}`)) % (1n << 256n);
  }

  get hash(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}
