/**
 * Everything of a tenant in one portable file: registry, licence, settings, people, every row of every table, the trail with its
 * seals, the sequences. One REPEATABLE READ snapshot, so the parts fit together whatever others write meanwhile; constant
 * memory; the file is there whole or not at all. For database administrators.
 */
import { createHash } from 'node:crypto';
import { type open, rm } from 'node:fs/promises';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { z } from 'zod';
import type { Database } from '../../db/database';
import { fromClient } from '../../db/errors';
import { type AdminClient, queryRows } from '../../db/migrate/client';
import type { Actor } from '../runner';
import { FILES, FINGERPRINT, FORMAT, FORMAT_VERSION, MANIFEST, type Manifest, tableFile } from './manifest';
import { linesSql, quoted, readTables, streamLines, type Table, TEXT_SETTINGS } from './rows';
import { TarWriter } from './tar';

export interface ExportOptions {
  readonly tenantId: string;
  /** Where the file is to be; nothing may be there. */
  readonly out: string;
  /** Puts the persons' password verifiers in, so that they can sign in where it is imported. */
  readonly withLogins?: boolean;
  readonly progress?: (what: string, rows: number) => void;
  /** For tests of a full disk. */
  readonly openFile?: typeof open;
}

export interface Exported {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest: proves later that the archive is this one. */
  readonly fingerprint: string;
}

/**
 * Writes the archive, and that it was written into the trails of the platform and the tenant.
 * @throws CodedError NOT_FOUND, ROLE_FORBIDS, DISK_FULL, FILE_UNREADABLE, INPUT_INVALID; no file is left then
 */
export async function exportTenant(database: Database, actor: Actor, options: ExportOptions): Promise<Exported> {
  const writer = await TarWriter.create(options.out, options.openFile);
  const client = await database.connectAdmin();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const exported = await new TenantExport(client, writer, actor, options).run();
    await client.query('COMMIT');
    await writer.finish();
    try {
      await note(client, actor, options, exported);
    } catch (error) {
      // Nobody walks away with an archive that the trail does not know of.
      await rm(options.out, { force: true });
      throw error;
    }
    return exported;
  } catch (error) {
    await writer.abandon();
    throw error instanceof CodedError ? error : fromClient(error);
  } finally {
    // A connection that is gone may never confirm its end.
    client.end().catch(() => undefined);
  }
}

async function note(
  client: AdminClient,
  actor: Actor,
  { tenantId, withLogins }: ExportOptions,
  exported: Exported,
): Promise<void> {
  const rows = exported.manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const details = JSON.stringify({ fingerprint: exported.fingerprint, rows, logins: withLogins === true });
  await client.query('BEGIN');
  await client.query("SELECT set_config('app.source', $1, true), set_config('app.person', $2, true)", [
    actor.source,
    actor.personId ?? '',
  ]);
  await client.query('SET LOCAL ROLE kompl_owner');
  await client.query("SELECT private.log_event('tenant.export', 'tenants', $1::uuid, $1::uuid, NULL, $2::jsonb)", [
    tenantId,
    details,
  ]);
  await client.query(`SELECT ${tenantSchema(tenantId)}.record_access('export', 'tenants', $1::uuid, $2::jsonb)`, [
    tenantId,
    details,
  ]);
  await client.query('COMMIT');
}

const aboutRow = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.string(),
  at: z.string(),
  login: z.string(),
  server: z.string(),
  everything: z.boolean(),
});
const stepRow = z.object({ scope: z.string(), version: z.string(), name: z.string(), checksum: z.string() });

/** Steps in force: of the tenant, and of the shared scopes. */
const STEPS = `SELECT scope, version, description AS name, checksum FROM (
    SELECT DISTINCT ON (scope, version) scope, version, description, checksum, direction FROM private.migration_history
    WHERE status = 'success' AND (tenant_id = $1::uuid OR tenant_id IS NULL) ORDER BY scope, version, id DESC
  ) last WHERE direction = 'up' ORDER BY scope, version`;

class TenantExport {
  readonly #files: Record<string, { size: number; sha256: string; rows: number }> = {};

  constructor(
    private readonly client: AdminClient,
    private readonly writer: TarWriter,
    private readonly actor: Actor,
    private readonly options: ExportOptions,
  ) {}

