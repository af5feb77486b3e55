/** PrivacyOps tables of a tenant, found by search_path. Foreign keys and indexes live in the migrations. */
import { date, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, restrictable, systemColumns } from '../columns';

export const dataInventory = pgTable('data_inventory', {
  ...systemColumns(),
  ...restrictable(),
  dataType: varchar('data_type', { length: 100 }).notNull(),
  dataSource: varchar('data_source', { length: 255 }).notNull(),
  dataCategory: varchar('data_category', { length: 100 }),
  sensitivityLevel: varchar('sensitivity_level', { length: 50 }),
  processingPurpose: varchar('processing_purpose', { length: 255 }),
  /** Personal: no role selects it; see data_subjects_masked and reveal_data_inventory(). */
  dataSubjects: json('data_subjects'),
  storageLocation: varchar('storage_location', { length: 255 }),
  retentionPeriod: integer('retention_period'),
  status: varchar('status', { length: 20 }).notNull().default('draft'),
  dataSubjectsMasked: text('data_subjects_masked'),
});

export const dsrRequests = pgTable('dsr_requests', {
  ...systemColumns(),
  ...restrictable(),
  requestType: varchar('request_type', { length: 50 }).notNull(),
  status: varchar('status', { length: 20 }).notNull().default('pending'),
  /** Personal, with the details: no role selects them; see the masks and reveal_dsr_request(). */
  dataSubjectId: varchar('data_subject_id', { length: 255 }),
  requestDetails: json('request_details'),
  fulfillmentStatus: varchar('fulfillment_status', { length: 50 }),
  completedAt: instant('completed_at'),
  dataInventoryId: uuid('data_inventory_id'),
  dataSubjectIdMasked: text('data_subject_id_masked'),
  requestDetailsMasked: text('request_details_masked'),
});

export const dpias = pgTable('dpias', {
  ...systemColumns(),
  ...restrictable(),
  projectName: varchar('project_name', { length: 255 }).notNull(),
  assessmentType: varchar('assessment_type', { length: 50 }),
  status: varchar('status', { length: 20 }).notNull().default('in_progress'),
  riskLevel: varchar('risk_level', { length: 50 }),
  findings: json('findings'),
  recommendations: json('recommendations'),
});

export const privacyControls = pgTable('privacy_controls', {
  ...systemColumns(),
  ...restrictable(),
  controlType: varchar('control_type', { length: 100 }).notNull(),
  description: text('description'),
  implementationStatus: varchar('implementation_status', { length: 50 }),
  effectivenessScore: integer('effectiveness_score'),
  lastTested: date('last_tested', { mode: 'string' }),
});
