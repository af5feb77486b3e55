/** `home`: the first page. */
import { router, tenantProcedure } from '../procedures';

export const homeRouter = router({
  posture: tenantProcedure.query(({ ctx }) => ctx.services.home.posture(ctx.call)),
});
