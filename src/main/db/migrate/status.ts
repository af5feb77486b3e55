/** Where each scope and each tenant stands against the files; reads only. */
import type { AdminClient } from './client';
import { loadMigrations, type MigrationSet } from './files';
import { type AppliedStep, type Place, readHistory } from './history';
import { listTenants } from './migrator';

/** `empty`: nothing applied yet. `changed`: a file differs from what was applied. `newer`: steps that the files do not know. */
export type PlaceState = 'empty' | 'current' | 'older' | 'newer' | 'changed';

export interface PlaceStatus {
  readonly state: PlaceState;
  /** The newest version in force, null where none is. */
  readonly version: string | null;
  /** The newest version of the files. */
  readonly latest: string | null;
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
  readonly changed: readonly string[];
}

export interface TenantStatus extends PlaceStatus {
  readonly tenantId: string;
  readonly name: string;
}

export interface SchemaStatus {
  readonly public: PlaceStatus;
  readonly private: PlaceStatus;
  readonly tenants: readonly TenantStatus[];
  /** True where every place is current. */
  readonly current: boolean;
}

/** Compares the history with the files below `options.folder`. Needs a database administrator's client. */
export async function status(client: AdminClient, options: { readonly folder: string }): Promise<SchemaStatus> {
  const files = await loadMigrations(options.folder);
  const history = await readHistory(client);
  const tenants = (await listTenants(client)).map(({ id, name }) => ({
    tenantId: id,
    name,
    ...statusOf(history, files, { scope: 'tenant', tenantId: id }),
  }));
  const shared = {
    public: statusOf(history, files, { scope: 'public', tenantId: null }),
    private: statusOf(history, files, { scope: 'private', tenantId: null }),
  };
  const current = [shared.public, shared.private, ...tenants].every((place) => place.state === 'current');
  return { ...shared, tenants, current };
}

/** One place's standing; exported for the tests of its rules. */
export function statusOf(history: readonly AppliedStep[], files: MigrationSet, place: Place): PlaceStatus {
  const own = history.filter((step) => step.scope === place.scope && step.tenantId === place.tenantId);
  const known = new Map(files[place.scope].map((migration) => [migration.version, migration]));
  const applied = own.map((step) => step.version).sort();
  const unknown = applied.filter((version) => !known.has(version));
  const changed = own
    .filter((step) => known.has(step.version) && known.get(step.version)?.checksum !== step.checksum)
    .map((step) => step.version)
    .sort();
  const pending = [...known.keys()].filter((version) => !applied.includes(version));
  const state: PlaceState =
    unknown.length > 0
      ? 'newer'
      : changed.length > 0
        ? 'changed'
        : applied.length === 0
          ? 'empty'
          : pending.length > 0
            ? 'older'
            : 'current';
  return {
    state,
    version: applied.at(-1) ?? null,
    latest: files[place.scope].at(-1)?.version ?? null,
    pending,
    unknown,
    changed,
  };
}
