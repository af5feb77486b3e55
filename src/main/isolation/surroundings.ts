/**
 * What there is to attack, read from the catalogue over the administrator's connection, so that a table or function that was
 * added yesterday is attacked today.
 */
import { type AdminClient, queryRows } from '@main/db/migrate/client';
import { z } from 'zod';

const relation = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view', 'sequence']),
  oid: z.coerce.number(),
  column: z.string().nullable(),
  hasTenantId: z.boolean(),
});
export type Relation = z.infer<typeof relation>;

const routine = z.object({
  schema: z.string(),
  name: z.string(),
  oid: z.coerce.number(),
  argumentNames: z.array(z.string()),
  argumentTypes: z.array(z.string()),
  trigger: z.boolean(),
  procedure: z.boolean(),
  volatile: z.boolean(),
  open: z.boolean(),
});
export type Routine = z.infer<typeof routine>;

export interface Surroundings {
  readonly relations: readonly Relation[];
  readonly routines: readonly Routine[];
}

const RELATIONS = `
SELECT n.nspname::text AS schema, c.relname::text AS name, c.oid::bigint AS oid,
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
  (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attnum LIMIT 1) AS "column",
  EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS "hasTenantId"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2`;

const ROUTINES = `
SELECT n.nspname::text AS schema, p.proname::text AS name, p.oid::bigint AS oid,
  coalesce((p.proargnames)[1:p.pronargs]::text[], array_fill(''::text, ARRAY[p.pronargs::int])) AS "argumentNames",
  ARRAY(SELECT format_type(t.oid, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY t (oid, n) ORDER BY t.n) AS "argumentTypes",
  p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AS trigger,
  p.prokind = 'p' AS procedure, p.provolatile = 'v' AS volatile,
  EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) AS open
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY ($1) AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1, 2, 3`;

/** Relations and routines of the given schemas; what an extension brought is left out. */
export async function lookAround(client: AdminClient, schemas: readonly string[]): Promise<Surroundings> {
  const relations = await queryRows(client, relation, RELATIONS, [schemas]);
  const routines = await queryRows(client, routine, ROUTINES, [schemas]);
  return { relations, routines };
}
