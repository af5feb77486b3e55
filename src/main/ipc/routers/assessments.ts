/** `assessments`: starting one, working on its answers, comparing it, and its statement of applicability. */
import {
  answerManyInputSchema,
  answerSheetInputSchema,
  assessmentInputSchema,
  assessmentScopeInputSchema,
  compareInputSchema,
  startAssessmentInputSchema,
  statementExportInputSchema,
} from '@shared/wire/assessments';
import { router, tenantProcedure } from '../procedures';

export const assessmentsRouter = router({
  start: tenantProcedure
    .input(startAssessmentInputSchema)
    .mutation(({ ctx, input }) => ctx.services.assessments.start(ctx.call, input)),
  scope: tenantProcedure
    .input(assessmentScopeInputSchema)
    .query(({ ctx, input }) => ctx.services.assessments.scope(ctx.call, input.regulationId)),
  work: tenantProcedure
    .input(assessmentInputSchema)
    .query(({ ctx, input }) => ctx.services.assessments.work(ctx.call, input.assessmentId)),
  sheet: tenantProcedure
    .input(answerSheetInputSchema)
    .query(({ ctx, input }) => ctx.services.assessments.sheet(ctx.call, input.answerId)),
  answerMany: tenantProcedure
    .input(answerManyInputSchema)
    .mutation(({ ctx, input }) => ctx.services.assessments.answerMany(ctx.call, input)),
  compare: tenantProcedure.input(compareInputSchema).query(({ ctx, input }) => ctx.services.assessments.compare(ctx.call, input)),
  statement: tenantProcedure
    .input(assessmentInputSchema)
    .query(({ ctx, input }) => ctx.services.assessments.statement(ctx.call, input.assessmentId)),
  exportStatement: tenantProcedure
    .input(statementExportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.assessments.exportStatement(ctx.call, input)),
});
