/**
 * What PostgreSQL opens to every login and a server with many tenants must close: large objects (one catalogue over all
 * tenants), advisory locks (anybody could take the platform's), sessions, locks, statistics, sizes and row counts of others, and
 * who belongs to which tenant. Only a superuser can take these rights from PUBLIC; where a managed server has none, `kompl db
 * prove-isolation` says what stays visible. Owner and monitoring keep everything.
 */

/** True where everybody may still look; asked with the other questions of the bootstrap. */
export const CATALOGUE_OPEN = `(has_function_privilege('public', 'pg_catalog.pg_lock_status()', 'EXECUTE')
  OR has_function_privilege('public', 'pg_catalog.lo_create(oid)', 'EXECUTE')
  OR has_table_privilege('public', 'pg_catalog.pg_auth_members', 'SELECT')
  OR has_column_privilege('public', 'pg_catalog.pg_class', 'reltuples', 'SELECT'))`;

const FUNCTIONS = [
  'lo_.*',
  'loread',
  'lowrite',
  'pg_(try_)?advisory_.*',
  'pg_stat_get_.*',
  'pg_lock_status',
  'pg_(safe_snapshot_)?blocking_pids',
  'pg_(relation|table|indexes|total_relation|database|tablespace)_size',
].join('|');

const RELATIONS = [
  'pg_(stat|statio)_.*',
  'pg_locks',
  'pg_auth_members',
  'pg_roles',
  'pg_user',
  'pg_group',
  'pg_db_role_setting',
  'pg_prepared_xacts',
  'pg_largeobject_metadata',
].join('|');

/** Idempotent; run as a superuser, after `kompl_owner` exists. */
export const CLOSE_CATALOGUE = `DO $close$
  DECLARE
    found text;
  BEGIN
    -- pg_has_role with a named person tells who belongs to which tenant; without one it speaks of the caller only.
    SELECT string_agg(p.oid::regprocedure::text, ', ') INTO found FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
      AND (p.proname ~ '^(${FUNCTIONS})$' OR (p.proname = 'pg_has_role' AND p.pronargs = 3))
      AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0);
    IF found IS NOT NULL THEN
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kompl_owner, pg_monitor', found);
    END IF;
    SELECT string_agg(c.oid::regclass::text, ', ') INTO found FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname ~ '^(${RELATIONS})$'
      AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0);
    IF found IS NOT NULL THEN
      EXECUTE format('REVOKE SELECT ON %s FROM PUBLIC', found);
      EXECUTE format('GRANT SELECT ON %s TO kompl_owner, pg_monitor', found);
    END IF;
    -- pg_class stays readable, for tools need it, but for the estimates of size.
    IF has_column_privilege('public', 'pg_catalog.pg_class', 'reltuples', 'SELECT') THEN
      REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC;
      GRANT SELECT ON pg_catalog.pg_class TO kompl_owner, pg_monitor;
      EXECUTE (SELECT format('GRANT SELECT (%s) ON pg_catalog.pg_class TO PUBLIC', string_agg(quote_ident(a.attname), ', '))
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'pg_catalog.pg_class'::regclass AND NOT a.attisdropped
          AND a.attname NOT IN ('reltuples', 'relpages', 'relallvisible', 'relallfrozen'));
    END IF;
  END $close$`;
