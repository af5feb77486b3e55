/** RegOps tables of a tenant, found by search_path. Foreign keys and indexes live in the migrations. */
import { TEST_RESULT } from '@shared/entities/auditops/options';
import {
  ANSWER_RESULT,
  ANSWER_STATUS,
  ASSESSMENT_STATUS,
  CONTROL_CATEGORY,
  CONTROL_EFFORT,
  CONTROL_FREQUENCY,
  CONTROL_MATURITY,
  CONTROL_SET_STATUS,
  CONTROL_STATUS,
  CONTROL_TYPE,
  EXTENDED_RESULT,
  MAPPING_RELATION,
  REGULATION_STATUS,
  REGULATION_TYPE,
  REQUIREMENT_KIND,
} from '@shared/entities/regops/options';
import { bigint, boolean, date, integer, pgTable, primaryKey, text, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, json, oneOf, restrictable, systemColumns } from '../columns';

export const regulations = pgTable('regulations', {
  ...systemColumns(),
  name: varchar('name', { length: 255 }).notNull(),
  description: text('description'),
  jurisdiction: varchar('jurisdiction', { length: 100 }),
  type: oneOf('type', 50, REGULATION_TYPE),
  status: oneOf('status', 20, REGULATION_STATUS).notNull().default('active'),
  version: varchar('version', { length: 50 }),
  documentUrl: varchar('document_url', { length: 500 }),
  parsedContent: json('parsed_content'),
  shortName: varchar('short_name', { length: 60 }),
  sourceFormat: varchar('source_format', { length: 20 }),
  sourceUuid: varchar('source_uuid', { length: 64 }),
  sourceSha256: varchar('source_sha256', { length: 64 }),
  supersedesId: uuid('supersedes_id'),
});

export const requirements = pgTable('requirements', {
  ...systemColumns(),
  regulationId: uuid('regulation_id').notNull(),
  parentId: uuid('parent_id'),
  refId: varchar('ref_id', { length: 100 }).notNull(),
  title: varchar('title', { length: 500 }),
  text: text('text'),
  guidance: text('guidance'),
  kind: oneOf('kind', 20, REQUIREMENT_KIND).notNull(),
  family: varchar('family', { length: 60 }),
  assessable: boolean('assessable').notNull().default(false),
  weight: integer('weight'),
  orderIndex: integer('order_index').notNull(),
  depth: integer('depth').notNull(),
  sourceId: varchar('source_id', { length: 255 }),
  params: json('params'),
  sourcePlace: varchar('source_place', { length: 100 }),
});

export const complianceAssessments = pgTable('compliance_assessments', {
  ...systemColumns(),
  ...restrictable(),
  regulationId: uuid('regulation_id'),
  assessmentDate: date('assessment_date', { mode: 'string' }).notNull(),
  status: oneOf('status', 20, ASSESSMENT_STATUS).notNull().default('in_progress'),
  score: integer('score'),
  findings: json('findings'),
  recommendations: json('recommendations'),
  evidence: json('evidence'),
  ref: varchar('ref', { length: 30 }).notNull(),
  name: varchar('name', { length: 255 }).notNull(),
  scope: text('scope'),
  conclusion: text('conclusion'),
  leadId: uuid('lead_id'),
  dueDate: date('due_date', { mode: 'string' }),
  controlSetId: uuid('control_set_id'),
  previousId: uuid('previous_id'),
  targetScore: integer('target_score'),
  locked: boolean('locked').notNull().default(false),
  answersSha256: varchar('answers_sha256', { length: 64 }),
  concludedBy: uuid('concluded_by'),
  concludedAt: instant('concluded_at'),
  concludedSha256: varchar('concluded_sha256', { length: 64 }),
  reviewedBy: uuid('reviewed_by'),
  reviewedAt: instant('reviewed_at'),
});

export const requirementAssessments = pgTable('requirement_assessments', {
  ...systemColumns(),
  ...restrictable(),
  assessmentId: uuid('assessment_id').notNull(),
  requirementId: uuid('requirement_id').notNull(),
  ref: varchar('ref', { length: 100 }).notNull(),
  title: varchar('title', { length: 500 }),
  family: varchar('family', { length: 60 }),
  orderIndex: integer('order_index').notNull(),
  weight: integer('weight').notNull(),
  status: oneOf('status', 20, ANSWER_STATUS).notNull().default('to_do'),
  result: oneOf('result', 20, ANSWER_RESULT).notNull().default('not_assessed'),
  extendedResult: oneOf('extended_result', 30, EXTENDED_RESULT),
  score: integer('score'),
  targetScore: integer('target_score'),
  observation: text('observation'),
  justification: text('justification'),
  assigneeId: uuid('assignee_id'),
  dueDate: date('due_date', { mode: 'string' }),
  carriedFromId: uuid('carried_from_id'),
  carriedOver: boolean('carried_over').notNull().default(false),
});

