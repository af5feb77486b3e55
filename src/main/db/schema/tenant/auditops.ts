/** AuditOps tables of a tenant, found by search_path. Foreign keys and indexes live in the migrations. */
import {
  ACTION_STATUS,
  EFFECTIVENESS,
  EVIDENCE_STATUS,
  EVIDENCE_TYPE,
  FINDING_KIND,
  FINDING_STATUS,
  PLAN_STATUS,
  PLAN_TYPE,
  SEVERITY,
  TEST_RESULT,
  TEST_STATUS,
} from '@shared/entities/auditops/options';
import { sql } from 'drizzle-orm';
import { bigint, date, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, oneOf, restrictable, systemColumns } from '../columns';

export const auditPlans = pgTable('audit_plans', {
  ...systemColumns(),
  ...restrictable(),
  auditName: varchar('audit_name', { length: 255 }).notNull(),
  auditType: oneOf('audit_type', 50, PLAN_TYPE),
  scope: text('scope'),
  startDate: date('start_date', { mode: 'string' }),
  endDate: date('end_date', { mode: 'string' }),
  status: oneOf('status', 20, PLAN_STATUS).notNull().default('planned'),
  ref: varchar('ref', { length: 30 }).notNull(),
  regulationId: uuid('regulation_id'),
  objective: text('objective'),
  leadId: uuid('lead_id'),
});

export const controlTests = pgTable('control_tests', {
  ...systemColumns(),
  ...restrictable(),
  controlId: uuid('control_id'),
  testDate: date('test_date', { mode: 'string' }).notNull(),
  testResult: oneOf('test_result', 20, TEST_RESULT).notNull().default('not_tested'),
  testNotes: text('test_notes'),
  evidence: json('evidence'),
  testedBy: uuid('tested_by'),
  ref: varchar('ref', { length: 30 }).notNull(),
  auditPlanId: uuid('audit_plan_id'),
  requirementId: uuid('requirement_id'),
  title: varchar('title', { length: 255 }).notNull(),
  family: varchar('family', { length: 60 }),
  status: oneOf('status', 20, TEST_STATUS).notNull().default('to_do'),
  procedure: text('procedure'),
  designEffectiveness: oneOf('design_effectiveness', 20, EFFECTIVENESS),
  designNotes: text('design_notes'),
  operatingEffectiveness: oneOf('operating_effectiveness', 20, EFFECTIVENESS),
  operatingNotes: text('operating_notes'),
});

export const auditEvidence = pgTable('audit_evidence', {
  ...systemColumns(),
  ...restrictable(),
  auditPlanId: uuid('audit_plan_id'),
  evidenceType: oneOf('evidence_type', 50, EVIDENCE_TYPE),
  description: text('description'),
  filePath: varchar('file_path', { length: 500 }),
  uploadedBy: uuid('uploaded_by'),
  uploadedAt: instant('uploaded_at').notNull().default(sql`now()`),
  ref: varchar('ref', { length: 30 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  status: oneOf('status', 20, EVIDENCE_STATUS).notNull().default('draft'),
  effectiveDate: date('effective_date', { mode: 'string' }),
  controlTestId: uuid('control_test_id'),
  findingId: uuid('finding_id'),
  tags: text('tags').array().notNull().default([]),
});

export const evidenceFiles = pgTable('evidence_files', {
  ...systemColumns(),
  ...restrictable(),
  evidenceId: uuid('evidence_id').notNull(),
  fileName: varchar('file_name', { length: 255 }).notNull(),
  mediaType: varchar('media_type', { length: 127 }).notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  versionNumber: integer('version_number').notNull(),
  deviceId: varchar('device_id', { length: 64 }).notNull(),
  capturedAt: instant('captured_at'),
});

export const findings = pgTable('findings', {
  ...systemColumns(),
  ...restrictable(),
  ref: varchar('ref', { length: 30 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  kind: oneOf('kind', 30, FINDING_KIND).notNull(),
  severity: oneOf('severity', 20, SEVERITY).notNull(),
  status: oneOf('status', 20, FINDING_STATUS).notNull().default('identified'),
  auditPlanId: uuid('audit_plan_id'),
  controlTestId: uuid('control_test_id'),
  controlId: uuid('control_id'),
  ownerId: uuid('owner_id'),
  dueDate: date('due_date', { mode: 'string' }),
  criteria: text('criteria'),
  condition: text('condition'),
  cause: text('cause'),
  effect: text('effect'),
  recommendation: text('recommendation'),
  managementResponse: text('management_response'),
  tags: text('tags').array().notNull().default([]),
});

export const actions = pgTable('actions', {
  ...systemColumns(),
  ...restrictable(),
  ref: varchar('ref', { length: 30 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  description: text('description'),
  findingId: uuid('finding_id'),
  ownerId: uuid('owner_id'),
  dueDate: date('due_date', { mode: 'string' }),
  status: oneOf('status', 20, ACTION_STATUS).notNull().default('to_do'),
  completedAt: instant('completed_at'),
  tags: text('tags').array().notNull().default([]),
});

export const auditReports = pgTable('audit_reports', {
  ...systemColumns(),
  ...restrictable(),
  status: varchar('status', { length: 20 }).notNull().default('draft'),
  auditPlanId: uuid('audit_plan_id'),
  reportType: varchar('report_type', { length: 50 }),
  findings: json('findings'),
  recommendations: json('recommendations'),
  overallRating: varchar('overall_rating', { length: 50 }),
});
