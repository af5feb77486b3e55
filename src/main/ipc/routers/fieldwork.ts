/** `fieldwork`: samples, sign-offs, evidence requests, progress of an audit, timeline of all. */
import { progressInputSchema } from '@shared/wire/progress';
import { answerInputSchema, askInputSchema, decideInputSchema, suggestRequestsSchema } from '@shared/wire/requests';
import { drawInputSchema, populationInputSchema, samplesOfTestSchema, verifySampleInputSchema } from '@shared/wire/sampling';
import { signInputSchema, signOffsInputSchema, withdrawInputSchema } from '@shared/wire/sign-offs';
import { router, tenantProcedure } from '../procedures';

export const fieldworkRouter = router({
  population: tenantProcedure
    .input(populationInputSchema)
    .query(({ ctx, input }) => ctx.services.fieldwork.population(ctx.call, input.grantId, input.sheet)),
  draw: tenantProcedure.input(drawInputSchema).mutation(({ ctx, input }) => ctx.services.fieldwork.draw(ctx.call, input)),
  samples: tenantProcedure
    .input(samplesOfTestSchema)
    .query(({ ctx, input }) => ctx.services.fieldwork.samples(ctx.call, input.testId)),
  proveSample: tenantProcedure
    .input(verifySampleInputSchema)
    .mutation(({ ctx, input }) => ctx.services.fieldwork.proveSample(ctx.call, input.sampleId, input.grantId)),
  signOffs: tenantProcedure
    .input(signOffsInputSchema)
    .query(({ ctx, input }) => ctx.services.fieldwork.signOffs(ctx.call, input.entity, input.id)),
  sign: tenantProcedure.input(signInputSchema).mutation(({ ctx, input }) => ctx.services.fieldwork.sign(ctx.call, input)),
  withdraw: tenantProcedure
    .input(withdrawInputSchema)
    .mutation(({ ctx, input }) => ctx.services.fieldwork.withdraw(ctx.call, input)),
  ask: tenantProcedure.input(askInputSchema).mutation(({ ctx, input }) => ctx.services.fieldwork.ask(ctx.call, input)),
  answer: tenantProcedure.input(answerInputSchema).mutation(({ ctx, input }) => ctx.services.fieldwork.answer(ctx.call, input)),
  decide: tenantProcedure.input(decideInputSchema).mutation(({ ctx, input }) => ctx.services.fieldwork.decide(ctx.call, input)),
  suggestRequests: tenantProcedure
    .input(suggestRequestsSchema)
    .query(({ ctx, input }) => ctx.services.fieldwork.suggestRequests(ctx.call, input.planId)),
  progress: tenantProcedure
    .input(progressInputSchema)
    .query(({ ctx, input }) => ctx.services.fieldwork.progress(ctx.call, input.planId)),
  timeline: tenantProcedure.query(({ ctx }) => ctx.services.fieldwork.timeline(ctx.call)),
});
