/** Every entity of the workstation, by name. A new entity is its definition, a line here, its table and its drizzle tie. */
import { tellEntityNames } from '../entity-names';
import { auditEvidence, evidenceFile } from './auditops/evidence';
import { action, finding, findingExtension } from './auditops/finding';
import { auditPlan, controlTest } from './auditops/plan';
import { auditReport, reportBlock } from './auditops/report';
import { evidenceRequest } from './auditops/request';
import { sample, sampleItem, testException } from './auditops/sample';
import { auditMilestone, auditTeam, timeEntry } from './auditops/team';
import { crossReference, reviewNote, tick, tickMark } from './auditops/workpaper';
import type { Entity, FieldMap, RowOf } from './define';
import { policyAcknowledgement, policyRound } from './regops/acknowledgement';
import { assessmentControl, assessmentEvidence, complianceAssessment, requirementAssessment } from './regops/assessment';
import { control, controlRequirement, controlSet } from './regops/control';
import { policy, policyControl, policyRequirement, policyVersion } from './regops/policy';
import { regulation } from './regops/regulation';
import { requirement } from './regops/requirement';
import { requirementMapping } from './regops/requirement-mapping';
import { savedView } from './workspace/saved-view';

export const ENTITIES = {
  regulations: regulation,
  requirements: requirement,
  controlSets: controlSet,
  controls: control,
  controlRequirements: controlRequirement,
  requirementMappings: requirementMapping,
  auditPlans: auditPlan,
  controlTests: controlTest,
  auditEvidence,
  evidenceFiles: evidenceFile,
  findings: finding,
  actions: action,
  findingExtensions: findingExtension,
  savedViews: savedView,
  complianceAssessments: complianceAssessment,
  requirementAssessments: requirementAssessment,
  assessmentControls: assessmentControl,
  assessmentEvidence,
  samples: sample,
  sampleItems: sampleItem,
  testExceptions: testException,
  evidenceRequests: evidenceRequest,
  auditTeam,
  auditMilestones: auditMilestone,
  timeEntries: timeEntry,
  crossReferences: crossReference,
  tickMarks: tickMark,
  ticks: tick,
  reviewNotes: reviewNote,
  auditReports: auditReport,
  reportBlocks: reportBlock,
  policies: policy,
  policyVersions: policyVersion,
  policyRequirements: policyRequirement,
  policyControls: policyControl,
  policyRounds: policyRound,
  policyAcknowledgements: policyAcknowledgement,
} as const;
tellEntityNames(Object.values(ENTITIES));

export type EntityName = keyof typeof ENTITIES;
/** Rows of an entity; of any of several where `N` is a union of names. */
export type EntityRow<N extends EntityName> = {
  [K in N]: (typeof ENTITIES)[K] extends Entity<string, infer F extends FieldMap> ? RowOf<F> : never;
}[N];

export const ENTITY_NAMES = Object.keys(ENTITIES) as EntityName[];

export function isEntityName(name: string): name is EntityName {
  return Object.hasOwn(ENTITIES, name);
}

/** The definition under its general type, for the engine, which treats all entities alike. */
export function entityOf(name: EntityName): Entity {
  return ENTITIES[name] as Entity;
}
