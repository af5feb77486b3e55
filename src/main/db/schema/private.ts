/** `private`: the sealed trail of the whole installation, its metrics and its migrations. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, inet, integer, numeric, pgSchema, serial, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { bytea, instant, json, xid8 } from './columns';

const internal = pgSchema('private');

export const auditLogs = internal.table('audit_logs', {
  id: uuid('id').notNull().defaultRandom(),
  userId: uuid('user_id'),
  action: varchar('action', { length: 255 }).notNull(),
  resourceType: varchar('resource_type', { length: 100 }).notNull(),
  resourceId: uuid('resource_id'),
  oldValues: json('old_values'),
  newValues: json('new_values'),
  ipAddress: inet('ip_address'),
  userAgent: text('user_agent'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  tenantId: uuid('tenant_id'),
  login: varchar('login', { length: 63 }).notNull().default(sql`session_user`),
  origin: varchar('origin', { length: 8 }).notNull().default('platform'),
  trailId: bigint('trail_id', { mode: 'number' }).notNull().default(sql`nextval('private.event_seq')`),
  txid: xid8('txid').notNull().default(sql`pg_current_xact_id()`),
  actor: uuid('actor'),
  opId: uuid('op_id'),
  reason: text('reason'),
  details: json('details'),
  sealSeq: bigint('seal_seq', { mode: 'number' }),
  leafIndex: integer('leaf_index'),
});

/** Public halves of the sealers' keys. */
export const sealingKeys = internal.table('sealing_keys', {
  keyId: varchar('key_id', { length: 64 }).primaryKey(),
  publicKey: bytea('public_key').notNull(),
  label: varchar('label', { length: 100 }).notNull(),
  registeredAt: instant('registered_at').notNull().default(sql`now()`),
  registeredBy: varchar('registered_by', { length: 63 }).notNull().default(sql`session_user`),
});

