/** `app`: what the application is, and the settings of this laptop. */
import { appSettingsPatchSchema } from '@shared/wire/app';
import { publicProcedure, router } from '../procedures';

export const appRouter = router({
  info: publicProcedure.query(({ ctx }) => ctx.services.app.info()),
  settings: publicProcedure.query(({ ctx }) => ctx.services.app.settings()),
  saveSettings: publicProcedure.input(appSettingsPatchSchema).mutation(({ ctx, input }) => ctx.services.app.saveSettings(input)),
});
