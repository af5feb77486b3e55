/** What a run would do, as the exact SQL: for each scope, for tenants one sample and how many it stands for. Reads only. */
import { batchSql } from './data-step';
import type { Scope } from './files';
import { dataVersion, type PendingItem, type Place } from './history';
import type { TenantWork } from './run';
import { isCheap } from './sql-text';
import { searchPathSql, stepSql } from './step';

export interface PlannedStep {
  readonly scope: Scope;
  readonly version: string;
  readonly name: string;
  /** The tenant that the SQL is filled for; null in the shared scopes. */
  readonly sample: string | null;
  /** How many tenants it would run for; 0 in the shared scopes. */
  readonly tenants: number;
  /** Up to fifty tenants share a transaction. */
  readonly batched: boolean;
  readonly sql: string;
}

export interface MigrationPlan {
  /** What the server lacks before the first step: roles and rights. */
  readonly bootstrap: readonly string[];
  readonly steps: readonly PlannedStep[];
  /** Tenants that are behind. */
  readonly tenants: number;
}

/** The statements of one step as they would be sent, in their transaction. */
export function itemSql({ migration, part }: PendingItem, place: Place): string {
  const body =
    part === 'schema'
      ? stepSql(migration, place.tenantId, 'up')
      : migration.data
        ? batchSql(migration.data, place.tenantId, null)
        : '';
  const repeat = part === 'data' ? '-- again and again, from the last key on, until nothing is left\n' : '';
  return `BEGIN;\nSET LOCAL ROLE kompl_owner;\n${searchPathSql(place)}\n${repeat}${body.trim()}\nCOMMIT;`;
}

export function planOf(bootstrap: readonly string[], shared: readonly PendingItem[], work: readonly TenantWork[]): MigrationPlan {
  const steps = shared.map((item) => planned(item, { scope: item.migration.scope, tenantId: null }, 0));
  // The same step for several tenants is one entry; a tenant's own step of the same number is another.
  const groups = new Map<string, { item: PendingItem; sample: string; tenants: number }>();
  for (const { tenantId, items } of work) {
    for (const item of items) {
      const key = `${item.migration.version} ${item.part} ${item.migration.checksum}`;
      const group = groups.get(key);
      if (group) group.tenants += 1;
      else groups.set(key, { item, sample: tenantId, tenants: 1 });
    }
  }
  const rank = ({ item: { migration, part } }: { item: PendingItem }) => `${migration.version} ${part === 'schema' ? 0 : 1}`;
  const order = [...groups.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  for (const { item, sample, tenants } of order) steps.push(planned(item, { scope: 'tenant', tenantId: sample }, tenants));
  return { bootstrap, steps, tenants: work.length };
}

function planned(item: PendingItem, place: Place, tenants: number): PlannedStep {
  const { migration, part } = item;
  return {
    scope: migration.scope,
    version: part === 'data' ? dataVersion(migration.version) : migration.version,
    name: migration.name,
    sample: place.tenantId,
    tenants,
    batched: part === 'schema' && place.tenantId !== null && isCheap(migration.up),
    sql: itemSql(item, place),
  };
}
