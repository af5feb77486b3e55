/** Column kinds that the tables share. Keys are the entity definitions' field keys, names are their snake_case. */
import type { Json } from '@shared/entities/fields';
import { sql } from 'drizzle-orm';
import { customType, integer, jsonb, uuid, varchar } from 'drizzle-orm/pg-core';
import { instantFromText } from '../types';

/** `timestamptz` as entity rows carry it: ISO 8601 in UTC with milliseconds. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  // Over the pool it is converted already; instantFromText takes both forms.
  fromDriver: instantFromText,
});

export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
export const name = customType<{ data: string; driverData: string }>({ dataType: () => 'name' });

/** `jsonb` that holds any JSON. */
export const json = (column: string) => jsonb(column).$type<Json>();

/** A varchar with exactly the values of an enumeration. */
export function oneOf<const V extends string>(column: string, length: number, options: readonly { readonly value: V }[]) {
  const [first, ...rest] = options.map(({ value }) => value);
  if (first === undefined) throw new TypeError(`${column}: an enumeration needs values`);
  return varchar(column, { length, enum: [first, ...rest] });
}

/** Each tenant's migration writes its own id here as a literal; drizzle only needs to know that there is a default. */
export const ownTenant = sql`DEFAULT`;

/** What every tenant table has; the database writes all of it. */
export const systemColumns = () => ({
  id: uuid('id').primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id').notNull().default(ownTenant),
  rowVersion: integer('row_version').notNull().default(1),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  createdBy: uuid('created_by'),
  updatedBy: uuid('updated_by'),
  archivedAt: instant('archived_at'),
});

/** The record whose restriction covers this one; null where everybody with the right to the table reads it. The database's own. */
export const restrictable = () => ({ restrictedRoot: uuid('restricted_root') });
