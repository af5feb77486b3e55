/** What hangs on any record, by its table and id: comments, watchers, attachments, approvals; and the notices somebody has read. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, systemColumns } from '../columns';

const follower = () => ({
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  resourceId: uuid('resource_id').notNull(),
});
const me = sql`public.current_person()`;

export const comments = pgTable('comments', {
  ...follower(),
  parentId: uuid('parent_id'),
  body: text('body').notNull(),
  mentions: uuid('mentions').array().notNull().default(sql`'{}'`),
  resolved: boolean('resolved').notNull().default(false),
  resolvedAt: instant('resolved_at'),
  resolvedBy: uuid('resolved_by'),
  editedAt: instant('edited_at'),
});

export const watchers = pgTable('watchers', {
  ...follower(),
  personId: uuid('person_id').notNull().default(me),
  watching: boolean('watching').notNull(),
});

export const attachments = pgTable('attachments', {
  ...follower(),
  kind: varchar('kind', { length: 10, enum: ['file', 'link'] }).notNull(),
  name: varchar('name', { length: 255 }).notNull(),
  url: varchar('url', { length: 2000 }),
  mediaType: varchar('media_type', { length: 127 }),
  sizeBytes: bigint('size_bytes', { mode: 'number' }),
  sha256: varchar('sha256', { length: 64 }),
  deviceId: varchar('device_id', { length: 64 }),
  capturedAt: instant('captured_at'),
});

export const noticeReads = pgTable('notice_reads', {
  ...systemColumns(),
  personId: uuid('person_id').notNull().default(me),
  noticeKey: varchar('notice_key', { length: 200 }).notNull(),
});

export const approvalRules = pgTable('approval_rules', {
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  field: varchar('field', { length: 63 }).notNull(),
  step: varchar('step', { length: 63 }).notNull(),
  functions: text('functions').array().notNull(),
  quorum: integer('quorum').notNull(),
  free: text('free').array().notNull().default(sql`'{}'`),
  back: varchar('back', { length: 63 }),
  parts: varchar('parts', { length: 63 }),
});

export const approvalAuthors = pgTable('approval_authors', {
  ...follower(),
  personId: uuid('person_id').notNull(),
});

export const approvals = pgTable('approvals', {
  ...follower(),
  step: varchar('step', { length: 63 }).notNull(),
  quorum: integer('quorum').notNull(),
  status: varchar('status', { length: 20, enum: ['open', 'granted', 'refused', 'withdrawn', 'void'] })
    .notNull()
    .default('open'),
  note: text('note'),
  resourceVersion: integer('resource_version').notNull(),
  contentSha256: varchar('content_sha256', { length: 64 }).notNull(),
  content: json('content').notNull(),
  closedAt: instant('closed_at'),
  closedBy: uuid('closed_by'),
  closedReason: text('closed_reason'),
});

export const approvalVotes = pgTable('approval_votes', {
  ...follower(),
  approvalId: uuid('approval_id').notNull(),
  decision: varchar('decision', { length: 10, enum: ['approve', 'refuse'] }).notNull(),
  function: varchar('function', { length: 20 }).notNull(),
  reason: text('reason'),
  withdrawnAt: instant('withdrawn_at'),
  withdrawnReason: text('withdrawn_reason'),
});

export const recordTemplates = pgTable('record_templates', {
  ...systemColumns(),
  resourceType: varchar('resource_type', { length: 63 }).notNull(),
  name: varchar('name', { length: 120 }).notNull(),
  content: json('content').notNull(),
});
