/** Tables of policies: the policy, its versions, what it is linked to, and who acknowledged what. */
import {
  ACKNOWLEDGEMENT_STATUS,
  AUDIENCE,
  POLICY_STATUS,
  ROUND_STATUS,
  VERSION_CHANGE,
  VERSION_STATUS,
} from '@shared/entities/regops/policy-options';
import { date, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, oneOf, restrictable, systemColumns } from '../columns';

export const policies = pgTable('policies', {
  ...systemColumns(),
  ...restrictable(),
  name: varchar('name', { length: 255 }).notNull(),
  description: text('description'),
  type: varchar('type', { length: 50 }),
  status: oneOf('status', 20, POLICY_STATUS).notNull().default('draft'),
  // of the library's template, as is the content
  version: varchar('version', { length: 50 }),
  content: json('content'),
  ref: varchar('ref', { length: 30 }).notNull(),
  scope: text('scope'),
  ownerId: uuid('owner_id'),
  reviewDate: date('review_date', { mode: 'string' }),
  versionInForce: varchar('version_in_force', { length: 20 }),
  inForceSince: date('in_force_since', { mode: 'string' }),
  retiredReason: text('retired_reason'),
});

export const policyVersions = pgTable('policy_versions', {
  ...systemColumns(),
  ...restrictable(),
  policyId: uuid('policy_id').notNull(),
  change: oneOf('change', 20, VERSION_CHANGE).notNull().default('minor'),
  major: integer('major').notNull(),
  minor: integer('minor').notNull(),
  label: varchar('label', { length: 20 }).notNull(),
  title: varchar('title', { length: 300 }).notNull(),
  changeNote: text('change_note'),
  content: text('content').notNull().default(''),
  contentSha256: varchar('content_sha256', { length: 64 }).notNull(),
  status: oneOf('status', 20, VERSION_STATUS).notNull().default('draft'),
  inForceFrom: date('in_force_from', { mode: 'string' }),
  inForceUntil: date('in_force_until', { mode: 'string' }),
});

export const policyRequirements = pgTable('policy_requirements', {
  ...systemColumns(),
  ...restrictable(),
  policyId: uuid('policy_id').notNull(),
  requirementId: uuid('requirement_id').notNull(),
  note: varchar('note', { length: 500 }),
});

export const policyControls = pgTable('policy_controls', {
  ...systemColumns(),
  ...restrictable(),
  policyId: uuid('policy_id').notNull(),
  controlId: uuid('control_id').notNull(),
  note: varchar('note', { length: 500 }),
});

export const policyRounds = pgTable('policy_rounds', {
  ...systemColumns(),
  ...restrictable(),
  policyId: uuid('policy_id').notNull(),
  versionId: uuid('version_id').notNull(),
  title: varchar('title', { length: 300 }).notNull(),
  audience: oneOf('audience', 20, AUDIENCE).notNull(),
  functions: text('functions').array().notNull().default([]),
  people: text('people').array().notNull().default([]),
  dueDate: date('due_date', { mode: 'string' }).notNull(),
  note: text('note'),
  status: oneOf('status', 20, ROUND_STATUS).notNull().default('open'),
  asked: integer('asked').notNull().default(0),
  acknowledged: integer('acknowledged').notNull().default(0),
});

export const policyAcknowledgements = pgTable('policy_acknowledgements', {
  ...systemColumns(),
  ...restrictable(),
  roundId: uuid('round_id').notNull(),
  policyId: uuid('policy_id').notNull(),
  versionId: uuid('version_id').notNull(),
  title: varchar('title', { length: 300 }).notNull(),
  versionSha256: varchar('version_sha256', { length: 64 }).notNull(),
  personId: uuid('person_id').notNull(),
  dueDate: date('due_date', { mode: 'string' }).notNull(),
  status: oneOf('status', 20, ACKNOWLEDGEMENT_STATUS).notNull().default('open'),
  readSha256: varchar('read_sha256', { length: 64 }),
  acknowledgedAt: instant('acknowledged_at'),
  deviceId: varchar('device_id', { length: 64 }),
});
