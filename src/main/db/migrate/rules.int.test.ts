/** Rules of the whole catalogue: nothing may be added later that breaks one of them. Each query is proven to catch a breach. */
import { pageStatement } from '@main/entities/list-query';
import { ENTITIES, type EntityName, entityOf } from '@shared/entities/registry';
import { listQuerySchema } from '@shared/listing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testServers, Workplace } from './testing';

const OURS = "n.nspname = 'public' OR n.nspname = 'private' OR n.nspname LIKE 'tenant\\_%'";
const NO_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')";

/** Each gives one row a breach. `breach` commits the sin, in a transaction that is rolled back. */
const RULES: Readonly<Record<string, { readonly query: string; readonly breach: (schema: string) => string }>> = {
  'every foreign key has an index that begins with it': {
    query: `SELECT o.conrelid::regclass::text AS what, o.conname FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
      WHERE o.contype = 'f' AND (${OURS}) AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = o.conrelid AND i.indpred IS NULL AND i.indisvalid
          AND (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(o.conkey)] @> o.conkey)`,
    breach: (schema) => `DROP INDEX ${schema}.findings_control_id_idx`,
  },
  'every table has a primary key': {
    query: `SELECT o.oid::regclass::text AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
      WHERE o.relkind IN ('r', 'p') AND (${OURS}) AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conrelid = o.oid AND k.contype = 'p')`,
    breach: (schema) => `CREATE TABLE ${schema}.loose (a integer)`,
  },
  'every table has forced row security and a policy': {
    query: `SELECT o.oid::regclass::text AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
      WHERE o.relkind IN ('r', 'p') AND (${OURS}) AND (NOT o.relrowsecurity OR NOT o.relforcerowsecurity
        OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = o.oid))`,
    breach: (schema) => `ALTER TABLE ${schema}.findings NO FORCE ROW LEVEL SECURITY`,
  },
  'every policy of a tenant names the tenant, and asks no query': {
    query: `SELECT o.polrelid::regclass::text AS what FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname LIKE 'tenant\\_%' AND (
        -- a restrictive one only narrows what another allows
        (o.polpermissive AND replace(substring(pg_get_expr(o.polqual, o.polrelid) FROM '''([0-9a-f-]{36})''::uuid'), '-', '')
          IS DISTINCT FROM substr(n.nspname, 8))
        OR pg_get_expr(o.polqual, o.polrelid) ~* '\\mselect\\M|true')`,
    breach: (schema) => `CREATE POLICY open ON ${schema}.findings USING (true)`,
  },
  'every function pins its search path': {
    query: `SELECT o.oid::regprocedure::text AS what FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace
      WHERE (${OURS}) AND ${NO_EXTENSION}
        AND NOT coalesce(EXISTS (SELECT FROM unnest(o.proconfig) c WHERE c LIKE 'search_path=%pg_temp'), false)`,
    breach: (schema) => `CREATE FUNCTION ${schema}.loose() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
  },
  'everything belongs to kompl_owner': {
    query: `SELECT o.oid::regclass::text AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
      WHERE (${OURS}) AND ${NO_EXTENSION} AND o.relowner <> 'kompl_owner'::regrole
      UNION ALL SELECT o.oid::regprocedure::text FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace
      WHERE (${OURS}) AND ${NO_EXTENSION} AND o.proowner <> 'kompl_owner'::regrole`,
    breach: (schema) => `CREATE VIEW ${schema}.loose AS SELECT 1 AS a`,
  },
  'nothing but the person functions is open to PUBLIC': {
    query: `SELECT o.oid::regprocedure::text AS what FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace,
        aclexplode(coalesce(o.proacl, acldefault('f', o.proowner))) a
      WHERE (${OURS}) AND ${NO_EXTENSION} AND a.grantee = 0 AND NOT (n.nspname = 'public' AND o.proname IN ('current_person', 'me',
        'my_workspaces', 'schema_versions', 'note_sign_in', 'create_person', 'grant_membership', 'revoke_membership',
        'suspend_person', 'resume_person', 'create_tenant_record', 'enforce_memberships', 'unlock_person', 'change_my_password',
        'reset_password', 'remove_person', 'person_by_email', 'tenant_people', 'suspend_tenant', 'resume_tenant', 'set_licence',
        'enforce_licences', 'tenant_directory', 'licence_usage', 'set_tenant_config', 'set_global_config', 'effective_config',
        'apply_tenant_step', 'fill_tenant', 'rename_tenant', 'schedule_tenant_deletion', 'cancel_tenant_deletion', 'shred_tenant', 'tenant_endings',
        'administers_platform', 'prepare_tenant_space', 'finish_tenant_space', 'claim_tenant', 'tenant_spaces', 'discard_tenant_space'))
      UNION ALL SELECT o.oid::regclass::text FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace, aclexplode(o.relacl) a
      WHERE (${OURS}) AND ${NO_EXTENSION} AND a.grantee = 0
      UNION ALL SELECT c.oid::regclass::text || '.' || o.attname FROM pg_attribute o JOIN pg_class c ON c.oid = o.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(o.attacl) a WHERE (${OURS}) AND a.grantee = 0
      UNION ALL SELECT n.nspname || ' ' || a.privilege_type FROM pg_namespace n,
        aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
      WHERE (${OURS}) AND a.grantee = 0 AND NOT (n.nspname = 'public' AND a.privilege_type = 'USAGE')
      UNION ALL SELECT d.datname || ' ' || a.privilege_type FROM pg_database d,
        aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
      WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type <> 'CONNECT'`,
    breach: (schema) => `GRANT SELECT ON ${schema}.findings TO PUBLIC`,
  },
  'a role has privileges in its own schema only': {
    query: `SELECT o.oid::regclass::text || ' ' || r.rolname AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace,
        aclexplode(o.relacl) a JOIN pg_roles r ON r.oid = a.grantee
      WHERE (${OURS}) AND r.rolname LIKE 'tenant\\_%' AND left(r.rolname, 39) <> n.nspname
      UNION ALL SELECT n.nspname || ' ' || r.rolname FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
      WHERE (${OURS}) AND r.rolname LIKE 'tenant\\_%' AND left(r.rolname, 39) <> n.nspname`,
    breach: (schema) => `GRANT SELECT ON public.users TO ${schema}_auditor`,
  },
  'triggers get the name of their own table': {
    query: `SELECT o.tgrelid::regclass::text || ' ' || o.tgname AS what FROM pg_trigger o JOIN pg_class c ON c.oid = o.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = o.tgfoid
      WHERE n.nspname LIKE 'tenant\\_%' AND NOT o.tgisinternal AND (p.pronamespace <> n.oid
        OR (p.proname = 'record_change' AND split_part(encode(o.tgargs, 'escape'), '\\000', 1) <> c.relname))`,
    breach: (schema) => `CREATE TRIGGER stray AFTER DELETE ON ${schema}.findings REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.record_change('actions', '')`,
  },
  'no policy asks a query or stands on a bare IS NULL, in what it checks either': {
    query: `SELECT o.polrelid::regclass::text || ' ' || o.polname AS what FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace,
      unnest(ARRAY[pg_get_expr(o.polqual, o.polrelid), pg_get_expr(o.polwithcheck, o.polrelid)]) e (text)
      WHERE (${OURS}) AND (e.text ~* '\\mselect\\M'
        OR e.text ~* '(^|AND )[(]*[a-z_.]+ IS (NOT )?(NULL|TRUE|FALSE)[)]*( AND|$)')`,
    breach: (schema) => `CREATE POLICY loose ON ${schema}.findings FOR INSERT WITH CHECK (tenant_id IS NOT NULL)`,
  },
  'a tenant has no materialised view and no foreign table': {
    query: `SELECT o.oid::regclass::text AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
      WHERE n.nspname LIKE 'tenant\\_%' AND o.relkind IN ('m', 'f')`,
    breach: (schema) => `CREATE MATERIALIZED VIEW ${schema}.loose AS SELECT 1 AS a`,
  },
  'no foreign key of a tenant leaves its schema': {
    query: `SELECT o.conrelid::regclass::text || ' ' || o.conname AS what FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
      JOIN pg_class t ON t.oid = o.confrelid WHERE o.contype = 'f' AND n.nspname LIKE 'tenant\\_%' AND t.relnamespace <> n.oid`,
    breach: (schema) => `ALTER TABLE ${schema}.findings ADD FOREIGN KEY (owner_id) REFERENCES public.users (id)`,
  },
  'foreign keys stay in their schema or point to public': {
    query: `SELECT o.conrelid::regclass::text || ' ' || o.conname AS what FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class t ON t.oid = o.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
      WHERE o.contype = 'f' AND (${OURS}) AND tn.oid <> n.oid AND tn.nspname <> 'public'`,
    breach: (schema) => `CREATE TABLE private.loose (id uuid PRIMARY KEY REFERENCES ${schema}.findings (id))`,
  },
  'no function asks for the name of the table it was called for': {
    query: `SELECT o.oid::regprocedure::text AS what FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace
      WHERE (${OURS}) AND ${NO_EXTENSION} AND o.prosrc ~* '\\mTG_(TABLE_NAME|TABLE_SCHEMA|RELNAME|RELID)\\M'`,
    breach: (schema) => `CREATE FUNCTION ${schema}.loose() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN RAISE NOTICE ''%'', TG_TABLE_NAME; RETURN NULL; END'`,
  },
  "a tenant's trigger writes in its own schema only": {
    query: `SELECT o.oid::regprocedure::text AS what FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace
      WHERE n.nspname LIKE 'tenant\\_%' AND o.prorettype = 'trigger'::regtype
        AND o.prosrc ~* '\\m(insert\\s+into|update|delete\\s+from)\\s+(public|private|tenant_[0-9a-f]{32})\\.'
        AND o.prosrc !~* ('\\m(insert\\s+into|update|delete\\s+from)\\s+' || n.nspname || '\\.')`,
    breach: (schema) => `CREATE FUNCTION ${schema}.loose() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN INSERT INTO private.api_usage DEFAULT VALUES; RETURN NULL; END'`,
  },
  'no partitioned table has a default partition': {
    query: `SELECT o.partrelid::regclass::text AS what FROM pg_partitioned_table o JOIN pg_class c ON c.oid = o.partrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (${OURS}) AND o.partdefid <> 0`,
    breach: () => 'CREATE TABLE private.loose PARTITION OF private.audit_logs DEFAULT',
  },
  'every constraint was checked, every index is usable': {
    query: `SELECT o.conrelid::regclass::text || ' ' || o.conname AS what FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
      WHERE (${OURS}) AND NOT o.convalidated
      UNION ALL SELECT o.indexrelid::regclass::text FROM pg_index o JOIN pg_class c ON c.oid = o.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (${OURS}) AND NOT (o.indisvalid AND o.indisready)`,
    breach: (schema) => `ALTER TABLE ${schema}.findings ADD CONSTRAINT loose CHECK (title <> 'x') NOT VALID`,
  },
  'every table but the ledger and the trail is stamped and recorded': {
    query: `SELECT o.oid::regclass::text AS what FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
      WHERE o.relkind = 'r' AND n.nspname LIKE 'tenant\\_%' AND o.relname NOT IN ('sync_ops', 'audit_log', 'storage_usage', 'rollups', 'rollup_deltas',
        'requirement_standings', 'changes', 'assessment_scores')
        AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = o.oid AND t.tgenabled = 'O'
          AND t.tgname IN ('stamp_row', 'trail_insert', 'trail_update', 'trail_delete')) <> 4`,
    breach: (schema) => `ALTER TABLE ${schema}.findings DISABLE TRIGGER trail_update`,
  },
};

