/** `evidence`: files of the vault, taken in, shown and proven. */
import { attachInputSchema, fileIdSchema, unlockInputSchema } from '@shared/wire/evidence';
import { router, tenantProcedure } from '../procedures';

export const evidenceRouter = router({
  attach: tenantProcedure.input(attachInputSchema).mutation(({ ctx, input }) => ctx.services.evidence.attach(ctx.call, input)),
  preview: tenantProcedure.input(fileIdSchema).query(({ ctx, input }) => ctx.services.evidence.preview(ctx.call, input.fileId)),
  verify: tenantProcedure.input(fileIdSchema).mutation(({ ctx, input }) => ctx.services.evidence.verify(ctx.call, input.fileId)),
  unlock: tenantProcedure
    .input(unlockInputSchema)
    .mutation(({ ctx, input }) => ctx.services.evidence.unlock(ctx.call, input.formerPassword)),
});
