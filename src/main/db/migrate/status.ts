/** Where each scope and each tenant stands against the files; reads only. */
import type { AdminClient } from './client';
import { loadMigrations, type MigrationSet } from './files';
import { type AppliedStep, dataVersion, type Ledger, type Place, readLedger } from './history';
import { listSpares, listTenants } from './tenants';

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
  /** Steps in force whose data part has not come to its end. */
  readonly unfilled?: readonly string[];
}

export interface TenantStatus extends PlaceStatus {
  readonly tenantId: string;
  readonly name: string;
  /** The tenant's own steps in force. */
  readonly own: readonly string[];
}

export interface SchemaStatus {
  readonly public: PlaceStatus;
  readonly private: PlaceStatus;
  readonly tenants: readonly TenantStatus[];
  /** Spaces that are ready to become tenants, and how many of them stand elsewhere than the files. */
  readonly spares: { readonly all: number; readonly behind: number };
  /** True where every place is current, spaces included. */
  readonly current: boolean;
}

/** Compares the history with the files below `options.folder`. Needs a database administrator's client. */
export async function status(client: AdminClient, options: { readonly folder: string }): Promise<SchemaStatus> {
  const files = await loadMigrations(options.folder);
  const ledger = await readLedger(client);
  const at = (place: Place): PlaceStatus => ({
    ...statusOf(productSteps(ledger, place), files, place),
    unfilled: unfilled(ledger, files, place),
  });
  const tenants = (await listTenants(client)).map(({ id, name }) => {
    const place: Place = { scope: 'tenant', tenantId: id };
    const own = [...ledger.at(place).keys()]
      .filter((version) => version.startsWith('x'))
      .filter((version) => version.length === 5);
    return { tenantId: id, name, ...at(place), own };
  });
  const shared = {
    public: at({ scope: 'public', tenantId: null }),
    private: at({ scope: 'private', tenantId: null }),
  };
  const spares = (await listSpares(client)).map((id) => at({ scope: 'tenant', tenantId: id }));
  const current = [shared.public, shared.private, ...tenants, ...spares].every((place) => place.state === 'current');
  const behind = spares.filter((place) => place.state !== 'current').length;
  return { ...shared, tenants, spares: { all: spares.length, behind }, current };
}

function productSteps(ledger: Ledger, place: Place): readonly AppliedStep[] {
  return [...ledger.at(place).values()].filter(({ version }) => /^\d{4}$/.test(version));
}

function unfilled(ledger: Ledger, files: MigrationSet, place: Place): readonly string[] {
  const done = ledger.at(place);
  return files[place.scope]
    .filter(({ version, data }) => data && done.has(version) && !done.has(dataVersion(version)))
    .map(({ version }) => version);
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
