/** Drizzle's view of the database beside a migrated database: the same tables, columns, types and nullability. */
import { resolve } from 'node:path';
import { getTableColumns, getTableName, getViewName, getViewSelectedFields, is } from 'drizzle-orm';
import { PgColumn, PgTable, PgView } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../database';
import { loadMigrations, migrate } from '../migrate';
import { createTenant } from '../provision';
import { createTestDatabase, testKinds } from '../testing';
import { privateSchema, publicSchema, tenantSchema } from '.';

const folder = resolve(import.meta.dirname, '../../../../migrations');

interface Shape {
  readonly type: string;
  readonly notNull: boolean;
}
type Tables = Record<string, Record<string, Shape>>;

/** Tables of a schema as drizzle sees them; a view's nullability is unknown to PostgreSQL, so it is left out. */
function drizzleTables(module: Readonly<Record<string, unknown>>): Tables {
  const tables: Tables = {};
  for (const value of Object.values(module)) {
    if (is(value, PgTable)) {
      tables[getTableName(value)] = shapes(Object.values(getTableColumns(value)), true);
    } else if (is(value, PgView)) {
      const fields: unknown[] = Object.values(getViewSelectedFields(value));
      tables[getViewName(value)] = shapes(
        fields.filter((field): field is PgColumn => is(field, PgColumn)),
        false,
      );
    }
  }
  return tables;
}

function shapes(columns: readonly PgColumn[], withNullability: boolean): Record<string, Shape> {
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      {
        type: column
          .getSQLType()
          .replace(/^varchar/, 'character varying')
          .replace(/^serial$/, 'integer'),
        notNull: withNullability && column.notNull,
      },
    ]),
  );
}

async function realTables(client: pg.Client, schema: string): Promise<Tables> {
  const { rows } = await client.query<{ table: string; column: string; type: string; notNull: boolean }>(
    `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition`,
    [schema],
  );
  const tables: Tables = {};
  for (const { table, column, type, notNull } of rows) {
    tables[table] = { ...tables[table], [column]: { type, notNull } };
  }
  return tables;
}

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('drizzle and the migrations on %s', (kind) => {
  test('see the same tables', async () => {
    const home = await createTestDatabase(kind);
    const database = openDatabase(home.target);
    const options = { folder, now: () => performance.now() };
    try {
      await database.admin(async (client) => {
        await migrate(client, options);
        const tenant = await createTenant(
          client,
          {
            name: 'Shapes',
            domain: 'shapes.example.org',
            config: {},
            licence: { type: 'standard', startDate: '2026-01-01', endDate: '2027-12-31' },
          },
          { migrations: await loadMigrations(folder) },
        );
        expect(drizzleTables(tenantSchema)).toEqual(await realTables(client, tenant.schema));
        expect(drizzleTables(publicSchema)).toEqual(await realTables(client, 'public'));
        expect(drizzleTables(privateSchema)).toEqual(await realTables(client, 'private'));
        // Roles belong to the whole server and would outlive the test.
        await client.query(`DROP SCHEMA ${tenant.schema} CASCADE`);
        const { rows } = await client.query<{ role: string }>('SELECT rolname AS role FROM pg_roles WHERE rolname LIKE $1', [
          `${tenant.schema}\\_%`,
        ]);
        for (const { role } of rows) await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      });
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
