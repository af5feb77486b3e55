/** What the guards keep: restricted records and their people, sign-offs, who was shown personal data. Written by functions alone. */
import { sql } from 'drizzle-orm';
import { pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, systemColumns, xid8 } from '../columns';

export const restrictedRecords = pgTable('restricted_records', {
  ...systemColumns(),
  rootId: uuid('root_id').notNull(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  reason: text('reason'),
});

export const restrictedPeople = pgTable('restricted_people', {
  ...systemColumns(),
  rootId: uuid('root_id').notNull(),
  personId: uuid('person_id').notNull(),
});

export const signOffs = pgTable('sign_offs', {
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  resourceId: uuid('resource_id').notNull(),
  kind: varchar('kind', { length: 20 }).notNull(),
  note: text('note'),
  contentSha256: varchar('content_sha256', { length: 64 }).notNull(),
  /** What was signed; null for kinds that keep the hash alone. */
  content: json('content'),
  supersededAt: instant('superseded_at'),
  withdrawnAt: instant('withdrawn_at'),
  withdrawnBy: uuid('withdrawn_by'),
  withdrawnReason: text('withdrawn_reason'),
});

export const reveals = pgTable('reveals', {
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  resourceId: uuid('resource_id').notNull(),
  reason: text('reason').notNull(),
  txid: xid8('txid').notNull().default(sql`pg_current_xact_id()`),
});
