/** RiskOps tables of a tenant, found by search_path. Foreign keys and indexes live in the migrations. */
import { date, integer, numeric, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { json, restrictable, systemColumns } from '../columns';

export const riskRegister = pgTable('risk_register', {
  ...systemColumns(),
  ...restrictable(),
  riskName: varchar('risk_name', { length: 255 }).notNull(),
  riskCategory: varchar('risk_category', { length: 100 }),
  riskType: varchar('risk_type', { length: 50 }),
  likelihood: varchar('likelihood', { length: 50 }),
  impact: varchar('impact', { length: 50 }),
  riskScore: integer('risk_score'),
  mitigationStrategy: text('mitigation_strategy'),
  ownerId: uuid('owner_id'),
  status: varchar('status', { length: 20 }).notNull().default('open'),
});

export const vulnerabilities = pgTable('vulnerabilities', {
  ...systemColumns(),
  ...restrictable(),
  vulnerabilityId: varchar('vulnerability_id', { length: 100 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  severity: varchar('severity', { length: 50 }),
  cvssScore: numeric('cvss_score'),
  description: text('description'),
  remediation: text('remediation'),
  status: varchar('status', { length: 20 }).notNull().default('open'),
  riskId: uuid('risk_id'),
});

export const vendorAssessments = pgTable('vendor_assessments', {
  ...systemColumns(),
  ...restrictable(),
  vendorName: varchar('vendor_name', { length: 255 }).notNull(),
  assessmentDate: date('assessment_date', { mode: 'string' }).notNull(),
  riskScore: integer('risk_score'),
  findings: json('findings'),
  recommendations: json('recommendations'),
});

export const businessContinuity = pgTable('business_continuity', {
  ...systemColumns(),
  ...restrictable(),
  planName: varchar('plan_name', { length: 255 }).notNull(),
  planType: varchar('plan_type', { length: 50 }),
  status: varchar('status', { length: 20 }).notNull().default('draft'),
  rto: integer('rto'),
  rpo: integer('rpo'),
  testResults: json('test_results'),
});
