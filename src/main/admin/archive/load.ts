/**
 * Rows of an archive into the tables of a tenant that is being made: exactly as they were written, so nothing that the database
 * derives or stamps may act meanwhile. Triggers rest and foreign keys are taken off for the load; both come back as they were,
 * the keys checked over all rows. The tables are nobody else's yet: it all happens in the transaction that makes the tenant.
 */
import { z } from 'zod';
import { type AdminClient, queryRows } from '../../db/migrate/client';
import { FILES, tableFile } from './manifest';
import { linesSql, quoted, RowSum, streamLines, type Table } from './rows';
import { damaged, type TarReader } from './tar';
import { parse } from './verify';

/** What changes on the way: the tenant's id, and ids of people. */
export interface Mapping {
  readonly from: string;
  readonly to: string;
  readonly people: ReadonlyMap<string, string>;
}

const BATCH_BYTES = 1024 * 1024;
const BATCH_ROWS = 1_000;

const rowSchema = z.record(z.string(), z.string().nullable());
type Row = z.infer<typeof rowSchema>;

const keyRow = z.object({ name: z.string(), table: z.string(), definition: z.string() });
const triggerRow = z.object({ name: z.string(), table: z.string(), state: z.enum(['D', 'A', 'R']) });
const forcedRow = z.object({ table: z.string() });

/** Lets the triggers, foreign keys and row security of a schema rest while `work` runs, and puts each back as it was. */
export async function withResting<T>(
  client: AdminClient,
  schema: string,
  tables: readonly Table[],
  work: () => Promise<T>,
): Promise<T> {
  const keys = await queryRows(
    client,
    keyRow,
    `SELECT k.conname::text AS name, c.relname::text AS table, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE k.connamespace = $1::text::regnamespace AND k.contype = 'f' AND k.conparentid = 0 ORDER BY c.relname, k.conname`,
    [schema],
  );
  const triggers = await queryRows(
    client,
    triggerRow,
    `SELECT t.tgname::text AS name, c.relname::text AS table, t.tgenabled::text AS state FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND NOT t.tgisinternal AND t.tgenabled <> 'O'`,
    [schema],
  );
  const forced = await queryRows(
    client,
    forcedRow,
    `SELECT relname::text AS table FROM pg_class
     WHERE relnamespace = $1::text::regnamespace AND relkind = 'r' AND relforcerowsecurity`,
    [schema],
  );
  const place = (table: string) => `${quoted(schema)}.${quoted(table)}`;
  const run = (statements: readonly string[]) => (statements.length === 0 ? undefined : client.query(statements.join(';\n')));

  await run(keys.map(({ name, table }) => `ALTER TABLE ${place(table)} DROP CONSTRAINT ${quoted(name)}`));
  await run(tables.map(({ name }) => `ALTER TABLE ${place(name)} DISABLE TRIGGER USER`));
  await run(forced.map(({ table }) => `ALTER TABLE ${place(table)} NO FORCE ROW LEVEL SECURITY`));
  const result = await work();
  await run(
    keys.map(({ name, table, definition }) => `ALTER TABLE ${place(table)} ADD CONSTRAINT ${quoted(name)} ${definition}`),
  );
  await run(forced.map(({ table }) => `ALTER TABLE ${place(table)} FORCE ROW LEVEL SECURITY`));
  await run(tables.map(({ name }) => `ALTER TABLE ${place(name)} ENABLE TRIGGER USER`));
  const words = { D: 'DISABLE', A: 'ENABLE ALWAYS', R: 'ENABLE REPLICA' } as const;
  await run(triggers.map(({ name, table, state }) => `ALTER TABLE ${place(table)} ${words[state]} TRIGGER ${quoted(name)}`));
  return result;
}

/** Empties the tables: what the steps of the schema themselves put in is in the archive, too. */
export async function emptyTables(client: AdminClient, schema: string, tables: readonly Table[]): Promise<void> {
  await client.query(`TRUNCATE ${tables.map(({ name }) => `${quoted(schema)}.${quoted(name)}`).join(', ')}`);
}

/** Loads one table and gives number and hash of what was meant to be loaded. */
export async function loadTable(
  client: AdminClient,
  reader: TarReader,
  schema: string,
  table: Table,
  mapping: Mapping,
): Promise<RowSum> {
  const sum = new RowSum();
  // What was filed comes back into the tenant's own trail, where the sealer of this database finds it.
  const files = table.name === 'audit_log' ? [FILES.filed, tableFile(table.name)] : [tableFile(table.name)];
  for (const file of files) {
    let [rows, bytes]: [string[], number] = [[], 0];
    const send = async () => {
      if (rows.length > 0) await client.query(insertSql(schema, table), [`[${rows.join(',')}]`]);
      [rows, bytes] = [[], 0];
    };
    for await (const line of reader.lines(file)) {
      const mapped = JSON.stringify(mapRow(parse(rowSchema, line, file), table, mapping, file));
      sum.add(mapped);
      rows.push(mapped);
      bytes += mapped.length;
      if (rows.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await send();
    }
    await send();
  }
  return sum;
}

function mapRow(row: Row, table: Table, mapping: Mapping, file: string): Row {
  const mapped: Row = {};
  for (const { name } of table.columns) {
    const value = row[name];
    if (value === undefined) throw damaged(file, `the column ${name} is missing`);
    if (name === 'tenant_id') mapped[name] = tenantOf(value, mapping, file);
    else if (value !== null && table.people.includes(name)) mapped[name] = mapping.people.get(value) ?? value;
    else mapped[name] = value;
  }
  return mapped;
}

function tenantOf(value: string | null, mapping: Mapping, file: string): string {
  if (value !== mapping.from) throw damaged(file, 'a row belongs to another tenant');
  return mapping.to;
}

/** The types are without their lengths, so that a value that is too long is refused and not cut. */
function insertSql(schema: string, table: Table): string {
  const names = table.columns.map(({ name }) => quoted(name));
  const values = table.columns.map(({ name, type }) => `r.${quoted(name)}::${type}`);
  return `INSERT INTO ${quoted(schema)}.${quoted(table.name)} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${values.join(', ')} FROM json_to_recordset($1::json) AS r (${names.map((name) => `${name} text`).join(', ')})`;
}

/** Number and hash of what stands in a table now. */
export async function sumOf(client: AdminClient, schema: string, table: Table): Promise<RowSum> {
  const sum = new RowSum();
  for await (const line of streamLines(client, linesSql(schema, table))) sum.add(line);
  return sum;
}

const sequenceSchema = z.object({ name: z.string(), last_value: z.string(), is_called: z.string() });

/** Sets every sequence to where it stood, so that no number is given out twice. */
export async function loadSequences(client: AdminClient, reader: TarReader, schema: string): Promise<void> {
  for await (const line of reader.lines(FILES.sequences)) {
    const { name, last_value, is_called } = parse(sequenceSchema, line, FILES.sequences);
    await client.query('SELECT setval(format($1, $2::text, $3::text)::regclass, $4::bigint, $5::boolean)', [
      '%I.%I',
      schema,
      name,
      last_value,
      is_called,
    ]);
  }
}
