/** `session`: who is signed in, in which tenant. */
import { changePasswordSchema } from '@shared/wire/admin-people';
import { signInSchema, switchTenantSchema } from '@shared/wire/session';
import { personProcedure, publicProcedure, router } from '../procedures';

export const sessionRouter = router({
  state: publicProcedure.query(({ ctx }) => ctx.services.session.state()),
  signIn: publicProcedure.input(signInSchema).mutation(({ ctx, input }) => ctx.services.session.signIn(input)),
  signOut: publicProcedure.mutation(({ ctx }) => ctx.services.session.signOut()),
  switchTenant: personProcedure
    .input(switchTenantSchema)
    .mutation(({ ctx, input }) => ctx.services.session.switchTenant(input.tenantId)),
  changePassword: personProcedure
    .input(changePasswordSchema)
    .mutation(({ ctx, input }) => ctx.services.session.changePassword(input)),
});
