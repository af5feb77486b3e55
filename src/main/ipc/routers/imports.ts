/** `imports`: one file into one kind of record, with a trial before. */
import {
  importFaultsInputSchema,
  importInspectInputSchema,
  importPendingInputSchema,
  importRememberInputSchema,
  importRunInputSchema,
  importSettleInputSchema,
  importTrialInputSchema,
} from '@shared/wire/imports';
import { router, tenantProcedure } from '../procedures';

export const importsRouter = router({
  inspect: tenantProcedure
    .input(importInspectInputSchema)
    .mutation(({ ctx, input }) => ctx.services.imports.inspect(ctx.call, input)),
  trial: tenantProcedure.input(importTrialInputSchema).mutation(({ ctx, input }) => ctx.services.imports.trial(ctx.call, input)),
  run: tenantProcedure.input(importRunInputSchema).mutation(({ ctx, input }) => ctx.services.imports.run(ctx.call, input)),
  faults: tenantProcedure
    .input(importFaultsInputSchema)
    .mutation(({ ctx, input }) => ctx.services.imports.saveFaults(ctx.call, input)),
  remember: tenantProcedure
    .input(importRememberInputSchema)
    .mutation(({ ctx, input }) => ctx.services.imports.remember(ctx.call, input)),
  pending: tenantProcedure
    .input(importPendingInputSchema)
    .query(({ ctx, input }) => ctx.services.imports.pending(ctx.call, input.entity)),
  settle: tenantProcedure
    .input(importSettleInputSchema)
    .mutation(({ ctx, input }) => ctx.services.imports.settle(ctx.call, input.opId)),
});