describe.each(testServers(['embedded', 'server']))('on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  describe.each(Object.entries(RULES))('%s', (_, { query, breach }) => {
    it('holds', async () => expect(await at.look(query)).toEqual([]));

    it('would be seen to be broken', async () => {
      await database.admin.query('BEGIN');
      await database.admin.query(breach(at.a.schema));
      const seen = await at.look(query);
      await database.admin.query('ROLLBACK');
      expect(seen.length).toBeGreaterThan(0);
    });
  });

  it('no role of ours may sign in but a person, none is more than it need be', async () => {
    const rows = await at.look(
      `SELECT rolname FROM pg_roles WHERE (rolname LIKE 'kompl\\_%' OR rolname LIKE 'tenant\\_%') AND (rolcanlogin OR rolsuper
         OR rolbypassrls OR rolcreatedb OR rolreplication OR (rolcreaterole AND rolname <> 'kompl_owner'))
       UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ '^u_[0-9a-f]{32}$' AND (rolinherit OR rolsuper OR rolbypassrls
         OR rolcreatedb OR rolcreaterole OR rolreplication)`,
    );
    expect(rows).toEqual([]);
  });

  it.each(Object.keys(ENTITIES) as EntityName[])('the default order of %s comes from an index', async (name) => {
    const query = listQuerySchema.parse({});
    const { text, values } = pageStatement(entityOf(name), query, { personId: at.a.people.viewer.id, today: '2026-07-01' });
    const rows = await at.act(
      at.a.people.viewer,
      'SET LOCAL enable_seqscan = off',
      'SET LOCAL enable_bitmapscan = off',
      'SET LOCAL enable_sort = off',
      [`EXPLAIN ${text}`, [...values]],
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    // "Incremental Sort" only breaks ties; a full sort would read the whole table.
    expect(plan).not.toMatch(/^\s*(->\s*)?Sort {2}\(/m);
    expect(plan).toMatch(/Index (Only )?Scan/);
  });
});