  async run(): Promise<Exported> {
    const { tenantId } = this.options;
    const schema = tenantSchema(tenantId);
    await this.client.query(TEXT_SETTINGS);
    const about = await this.#about();
    const tables = await readTables(this.client, schema);
    if (!about.everything) await requireReadable(this.client, schema);

    const steps = await queryRows(this.client, stepRow, STEPS, [tenantId]);
    await this.#registry(tables, schema);
    const counts: { name: string; columns: string[]; rows: number }[] = [];
    for (const table of tables) {
      const rows = await this.#file(tableFile(table.name), linesSql(schema, table));
      counts.push({ name: table.name, columns: table.columns.map(({ name }) => name), rows });
    }
    await this.#trail(tables);
    await this.#sequences(schema);

    const newest = (scope: string) => steps.filter((step) => step.scope === scope).at(-1)?.version ?? '0000';
    const manifest: Manifest = {
      format: FORMAT,
      formatVersion: FORMAT_VERSION,
      createdAt: about.at,
      createdBy: { login: about.login, personId: this.actor.personId },
      source: this.actor.source,
      server: about.server,
      tenant: { id: about.id, name: about.name, domain: about.domain },
      schema: {
        tenant: steps
          .filter(({ scope }) => scope === 'tenant')
          .map(({ version, name, checksum }) => ({ version, name, checksum })),
        public: newest('public'),
        private: newest('private'),
      },
      tables: counts,
      logins: this.options.withLogins === true,
      evidence: await this.#evidence(schema),
      files: this.#files,
    };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    const fingerprint = createHash('sha256').update(text, 'utf8').digest('hex');
    await this.writer.entry(MANIFEST, (add) => add(text));
    await this.writer.entry(FINGERPRINT, (add) => add(`${fingerprint}\n`));
    return { manifest, fingerprint };
  }