export const assessmentControls = pgTable('assessment_controls', {
  ...systemColumns(),
  ...restrictable(),
  requirementAssessmentId: uuid('requirement_assessment_id').notNull(),
  controlId: uuid('control_id').notNull(),
  note: varchar('note', { length: 500 }),
});

export const assessmentEvidence = pgTable('assessment_evidence', {
  ...systemColumns(),
  ...restrictable(),
  requirementAssessmentId: uuid('requirement_assessment_id').notNull(),
  evidenceId: uuid('evidence_id').notNull(),
  note: varchar('note', { length: 500 }),
});

const sum = (name: string) => bigint(name, { mode: 'number' }).notNull();

/** Figures of an assessment by family, kept by triggers. */
export const assessmentScores = pgTable(
  'assessment_scores',
  {
    assessmentId: uuid('assessment_id').notNull(),
    family: varchar('family', { length: 60 }).notNull(),
    tenantId: uuid('tenant_id').notNull(),
    requirements: sum('requirements'),
    notAssessed: sum('not_assessed'),
    nonCompliant: sum('non_compliant'),
    partiallyCompliant: sum('partially_compliant'),
    compliant: sum('compliant'),
    notApplicable: sum('not_applicable'),
    toDo: sum('to_do'),
    inProgress: sum('in_progress'),
    inReview: sum('in_review'),
    done: sum('done'),
    carriedOver: sum('carried_over'),
    weight: sum('weight'),
    points: sum('points'),
    scoredWeight: sum('scored_weight'),
    scoredPoints: sum('scored_points'),
    targetWeight: sum('target_weight'),
    targetPoints: sum('target_points'),
  },
  (table) => [primaryKey({ columns: [table.assessmentId, table.family] })],
);

export const controlSets = pgTable('control_sets', {
  ...systemColumns(),
  name: varchar('name', { length: 255 }).notNull(),
  version: varchar('version', { length: 50 }),
  description: text('description'),
  regulationId: uuid('regulation_id'),
  status: oneOf('status', 20, CONTROL_SET_STATUS).notNull().default('active'),
});

export const controls = pgTable('controls', {
  ...systemColumns(),
  name: varchar('name', { length: 255 }).notNull(),
  description: text('description'),
  type: oneOf('type', 50, CONTROL_TYPE),
  status: oneOf('status', 20, CONTROL_STATUS).notNull().default('active'),
  policyId: uuid('policy_id'),
  controlSetId: uuid('control_set_id'),
  validationCriteria: json('validation_criteria'),
  ref: varchar('ref', { length: 60 }),
  family: varchar('family', { length: 60 }),
  category: oneOf('category', 20, CONTROL_CATEGORY),
  keyControl: boolean('key_control').notNull().default(false),
  ownerId: uuid('owner_id'),
  frequency: oneOf('frequency', 20, CONTROL_FREQUENCY),
  nextTest: date('next_test', { mode: 'string' }),
  expiresOn: date('expires_on', { mode: 'string' }),
  priority: integer('priority'),
  effort: oneOf('effort', 2, CONTROL_EFFORT),
  maturity: oneOf('maturity', 30, CONTROL_MATURITY),
  tags: text('tags').array().notNull().default([]),
  lastResult: oneOf('last_result', 20, TEST_RESULT),
  lastTested: date('last_tested', { mode: 'string' }),
});

export const controlRequirements = pgTable('control_requirements', {
  ...systemColumns(),
  controlId: uuid('control_id').notNull(),
  requirementId: uuid('requirement_id').notNull(),
  relation: oneOf('relation', 20, MAPPING_RELATION).notNull(),
  strength: integer('strength').notNull(),
  rationale: text('rationale'),
});

export const requirementMappings = pgTable('requirement_mappings', {
  ...systemColumns(),
  sourceRequirementId: uuid('source_requirement_id').notNull(),
  targetRequirementId: uuid('target_requirement_id').notNull(),
  relation: oneOf('relation', 20, MAPPING_RELATION).notNull(),
  strength: integer('strength').notNull(),
  rationale: text('rationale'),
  source: varchar('source', { length: 255 }),
  sourceRegulationId: uuid('source_regulation_id').notNull(),
  targetRegulationId: uuid('target_regulation_id').notNull(),
});
