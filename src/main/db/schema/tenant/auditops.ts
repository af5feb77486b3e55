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
  REPORT_RATING,
  REPORT_STATUS,
  RESPONSE_KIND,
  SEVERITY,
  SIGN_STATE,
  TEST_RESULT,
  TEST_STATUS,
} from '@shared/entities/auditops/options';
import { sql } from 'drizzle-orm';
import { bigint, date, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { bytea, instant, json, oneOf, restrictable, systemColumns } from '../columns';

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
  controlSetId: uuid('control_set_id'),
  scopeFamilies: text('scope_families').array().notNull().default([]),
  scopeUnits: text('scope_units').array().notNull().default([]),
  periodStart: date('period_start', { mode: 'string' }),
  periodEnd: date('period_end', { mode: 'string' }),
  fieldworkStart: date('fieldwork_start', { mode: 'string' }),
  fieldworkEnd: date('fieldwork_end', { mode: 'string' }),
  reportDate: date('report_date', { mode: 'string' }),
  budgetHours: integer('budget_hours'),
  signState: oneOf('sign_state', 20, SIGN_STATE).notNull().default('unsigned'),
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
  budgetMinutes: integer('budget_minutes'),
  signState: oneOf('sign_state', 20, SIGN_STATE).notNull().default('unsigned'),
  retestOfId: uuid('retest_of_id'),
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
  signState: oneOf('sign_state', 20, SIGN_STATE).notNull().default('unsigned'),
  responseKind: oneOf('response_kind', 20, RESPONSE_KIND),
  respondedOn: date('responded_on', { mode: 'string' }),
  respondedBy: uuid('responded_by'),
  repeatOfId: uuid('repeat_of_id'),
  extensionCount: integer('extension_count').notNull().default(0),
  settledAt: instant('settled_at'),
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

/** Written by `trace_finding` alone. */
export const findingExtensions = pgTable('finding_extensions', {
  ...systemColumns(),
  ...restrictable(),
  findingId: uuid('finding_id').notNull(),
  number: integer('number').notNull(),
  fromDate: date('from_date', { mode: 'string' }).notNull(),
  toDate: date('to_date', { mode: 'string' }).notNull(),
  reason: text('reason').notNull(),
});

export const auditReports = pgTable('audit_reports', {
  ...systemColumns(),
  ...restrictable(),
  ref: varchar('ref', { length: 30 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  status: oneOf('status', 20, REPORT_STATUS).notNull().default('draft'),
  auditPlanId: uuid('audit_plan_id'),
  reportType: varchar('report_type', { length: 50 }),
  overallRating: oneOf('overall_rating', 50, REPORT_RATING),
  periodFrom: date('period_from', { mode: 'string' }),
  periodTo: date('period_to', { mode: 'string' }),
  distribution: text('distribution'),
  executiveSummary: text('executive_summary'),
  scopeObjectives: text('scope_objectives'),
  methodology: text('methodology'),
  opinion: text('opinion'),
  positiveObservations: text('positive_observations'),
  layout: json('layout'),
  versionNumber: integer('version_number').notNull().default(1),
  replacesId: uuid('replaces_id'),
  issuedAt: instant('issued_at'),
  issuedBy: uuid('issued_by'),
  contentSha256: varchar('content_sha256', { length: 64 }),
  findings: json('findings'),
  recommendations: json('recommendations'),
});

/** The files of an issued report; written by `issue_report` alone. */
export const reportFiles = pgTable('report_files', {
  ...systemColumns(),
  auditReportId: uuid('audit_report_id').notNull(),
  format: varchar('format', { length: 10 }).notNull(),
  fileName: varchar('file_name', { length: 255 }).notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  bytes: bytea('bytes').notNull(),
});

export const reportBlocks = pgTable('report_blocks', {
  ...systemColumns(),
  ...restrictable(),
  auditReportId: uuid('audit_report_id').notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  content: text('content'),
});

/** The tenant's Word template and those before it; written by `set_report_template` alone. */
export const reportTemplates = pgTable('report_templates', {
  ...systemColumns(),
  fileName: varchar('file_name', { length: 255 }).notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  bytes: bytea('bytes').notNull(),
});
