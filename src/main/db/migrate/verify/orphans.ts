/**
 * What belongs together and is apart: rows that point to nothing (past a foreign key that was switched off for a while),
 * memberships without the role and roles without a membership, schemas without a tenant and tenants without a schema, persons
 * without a login. Reads only; names ids and counts, never values.
 */
import { z } from 'zod';
import { type AdminClient, queryRows } from '../client';
import { marksPersonSql } from '../people';

export interface Orphan {
  readonly kind:
    | 'rows point to nothing'
    | 'membership without its role'
    | 'role without a membership'
    | 'schema without a tenant'
    | 'tenant without a schema'
    | 'space without a schema'
    | 'space that is a tenant'
    | 'role of a space in use'
    | 'person without a login'
    | 'login with too much';
  readonly tenantId: string | null;
  readonly what: string;
  readonly count: number;
}

const orphanRow = z.object({ tenantId: z.string().nullable(), what: z.string() });

const ACTIVE = 'm.expires_at IS NULL OR m.expires_at > now()';
const TENANT_ROLE = "'tenant_' || replace(t.id::text, '-', '') || '_' || m.function";

/** Inside a transaction that may read the registry. */
const REGISTRY: readonly (readonly [Orphan['kind'], string])[] = [
  [
    'tenant without a schema',
    `SELECT t.id::text AS "tenantId", 'tenant_' || replace(t.id::text, '-', '') AS what FROM public.tenants t
     WHERE NOT t.is_deleted AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'tenant_' || replace(t.id::text, '-', ''))`,
  ],
  [
    'schema without a tenant',
    `SELECT NULL AS "tenantId", n.nspname::text AS what FROM pg_namespace n WHERE n.nspname ~ '^tenant_'
       AND NOT EXISTS (SELECT FROM public.tenants t WHERE n.nspname = 'tenant_' || replace(t.id::text, '-', ''))
       AND n.nspname <> ALL (SELECT 'tenant_' || replace(s, '-', '') FROM unnest($1::text[]) s)`,
  ],
  [
    'space without a schema',
    `SELECT s AS "tenantId", 'tenant_' || replace(s, '-', '') AS what FROM unnest($1::text[]) s
     WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'tenant_' || replace(s, '-', ''))`,
  ],
  [
    'space that is a tenant',
    `SELECT s AS "tenantId", 'listed as a prepared space' AS what FROM unnest($1::text[]) s JOIN public.tenants t ON t.id::text = s`,
  ],
  [
    'role of a space in use',
    `SELECT s AS "tenantId", p.rolname || ' has ' || g.rolname AS what
     FROM unnest($1::text[]) s JOIN pg_roles g ON left(g.rolname, 40) = 'tenant_' || replace(s, '-', '') || '_'
     JOIN pg_auth_members a ON a.roleid = g.oid JOIN pg_roles p ON p.oid = a.member WHERE p.rolname !~ '^kompl_'`,
  ],
  [
    'person without a login',
    `SELECT u.tenant_id::text AS "tenantId", 'person ' || u.id AS what FROM public.users u
     WHERE NOT u.is_deleted AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = u.db_role)`,
  ],
  [
    'login with too much',
    `SELECT u.tenant_id::text AS "tenantId", 'login of person ' || u.id AS what FROM public.users u JOIN pg_roles r ON r.rolname = u.db_role
     WHERE r.rolinherit OR r.rolsuper OR r.rolbypassrls OR r.rolcreatedb OR r.rolcreaterole OR r.rolreplication`,
  ],
  [
    'membership without its role',
    `SELECT m.tenant_id::text AS "tenantId", 'person ' || m.user_id || ' as ' || m.function AS what
     FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id JOIN public.tenants t ON t.id = m.tenant_id
     WHERE (${ACTIVE}) AND u.status = 'active' AND NOT u.is_deleted AND t.status = 'active' AND NOT t.is_deleted
       AND NOT EXISTS (SELECT FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles p ON p.oid = a.member
         WHERE p.rolname = u.db_role AND g.rolname = ${TENANT_ROLE})`,
  ],
  [
    'role without a membership',
    `SELECT t.id::text AS "tenantId", p.rolname || ' has ' || g.rolname AS what
     FROM public.tenants t JOIN pg_roles g ON left(g.rolname, 40) = 'tenant_' || replace(t.id::text, '-', '') || '_'
     JOIN pg_auth_members a ON a.roleid = g.oid JOIN pg_roles p ON p.oid = a.member
     WHERE p.rolname !~ '^kompl_' AND NOT EXISTS (
       SELECT FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
       WHERE m.tenant_id = t.id AND u.db_role = p.rolname AND g.rolname = ${TENANT_ROLE} AND (${ACTIVE})
         AND u.status = 'active' AND NOT u.is_deleted)`,
  ],
];

/** Registry, roles and schemas. Only of one tenant where it is given. `spares`: the prepared spaces. */
export async function registryOrphans(
  client: AdminClient,
  tenantId: string | undefined,
  spares: readonly string[],
): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const [kind, query] of REGISTRY) {
    for (const row of await queryRows(client, orphanRow, `${query} ORDER BY 1, 2`, query.includes('$1') ? [[...spares]] : [])) {
      if (tenantId === undefined || row.tenantId === tenantId) orphans.push({ kind, ...row, count: 1 });
    }
  }
  return orphans;
}

const keyRow = z.object({ name: z.string(), check: z.string() });
const countRow = z.object({ what: z.string(), count: z.coerce.number() });

/** Rows of a schema whose foreign keys point to nothing; one query over all its keys. */
export async function rowOrphans(client: AdminClient, schema: string, tenantId: string | null): Promise<Orphan[]> {
  const keys = await queryRows(
    client,
    keyRow,
    `SELECT c.relname || '.' || k.conname AS name, format('SELECT count(*) FROM %I.%I c WHERE %s AND NOT EXISTS (SELECT FROM %I.%I p WHERE %s)',
       n.nspname, c.relname,
       (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ') FROM unnest(k.conkey) u (n)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n),
       pn.nspname, pc.relname,
       (SELECT string_agg(format('p.%I = c.%I', pa.attname, a.attname), ' AND ') FROM unnest(k.conkey, k.confkey) u (n, pn)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n
         JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.pn)) AS check
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class pc ON pc.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
     WHERE k.contype = 'f' AND n.nspname = $1 AND k.conparentid = 0
     UNION ALL
     SELECT c.relname || '.' || a.attname, format('SELECT count(*) FROM %I.%I c WHERE NOT EXISTS (SELECT FROM public.users p WHERE p.id = c.%I)
         AND c.%I IS NOT NULL', n.nspname, c.relname, a.attname, a.attname)
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
     WHERE ${marksPersonSql('k')} AND n.nspname = $1 ORDER BY 1`,
    [schema],
  );
  if (keys.length === 0) return [];
  const union = keys.map(({ check }, at) => `SELECT ${at} AS at, (${check}) AS n`).join(' UNION ALL ');
  const rows = await queryRows(
    client,
    countRow,
    `SELECT ($1::text[])[at + 1] AS what, n AS count FROM (${union}) x WHERE n > 0 ORDER BY 1`,
    [keys.map(({ name }) => name)],
  );
  return rows.map(({ what, count }) => ({ kind: 'rows point to nothing', tenantId, what, count }));
}
