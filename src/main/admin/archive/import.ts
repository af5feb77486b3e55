/**
 * An archive into this database, all or nothing: the archive is checked whole before anything is asked of the database; then one
 * transaction makes the tenant, loads every row as it was, and compares what stands there with what was read. The tenant keeps
 * its id unless that is taken; people are matched by e-mail. For database administrators.
 */
import { randomUUID } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import type { MigrationSet } from '../../db/migrate';
import { type AdminClient, queryRows } from '../../db/migrate/client';
import type { Migration } from '../../db/migrate/files';
import { checkDomain, createTenantRecord, createTenantSchema } from '../../db/provision/tenant';
import { type Runner, type SettleOptions, settled } from '../runner';
import { emptyTables, loadSequences, loadTable, type Mapping, sumOf, withResting } from './load';
import { FILES, type Manifest } from './manifest';
import { importMemberships, importPeople } from './people';
import { readTables, type Table, TEXT_SETTINGS } from './rows';
import { damaged } from './tar';
import { type Archive, openArchive, parse } from './verify';

export interface ImportOptions extends SettleOptions {
  readonly path: string;
  readonly migrations: MigrationSet;
  /** The domain here; that of the archive unless given. */
  readonly asDomain?: string;
  /** What was told at the export; a wrong one is refused. */
  readonly fingerprint?: string;
  /** Does everything, compares, and takes it back. */
  readonly dryRun?: boolean;
  readonly progress?: (what: string, rows: number) => void;
}

export interface Imported {
  readonly id: string;
  readonly domain: string;
  /** The id in the archive; another one than `id` where that was taken. */
  readonly formerId: string;
  readonly fingerprint: string;
  readonly people: { readonly matched: number; readonly made: number; readonly memberships: number };
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly sha256: string }[];
}

/**
 * @param runner a database administrator's
 * @throws CodedError ARCHIVE_INVALID naming the file, SCHEMA_NEWER, DUPLICATE (the domain), INPUT_INVALID, ROLE_FORBIDS; and
 * SERVER_CLOSED with `outcome`
 */
export async function importTenant(runner: Runner, options: ImportOptions): Promise<Imported> {
  if (!runner.owner) throw new CodedError('ROLE_FORBIDS', { action: 'tenant import' });
  const archive = await openArchive(options.path, options.fingerprint);
  const takenBack = new CodedError('INTERNAL', { reference: 'dry run' });
  let report: Imported | null = null;
  try {
    return await settled(
      runner,
      async (client) => {
        report = await new TenantImport(client, archive, options).run();
        if (options.dryRun) throw takenBack;
        return report;
      },
      options,
    );
  } catch (error) {
    if (error === takenBack && report !== null) return report;
    throw error;
  } finally {
    await archive.reader.close();
  }
}

const record = z.record(z.string(), z.string().nullable());

class TenantImport {
  readonly #manifest: Manifest;

  constructor(
    private readonly client: AdminClient,
    private readonly archive: Archive,
    private readonly options: ImportOptions,
  ) {
    this.#manifest = archive.manifest;
  }

  async run(): Promise<Imported> {
    const { first, later } = splitSteps(this.#manifest, this.options.migrations);
    const tenant = await this.#first(FILES.tenant);
    const licence = await this.#first(FILES.licence);
    const id = (await this.#isFree(this.#manifest.tenant.id)) ? this.#manifest.tenant.id : randomUUID();
    const domain = checkDomain(this.options.asDomain ?? this.#manifest.tenant.domain);
    await this.#make(id, domain, tenant, licence);
    const steps = (tenantSteps: readonly Migration[]) =>
      createTenantSchema(this.client, id, { migrations: { ...this.options.migrations, tenant: tenantSteps } });
    await steps(first);
    await this.client.query(TEXT_SETTINGS);

    const people = await importPeople(this.client, this.archive.reader, id);
    const memberships = await importMemberships(this.client, this.archive.reader, id, people.ids);
    await this.#settings(id);
    const tables = await this.#load({ from: this.#manifest.tenant.id, to: id, people: people.ids });
    if (later.length > 0) await steps(later);
    await this.#finish(id, tenant, licence, tables);
    return {
      id,
      domain,
      formerId: this.#manifest.tenant.id,
      fingerprint: this.archive.fingerprint,
      people: { matched: people.matched, made: people.made, memberships },
      tables,
    };
  }

  async #first(file: string): Promise<Record<string, string | null>> {
    for await (const line of this.archive.reader.lines(file)) return parse(record, line, file);
    throw damaged(file, 'it is empty');
  }

  /** Roles belong to the whole cluster: an id is taken, too, where another database of it has the tenant. */
  async #isFree(id: string): Promise<boolean> {
    const [row] = await queryRows(
      this.client,
      z.object({ free: z.boolean() }),
      `SELECT NOT EXISTS (SELECT FROM public.tenants WHERE id = $1::uuid)
         AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname LIKE 'tenant\\_' || replace($1::text, '-', '') || '\\_%') AS free`,
      [id],
    );
    return row?.free === true;
  }

  async #make(
    id: string,
    domain: string,
    tenant: Readonly<Record<string, string | null>>,
    licence: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const config: unknown = JSON.parse(tenant.config ?? '{}');
    const values = {
      name: tenant.name ?? '',
      domain,
      config: z.record(z.string(), z.unknown()).parse(config),
      licence: { type: licence.type ?? '', startDate: licence.start_date ?? '', endDate: licence.end_date ?? '' },
    };
    // Asked first, for the name of what is taken; the constraint decides between two at once.
    const [taken] = await queryRows(
      this.client,
      z.object({ n: z.string() }),
      'SELECT domain AS n FROM public.tenants WHERE domain = $1',
      [domain],
    );
    if (taken) throw new CodedError('DUPLICATE', { field: 'domain', value: domain });
    await createTenantRecord(this.client, values, { newId: () => id });
  }

