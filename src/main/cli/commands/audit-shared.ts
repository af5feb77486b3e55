/** What the audit commands share: which chain is meant, and the two ways to read it. */
import { withOwnerSource, withTenantSource } from '@main/trail/access';
import { PLATFORM_CHAIN } from '@main/trail/seal';
import type { TrailSource } from '@main/trail/source';
import { CodedError } from '@shared/errors';
import type { CommandCall, OptionSpec } from '../command';
import { listTenantRecords, tenantIdOf } from '../login';

export const CHAIN_OPTION: OptionSpec = {
  type: 'string',
  value: 'ID',
  help: 'the tenant, by its id or domain, or “platform” for the platform’s own events',
};

export interface NamedChain {
  readonly id: string;
  readonly name: string;
}

const PLATFORM: NamedChain = { id: PLATFORM_CHAIN, name: 'platform' };

/** Refuses anything but an administrator's connection. */
export function requireAdministrator({ login }: CommandCall, action: string): void {
  if (login.kind !== 'administrator') throw new CodedError('ROLE_FORBIDS', { action });
}

/** The chain of `--tenant`. */
export async function chainOf(call: CommandCall, tenant: string): Promise<NamedChain> {
  if (tenant.toLowerCase() === 'platform') return PLATFORM;
  const id = (await actsForPerson(call)) ? (await call.context()).session.tenantId : await tenantIdOf(call, tenant);
  return { id, name: tenant };
}

/** The chain of `--tenant`, or every chain of the database. */
export async function chainsOf(call: CommandCall): Promise<NamedChain[]> {
  const tenant = call.values.optional('tenant');
  if (tenant !== undefined) return [await chainOf(call, tenant)];
  const tenants = await listTenantRecords(call.database);
  return [PLATFORM, ...tenants.map(({ id, domain }) => ({ id, name: domain }))];
}

/** A person’s own login, or an administrator’s who acts for one and so may no more than they. */
export async function actsForPerson(call: CommandCall): Promise<boolean> {
  return call.login.kind === 'person' || (call.login.kind === 'administrator' && (await call.person()) !== null);
}

/** Reads a chain as the caller may: an administrator of the database any of them, a person their tenant's. */
export async function readChain<T>(call: CommandCall, chain: NamedChain, work: (source: TrailSource) => Promise<T>): Promise<T> {
  if (!(await actsForPerson(call))) {
    return call.database.admin((client) => withOwnerSource(client, chain.id, work));
  }
  const ctx = await call.context();
  return withTenantSource({ session: ctx.session, source: ctx.source, database: call.database }, work);
}

/** An instant from a date or an ISO time; INPUT_INVALID otherwise. A date means its beginning in UTC. */
export function instantOf(call: CommandCall, name: string): string | null {
  const text = call.values.optional(name);
  if (text === undefined) return null;
  const at = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text) ? new Date(text) : null;
  if (at === null || Number.isNaN(at.getTime())) {
    throw new CodedError(
      'INPUT_INVALID',
      { field: name },
      { faults: [{ path: `--${name}`, message: 'is a date such as 2026-07-01' }] },
    );
  }
  return at.toISOString();
}
