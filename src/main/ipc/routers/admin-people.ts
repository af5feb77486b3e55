/** `admin.people`: who may work in the tenant, for its administrators. Shapes: src/shared/wire/admin-people.ts. */
import {
  createMemberSchema,
  grantMemberSchema,
  memberSchema,
  resetPasswordSchema,
  revokeMemberSchema,
} from '@shared/wire/admin-people';
import { router, tenantProcedure } from '../procedures';

const onPerson = tenantProcedure.input(memberSchema);

export const adminPeopleRouter = router({
  list: tenantProcedure.query(({ ctx }) => ctx.services.adminPeople.list(ctx.call)),
  create: tenantProcedure
    .input(createMemberSchema)
    .mutation(({ ctx, input }) => ctx.services.adminPeople.create(ctx.call, input)),
  grant: tenantProcedure.input(grantMemberSchema).mutation(({ ctx, input }) => ctx.services.adminPeople.grant(ctx.call, input)),
  revoke: tenantProcedure
    .input(revokeMemberSchema)
    .mutation(({ ctx, input }) => ctx.services.adminPeople.revoke(ctx.call, input)),
  suspend: onPerson.mutation(({ ctx, input }) => ctx.services.adminPeople.change(ctx.call, 'suspend', input.personId)),
  resume: onPerson.mutation(({ ctx, input }) => ctx.services.adminPeople.change(ctx.call, 'resume', input.personId)),
  unlock: onPerson.mutation(({ ctx, input }) => ctx.services.adminPeople.change(ctx.call, 'unlock', input.personId)),
  remove: onPerson.mutation(({ ctx, input }) => ctx.services.adminPeople.change(ctx.call, 'remove', input.personId)),
  resetPassword: tenantProcedure
    .input(resetPasswordSchema)
    .mutation(({ ctx, input }) => ctx.services.adminPeople.resetPassword(ctx.call, input)),
});
