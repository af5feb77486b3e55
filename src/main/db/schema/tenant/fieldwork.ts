/** Tables of fieldwork: samples, requests, the team and its time, marks on workpapers, review notes. */
import {
  EVIDENCE_STATUS,
  EXCEPTION_KIND,
  ITEM_RESULT,
  NOTE_STATUS,
  SAMPLE_METHOD,
  SHEET_PLACE,
  TEAM_ROLE,
} from '@shared/entities/auditops/options';
import { boolean, date, integer, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, oneOf, restrictable, systemColumns } from '../columns';

export const samples = pgTable('samples', {
  ...systemColumns(),
  ...restrictable(),
  ref: varchar('ref', { length: 30 }).notNull(),
  controlTestId: uuid('control_test_id').notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  method: oneOf('method', 20, SAMPLE_METHOD).notNull(),
  algorithm: varchar('algorithm', { length: 40 }).notNull(),
  seed: varchar('seed', { length: 64 }).notNull(),
  populationName: varchar('population_name', { length: 255 }).notNull(),
  populationSha256: varchar('population_sha256', { length: 64 }).notNull(),
  contentSha256: varchar('content_sha256', { length: 64 }).notNull(),
  populationRows: integer('population_rows').notNull(),
  sheet: varchar('sheet', { length: 255 }),
  keyColumn: varchar('key_column', { length: 255 }).notNull(),
  amountColumn: varchar('amount_column', { length: 255 }),
  stratumColumn: varchar('stratum_column', { length: 255 }),
  populationTotal: varchar('population_total', { length: 30 }),
  sampleSize: integer('sample_size').notNull(),
  parameters: json('parameters').notNull(),
  conclusion: text('conclusion'),
});

export const sampleItems = pgTable('sample_items', {
  ...systemColumns(),
  ...restrictable(),
  sampleId: uuid('sample_id').notNull(),
  controlTestId: uuid('control_test_id').notNull(),
  position: integer('position').notNull(),
  itemKey: varchar('item_key', { length: 500 }).notNull(),
  amount: varchar('amount', { length: 30 }),
  stratum: varchar('stratum', { length: 255 }),
  details: json('details'),
  result: oneOf('result', 20, ITEM_RESULT).notNull().default('open'),
  auditedAmount: varchar('audited_amount', { length: 30 }),
  note: text('note'),
  evidenceId: uuid('evidence_id'),
});

export const testExceptions = pgTable('test_exceptions', {
  ...systemColumns(),
  ...restrictable(),
  controlTestId: uuid('control_test_id').notNull(),
  sampleItemId: uuid('sample_item_id'),
  findingId: uuid('finding_id'),
  title: varchar('title', { length: 255 }).notNull(),
  kind: oneOf('kind', 20, EXCEPTION_KIND).notNull(),
  description: text('description'),
  cause: text('cause'),
  effect: text('effect'),
});

export const evidenceRequests = pgTable('evidence_requests', {
  ...systemColumns(),
  ...restrictable(),
  ref: varchar('ref', { length: 30 }).notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  description: text('description'),
  auditPlanId: uuid('audit_plan_id'),
  controlTestId: uuid('control_test_id'),
  askedOf: uuid('asked_of').notNull(),
  dueDate: date('due_date', { mode: 'string' }).notNull(),
  status: oneOf('status', 20, EVIDENCE_STATUS).notNull().default('requested'),
  answer: text('answer'),
  answeredAt: instant('answered_at'),
  evidenceId: uuid('evidence_id'),
  decidedBy: uuid('decided_by'),
  decidedAt: instant('decided_at'),
  decisionReason: text('decision_reason'),
});

export const auditTeam = pgTable('audit_team', {
  ...systemColumns(),
  ...restrictable(),
  auditPlanId: uuid('audit_plan_id').notNull(),
  personId: uuid('person_id').notNull(),
  teamRole: oneOf('team_role', 20, TEAM_ROLE).notNull(),
  budgetHours: integer('budget_hours'),
  note: varchar('note', { length: 255 }),
});

export const auditMilestones = pgTable('audit_milestones', {
  ...systemColumns(),
  ...restrictable(),
  auditPlanId: uuid('audit_plan_id').notNull(),
  title: varchar('title', { length: 255 }).notNull(),
  dueDate: date('due_date', { mode: 'string' }).notNull(),
  doneOn: date('done_on', { mode: 'string' }),
  note: text('note'),
});

export const timeEntries = pgTable('time_entries', {
  ...systemColumns(),
  ...restrictable(),
  auditPlanId: uuid('audit_plan_id').notNull(),
  controlTestId: uuid('control_test_id'),
  personId: uuid('person_id').notNull(),
  spentOn: date('spent_on', { mode: 'string' }).notNull(),
  minutes: integer('minutes').notNull(),
  note: varchar('note', { length: 255 }),
});

export const crossReferences = pgTable('cross_references', {
  ...systemColumns(),
  ...restrictable(),
  controlTestId: uuid('control_test_id').notNull(),
  mark: varchar('mark', { length: 12 }),
  toTestId: uuid('to_test_id'),
  toEvidenceId: uuid('to_evidence_id'),
  toRequirementId: uuid('to_requirement_id'),
  toFindingId: uuid('to_finding_id'),
  toSampleId: uuid('to_sample_id'),
  place: oneOf('place', 20, SHEET_PLACE).notNull(),
  note: varchar('note', { length: 500 }),
});

export const tickMarks = pgTable('tick_marks', {
  ...systemColumns(),
  ...restrictable(),
  symbol: varchar('symbol', { length: 4 }).notNull(),
  meaning: varchar('meaning', { length: 255 }).notNull(),
});

export const ticks = pgTable('ticks', {
  ...systemColumns(),
  ...restrictable(),
  controlTestId: uuid('control_test_id').notNull(),
  tickMarkId: uuid('tick_mark_id').notNull(),
  sampleItemId: uuid('sample_item_id'),
  place: oneOf('place', 20, SHEET_PLACE).notNull(),
  note: varchar('note', { length: 500 }),
});

export const reviewNotes = pgTable('review_notes', {
  ...systemColumns(),
  ...restrictable(),
  auditPlanId: uuid('audit_plan_id'),
  controlTestId: uuid('control_test_id'),
  findingId: uuid('finding_id'),
  note: text('note').notNull(),
  answer: text('answer'),
  answeredBy: uuid('answered_by'),
  answeredAt: instant('answered_at'),
  clearedBy: uuid('cleared_by'),
  clearedAt: instant('cleared_at'),
  cleared: boolean('cleared').notNull().default(false),
  status: oneOf('status', 20, NOTE_STATUS).notNull().default('open'),
});