  async #about(): Promise<z.infer<typeof aboutRow>> {
    // A superuser reads past row security; anybody else as the owner, whose policies must then show everything.
    const [role] = await queryRows(
      this.client,
      z.object({ everything: z.boolean() }),
      'SELECT rolsuper OR rolbypassrls AS everything FROM pg_roles WHERE rolname = current_user',
    );
    if (!role?.everything) await this.client.query('SET LOCAL ROLE kompl_owner');
    const [about] = await queryRows(
      this.client,
      aboutRow,
      `SELECT id::text, name, domain, to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, session_user::text AS login,
         version() AS server, $2::boolean AS everything
       FROM public.tenants WHERE id = $1::uuid AND NOT is_deleted`,
      [this.options.tenantId, role?.everything === true],
    );
    if (!about) throw new CodedError('NOT_FOUND', { what: 'There is no such tenant' });
    return about;
  }

  async #file(name: string, select: string): Promise<number> {
    let rows = 0;
    const written = await this.writer.entry(name, async (add) => {
      for await (const line of streamLines(this.client, select)) {
        rows += 1;
        await add(`${line}\n`);
      }
    });
    this.#files[name] = { ...written, rows };
    this.options.progress?.(name, rows);
    return rows;
  }

  /** Rows of a shared table, all columns but the named ones. */
  async #shared(file: string, table: string, where: string, without: readonly string[] = [], order = '1'): Promise<void> {
    const names = z.object({ name: z.string() });
    const columns = await queryRows(
      this.client,
      names,
      `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
       AND attname <> ALL ($2::text[]) ORDER BY attnum`,
      [table, without],
    );
    const list = columns.map(({ name }) => `t.${quoted(name)}::text AS ${quoted(name)}`).join(', ');
    await this.#file(
      file,
      `SELECT row_to_json(r)::text AS line FROM (SELECT ${list} FROM ${table} t WHERE ${where} ORDER BY ${order}) r`,
    );
  }

  async #registry(tables: readonly Table[], schema: string): Promise<void> {
    const tenant = `'${this.options.tenantId}'::uuid`;
    await this.#shared(FILES.tenant, 'public.tenants', `t.id = ${tenant}`);
    await this.#shared(FILES.licence, 'public.licenses', `t.tenant_id = ${tenant}`);
    await this.#shared(FILES.settings, 'public.tenant_config', `t.tenant_id = ${tenant}`, [], 't.key');
    await this.#shared(FILES.memberships, 'public.tenant_memberships', `t.tenant_id = ${tenant}`, [], 't.user_id, t.function');
    // Members, and whoever a record or its history names.
    const named = tables.flatMap(({ name, people }) =>
      people.map((column) => `SELECT ${quoted(column)} FROM ${quoted(schema)}.${quoted(name)}`),
    );
    const sources = [
      `SELECT user_id FROM public.tenant_memberships WHERE tenant_id = ${tenant}`,
      `SELECT id FROM public.users WHERE tenant_id = ${tenant}`,
      `SELECT actor FROM private.audit_logs WHERE tenant_id = ${tenant} AND origin = 'tenant'`,
      ...named,
    ];
    const hidden = this.options.withLogins ? ['preferences'] : ['preferences', 'password_hash'];
    await this.#shared(FILES.people, 'public.users', `t.id IN (${sources.join(' UNION ')})`, hidden, 't.id');
  }

  /** Filed rows in the form of the tenant's own trail; seals and keys, by which they can be proven; the platform's events. */
  async #trail(tables: readonly Table[]): Promise<void> {
    const tenant = `'${this.options.tenantId}'::uuid`;
    const renamed: Readonly<Record<string, string>> = { id: 'trail_id', at: 'created_at', source: 'user_agent' };
    const own = tables.find(({ name }) => name === 'audit_log')?.columns ?? [];
    const list = own.map(({ name }) => `t.${quoted(renamed[name] ?? name)}::text AS ${quoted(name)}`).join(', ');
    await this.#file(
      FILES.filed,
      `SELECT row_to_json(r)::text AS line FROM (SELECT ${list} FROM private.audit_logs t
         WHERE t.tenant_id = ${tenant} AND t.origin = 'tenant' ORDER BY t.trail_id) r`,
    );
    await this.#shared(FILES.seals, 'private.seals', `t.chain = ${tenant}`, [], 't.seq');
    await this.#shared(
      FILES.keys,
      'private.sealing_keys',
      `t.key_id IN (SELECT key_id FROM private.seals WHERE chain = ${tenant})`,
    );
    await this.#shared(
      FILES.platform,
      'private.audit_logs',
      `t.tenant_id = ${tenant} AND t.origin = 'platform'`,
      [],
      't.trail_id',
    );
  }

  async #sequences(schema: string): Promise<void> {
    const row = z.object({ name: z.string() });
    const found = await queryRows(
      this.client,
      row,
      "SELECT relname::text AS name FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'S' ORDER BY relname",
      [schema],
    );
    const each = found.map(
      ({ name }) => `SELECT ${literal(name)} AS name, last_value::text, is_called::text FROM ${quoted(schema)}.${quoted(name)}`,
    );
    const rows = each.length === 0 ? 'SELECT NULL WHERE false' : each.join(' UNION ALL ');
    await this.#file(FILES.sequences, `SELECT row_to_json(r)::text AS line FROM (${rows}) r`);
  }

  async #evidence(schema: string): Promise<Manifest['evidence']> {
    const row = z.object({ records: z.coerce.number(), files: z.coerce.number(), bytes: z.string() });
    const [counted] = await queryRows(
      this.client,
      row,
      `SELECT (SELECT count(*) FROM ${schema}.audit_evidence) AS records, count(*) AS files,
         coalesce(sum(size_bytes), 0)::text AS bytes FROM ${schema}.evidence_files`,
    );
    return { ...(counted ?? { records: 0, files: 0, bytes: '0' }), contents: 'not included' };
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Without the right to read past row security, every table's policies must show the owner every row; an archive with holes would
 * be worse than none.
 */
async function requireReadable(client: AdminClient, schema: string): Promise<void> {
  const [hidden] = await queryRows(
    client,
    z.object({ name: z.string() }),
    `SELECT c.relname::text AS name FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r'
       AND (NOT EXISTS (
           SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
             AND p.polroles && ARRAY[0::oid, 'kompl_owner'::regrole::oid]
             AND pg_get_expr(p.polqual, p.polrelid) !~ 'current_person|current_setting')
         OR EXISTS (
           SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
             AND p.polroles && ARRAY[0::oid, 'kompl_owner'::regrole::oid]))
     LIMIT 1`,
    [schema],
  );
  if (hidden) throw new CodedError('ROLE_FORBIDS', { action: 'tenant export', table: hidden.name });
}
