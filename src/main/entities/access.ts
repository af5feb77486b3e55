/**
 * Which of a person's functions a piece of work is done as. The app only chooses and explains; PostgreSQL's grants decide, and a
 * choice that is wrong is refused there.
 */
import type { EntityName } from '@shared/entities/registry';
import { entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { ServiceSession } from './context';

export type EntityAction = 'read' | 'create' | 'update' | 'archive';

/** One right that a piece of work needs. */
export type Need = readonly [entity: EntityName, action: EntityAction];

/** True where one of the functions may do it. */
export function may(session: ServiceSession, entity: EntityName, action: EntityAction): boolean {
  return session.functions.some((fn) => entityOf(entity).access[action].includes(fn));
}

/** The first of the person's functions that has every right needed, for one transaction has one role. Else ROLE_FORBIDS. */
export function functionFor(session: ServiceSession, needs: readonly Need[]): TenantFunction {
  const chosen = session.functions.find((fn) => needs.every(([entity, action]) => entityOf(entity).access[action].includes(fn)));
  if (chosen) return chosen;
  const [entity, action] = needs.find((need) => !may(session, need[0], need[1])) ?? needs[0] ?? ['', ''];
  throw new CodedError('ROLE_FORBIDS', { entity, action, functions: session.functions });
}
