/** The small routers of a tenant's work: people, catalogues, audits, evidence, the first page, search. */
import {
  planFromInputSchema,
  programmeInputSchema,
  raiseFindingInputSchema,
  scopeInputSchema,
  workpaperInputSchema,
} from '@shared/wire/audits';
import { attachInputSchema, fileIdSchema } from '@shared/wire/evidence';
import { catalogExportInputSchema, catalogImportInputSchema, catalogPreviewInputSchema } from '@shared/wire/oscal';
import { searchInputSchema } from '@shared/wire/search';
import { router, tenantProcedure } from '../procedures';

export const peopleRouter = router({
  list: tenantProcedure.query(({ ctx }) => ctx.services.people.list(ctx.call)),
});

export const oscalRouter = router({
  preview: tenantProcedure
    .input(catalogPreviewInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.preview(ctx.call, input.grantId)),
  import: tenantProcedure
    .input(catalogImportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.import(ctx.call, input.opId, input.grantId)),
  export: tenantProcedure
    .input(catalogExportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.export(ctx.call, input.regulationId)),
});

export const auditsRouter = router({
  planFrom: tenantProcedure
    .input(planFromInputSchema)
    .mutation(({ ctx, input }) => ctx.services.audits.planFrom(ctx.call, input)),
  scope: tenantProcedure
    .input(scopeInputSchema)
    .query(({ ctx, input }) => ctx.services.audits.scope(ctx.call, input.regulationId)),
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

export const evidenceRouter = router({
  attach: tenantProcedure.input(attachInputSchema).mutation(({ ctx, input }) => ctx.services.evidence.attach(ctx.call, input)),
  preview: tenantProcedure.input(fileIdSchema).query(({ ctx, input }) => ctx.services.evidence.preview(ctx.call, input.fileId)),
  verify: tenantProcedure.input(fileIdSchema).mutation(({ ctx, input }) => ctx.services.evidence.verify(ctx.call, input.fileId)),
});

export const homeRouter = router({
  posture: tenantProcedure.query(({ ctx }) => ctx.services.home.posture(ctx.call)),
});

export const searchRouter = router({
  all: tenantProcedure.input(searchInputSchema).query(({ ctx, input }) => ctx.services.search.all(ctx.call, input.text)),
});
