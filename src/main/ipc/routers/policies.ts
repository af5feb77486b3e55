/** `policies`: rounds and whom they ask, reminders, and the files of versions and of acknowledgements. */
import {
  audienceInputSchema,
  exportProofInputSchema,
  exportVersionInputSchema,
  policyIdSchema,
  remindInputSchema,
} from '@shared/wire/policies';
import { router, tenantProcedure } from '../procedures';

export const policiesRouter = router({
  audience: tenantProcedure.input(audienceInputSchema).query(({ ctx, input }) => ctx.services.policies.audience(ctx.call, input)),
  rounds: tenantProcedure.input(policyIdSchema).query(({ ctx, input }) => ctx.services.policies.rounds(ctx.call, input.policyId)),
  remind: tenantProcedure.input(remindInputSchema).mutation(({ ctx, input }) => ctx.services.policies.remind(ctx.call, input)),
  exportVersion: tenantProcedure
    .input(exportVersionInputSchema)
    .mutation(({ ctx, input }) => ctx.services.policies.exportVersion(ctx.call, input)),
  exportProof: tenantProcedure
    .input(exportProofInputSchema)
    .mutation(({ ctx, input }) => ctx.services.policies.exportProof(ctx.call, input)),
});
