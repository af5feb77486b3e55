/** What the signed-in person's functions allow on an entity. The database decides; this only saves a person from a refusal. */
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import { useWorkspace } from './session';

export type Right = 'read' | 'create' | 'update' | 'archive';

/** Whether one of the functions has the right. */
export function isAllowed(functions: readonly TenantFunction[], entity: EntityName, right: Right): boolean {
  const allowed = entityOf(entity).access[right];
  return functions.some((fn) => allowed.includes(fn));
}

/** The rights that the signed-in person's functions give on an entity. */
export function useRights(entity: EntityName): Readonly<Record<Right, boolean>> {
  const functions = useWorkspace()?.functions ?? [];
  return {
    read: isAllowed(functions, entity, 'read'),
    create: isAllowed(functions, entity, 'create'),
    update: isAllowed(functions, entity, 'update'),
    archive: isAllowed(functions, entity, 'archive'),
  };
}
