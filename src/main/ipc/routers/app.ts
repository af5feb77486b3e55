/** `app`: what the application is, and the settings of this laptop. */
import { appSettingsPatchSchema } from '@shared/wire/app';
import { z } from 'zod';
import { publicProcedure, router } from '../procedures';

export const appRouter = router({
  info: publicProcedure.query(({ ctx }) => ctx.services.app.info()),
  settings: publicProcedure.query(({ ctx }) => ctx.services.app.settings()),
  saveSettings: publicProcedure.input(appSettingsPatchSchema).mutation(({ ctx, input }) => ctx.services.app.saveSettings(input)),
  openLink: publicProcedure
    .input(z.strictObject({ url: z.string().max(2000) }))
    .mutation(({ ctx, input }) => ctx.services.app.openLink(input.url)),
});
