/** What the commands on records share: whose function does it, the ledger, and what the window is told afterwards. */
import type { EntityContext, ServiceScope, SqlClient } from '@main/entities/context';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { z } from 'zod';

/** Functions that say something about a record; a viewer reads. */
export const WORKING: readonly TenantFunction[] = ['auditor', 'compliance', 'privacy', 'risk', 'admin'];

/** The first of the person's functions that is among these and reads such records. Else ROLE_FORBIDS. */
export function functionOn(ctx: EntityContext, entity: EntityName, among: readonly TenantFunction[]): TenantFunction {
  const { functions } = ctx.session;
  const fn = functions.find((each) => among.includes(each) && entityOf(entity).access.read.includes(each));
  if (fn === undefined) throw new CodedError('ROLE_FORBIDS', { entity, functions });
  return fn;
}

export interface Command {
  readonly opId: string;
  readonly entity: EntityName;
  readonly recordId: string;
}

const doneSchema = z.object({ done: z.literal(true) });

/** A command that answers nothing but that it is done. */
export async function perform(
  ctx: EntityContext,
  name: string,
  asked: Command & { readonly reason?: string },
  fn: TenantFunction,
  work: (tx: SqlClient) => Promise<unknown>,
): Promise<void> {
  const { repeated } = await withLedger(
    ctx,
    entryOf(name, asked, fn),
    (stored) => parseStored(doneSchema, stored),
    async (tx) => {
      await work(tx);
      return { done: true as const };
    },
  );
  if (!repeated) ctx.onChanged?.([asked.entity]);
}

export function entryOf(name: string, asked: Command & { readonly reason?: string }, fn: TenantFunction) {
  return {
    opId: asked.opId,
    body: { command: name, ...asked },
    entity: asked.entity,
    entityId: asked.recordId,
    ...(asked.reason ? { reason: asked.reason } : {}),
    function: fn,
  };
}

/** A read-only scope as one function. */
export function readingAs(ctx: EntityContext, fn: TenantFunction): ServiceScope {
  const { tenantId, personId } = ctx.session;
  return { tenantId, personId, function: fn, source: ctx.source, readOnly: true };
}

/**
 * Kinds of record by the function they are read as: one transaction has one role, and most people read everything with their first.
 */
export function byFunction(ctx: EntityContext, names: readonly EntityName[]): ReadonlyMap<TenantFunction, readonly EntityName[]> {
  const groups = new Map<TenantFunction, EntityName[]>();
  for (const name of names) {
    const fn = ctx.session.functions.find((each) => entityOf(name).access.read.includes(each));
    if (fn !== undefined) groups.set(fn, [...(groups.get(fn) ?? []), name]);
  }
  return groups;
}
