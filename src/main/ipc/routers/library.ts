/** `library`: what the tenant was given from the shared library, and taking it in. */
import { libraryAcceptInputSchema, libraryPreviewInputSchema } from '@shared/wire/library';
import { router, tenantProcedure } from '../procedures';

export const libraryRouter = router({
  offers: tenantProcedure.query(({ ctx }) => ctx.services.library.offers(ctx.call)),
  preview: tenantProcedure
    .input(libraryPreviewInputSchema)
    .mutation(({ ctx, input }) => ctx.services.library.preview(ctx.call, input.versionId)),
  accept: tenantProcedure
    .input(libraryAcceptInputSchema)
    .mutation(({ ctx, input }) => ctx.services.library.accept(ctx.call, input.opId, input.versionId)),
});
