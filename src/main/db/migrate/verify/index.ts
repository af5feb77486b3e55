/**
 * `kompl db verify`: is the database what the migrations make, is everything in it valid, and does it hold together? Compares the
 * catalogue with one made anew from the files (`reference.ts`), looks for orphans, and for steps that failed or lost rows.
 * Changes nothing: what it builds is rolled back.
 */
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { bootstrapStatements } from '../bootstrap';
import { type AdminClient, inTransaction, queryRows, sqlState } from '../client';
import { isSuperuser } from '../counts';
import { type ExtraSet, loadExtras, loadMigrations, type Migration, type MigrationSet } from '../files';
import { hasHistory, type Ledger, type Place, placeKey, readLedger } from '../history';
import { type PlaceState, statusOf } from '../status';
import { listSpares, listTenants, onlyTenant } from '../tenants';
import { type Catalogue, readCatalogues, readPartitions } from './catalogue';
import { compareCatalogues, comparePartitions, type Difference, withoutPartitions } from './compare';
import { type Orphan, registryOrphans, rowOrphans } from './orphans';
import { buildReference, type Reference, type SharedReference, tenantForm } from './reference';

export type { Difference } from './compare';
export type { Orphan } from './orphans';

export interface VerifiedPlace extends Place {
  readonly version: string | null;
  readonly state: PlaceState;
  /** How many objects were compared. */
  readonly objects: number;
  readonly differences: readonly Difference[];
  /** A space that is ready to become a tenant. */
  readonly spare?: true;
}

export interface VerifyReport {
  /** True where nothing differs and nothing is apart. Notes do not count. */
  readonly ok: boolean;
  readonly server: string;
  readonly places: readonly VerifiedPlace[];
  readonly orphans: readonly Orphan[];
  /** What the bootstrap would still change, as SQL: rights that are too wide, roles that are missing. */
  readonly bootstrap: readonly string[];
  /** What to know that is no damage: steps that failed, or took rows away. */
  readonly notes: readonly string[];
  /** False where row security may hide rows from this login, so that orphans may be more. */
  readonly exact: boolean;
}

export interface VerifyOptions {
  readonly folder: string;
  readonly extra?: string;
  readonly tenantId?: string;
  readonly log?: (done: number, tenants: number) => void;
}

/** Tenants looked at in one go: few queries, and not the whole catalogue in memory. */
const CHUNK = 25;
const PUBLIC: Place = { scope: 'public', tenantId: null };
const PRIVATE: Place = { scope: 'private', tenantId: null };

/**
 * Verifies a whole database, or one tenant with what is shared.
 * @throws CodedError SCHEMA_MISSING, SCHEMA_NEWER (steps that the files do not know cannot be judged), MIGRATION_FAILED, NOT_FOUND
 */
export async function verify(client: AdminClient, options: VerifyOptions): Promise<VerifyReport> {
  if (!(await hasHistory(client))) throw new CodedError('SCHEMA_MISSING');
  const [files, extras] = await Promise.all([loadMigrations(options.folder), loadExtras(options.extra)]);
  const ledger = await readLedger(client);
  const bootstrap = await bootstrapStatements(client);
  const spares = await listSpares(client);
  const everywhere = [...(await listTenants(client)), ...spares.map((id) => ({ id, name: '' }))];
  const tenants = onlyTenant(everywhere, options.tenantId).map(({ id }) => id);
  const places = new Places(files, extras, ledger);
  const reference = await referenceOf(client, places, tenants);

  const verified: VerifiedPlace[] = [];
  const orphans: Orphan[] = [];
  const looked = await looking(client, async (exact) => {
    verified.push(await sharedPlace(client, places, PUBLIC, reference.public));
    verified.push(await sharedPlace(client, places, PRIVATE, reference.private));
    orphans.push(...(await registryOrphans(client, options.tenantId, spares)));
    for (const scope of ['public', 'private']) orphans.push(...(await rowOrphans(client, scope, null)));
    for (let at = 0; at < tenants.length; at += CHUNK) {
      const chunk = tenants.slice(at, at + CHUNK);
      const found = await tenantPlaces(client, places, chunk, reference);
      verified.push(
        ...found.map((place) => (spares.includes(place.tenantId ?? '') ? { ...place, spare: true as const } : place)),
      );
      for (const id of chunk) orphans.push(...(await rowOrphans(client, tenantSchema(id), id)));
      options.log?.(Math.min(tenants.length, at + CHUNK), tenants.length);
    }
    return { exact, notes: await notesOf(client, options.tenantId) };
  });
  const ok =
    orphans.length === 0 &&
    bootstrap.length === 0 &&
    verified.every(({ state, differences }) => state !== 'changed' && differences.length === 0);
  const [server] = await queryRows(
    client,
    z.object({ version: z.string() }),
    "SELECT current_setting('server_version') AS version",
  );
  return { ok, server: server?.version ?? '', places: verified, orphans, bootstrap, ...looked };
}

/** Reads in one snapshot; past row security where the login is a superuser, else as the owner. */
function looking<T>(client: AdminClient, work: (exact: boolean) => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const exact = await isSuperuser(client);
    if (!exact) await client.query('SET LOCAL ROLE kompl_owner');
    return work(exact);
  });
}

/** Which steps are in force where. */
class Places {
  constructor(
    private readonly files: MigrationSet,
    private readonly extras: ExtraSet,
    private readonly ledger: Ledger,
  ) {}

  state(place: Place) {
    const own = [...this.ledger.at(place).values()].filter(({ version }) => /^\d{4}$/.test(version));
    const found = statusOf(own, this.files, place);
    const [unknown] = found.unknown;
    if (unknown !== undefined) throw new CodedError('SCHEMA_NEWER', { ...place, version: unknown, known: found.latest });
    return found;
  }

