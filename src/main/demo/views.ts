/** Saved views of the demonstration: what its people look at again and again, some of it shared. */
import type { EntityContext } from '@main/entities/context';
import type { EntityName } from '@shared/entities/registry';
import type { ViewDefinition } from '@shared/entities/workspace/saved-view';
import type { TenantFunction } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import type { EntityService } from '../entities/service';

interface DemoView {
  readonly by: TenantFunction;
  readonly list: EntityName;
  readonly name: string;
  readonly sharing: 'private' | 'tenant';
  readonly definition: Partial<ViewDefinition>;
}

const VIEWS: readonly DemoView[] = [
  {
    by: 'auditor',
    list: 'findings',
    name: 'By owner',
    sharing: 'tenant',
    definition: {
      filter: [{ field: 'status', op: 'notIn', value: ['verified', 'closed'] }],
      by: { field: 'ownerId', dir: 'asc' },
      sort: [{ field: 'dueDate', dir: 'asc' }],
    },
  },
  {
    by: 'compliance',
    list: 'controls',
    name: 'Tests by month',
    sharing: 'tenant',
    definition: { filter: [{ field: 'nextTest', op: 'notEmpty' }], by: { field: 'nextTest', dir: 'asc' } },
  },
];

/** Makes those of the tenant's views that are not there yet. */
export async function makeViews(service: EntityService, as: (fn: TenantFunction) => EntityContext): Promise<void> {
  for (const [at, { by, definition, ...view }] of VIEWS.entries()) {
    const ctx = as(by);
    const { rows } = await service.list(ctx, 'savedViews', { filter: [{ field: 'list', op: 'eq', value: view.list }] });
    if (rows.some(({ name, createdBy }) => name === view.name && createdBy === ctx.session.personId)) continue;
    const patch = { ...view, functions: [], place: at + 1, definition: JSON.parse(JSON.stringify(definition)) };
    await service.apply(ctx, {
      ...{ opId: uuidv7(), entity: 'savedViews', entityId: uuidv7(), kind: 'create', baseVersion: null, base: {}, patch },
    });
  }
}
