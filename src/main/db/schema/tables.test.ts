/** Tables and entity definitions, column by column. */
import { columnName } from '@shared/entities/define';
import type { Field, FieldKind } from '@shared/entities/fields';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { ENTITY_TABLES, TABLES_AGREE } from './entities';

/** SQL types a field of a kind may have. */
const TYPES: Readonly<Record<FieldKind, RegExp>> = {
  text: /^(varchar\(\d+\)|uuid)$/,
  longText: /^text$/,
  integer: /^(integer|bigint)$/,
  boolean: /^boolean$/,
  date: /^date$/,
  instant: /^timestamp with time zone$/,
  enum: /^varchar\(\d+\)$/,
  reference: /^uuid$/,
  person: /^uuid$/,
  tags: /^text\[\]$/,
  json: /^jsonb$/,
  hash: /^varchar\(64\)$/,
};

describe.each(ENTITY_NAMES)('%s', (name) => {
  const entity = entityOf(name);
  const table = ENTITY_TABLES[name];
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns<PgTable>(table);

  test('has its table', () => {
    expect(getTableName(table)).toBe(entity.table);
  });

  test.each(Object.entries(entity.allFields))('holds %s', (key: string, field: Field) => {
    const column = columns[key];
    expect(column).toBeDefined();
    if (!column) return;
    expect(column.name).toBe(columnName(key));
    expect(column.getSQLType()).toMatch(TYPES[field.kind]);
    if (field.required) expect(column.notNull).toBe(true);
    const length = /^varchar\((\d+)\)$/.exec(column.getSQLType())?.[1];
    if (length && field.maxLength !== undefined) expect(Number(length)).toBeGreaterThanOrEqual(field.maxLength);
    if (field.options) {
      const values = field.options.map(({ value }) => value);
      expect(column.enumValues).toEqual(values);
      for (const value of values) expect(value.length).toBeLessThanOrEqual(Number(length));
    }
    // A person who may leave a field out must find a default where the column insists on a value.
    if (column.notNull && !field.required && field.writable !== 'never') expect(column.hasDefault).toBe(true);
  });
});

test('types agree at compile time', () => {
  expect(TABLES_AGREE).toBe(true);
});