/** One row a chain: the lock that sealers take. */
export const trailChains = internal.table('trail_chains', {
  chain: uuid('chain').primaryKey(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

export const seals = internal.table('seals', {
  chain: uuid('chain').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  rowCount: integer('row_count').notNull(),
  firstTxid: xid8('first_txid').notNull(),
  firstId: bigint('first_id', { mode: 'number' }).notNull(),
  lastTxid: xid8('last_txid').notNull(),
  lastId: bigint('last_id', { mode: 'number' }).notNull(),
  root: bytea('root').notNull(),
  leaves: bytea('leaves').notNull(),
  ids: bigint('ids', { mode: 'number' }).array().notNull(),
  previous: bytea('previous').notNull(),
  hash: bytea('hash').notNull(),
  keyId: varchar('key_id', { length: 64 }).notNull(),
  signature: bytea('signature').notNull(),
  sealedAt: instant('sealed_at').notNull(),
});

/** Platform events that wait for their seal. */
export const eventQueue = internal.table('event_queue', {
  id: bigint('id', { mode: 'number' }).primaryKey(),
  txid: xid8('txid').notNull().default(sql`pg_current_xact_id()`),
  eventId: uuid('event_id').notNull(),
  eventAt: instant('event_at').notNull(),
});

/** Where a sealed platform event stands. */
export const sealedEvents = internal.table('sealed_events', {
  sealSeq: bigint('seal_seq', { mode: 'number' }).notNull(),
  leafIndex: integer('leaf_index').notNull(),
  id: bigint('id', { mode: 'number' }).notNull(),
  eventId: uuid('event_id').notNull(),
  eventAt: instant('event_at').notNull(),
});

export const systemMetrics = internal.table('system_metrics', {
  id: serial('id').primaryKey(),
  metricName: varchar('metric_name', { length: 255 }).notNull(),
  value: numeric('value').notNull(),
  timestamp: instant('timestamp').notNull().default(sql`now()`),
  tenantId: uuid('tenant_id'),
});

export const apiUsage = internal.table('api_usage', {
  id: uuid('id').primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id'),
  endpoint: varchar('endpoint', { length: 255 }).notNull(),
  method: varchar('method', { length: 10 }).notNull(),
  statusCode: integer('status_code').notNull(),
  responseTimeMs: integer('response_time_ms').notNull(),
  timestamp: instant('timestamp').notNull().default(sql`now()`),
});

export const migrationHistory = internal.table('migration_history', {
  id: serial('id').primaryKey(),
  version: varchar('version', { length: 50 }).notNull(),
  description: text('description').notNull(),
  executedAt: instant('executed_at').notNull().default(sql`now()`),
  status: varchar('status', { length: 20 }).notNull().default('success'),
  scope: varchar('scope', { length: 10 }).notNull(),
  tenantId: uuid('tenant_id'),
  checksum: varchar('checksum', { length: 64 }).notNull(),
  direction: varchar('direction', { length: 4 }).notNull().default('up'),
  durationMs: integer('duration_ms').notNull(),
  actor: varchar('actor', { length: 63 }).notNull().default(sql`session_user`),
  sqlstate: varchar('sqlstate', { length: 5 }),
  rowCounts: json('row_counts'),
});

/** How far each migration of data is; the cursor moves with its batch. */
export const dataMigrations = internal.table('data_migrations', {
  id: uuid('id').primaryKey().defaultRandom(),
  scope: varchar('scope', { length: 10 }).notNull(),
  tenantId: uuid('tenant_id'),
  version: varchar('version', { length: 50 }).notNull(),
  checksum: varchar('checksum', { length: 64 }).notNull(),
  cursorKey: text('cursor_key'),
  batches: integer('batches').notNull().default(0),
  rowsDone: bigint('rows_done', { mode: 'number' }).notNull().default(0),
  startedAt: instant('started_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  finishedAt: instant('finished_at'),
  actor: varchar('actor', { length: 63 }).notNull().default(sql`session_user`),
});

/** The text of each version of the shared library. */
export const libraryContents = internal.table('library_contents', {
  versionId: uuid('version_id').primaryKey(),
  content: text('content').notNull(),
});

/** What the platform's view over tenants is made of, counted tenant by tenant. */
export const tenantFigures = internal.table('tenant_figures', {
  tenantId: uuid('tenant_id').primaryKey(),
  controls: bigint('controls', { mode: 'number' }).notNull(),
  requirementsTotal: bigint('requirements_total', { mode: 'number' }).notNull(),
  requirementsMet: bigint('requirements_met', { mode: 'number' }).notNull(),
  tests: bigint('tests', { mode: 'number' }).notNull(),
  tested: bigint('tested', { mode: 'number' }).notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  at: instant('at').notNull().default(sql`now()`),
});

/** Checkpoints under which months of the trail left the server, one chain a tenant. */
export const trailArchives = internal.table('trail_archives', {
  chain: uuid('chain').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  before: varchar('before', { length: 7 }).notNull(),
  firstSeal: bigint('first_seal', { mode: 'number' }).notNull(),
  lastSeal: bigint('last_seal', { mode: 'number' }).notNull(),
  head: bytea('head').notNull(),
  rowCount: bigint('row_count', { mode: 'number' }).notNull(),
  whole: json('whole').notNull(),
  parts: json('parts').notNull(),
  fileSha256: bytea('file_sha256').notNull(),
  previous: bytea('previous').notNull(),
  hash: bytea('hash').notNull(),
  keyId: varchar('key_id', { length: 64 }).notNull(),
  signature: bytea('signature').notNull(),
  archivedAt: instant('archived_at').notNull(),
  login: varchar('login', { length: 63 }).notNull().default(sql`session_user`),
});

/** Spaces made ahead, which onboarding claims. */
export const tenantSpares = internal.table('tenant_spares', {
  id: uuid('id').primaryKey(),
  madeAt: instant('made_at').notNull().default(sql`now()`),
  madeBy: varchar('made_by', { length: 63 }).notNull().default(sql`session_user`),
  finished: boolean('finished').notNull().default(false),
});
