/**
 * The expected catalogue, made from the migrations alone and on the very server that is looked at, so that both sides are written
 * by the same PostgreSQL: in one transaction, under names of its own, everything is built anew from the files, read, and rolled
 * back. Nothing of what is there is used but the extensions, so that a damaged helper cannot vouch for its own work.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import { type AdminClient, inTransaction, queryRows } from '../client';
import { fillPlaceholders, type Migration } from '../files';
import { isHistoryStep } from '../step';
import { type Catalogue, readCatalogues, readPartitions } from './catalogue';

export interface ReferenceRequest {
  /** Steps in force in the shared scopes. */
  readonly public: readonly Migration[];
  readonly private: readonly Migration[];
  /** For each kind of tenant, by a key of the caller's, its steps in force. */
  readonly tenants: ReadonlyMap<string, readonly Migration[]>;
}

export interface SharedReference {
  readonly catalogue: Catalogue;
  readonly partitions: ReadonlyMap<string, string>;
}

export interface Reference {
  readonly public: SharedReference;
  readonly private: SharedReference;
  readonly tenants: ReadonlyMap<string, Catalogue>;
}

/** Ends the transaction that nothing may be left of. */
class Built extends Error {}

/** Builds, reads and rolls back. Throws what the database throws where the files themselves cannot be applied. */
export async function buildReference(client: AdminClient, request: ReferenceRequest): Promise<Reference> {
  let reference: Reference | undefined;
  try {
    await inTransaction(client, async () => {
      await client.query(
        "SET LOCAL ROLE kompl_owner; SET LOCAL client_min_messages = 'error'; SET LOCAL check_function_bodies = off",
      );
      reference = await build(client, request);
      throw new Built();
    });
  } catch (error) {
    if (!(error instanceof Built)) throw error;
  }
  if (!reference) throw new TypeError('the reference was not built');
  return reference;
}

class Names {
  readonly #suffix = randomBytes(6).toString('hex');
  readonly #word: RegExp;

  constructor(ofExtensions: readonly string[]) {
    // What extensions put into public stays there; every other mention is ours.
    const kept = ofExtensions.filter((name) => /^\w+$/.test(name)).join('|');
    this.#word = new RegExp(`\\b(public|private)\\b${kept === '' ? '' : `(?!\\.(?:${kept})\\b)`}`, 'g');
  }

  space(scope: 'public' | 'private'): string {
    return `kx_${scope}_${this.#suffix}`;
  }

  /** The text of a step, meant for the spaces of the reference. */
  away(sql: string): string {
    return sql.replace(this.#word, (_, scope: 'public' | 'private') => this.space(scope));
  }

  /** Back to the names of the real schemas. */
  home(text: string): string {
    return text.replaceAll(this.space('public'), 'public').replaceAll(this.space('private'), 'private');
  }
}

async function build(client: AdminClient, request: ReferenceRequest): Promise<Reference> {
  const names = new Names(await extensionNames(client));
  const [publicSpace, privateSpace] = [names.space('public'), names.space('private')];
  // As the bootstrap leaves the public schema; the private one is made by its first step.
  await client.query(`CREATE SCHEMA ${publicSpace}; GRANT USAGE ON SCHEMA ${publicSpace} TO PUBLIC`);
  const run = async (migration: Migration, space: string, sql: string) => {
    await client.query(`SET LOCAL search_path = ${space === publicSpace ? '' : `${space}, `}${publicSpace}, public`);
    await client.query(names.away(migration.scope === 'tenant' ? sql : migration.up));
  };
  const first = request.private.filter(isHistoryStep);
  const others = request.private.filter((migration) => !isHistoryStep(migration));
  for (const migration of first) await run(migration, privateSpace, migration.up);
  for (const migration of request.public) await run(migration, publicSpace, migration.up);
  for (const migration of others) await run(migration, privateSpace, migration.up);

  const schemas = new Map<string, string>();
  for (const [key, migrations] of request.tenants) {
    const id = randomUUID();
    await client.query('SET LOCAL search_path = pg_catalog');
    await client.query(
      `SELECT ${publicSpace}.create_tenant_record(p_name => 'reference', p_domain => $1, p_config => '{}'::jsonb,
         p_licence_type => 'standard', p_licence_start => current_date, p_licence_end => current_date, p_id => $2::uuid)`,
      [`reference-${id}.example`, id],
    );
    for (const migration of migrations) await run(migration, tenantSchema(id), fillPlaceholders(migration.up, id));
    schemas.set(key, tenantSchema(id));
  }
  // Partitions as they are made later on, by the functions as they are now.
  await client.query('SET LOCAL search_path = pg_catalog');
  if (others.length > 0) await client.query(`SELECT ${privateSpace}.ensure_log_partitions(now() + interval '2 years')`);
  return read(client, names, schemas);
}

async function read(client: AdminClient, names: Names, tenants: ReadonlyMap<string, string>): Promise<Reference> {
  const spaces = [names.space('public'), names.space('private')] as const;
  const found = await readCatalogues(client, [...spaces, ...tenants.values()], (space, text) =>
    names.home(space.startsWith('tenant_') ? tenantForm(space, text) : text),
  );
  const shared = async (space: string): Promise<SharedReference> => {
    const partitions = await readPartitions(client, space);
    return { catalogue: found.get(space) ?? new Map(), partitions };
  };
  return {
    public: await shared(spaces[0]),
    private: await shared(spaces[1]),
    tenants: new Map([...tenants].map(([key, schema]) => [key, found.get(schema) ?? new Map()])),
  };
}

/** A tenant's texts without the tenant: its schema and roles, and its id. */
export function tenantForm(schema: string, text: string): string {
  const [, a, b, c, d, e] = /^tenant_(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(schema) ?? [];
  return text.replaceAll(schema, '{{schema}}').replaceAll([a, b, c, d, e].join('-'), '{{tenant_id}}');
}

async function extensionNames(client: AdminClient): Promise<string[]> {
  const rows = await queryRows(
    client,
    z.object({ name: z.string() }),
    `SELECT DISTINCT o.name FROM pg_depend d JOIN LATERAL (
       SELECT p.proname::text AS name FROM pg_proc p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid
       UNION ALL SELECT t.typname::text FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid
       UNION ALL SELECT c.opcname::text FROM pg_opclass c WHERE d.classid = 'pg_opclass'::regclass AND c.oid = d.objid
     ) o ON true WHERE d.deptype = 'e'`,
  );
  return rows.map(({ name }) => name);
}
