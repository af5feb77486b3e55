/** `oscal`: catalogues in and out. */
import { catalogExportInputSchema, catalogImportInputSchema, catalogPreviewInputSchema } from '@shared/wire/oscal';
import { router, tenantProcedure } from '../procedures';

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
