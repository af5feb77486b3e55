/**
 * The migrator: bootstrap, then public, private and every tenant, each step in one transaction (cheap ones for up to fifty
 * tenants together). One tenant goes first, as the canary. Safe to run again, also after a kill, also twice at once.
 */
import { CodedError } from '@shared/errors';
import { bootstrap, bootstrapStatements } from './bootstrap';
import { type AdminClient, asOwner, type OwnedClient } from './client';
import { type ExtraSet, loadExtras, loadMigrations, type Migration, type MigrationSet } from './files';
import { checkExtras, checkHistory, hasHistory, isInForce, type Ledger, pendingItems, readLedger } from './history';
import { isEmbedded, withRunLock } from './lock';
import { type MigrationPlan, planOf } from './plan';
import { Run, type RunOptions, type StepFailure, type StepReport, type TenantWork, whereItStands } from './run';
import { isHistoryStep } from './step';
import { canaryFirst, listPlaces, listSpares, listTenants, onlyTenant, type TenantEntry } from './tenants';

export interface MigrationReport {
  readonly steps: readonly StepReport[];
  /** Tenants that stayed behind; empty when all is well. */
  readonly failures: readonly StepFailure[];
  readonly tenants: number;
  /** The canary failed, so the other tenants were not touched. */
  readonly stopped: boolean;
  readonly durationMs: number;
}

export interface MigrateOptions extends RunOptions {
  /** The folder that holds `public`, `private` and `tenant`. */
  readonly folder: string;
  /** A folder with steps of single tenants. */
  readonly extra?: string;
  /** Only this tenant, after the shared scopes. */
  readonly tenantId?: string;
  /** The tenant to go first; the smallest unless said. */
  readonly canary?: string;
}

/**
 * Brings a database up to the files. The clients come from `connect` (a database administrator's login) and are ended here.
 * @throws CodedError of the bootstrap, SCHEMA_NEWER, or MIGRATION_FAILED for a shared scope; tenants' failures are in the report
 */
export async function migrateAll(connect: () => Promise<OwnedClient>, options: MigrateOptions): Promise<MigrationReport> {
  const client = await connect();
  try {
    if (await isEmbedded(client)) return await migrate(client, options);
    const run = () => migrate(client, options, connect);
    return await withRunLock(connect, () => options.log?.({ kind: 'waiting' }), run);
  } catch (error) {
    const ask = async (place: Parameters<typeof isInForce>[1], version: string) => {
      const second = await connect();
      try {
        return await asOwner(second, () => isInForce(second, place, version));
      } finally {
        await second.end();
      }
    };
    await whereItStands(error, ask, options.log);
    throw error;
  } finally {
    await client.end().catch(() => undefined); // lost already: nothing to end
  }
}

interface Files {
  readonly files: MigrationSet;
  readonly extras: ExtraSet;
}

/** The files, checked against the history. */
export async function checkedFiles(client: AdminClient, options: Pick<MigrateOptions, 'folder' | 'extra'>) {
  const [files, extras] = await Promise.all([loadMigrations(options.folder), loadExtras(options.extra)]);
  const ledger = await readLedger(client);
  checkHistory(ledger.product, files);
  checkExtras(ledger.extra, extras);
  return { files, extras, ledger };
}

/** As `migrateAll`, over one client that stays open; tenants one after another unless `connect` is given for more. */
export async function migrate(
  client: AdminClient,
  options: MigrateOptions,
  connect?: () => Promise<OwnedClient>,
): Promise<MigrationReport> {
  const began = options.now();
  const { files, extras, ledger: found } = await checkedFiles(client, options);
  await bootstrap(client);

  const run = new Run(options);
  const first = historyStep(files);
  const fresh = !(await hasHistory(client));
  if (fresh) await run.shared(client, [{ migration: first, part: 'schema' }]);

  // Whoever waited for another run has read it after that one had ended.
  const ledger = fresh ? await readLedger(client) : found;
  const shared = sharedItems(ledger, files);
  const tenants = await listTenants(client);
  const spares = (await listSpares(client)).map((id) => ({ id, name: '' }));
  const work = tenantWork(ledger, { files, extras }, onlyTenant([...tenants, ...spares], options.tenantId));
  options.log?.({ kind: 'started', tenants: work.length, pending: shared.length });
  await run.shared(client, shared);
  await asOwner(client, () => client.query('SELECT private.ensure_log_partitions()'));
  // A space without rows proves little: the canary is a tenant.
  const spare = new Set(spares.map(({ id }) => id));
  const behind = work.map(({ tenantId: id }) => ({ id, name: '' }));
  const order = [
    ...(await canaryFirst(
      client,
      behind.filter(({ id }) => !spare.has(id)),
      options.canary,
    )),
    ...behind.filter(({ id }) => spare.has(id)),
  ];
  const byId = new Map(work.map((one) => [one.tenantId, one]));
  const whole = await run.tenants(
    client,
    order.flatMap(({ id }) => byId.get(id) ?? []),
    connect,
  );
  return {
    steps: run.steps,
    failures: run.failures,
    tenants: tenants.length,
    stopped: !whole,
    durationMs: options.now() - began,
  };
}

/** What `migrate` would run, as SQL; reads only. */
export async function plan(client: AdminClient, options: MigrateOptions): Promise<MigrationPlan> {
  const { files, extras, ledger } = await checkedFiles(client, options);
  historyStep(files);
  const tenants = onlyTenant(await listPlaces(client), options.tenantId);
  const work = tenantWork(ledger, { files, extras }, tenants);
  return planOf(await bootstrapStatements(client), sharedItems(ledger, files), work);
}

function historyStep(files: MigrationSet): Migration {
  const [first] = files.private;
  if (!first || !isHistoryStep(first)) throw new CodedError('MIGRATION_FAILED', { reason: 'private/0001 is missing' });
  return first;
}

function sharedItems(ledger: Ledger, files: MigrationSet) {
  const own = (scope: 'public' | 'private') => pendingItems(ledger, files[scope], { scope, tenantId: null });
  // The history comes before everything else, or nothing could be recorded.
  const [history, rest] = [own('private').filter(isHistoryItem), own('private').filter((item) => !isHistoryItem(item))];
  return [...history, ...own('public'), ...rest];
}

const isHistoryItem = (item: { readonly migration: Migration }) => isHistoryStep(item.migration);

/** The tenants that are behind, with what they lack: the product's steps, then their own. */
function tenantWork(ledger: Ledger, { files, extras }: Files, tenants: readonly TenantEntry[]): TenantWork[] {
  return tenants.flatMap(({ id: tenantId }) => {
    const migrations = [...files.tenant, ...(extras.get(tenantId) ?? [])];
    const items = pendingItems(ledger, migrations, { scope: 'tenant', tenantId });
    return items.length > 0 ? [{ tenantId, items }] : [];
  });
}
