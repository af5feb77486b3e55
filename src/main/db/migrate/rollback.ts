/** Taking steps back: newest first, one place after another, and what that would lose. */
import { CodedError } from '@shared/errors';
import { type AdminClient, sqlState } from './client';
import type { Migration, Scope } from './files';
import type { Place } from './history';
import { type Loss, lossesOf } from './losses';
import { checkedFiles, type MigrateOptions } from './migrator';
import { Run, type StepReport } from './run';
import { StepFailed, searchPathSql, stepSql } from './step';
import { listPlaces, onlyTenant } from './tenants';

export { describeLoss, type Loss } from './losses';

export interface RollbackOptions extends Omit<MigrateOptions, 'canary' | 'parallel'> {
  readonly scope: Scope;
  /** The version that stays the newest; `0000` takes everything back, `x0000` all of a tenant's own steps. */
  readonly to: string;
}

interface PlaceSteps {
  readonly place: Place;
  /** Newest first. */
  readonly steps: readonly Migration[];
}

export interface RollbackPlan {
  readonly steps: readonly (Place & { readonly version: string; readonly name: string; readonly sql: string })[];
  readonly losses: readonly Loss[];
}

/**
 * Runs the down files of every step above `to`, newest first. Stops at the first that fails.
 * @throws CodedError INPUT_INVALID for an unknown version, SCHEMA_NEWER, MIGRATION_FAILED
 */
export async function rollback(client: AdminClient, options: RollbackOptions): Promise<readonly StepReport[]> {
  const run = new Run(options);
  for (const { place, steps } of await stepsBack(client, options)) {
    for (const migration of steps) {
      try {
        await run.step(client, migration, place, 'down');
      } catch (error) {
        throw error instanceof StepFailed ? error.toCoded() : error;
      }
    }
  }
  return run.steps;
}

/** What `rollback` would run, as SQL, and what it would lose; found in transactions that are rolled back. Throws as it would. */
export async function planRollback(client: AdminClient, options: RollbackOptions): Promise<RollbackPlan> {
  const places = await stepsBack(client, options);
  const losses: Loss[] = [];
  for (const { place, steps } of places) {
    try {
      if (steps.length > 0) losses.push(...(await lossesOf(client, place, steps)));
    } catch (error) {
      const state = sqlState(error);
      const [first] = steps;
      if (state === null || !first) throw error;
      const reason = error instanceof Error ? error.message : '';
      throw new StepFailed(first, place, 'down', state, reason, { cause: error }).toCoded();
    }
  }
  const planned = places.flatMap(({ place, steps }) =>
    steps.map((migration) => ({
      ...place,
      version: migration.version,
      name: migration.name,
      sql: `BEGIN;\nSET LOCAL ROLE kompl_owner;\n${searchPathSql(place)}\n${stepSql(migration, place.tenantId, 'down').trim()}\nCOMMIT;`,
    })),
  );
  return { steps: planned, losses };
}

async function stepsBack(client: AdminClient, options: RollbackOptions): Promise<readonly PlaceSteps[]> {
  const { scope, to } = options;
  const { files, extras, ledger } = await checkedFiles(client, options);
  const own = to.startsWith('x');
  if (own && (scope !== 'tenant' || options.tenantId === undefined)) throw unknownVersion(to, 'needs one tenant');
  const known = own ? (extras.get(options.tenantId ?? '') ?? []) : files[scope];
  if (!/^x?0000$/.test(to) && !known.some(({ version }) => version === to)) throw unknownVersion(to, 'is not among the files');
  const places: Place[] =
    scope === 'tenant'
      ? onlyTenant(await listPlaces(client), options.tenantId).map(({ id }) => ({ scope: 'tenant', tenantId: id }))
      : [{ scope, tenantId: null }];
  return places.map((place) => {
    const done = ledger.at(place);
    const inForce = (migrations: readonly Migration[]) => migrations.filter(({ version }) => done.has(version)).reverse();
    const ofTenant = inForce(extras.get(place.tenantId ?? '') ?? []);
    if (own) return { place, steps: ofTenant.filter(({ version }) => version > to) };
    const steps = inForce(files[scope]).filter(({ version }) => version > to);
    // A tenant's own steps build on the product's: they go first.
    if (steps.length > 0) requireExtras(place, [...done.keys()], ofTenant);
    return { place, steps: steps.length > 0 ? [...ofTenant, ...steps] : [] };
  });
}

function requireExtras(place: Place, done: readonly string[], known: readonly Migration[]): void {
  const missing = done.find((version) => /^x\d{4}$/.test(version) && !known.some((one) => one.version === version));
  if (missing === undefined) return;
  const reason = `this tenant has steps of its own (${missing}) that must go first; give their folder by --extra`;
  throw new CodedError('MIGRATION_FAILED', { ...place, version: missing, reason });
}

function unknownVersion(version: string, reason: string): CodedError {
  return new CodedError('INPUT_INVALID', { field: 'to', version, reason });
}
