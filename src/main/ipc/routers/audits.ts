/** `audits`: programmes, workpapers and findings with their first action. */
import {
  planFromInputSchema,
  programmeInputSchema,
  raiseFindingInputSchema,
  scopeInputSchema,
  workpaperInputSchema,
} from '@shared/wire/audits';
import { storyInputSchema } from '@shared/wire/story';
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
  story: tenantProcedure.input(storyInputSchema).query(({ ctx, input }) => ctx.services.audits.story(ctx.call, input.planId)),
  workpaper: tenantProcedure
    .input(workpaperInputSchema)
    .query(({ ctx, input }) => ctx.services.audits.workpaper(ctx.call, input.testId)),
});
