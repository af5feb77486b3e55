/**
 * `entities.<name>`: the same five procedures for every entity, listed one by one so that each keeps the types of its own rows.
 * The one that writes is called `write`, for tRPC keeps `apply` to itself.
 */

import type { EntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { listQuerySchema } from '@shared/listing';
import { operationSchema } from '@shared/operations';
import { recordIdSchema } from '@shared/wire/records';
import { router, tenantProcedure } from '../procedures';

/** The router of one entity. An operation that names another entity is refused: a path stands for one kind of record. */
function entityRouter<N extends EntityName>(name: N) {
  return router({
    list: tenantProcedure.input(listQuerySchema).query(({ ctx, input }) => ctx.services.entities.list(ctx.call, name, input)),
    get: tenantProcedure.input(recordIdSchema).query(({ ctx, input }) => ctx.services.entities.get(ctx.call, name, input.id)),
    write: tenantProcedure.input(operationSchema).mutation(({ ctx, input }) => {
      if (input.entity !== name) {
        throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'entity', message: `must be ${name}` }] });
      }
      return ctx.services.entities.apply(ctx.call, input);
    }),
    history: tenantProcedure
      .input(recordIdSchema)
      .query(({ ctx, input }) => ctx.services.entities.history(ctx.call, name, input.id)),
    counts: tenantProcedure.query(({ ctx }) => ctx.services.entities.counts(ctx.call, name)),
  });
}

export const entitiesRouter = router({
  regulations: entityRouter('regulations'),
  requirements: entityRouter('requirements'),
  controlSets: entityRouter('controlSets'),
  controls: entityRouter('controls'),
  controlRequirements: entityRouter('controlRequirements'),
  requirementMappings: entityRouter('requirementMappings'),
  auditPlans: entityRouter('auditPlans'),
  controlTests: entityRouter('controlTests'),
  auditEvidence: entityRouter('auditEvidence'),
  evidenceFiles: entityRouter('evidenceFiles'),
  findings: entityRouter('findings'),
  actions: entityRouter('actions'),
  findingExtensions: entityRouter('findingExtensions'),
  savedViews: entityRouter('savedViews'),
  complianceAssessments: entityRouter('complianceAssessments'),
  requirementAssessments: entityRouter('requirementAssessments'),
  assessmentControls: entityRouter('assessmentControls'),
  assessmentEvidence: entityRouter('assessmentEvidence'),
  samples: entityRouter('samples'),
  sampleItems: entityRouter('sampleItems'),
  testExceptions: entityRouter('testExceptions'),
  evidenceRequests: entityRouter('evidenceRequests'),
  auditTeam: entityRouter('auditTeam'),
  auditMilestones: entityRouter('auditMilestones'),
  timeEntries: entityRouter('timeEntries'),
  crossReferences: entityRouter('crossReferences'),
  tickMarks: entityRouter('tickMarks'),
  ticks: entityRouter('ticks'),
  reviewNotes: entityRouter('reviewNotes'),
  auditReports: entityRouter('auditReports'),
  reportBlocks: entityRouter('reportBlocks'),
  policies: entityRouter('policies'),
  policyVersions: entityRouter('policyVersions'),
  policyRequirements: entityRouter('policyRequirements'),
  policyControls: entityRouter('policyControls'),
  policyRounds: entityRouter('policyRounds'),
  policyAcknowledgements: entityRouter('policyAcknowledgements'),
});
