/** `search`: over all records of the tenant. */
import { searchInputSchema } from '@shared/wire/search';
import { router, tenantProcedure } from '../procedures';

export const searchRouter = router({
  all: tenantProcedure.input(searchInputSchema).query(({ ctx, input }) => ctx.services.search.all(ctx.call, input.text)),
});
