/** `admin.tenants` and `admin.config`: tenants and settings, for administrators of the platform; a tenant's own see theirs. */

import { CodedError } from '@shared/errors';
import {
  configPlaceSchema,
  deleteTenantSchema,
  onboardInputSchema,
  renameTenantSchema,
  setConfigSchema,
  setLicenceSchema,
  suspendTenantSchema,
  tenantInputSchema,
} from '@shared/wire/admin-tenants';
import { personProcedure, router } from '../procedures';

/** Answers are refused when the session changed meanwhile: nothing that one person may see reaches another's screen. */
const adminProcedure = personProcedure.use(async ({ ctx, next }) => {
  const { session } = ctx.services;
  const epoch = session.epoch();
  const result = await next();
  if (session.epoch() !== epoch) throw new CodedError('NOT_SIGNED_IN', { reason: 'session changed' });
  return result;
});

export const adminTenantsRouter = router({
  list: adminProcedure.query(({ ctx }) => ctx.services.adminTenants.list()),
  get: adminProcedure.input(tenantInputSchema).query(({ ctx, input }) => ctx.services.adminTenants.get(input.tenantId)),
  usage: adminProcedure.input(tenantInputSchema).query(({ ctx, input }) => ctx.services.adminTenants.usage(input.tenantId)),
  create: adminProcedure.input(onboardInputSchema).mutation(({ ctx, input }) => ctx.services.adminTenants.create(input)),
  rename: adminProcedure.input(renameTenantSchema).mutation(({ ctx, input }) => ctx.services.adminTenants.rename(input)),
  suspend: adminProcedure
    .input(suspendTenantSchema)
    .mutation(({ ctx, input }) => ctx.services.adminTenants.suspend(input.tenantId, input.reason)),
  resume: adminProcedure.input(tenantInputSchema).mutation(({ ctx, input }) => ctx.services.adminTenants.resume(input.tenantId)),
  setLicence: adminProcedure
    .input(setLicenceSchema)
    .mutation(({ ctx, input }) => ctx.services.adminTenants.setLicence(input.tenantId, input.licence)),
  scheduleDeletion: adminProcedure
    .input(deleteTenantSchema)
    .mutation(({ ctx, input }) => ctx.services.adminTenants.scheduleDeletion(input)),
  cancelDeletion: adminProcedure
    .input(tenantInputSchema)
    .mutation(({ ctx, input }) => ctx.services.adminTenants.cancelDeletion(input.tenantId)),
});

export const adminConfigRouter = router({
  list: adminProcedure.input(configPlaceSchema).query(({ ctx, input }) => ctx.services.adminConfig.list(input.tenantId)),
  set: adminProcedure
    .input(setConfigSchema)
    .mutation(({ ctx, input }) => ctx.services.adminConfig.set(input.tenantId, input.key, input.value)),
});
