/** `audits`: programmes, workpapers and findings with their first action. */
import {
  planFromInputSchema,
  programmeInputSchema,
  raiseFindingInputSchema,
  scopeInputSchema,
  workpaperInputSchema,
} from '@shared/wire/audits';
import { router, tenantProcedure } from '../procedures';

export const auditsRouter = router({
  planFrom: tenantProcedure
    .input(planFromInputSchema)
    .mutation(({ ctx, input }) => ctx.services.audits.planFrom(ctx.call, input)),
  scope: tenantProcedure
    .input(scopeInputSchema)
    .query(({ ctx, input }) => ctx.services.audits.scope(ctx.call, input.regulationId, input.narrow)),
  programme: tenantProcedure
    .input(programmeInputSchema)
    .query(({ ctx, input }) => ctx.services.audits.programme(ctx.call, input.planId)),
  raiseFinding: tenantProcedure
    .input(raiseFindingInputSchema)
    .mutation(({ ctx, input }) => ctx.services.audits.raiseFinding(ctx.call, input)),
  workpaper: tenantProcedure
    .input(workpaperInputSchema)
    .query(({ ctx, input }) => ctx.services.audits.workpaper(ctx.call, input.testId)),
});
