/** `private`: the sealed trail of the whole installation, its metrics and its migrations. */
import { sql } from 'drizzle-orm';
import { inet, integer, numeric, pgSchema, serial, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json } from './columns';

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
});

/** The text of each version of the shared library. */
export const libraryContents = internal.table('library_contents', {
  versionId: uuid('version_id').primaryKey(),
  content: text('content').notNull(),
});
