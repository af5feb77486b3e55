/** `connection`: where the workspace lives, how main stands with it, and the test of a profile. */
import { connectionTestSchema, serverProfileInputSchema } from '@shared/wire/connection';
import { z } from 'zod';
import { publicProcedure, router } from '../procedures';

const profileId = z.strictObject({ id: z.string().min(1).max(64) });

export const connectionRouter = router({
  state: publicProcedure.query(({ ctx }) => ctx.services.connection.state()),
  profiles: publicProcedure.query(({ ctx }) => ctx.services.connection.profiles()),
  test: publicProcedure.input(connectionTestSchema).mutation(({ ctx, input }) => ctx.services.connection.test(input, ctx.caller)),
  save: publicProcedure
    .input(serverProfileInputSchema)
    .mutation(({ ctx, input }) => ctx.services.connection.save(input, ctx.caller)),
  use: publicProcedure.input(profileId).mutation(({ ctx, input }) => ctx.services.connection.use(input.id)),
  remove: publicProcedure.input(profileId).mutation(({ ctx, input }) => ctx.services.connection.remove(input.id)),
  retry: publicProcedure.mutation(({ ctx }) => ctx.services.connection.retry()),
});
