/** `public`: tenants, persons, licences, memberships and configuration, as the migrations make them. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, date, integer, pgTable, serial, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json } from './columns';

export const tenants = pgTable('tenants', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: varchar('name', { length: 255 }).notNull(),
  domain: varchar('domain', { length: 255 }).notNull(),
  description: text('description'),
  status: varchar('status', { length: 20 }).notNull().default('active'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  deletedAt: instant('deleted_at'),
  deletedBy: uuid('deleted_by'),
  isDeleted: boolean('is_deleted').notNull().default(false),
  config: json('config').notNull().default({}),
  shredAfter: instant('shred_after'),
  deletionReason: text('deletion_reason'),
  statusBeforeDeletion: varchar('status_before_deletion', { length: 20 }),
});

export const users = pgTable('users', {
  id: uuid('id').primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id'),
  email: varchar('email', { length: 255 }).notNull(),
  passwordHash: varchar('password_hash', { length: 255 }).notNull(),
  firstName: varchar('first_name', { length: 100 }),
  lastName: varchar('last_name', { length: 100 }),
  role: varchar('role', { length: 50 }).notNull(),
  status: varchar('status', { length: 20 }).notNull().default('active'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  lastLogin: instant('last_login'),
  deletedAt: instant('deleted_at'),
  deletedBy: uuid('deleted_by'),
  isDeleted: boolean('is_deleted').notNull().default(false),
  preferences: json('preferences').notNull().default({}),
  dbRole: varchar('db_role', { length: 63 }).notNull(),
  lockedAt: instant('locked_at'),
  failedSignIns: integer('failed_sign_ins').notNull().default(0),
});

export const licenses = pgTable('licenses', {
  id: uuid('id').primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id').notNull(),
  type: varchar('type', { length: 50 }).notNull(),
  startDate: date('start_date', { mode: 'string' }).notNull(),
  endDate: date('end_date', { mode: 'string' }).notNull(),
  status: varchar('status', { length: 20 }).notNull().default('active'),
  features: json('features').notNull().default({}),
  limits: json('limits').notNull().default({}),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  shutAt: instant('shut_at'),
});

export const globalConfig = pgTable('global_config', {
  id: serial('id').primaryKey(),
  key: varchar('key', { length: 255 }).notNull(),
  value: json('value').notNull(),
  description: text('description'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
  defaultValue: json('default_value'),
  rule: json('rule').notNull().default({}),
  perTenant: boolean('per_tenant').notNull().default(false),
});

export const tenantConfig = pgTable('tenant_config', {
  tenantId: uuid('tenant_id').notNull(),
  key: varchar('key', { length: 255 }).notNull(),
  value: json('value').notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
});

export const tenantMemberships = pgTable('tenant_memberships', {
  userId: uuid('user_id').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  function: varchar('function', { length: 20 }).notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
  expiresAt: instant('expires_at'),
  grantedBy: uuid('granted_by'),
  reason: varchar('reason', { length: 500 }),
  endedAt: instant('ended_at'),
});

export const libraryItems = pgTable('library_items', {
  id: uuid('id').primaryKey().defaultRandom(),
  slug: varchar('slug', { length: 80 }).notNull(),
  kind: varchar('kind', { length: 20 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  createdAt: instant('created_at').notNull().default(sql`now()`),
});

export const libraryVersions = pgTable('library_versions', {
  id: uuid('id').primaryKey().defaultRandom(),
  itemId: uuid('item_id').notNull(),
  version: varchar('version', { length: 50 }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  note: text('note'),
  addedAt: instant('added_at').notNull().default(sql`now()`),
  addedBy: uuid('added_by'),
  login: varchar('login', { length: 63 }).notNull().default(sql`session_user`),
});

export const librarySubscriptions = pgTable('library_subscriptions', {
  tenantId: uuid('tenant_id').notNull(),
  itemId: uuid('item_id').notNull(),
  versionId: uuid('version_id').notNull(),
  givenAt: instant('given_at').notNull().default(sql`now()`),
  givenBy: uuid('given_by'),
  login: varchar('login', { length: 63 }).notNull().default(sql`session_user`),
});
