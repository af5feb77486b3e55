/** `people`: the persons of the tenant, for names and pickers. */
import { router, tenantProcedure } from '../procedures';

export const peopleRouter = router({
  list: tenantProcedure.query(({ ctx }) => ctx.services.people.list(ctx.call)),
});