  async #settings(id: string): Promise<void> {
    for await (const line of this.archive.reader.lines(FILES.settings)) {
      const { key, value } = parse(record, line, FILES.settings);
      const known = await queryRows(
        this.client,
        z.object({ ok: z.boolean() }),
        'SELECT public.config_accepts(rule, $2::jsonb) AND per_tenant AS ok FROM public.global_config WHERE key = $1',
        [key, value],
      );
      if (known[0]?.ok !== true) throw damaged(FILES.settings, `this version does not take the setting ${key}`);
      await this.client.query('SELECT public.set_tenant_config($1::uuid, $2, $3::jsonb)', [id, key, value]);
    }
  }

  async #load(mapping: Mapping): Promise<Imported['tables']> {
    const schema = tenantSchema(mapping.to);
    const tables = await readTables(this.client, schema);
    requireSameTables(tables, this.#manifest);
    return withResting(this.client, schema, tables, async () => {
      await emptyTables(this.client, schema, tables);
      const loaded: { name: string; rows: number; sha256: string }[] = [];
      for (const table of tables) {
        const wanted = await loadTable(this.client, this.archive.reader, schema, table, mapping);
        const found = await sumOf(this.client, schema, table);
        if (found.count !== wanted.count || found.hash !== wanted.hash) {
          throw damaged(`tables/${table.name}.jsonl`, 'what was written is not what was read');
        }
        loaded.push({ name: table.name, rows: found.count, sha256: found.hash });
        this.options.progress?.(table.name, found.count);
      }
      await loadSequences(this.client, this.archive.reader, schema);
      return loaded;
    });
  }

  /** Dates and state as they were; the trails of the platform and the tenant hear of it. */
  async #finish(
    id: string,
    tenant: Readonly<Record<string, string | null>>,
    licence: Readonly<Record<string, string | null>>,
    tables: Imported['tables'],
  ): Promise<void> {
    await this.client.query(
      `UPDATE public.tenants SET created_at = $2::timestamptz, description = $3, status = $4 WHERE id = $1::uuid`,
      [id, tenant.created_at, tenant.description ?? null, tenant.status === 'active' ? 'active' : 'suspended'],
    );
    await this.client.query(
      'UPDATE public.licenses SET features = $2::jsonb, limits = $3::jsonb, status = $4 WHERE tenant_id = $1::uuid',
      [id, licence.features ?? '{}', licence.limits ?? '{}', licence.status ?? 'active'],
    );
    await this.client.query('SELECT public.apply_tenant_state($1::uuid)', [id]);
    const details = JSON.stringify({
      fingerprint: this.archive.fingerprint,
      formerId: this.#manifest.tenant.id,
      exportedAt: this.#manifest.createdAt,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    });
    await this.client.query("SELECT private.log_event('tenant.import', 'tenants', $1::uuid, $1::uuid, NULL, $2::jsonb)", [
      id,
      details,
    ]);
    await this.client.query(`SELECT ${tenantSchema(id)}.record_access('import', 'tenants', $1::uuid, $2::jsonb)`, [id, details]);
  }
}

/**
 * The steps that the archive's tables were made by, and those that this version adds to them afterwards.
 * @throws CodedError SCHEMA_NEWER where the archive has a step that is not known here; ARCHIVE_INVALID where one differs
 */
function splitSteps(manifest: Manifest, migrations: MigrationSet): { first: Migration[]; later: Migration[] } {
  const known = new Map(migrations.tenant.map((migration) => [migration.version, migration]));
  const had = new Set<string>();
  for (const { version, name, checksum } of manifest.schema.tenant) {
    const migration = known.get(version);
    if (!migration) throw new CodedError('SCHEMA_NEWER', { version, name });
    if (migration.checksum !== checksum)
      throw damaged('manifest.json', `its step ${version} ${name} is not the one of this version`);
    had.add(version);
  }
  return {
    first: migrations.tenant.filter(({ version }) => had.has(version)),
    later: migrations.tenant.filter(({ version }) => !had.has(version)),
  };
}

function requireSameTables(tables: readonly Table[], manifest: Manifest): void {
  for (const table of tables) {
    const described = manifest.tables.find(({ name }) => name === table.name);
    if (!described) throw damaged('manifest.json', `the table ${table.name} is missing`);
    const columns = new Set(described.columns);
    const missing = table.columns.find(({ name }) => !columns.has(name));
    if (missing || columns.size !== table.columns.length)
      throw damaged('manifest.json', `the columns of ${table.name} are others here`);
  }
  const extra = manifest.tables.find(({ name }) => !tables.some((table) => table.name === name));
  if (extra) throw damaged('manifest.json', `there is no table ${extra.name} here`);
}
