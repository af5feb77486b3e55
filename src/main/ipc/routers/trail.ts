/** `trail`: the tenant's trail for its administrator. */
import { trailEntryInputSchema, trailExportInputSchema, trailQuerySchema } from '@shared/wire/trail';
import { router, tenantProcedure } from '../procedures';

export const trailRouter = router({
  list: tenantProcedure.input(trailQuerySchema).query(({ ctx, input }) => ctx.services.trail.list(ctx.call, input)),
  entry: tenantProcedure.input(trailEntryInputSchema).query(({ ctx, input }) => ctx.services.trail.entry(ctx.call, input)),
  facets: tenantProcedure.query(({ ctx }) => ctx.services.trail.facets(ctx.call)),
  prove: tenantProcedure.mutation(({ ctx }) => ctx.services.trail.prove(ctx.call)),
  export: tenantProcedure.input(trailExportInputSchema).mutation(({ ctx, input }) => ctx.services.trail.export(ctx.call, input)),
});
