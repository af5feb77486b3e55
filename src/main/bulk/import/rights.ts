/** Which of a person's functions an import is done as. The choice only explains early; PostgreSQL's grants decide. */
import type { EntityContext } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { LoadShape } from '../shapes';

/** Which functions of the person make and change these records; null for what none of them may. */
export interface ImportFunctions {
  readonly create: TenantFunction | null;
  readonly update: TenantFunction | null;
}

/** ROLE_FORBIDS where no function of the person may make or change such records. */
export function importFunctions(ctx: EntityContext, shape: LoadShape): ImportFunctions {
  const { functions } = ctx.session;
  const both = functions.find((one) => shape.create.includes(one) && shape.update.includes(one));
  const create = both ?? functions.find((one) => shape.create.includes(one)) ?? null;
  const update = both ?? functions.find((one) => shape.update.includes(one)) ?? null;
  if (create === null && update === null)
    throw new CodedError('ROLE_FORBIDS', { entity: shape.name, action: 'create', functions });
  return { create, update };
}
