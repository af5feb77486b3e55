/**
 * What the catalogue says of a schema, as plain texts by object and property: relations, columns, defaults, constraints, indexes,
 * policies, triggers, functions with their bodies, rules, types, statistics, owners, every grant, and a tenant's roles. Two of
 * these can be compared whatever the schemas are called. Reads only.
 */
import { z } from 'zod';
import { type AdminClient, queryRows } from '../client';

/** By object (`index findings_ref_key`), then by property (`definition`). */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** `$1` are the schemas' names; each gives (space, key, prop, value). Extensions' objects are not ours. */
const NOT_OF_EXTENSION = (oid: string, catalogue: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
const GRANTEE = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END";
const PRIVILEGES =
  "string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END, ', ' ORDER BY a.privilege_type)";
const WORD =
  "CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'table' END";
const RELATIONS = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND ${NOT_OF_EXTENSION('c.oid', 'pg_class')}`;

const QUERIES: readonly string[] = [
  // schemas
  `SELECT n.nspname AS space, 'schema' AS key, 'owner' AS prop, pg_get_userbyid(n.nspowner)::text AS value
   FROM pg_namespace n WHERE n.nspname = ANY ($1::text[]) AND n.nspname !~ '^(public$|kx_public_)'
   UNION ALL
   SELECT n.nspname, 'schema', 'granted to ' || ${GRANTEE}, ${PRIVILEGES}
   FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
   WHERE n.nspname = ANY ($1::text[]) AND a.grantee <> n.nspowner AND pg_get_userbyid(a.grantee) <> 'kompl_owner'
   GROUP BY n.nspname, a.grantee`,
  // relations
  `SELECT n.nspname AS space, ${WORD} || ' ' || c.relname AS key, p.prop, p.value ${RELATIONS.replace(
    'WHERE',
    `CROSS JOIN LATERAL (VALUES
      ('owner', pg_get_userbyid(c.relowner)::text),
      ('persistence', c.relpersistence::text),
      ('row security', CASE WHEN c.relkind IN ('r', 'p') THEN
        CASE WHEN c.relrowsecurity THEN 'on' ELSE 'off' END || CASE WHEN c.relforcerowsecurity THEN ', forced' ELSE '' END END),
      ('definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END),
      ('options', array_to_string(c.reloptions, ', ')),
      ('partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END),
      ('part of', (SELECT string_agg(i.inhparent::regclass::text, ', ') FROM pg_inherits i WHERE i.inhrelid = c.oid)),
      ('sequence', (SELECT concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
        FROM pg_sequence s WHERE s.seqrelid = c.oid))
    ) p (prop, value) WHERE`,
  )} AND p.value IS NOT NULL
   UNION ALL
   SELECT n.nspname, ${WORD} || ' ' || c.relname, 'granted to ' || ${GRANTEE}, ${PRIVILEGES} ${RELATIONS.replace(
     'WHERE',
     "CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner))) a WHERE",
   )} GROUP BY n.nspname, c.oid, c.relname, c.relkind, a.grantee`,
  // columns
  `SELECT n.nspname AS space, 'column ' || c.relname || '.' || t.attname AS key, p.prop, p.value
   FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   LEFT JOIN pg_attrdef f ON f.adrelid = t.attrelid AND f.adnum = t.attnum
   CROSS JOIN LATERAL (VALUES
     ('type', format_type(t.atttypid, t.atttypmod)),
     ('collation', (SELECT k.collname::text FROM pg_collation k WHERE k.oid = t.attcollation AND k.collname <> 'default')),
     ('not null', t.attnotnull::text),
     ('default', pg_get_expr(f.adbin, f.adrelid)),
     ('generated', nullif(t.attgenerated::text || t.attidentity::text, '')),
     ('storage', t.attstorage::text)
   ) p (prop, value)
   WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND t.attnum > 0 AND NOT t.attisdropped
     AND p.value IS NOT NULL AND ${NOT_OF_EXTENSION('c.oid', 'pg_class')}
   UNION ALL
   SELECT n.nspname, 'column ' || c.relname || '.' || t.attname, 'granted to ' || ${GRANTEE}, ${PRIVILEGES}
   FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL aclexplode(t.attacl) a
   WHERE n.nspname = ANY ($1::text[]) AND t.attnum > 0 AND NOT t.attisdropped AND ${NOT_OF_EXTENSION('c.oid', 'pg_class')}
   GROUP BY n.nspname, c.relname, t.attname, a.grantee`,
  // constraints; NOT NULL stands with the columns. A foreign key whose own triggers are switched off is none.
  `SELECT n.nspname AS space, 'constraint ' || coalesce(c.relname || '.', '') || k.conname AS key, p.prop, p.value
   FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace LEFT JOIN pg_class c ON c.oid = k.conrelid
   CROSS JOIN LATERAL (VALUES
     ('definition', pg_get_constraintdef(k.oid)),
     ('validated', k.convalidated::text),
     ('enforced', (SELECT bool_and(t.tgenabled = 'O')::text FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal))
   ) p (prop, value)
   WHERE n.nspname = ANY ($1::text[]) AND k.contype <> 'n' AND p.value IS NOT NULL AND ${NOT_OF_EXTENSION('k.oid', 'pg_constraint')}`,
  // indexes
  `SELECT n.nspname AS space, 'index ' || c.relname AS key, p.prop, p.value
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL (VALUES
     ('definition', pg_get_indexdef(i.indexrelid)),
     ('usable', (i.indisvalid AND i.indisready AND i.indislive)::text),
     ('owner', pg_get_userbyid(c.relowner)::text)
   ) p (prop, value)
   WHERE n.nspname = ANY ($1::text[])`,
  // policies
  `SELECT n.nspname AS space, 'policy ' || c.relname || '.' || o.polname AS key, 'definition' AS prop,
     concat_ws(' ', CASE WHEN o.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for',
       CASE o.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END, 'to',
       (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END, ', '
          ORDER BY CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END) FROM unnest(o.polroles) r),
       'using ' || pg_get_expr(o.polqual, o.polrelid), 'with check ' || pg_get_expr(o.polwithcheck, o.polrelid)) AS value
   FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[])`,
  // triggers
  `SELECT n.nspname AS space, 'trigger ' || c.relname || '.' || t.tgname AS key, p.prop, p.value
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL (VALUES ('definition', pg_get_triggerdef(t.oid)),
     ('state', CASE t.tgenabled WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END)) p (prop, value)
   WHERE n.nspname = ANY ($1::text[]) AND NOT t.tgisinternal`,
  // functions
  `SELECT n.nspname AS space, 'function ' || f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')' AS key, p.prop, p.value
   FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
   CROSS JOIN LATERAL (VALUES
     ('definition', CASE WHEN f.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(f.oid) END),
     ('owner', pg_get_userbyid(f.proowner)::text)) p (prop, value)
   WHERE n.nspname = ANY ($1::text[]) AND ${NOT_OF_EXTENSION('f.oid', 'pg_proc')}
   UNION ALL
   SELECT n.nspname, 'function ' || f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')', 'granted to ' || ${GRANTEE},
     ${PRIVILEGES}
   FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
   CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
   WHERE n.nspname = ANY ($1::text[]) AND a.grantee <> f.proowner AND ${NOT_OF_EXTENSION('f.oid', 'pg_proc')}
   GROUP BY n.nspname, f.oid, f.proname, a.grantee`,
  // rules, statistics, types of their own
  `SELECT n.nspname AS space, 'rule ' || c.relname || '.' || r.rulename AS key, 'definition' AS prop, pg_get_ruledef(r.oid) AS value
   FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[]) AND r.rulename <> '_RETURN' AND ${NOT_OF_EXTENSION('c.oid', 'pg_class')}
   UNION ALL
   SELECT n.nspname, 'statistics ' || s.stxname, 'definition', pg_get_statisticsobjdef(s.oid)
   FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname = ANY ($1::text[])
   UNION ALL
   SELECT n.nspname, 'type ' || t.typname, 'definition', concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod),
     (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE n.nspname = ANY ($1::text[]) AND (t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
     AND ${NOT_OF_EXTENSION('t.oid', 'pg_type')}`,
  // the roles that carry a tenant's functions; a role's name begins with the schema's
  `SELECT s.space, 'role ' || r.rolname AS key, p.prop, p.value
   FROM unnest($1::text[]) s (space) JOIN pg_roles r ON left(r.rolname, length(s.space) + 1) = s.space || '_' AND s.space LIKE 'tenant\\_%'
   CROSS JOIN LATERAL (VALUES
     ('attributes', concat_ws(' ', CASE WHEN r.rolcanlogin THEN 'login' ELSE 'nologin' END,
       CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolbypassrls THEN 'bypassrls' END,
       CASE WHEN r.rolcreaterole THEN 'createrole' END, CASE WHEN r.rolcreatedb THEN 'createdb' END,
       CASE WHEN r.rolreplication THEN 'replication' END)),
     ('settings', array_to_string(r.rolconfig, ', ')),
     ('member of', (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
       WHERE m.member = r.oid)),
     ('given to', (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.member
       WHERE m.roleid = r.oid AND g.rolname !~ '^u_[0-9a-f]{32}$'))
   ) p (prop, value) WHERE p.value IS NOT NULL`,
];

const row = z.object({ space: z.string(), key: z.string(), prop: z.string(), value: z.string() });

/**
 * The catalogues of these schemas, by schema. Inside a transaction; sets its search path, so that all names are written in full.
 * `rename` turns names that differ by design (the schema's own, the tenant's id) into one form.
 */
export async function readCatalogues(
  client: AdminClient,
  schemas: readonly string[],
  rename: (space: string, text: string) => string,
): Promise<ReadonlyMap<string, Catalogue>> {
  await client.query('SET LOCAL search_path = pg_catalog');
  const found = new Map<string, Map<string, Map<string, string>>>(schemas.map((schema) => [schema, new Map()]));
  for (const query of QUERIES) {
    for (const { space, key, prop, value } of await queryRows(client, row, query, [[...schemas]])) {
      const objects = found.get(space);
      if (!objects) continue;
      const name = rename(space, key);
      const properties = objects.get(name) ?? new Map<string, string>();
      properties.set(rename(space, prop), rename(space, value));
      objects.set(name, properties);
    }
  }
  return found;
}

const sizeRow = z.object({ table: z.string(), parent: z.string() });

/** The partitions of a schema with their parents: their names and bounds follow the calendar, everything else does not. */
export async function readPartitions(client: AdminClient, schema: string): Promise<ReadonlyMap<string, string>> {
  const rows = await queryRows(
    client,
    sizeRow,
    `SELECT c.relname::text AS table, p.relname::text AS parent FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
     WHERE n.nspname = $1 AND c.relispartition AND c.relkind IN ('r', 'p')`,
    [schema],
  );
  return new Map(rows.map(({ table, parent }) => [table, parent]));
}
