/** `load`: a tenant's first data from files. */
import { loadFaultsInputSchema, loadPreviewInputSchema, loadRunInputSchema } from '@shared/wire/load';
import { router, tenantProcedure } from '../procedures';

export const loadRouter = router({
  preview: tenantProcedure.input(loadPreviewInputSchema).mutation(({ ctx, input }) => ctx.services.load.preview(ctx.call, input)),
  run: tenantProcedure
    .input(loadRunInputSchema)
    .mutation(({ ctx, input: { opId, ...settings } }) => ctx.services.load.run(ctx.call, opId, settings)),
  faults: tenantProcedure
    .input(loadFaultsInputSchema)
    .mutation(({ ctx, input }) => ctx.services.load.saveFaults(ctx.call, input)),
});