  inForce(place: Place): readonly Migration[] {
    const done = this.ledger.at(place);
    this.state(place);
    return [...this.files[place.scope], ...(this.extras.get(placeKey(place)) ?? [])].filter(({ version }) => done.has(version));
  }

  /** A step of the tenant's own whose file was not given; without it nobody can say how the tenant should look. */
  missingExtra(place: Place): string | undefined {
    const known = this.extras.get(placeKey(place)) ?? [];
    return [...this.ledger.at(place).keys()].find(
      (version) => /^x\d{4}$/.test(version) && !known.some((one) => one.version === version),
    );
  }

  /** Tenants with the same key should look the same. */
  kind(place: Place): string {
    return this.inForce(place)
      .map(({ version, checksum }) => (version.startsWith('x') ? `${version} ${checksum}` : version))
      .join(' ');
  }
}

const tenantPlace = (tenantId: string): Place => ({ scope: 'tenant', tenantId });

async function referenceOf(client: AdminClient, places: Places, tenants: readonly string[]): Promise<Reference> {
  const kinds = new Map(tenants.map((id) => [places.kind(tenantPlace(id)), places.inForce(tenantPlace(id))]));
  try {
    return await buildReference(client, { public: places.inForce(PUBLIC), private: places.inForce(PRIVATE), tenants: kinds });
  } catch (error) {
    const sqlstate = sqlState(error);
    if (sqlstate === null) throw error;
    const reason = `the migrations could not be built beside the database: ${error instanceof Error ? error.message : ''}`;
    throw new CodedError('MIGRATION_FAILED', { step: 'verify', sqlstate, reason }, { cause: error });
  }
}

async function sharedPlace(client: AdminClient, places: Places, place: Place, expected: SharedReference): Promise<VerifiedPlace> {
  const found = await readCatalogues(client, [place.scope], (_, text) => text);
  const catalogue = found.get(place.scope) ?? new Map();
  const partitions = await readPartitions(client, place.scope);
  const differences = [
    ...compareCatalogues(withoutPartitions(expected.catalogue, expected.partitions), withoutPartitions(catalogue, partitions)),
    ...comparePartitions(expected, { catalogue, partitions }),
  ];
  const { state, version } = places.state(place);
  return { ...place, state, version, objects: catalogue.size, differences };
}

async function tenantPlaces(
  client: AdminClient,
  places: Places,
  tenants: readonly string[],
  reference: Reference,
): Promise<VerifiedPlace[]> {
  const found = await readCatalogues(client, tenants.map(tenantSchema), tenantForm);
  const closed = await closedTenants(client, tenants);
  return tenants.map((id) => {
    const place = tenantPlace(id);
    const { state, version } = places.state(place);
    const [is, should] = [found.get(tenantSchema(id)) ?? new Map(), reference.tenants.get(places.kind(place)) ?? new Map()];
    const unknown = places.missingExtra(place);
    const differences: Difference[] =
      unknown === undefined
        ? compareCatalogues(closed.has(id) ? withoutDoors(should) : should, closed.has(id) ? withoutDoors(is) : is)
        : [
            {
              object: `step ${unknown} of this tenant's own`,
              property: 'file',
              kind: 'missing',
              expected: 'given by --extra',
              found: null,
            },
          ];
    return { ...place, state, version, objects: is.size, differences };
  });
}

/** Suspended and leaving tenants have their doors shut: their roles may not enter the schema. */
async function closedTenants(client: AdminClient, tenants: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await queryRows(
    client,
    z.object({ id: z.string() }),
    "SELECT id::text AS id FROM public.tenants WHERE id = ANY ($1::uuid[]) AND (status <> 'active' OR is_deleted)",
    [[...tenants]],
  );
  return new Set(rows.map(({ id }) => id));
}

function withoutDoors(catalogue: Catalogue): Catalogue {
  const schema = [...(catalogue.get('schema') ?? [])].filter(([property]) => !property.startsWith('granted to {{schema}}_'));
  return new Map([...catalogue, ['schema', new Map(schema)]]);
}

async function notesOf(client: AdminClient, tenantId: string | undefined): Promise<string[]> {
  const rows = await queryRows(
    client,
    z.object({ note: z.string() }),
    `SELECT concat_ws(' ', last.scope, last.tenant_id, last.version, last.description) || ' failed last with ' || coalesce(last.sqlstate, '?') AS note
     FROM (SELECT DISTINCT ON (scope, tenant_id, version) * FROM private.migration_history ORDER BY scope, tenant_id, version, id DESC) last
     WHERE last.status = 'failed' AND ($1::uuid IS NULL OR last.tenant_id = $1)
     UNION ALL
     SELECT concat_ws(' ', h.scope, h.tenant_id, h.version, h.description) || ' took ' || (b.value::bigint - a.value::bigint) || ' rows from ' || b.key
     FROM private.migration_history h CROSS JOIN LATERAL jsonb_each_text(h.row_counts -> 'before') b
     JOIN LATERAL jsonb_each_text(h.row_counts -> 'after') a ON a.key = b.key
     WHERE h.status = 'success' AND h.direction = 'up' AND a.value::bigint < b.value::bigint AND ($1::uuid IS NULL OR h.tenant_id = $1)
     UNION ALL
     SELECT concat_ws(' ', d.scope, d.tenant_id, d.version) || ' is filled only up to ' || d.rows_done || ' rows'
     FROM private.data_migrations d WHERE d.finished_at IS NULL AND ($1::uuid IS NULL OR d.tenant_id = $1)
     ORDER BY 1`,
    [tenantId ?? null],
  );
  return rows.map(({ note }) => note);
}
