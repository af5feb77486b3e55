/** `reports`: what a report is made of, its files, issuing it, and the version after it. */
import { issueReportSchema, reportIdSchema, reviseReportSchema, saveReportSchema, setTemplateSchema } from '@shared/wire/reports';
import { router, tenantProcedure } from '../procedures';

export const reportsRouter = router({
  compose: tenantProcedure
    .input(reportIdSchema)
    .query(({ ctx, input }) => ctx.services.reports.compose(ctx.call, input.reportId)),
  ageing: tenantProcedure.query(({ ctx }) => ctx.services.reports.ageing(ctx.call)),
  save: tenantProcedure.input(saveReportSchema).mutation(({ ctx, input }) => ctx.services.reports.save(ctx.call, input)),
  issue: tenantProcedure.input(issueReportSchema).mutation(({ ctx, input }) => ctx.services.reports.issue(ctx.call, input)),
  template: tenantProcedure.query(({ ctx }) => ctx.services.reports.template(ctx.call)),
  setTemplate: tenantProcedure
    .input(setTemplateSchema)
    .mutation(({ ctx, input }) => ctx.services.reports.setTemplate(ctx.call, input)),
  saveTemplate: tenantProcedure.mutation(({ ctx }) => ctx.services.reports.saveTemplate(ctx.call)),
  revise: tenantProcedure.input(reviseReportSchema).mutation(({ ctx, input }) => ctx.services.reports.revise(ctx.call, input)),
});
