/** `oscal`: catalogues in and out. */
import {
  assessmentExportInputSchema,
  catalogExportInputSchema,
  catalogImportInputSchema,
  catalogPreviewInputSchema,
} from '@shared/wire/oscal';
import { router, tenantProcedure } from '../procedures';

export const oscalRouter = router({
  preview: tenantProcedure
    .input(catalogPreviewInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.preview(ctx.call, input.grantId, input.options)),
  import: tenantProcedure
    .input(catalogImportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.import(ctx.call, input.opId, input.grantId, input.options)),
  exportAssessment: tenantProcedure
    .input(assessmentExportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.exportAssessment(ctx.call, input.kind, input.id)),
  export: tenantProcedure
    .input(catalogExportInputSchema)
    .mutation(({ ctx, input }) => ctx.services.oscal.export(ctx.call, input.regulationId)),
});
