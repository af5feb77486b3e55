/**
 * The three kinds of procedure: for anybody at this window, for a signed-in person, and for a person in a tenant.
 * The last two take who asks from the session in main; nothing the renderer sends can change it.
 */
import { CodedError } from '@shared/errors';
import { initTRPC } from '@trpc/server';
import type { Caller, Services, TenantCall } from './services';

export interface RpcContext {
  readonly services: Services;
  readonly caller: Caller;
}

/** Values cross IPC by structured clone, so what goes in is what comes out, and the types say so. */
const asItIs = { serialize: (value: unknown) => value, deserialize: (value: unknown) => value };

const trpc = initTRPC.context<RpcContext>().create({ transformer: asItIs, isDev: false, isServer: true });

export const router = trpc.router;
export const publicProcedure = trpc.procedure;

export const personProcedure = publicProcedure.use(({ ctx, next }) => {
  const { person } = ctx.services.session.state();
  if (!person) throw new CodedError('NOT_SIGNED_IN');
  return next({ ctx: { person } });
});

/** Refuses the answer, too, when the session has changed meanwhile: nothing of one tenant may reach a screen of another. */
export const tenantProcedure = personProcedure.use(async ({ ctx, path, signal, next }) => {
  const { session } = ctx.services;
  const { workspace } = session.state();
  if (!workspace) throw new CodedError('NOT_SIGNED_IN');
  const epoch = session.epoch();
  const call: TenantCall = {
    personId: ctx.person.id,
    tenantId: workspace.tenantId,
    functions: workspace.functions,
    epoch,
    caller: ctx.caller,
    signal,
  };
  const result = await next({ ctx: { call } });
  if (!result.ok) noteRefusal(ctx.services, call, path, result.error.cause);
  if (session.epoch() !== epoch) throw new CodedError('NOT_SIGNED_IN', { reason: 'session changed' });
  return result;
});

/** Who asked for what they may not have stands in the trail; states and suspensions are no question of rights. */
function noteRefusal({ trail }: Services, call: TenantCall, path: string, cause: unknown): void {
  if (!(cause instanceof CodedError) || (cause.code !== 'ROLE_FORBIDS' && cause.code !== 'FIELD_FORBIDDEN')) return;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  trail.refused(call, { path, code: cause.code, entity: text(cause.details.entity), id: text(cause.details.id) });
}
