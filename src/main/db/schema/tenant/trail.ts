/** The tenant's trail, its ledger of operations and its people, found by search_path. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, pgTable, pgView, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { bytea, instant, json, name, ownTenant, systemColumns, xid8 } from '../columns';

export const auditLog = pgTable('audit_log', {
  id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
  tenantId: uuid('tenant_id').notNull().default(ownTenant),
  txid: xid8('txid').notNull().default(sql`pg_current_xact_id()`),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
  actor: uuid('actor'),
  login: name('login').notNull().default(sql`session_user`),
  action: text('action').notNull(),
  resourceType: text('resource_type').notNull(),
  resourceId: uuid('resource_id'),
  oldValues: json('old_values'),
  newValues: json('new_values'),
  source: text('source'),
  opId: uuid('op_id'),
  reason: text('reason'),
  details: json('details'),
});

export const syncOps = pgTable('sync_ops', {
  opId: uuid('op_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull().default(ownTenant),
  deviceId: text('device_id').notNull(),
  deviceSeq: bigint('device_seq', { mode: 'number' }).notNull(),
  bodySha256: text('body_sha256').notNull(),
  entity: text('entity').notNull(),
  entityId: uuid('entity_id'),
  result: json('result'),
  personId: uuid('person_id').notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

/** One row: what the tenant's evidence weighs, for the licence. */
export const storageUsage = pgTable('storage_usage', {
  tenantId: uuid('tenant_id').primaryKey().default(ownTenant),
  bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
  files: bigint('files', { mode: 'number' }).notNull().default(0),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
});

/** By which key of a former system, or of the shared library, a record is known. */
export const sourceKeys = pgTable('source_keys', {
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  source: varchar('source', { length: 100 }).notNull().default('load'),
  sourceKey: varchar('source_key', { length: 255 }).notNull(),
  recordId: uuid('record_id').notNull(),
});

/** How the columns of a file became fields the last time. */
export const importMappings = pgTable('import_mappings', {
  ...systemColumns(),
  entity: varchar('entity', { length: 63 }).notNull(),
  signature: varchar('signature', { length: 64 }).notNull(),
  map: json('map').notNull(),
  shared: boolean('shared').notNull().default(false),
});

/** What the tenant took in from the shared library. */
export const libraryReceipts = pgTable('library_receipts', {
  ...systemColumns(),
  itemId: uuid('item_id').notNull(),
  versionId: uuid('version_id').notNull(),
  slug: varchar('slug', { length: 80 }).notNull(),
  version: varchar('version', { length: 50 }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  counts: json('counts').notNull(),
});

/** The tenant's people, by name: an owner's view over `public.users`. */
export const people = pgView('people', {
  id: uuid('id'),
  email: text('email'),
  displayName: text('display_name'),
  functions: text('functions').array(),
  active: boolean('active'),
}).existing();

/** Sealed and unsealed rows and the platform's events about the tenant, as the reader may see them. */
export const trail = pgView('trail', {
  origin: text('origin'),
  entry: bigint('entry', { mode: 'number' }),
  at: instant('at'),
  actor: uuid('actor'),
  login: text('login'),
  action: text('action'),
  resourceType: text('resource_type'),
  resourceId: uuid('resource_id'),
  oldValues: json('old_values'),
  newValues: json('new_values'),
  source: text('source'),
  opId: uuid('op_id'),
  reason: text('reason'),
  details: json('details'),
  txid: xid8('txid'),
  seal: bigint('seal', { mode: 'number' }),
  leaf: integer('leaf'),
}).existing();

/** The seals of the tenant's own chain, with their keys. */
export const trailSeals = pgView('trail_seals', {
  chain: uuid('chain'),
  seq: bigint('seq', { mode: 'number' }),
  rowCount: integer('row_count'),
  firstTxid: xid8('first_txid'),
  firstId: bigint('first_id', { mode: 'number' }),
  lastTxid: xid8('last_txid'),
  lastId: bigint('last_id', { mode: 'number' }),
  root: bytea('root'),
  leaves: bytea('leaves'),
  ids: bigint('ids', { mode: 'number' }).array(),
  previous: bytea('previous'),
  hash: bytea('hash'),
  keyId: varchar('key_id', { length: 64 }),
  signature: bytea('signature'),
  sealedAt: instant('sealed_at'),
  publicKey: bytea('public_key'),
  keyLabel: varchar('key_label', { length: 100 }),
}).existing();

/** The checkpoints of the tenant's own chain under which months of the trail left the server. */
export const trailArchives = pgView('trail_archives', {
  chain: uuid('chain'),
  seq: bigint('seq', { mode: 'number' }),
  before: varchar('before', { length: 7 }),
  firstSeal: bigint('first_seal', { mode: 'number' }),
  lastSeal: bigint('last_seal', { mode: 'number' }),
  head: bytea('head'),
  rowCount: bigint('row_count', { mode: 'number' }),
  whole: json('whole'),
  parts: json('parts'),
  fileSha256: bytea('file_sha256'),
  previous: bytea('previous'),
  hash: bytea('hash'),
  keyId: varchar('key_id', { length: 64 }),
  signature: bytea('signature'),
  archivedAt: instant('archived_at'),
  login: varchar('login', { length: 63 }),
}).existing();

/** The administrator's proof: leaf hashes of filed rows, and their texts as far as the administrator may read them. */
export const trailRows = pgView('trail_rows', {
  sealSeq: bigint('seal_seq', { mode: 'number' }),
  leafIndex: integer('leaf_index'),
  id: bigint('id', { mode: 'number' }),
  at: instant('at'),
  action: text('action'),
  resourceType: text('resource_type'),
  leaf: text('leaf'),
  rowText: text('row_text'),
}).existing();
