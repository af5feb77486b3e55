/**
 * Which table holds which entity. The type assertion below fails to compile when a table and its definition disagree about a
 * column's type, its enumeration, or whether it may be empty.
 */
import type { EntityName, EntityRow } from '@shared/entities/registry';
import * as tenant from './tenant';

export const ENTITY_TABLES = {
  regulations: tenant.regulations,
  requirements: tenant.requirements,
  controlSets: tenant.controlSets,
  controls: tenant.controls,
  controlRequirements: tenant.controlRequirements,
  requirementMappings: tenant.requirementMappings,
  auditPlans: tenant.auditPlans,
  controlTests: tenant.controlTests,
  auditEvidence: tenant.auditEvidence,
  evidenceFiles: tenant.evidenceFiles,
  findings: tenant.findings,
  actions: tenant.actions,
  findingExtensions: tenant.findingExtensions,
  savedViews: tenant.savedViews,
  complianceAssessments: tenant.complianceAssessments,
  requirementAssessments: tenant.requirementAssessments,
  assessmentControls: tenant.assessmentControls,
  assessmentEvidence: tenant.assessmentEvidence,
  samples: tenant.samples,
  sampleItems: tenant.sampleItems,
  testExceptions: tenant.testExceptions,
  evidenceRequests: tenant.evidenceRequests,
  auditTeam: tenant.auditTeam,
  auditMilestones: tenant.auditMilestones,
  timeEntries: tenant.timeEntries,
  crossReferences: tenant.crossReferences,
  tickMarks: tenant.tickMarks,
  ticks: tenant.ticks,
  reviewNotes: tenant.reviewNotes,
  auditReports: tenant.auditReports,
  reportBlocks: tenant.reportBlocks,
  policies: tenant.policies,
  policyVersions: tenant.policyVersions,
  policyRequirements: tenant.policyRequirements,
  policyControls: tenant.policyControls,
  policyRounds: tenant.policyRounds,
  policyAcknowledgements: tenant.policyAcknowledgements,
} as const;

type TableRow<N extends keyof typeof ENTITY_TABLES> = (typeof ENTITY_TABLES)[N]['$inferSelect'];

/** Same type apart from null: a column may be stricter than its field, never looser. */
type Same<A, B> = [NonNullable<A>] extends [NonNullable<B>] ? ([NonNullable<B>] extends [NonNullable<A>] ? true : false) : false;

/** The fields on which a table and its definition disagree; `never` when there is none. */
type Disagreements<N extends EntityName> = {
  [K in keyof EntityRow<N>]: K extends keyof TableRow<N>
    ? TableRow<N>[K] extends EntityRow<N>[K]
      ? Same<TableRow<N>[K], EntityRow<N>[K]> extends true
        ? never
        : K
      : K
    : K;
}[keyof EntityRow<N>];

type AllDisagreements = { [N in EntityName]: Disagreements<N> }[EntityName];

/** Compiles only while no entity and its table disagree. */
export type TablesAgree = [AllDisagreements] extends [never] ? true : { readonly disagree: AllDisagreements };
export const TABLES_AGREE: TablesAgree = true;
