/** The machine below: files, programs, extensions, replication, large objects, locks, and things of one's own to hide tricks in. */
import type { Attempt } from '../types';
import { literal, name, of, refused, type Stage } from './build';

const READS_OF_FILES = [
  "SELECT pg_read_file('PG_VERSION')",
  "SELECT pg_read_binary_file('PG_VERSION')",
  "SELECT pg_ls_dir('.')",
  "SELECT pg_stat_file('PG_VERSION')",
  'SELECT * FROM pg_ls_logdir()',
  'SELECT * FROM pg_ls_waldir()',
  'SELECT pg_current_logfile()',
  "COPY (SELECT 1) TO '/dev/null'",
  "COPY (SELECT 1) TO PROGRAM 'true'",
];

export function serverAttempts({ prober, otherBackend, other, run }: Stage): Attempt[] {
  const at = prober.tenant.schema;
  const denied = of('server', refused());
  return [
    ...denied(
      ...READS_OF_FILES,
      `COPY ${at}.controls (name) FROM '/etc/hostname'`,
      `COPY ${at}.controls (name) FROM PROGRAM 'true'`,
      'CREATE EVENT TRIGGER isolation_probe ON ddl_command_end EXECUTE FUNCTION public.touch_row()',
      'CREATE PUBLICATION isolation_probe FOR ALL TABLES',
      "SELECT pg_create_physical_replication_slot('isolation_probe')",
      "SELECT pg_logical_emit_message(true, 'x', 'y') FROM pg_create_logical_replication_slot('isolation_probe', 'pgoutput')",
      'CHECKPOINT',
      'SELECT pg_reload_conf()',
      'SELECT pg_rotate_logfile()',
      'SELECT pg_switch_wal()',
      'SELECT pg_stat_reset()',
      "SELECT pg_stat_reset_shared('bgwriter')",
      `CREATE ROLE kompl_isolation_${run}_mine LOGIN`,
      `ALTER DATABASE ${'postgres'} SET search_path = pg_catalog`,
      `ALTER SCHEMA ${other.schema} RENAME TO stolen`,
      `DROP SCHEMA ${other.schema} CASCADE`,
    ),
    ...of('server', refused('42883', '3D000', '0A000'))(
      "SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t (a integer)",
      "SELECT dblink_connect('dbname=postgres')",
    ),
    ...of('server', refused('42704', '58P01', '0A000'))(
      'CREATE EXTENSION dblink',
      'CREATE EXTENSION postgres_fdw',
      'CREATE EXTENSION file_fdw',
      'CREATE SERVER isolation_probe FOREIGN DATA WRAPPER postgres_fdw',
      'CREATE LANGUAGE plpython3u',
    ),
    ...of('server', refused('58P01'))("LOAD 'auto_explain'"),
    ...of('server', refused(), true)(`SELECT pg_cancel_backend(${otherBackend})`, `SELECT pg_terminate_backend(${otherBackend})`),
  ];
}

export function objectAttempts({ prober, other, run }: Stage): Attempt[] {
  const at = prober.tenant.schema;
  return [
    ...of('objects', refused())(
      `CREATE SCHEMA isolation_probe_${run}`,
      'CREATE TABLE public.isolation_probe (a integer)',
      `CREATE TABLE ${at}.isolation_probe (a integer)`,
      `CREATE TABLE ${other.schema}.isolation_probe (a integer)`,
      'CREATE TEMP TABLE controls (a integer)',
      'CREATE TEMP VIEW users AS SELECT 1 AS id',
      'CREATE FUNCTION pg_temp.current_person() RETURNS uuid LANGUAGE sql AS $$SELECT NULL::uuid$$',
      `CREATE FUNCTION ${at}.current_person() RETURNS uuid LANGUAGE sql AS $$SELECT NULL::uuid$$`,
      'CREATE FUNCTION public.stolen() RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
      'CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = texteq)',
      `CREATE VIEW ${at}.isolation_probe AS SELECT * FROM ${other.schema}.controls`,
      `CREATE VIEW ${at}.isolation_probe AS SELECT 1`,
      `CREATE RULE isolation_probe AS ON SELECT TO ${at}.controls DO ALSO NOTHING`,
      `CREATE TRIGGER isolation_probe BEFORE INSERT ON ${at}.controls FOR EACH ROW EXECUTE FUNCTION ${at}.stamp_row()`,
      `CREATE POLICY isolation_probe ON ${at}.controls USING (true)`,
      `ALTER TABLE ${at}.controls DISABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${at}.controls NO FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE ${at}.controls DISABLE TRIGGER ALL`,
      `ALTER TABLE ${at}.controls OWNER TO CURRENT_USER`,
      `ALTER TABLE ${other.schema}.controls DISABLE ROW LEVEL SECURITY`,
      `ALTER FUNCTION public.current_person() SECURITY INVOKER`,
      `CREATE OR REPLACE FUNCTION public.current_person() RETURNS uuid LANGUAGE sql AS $$SELECT NULL::uuid$$`,
      `GRANT SELECT ON ${other.schema}.controls TO CURRENT_USER`,
      `GRANT USAGE ON SCHEMA ${other.schema} TO CURRENT_USER`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE kompl_owner IN SCHEMA ${other.schema} GRANT SELECT ON TABLES TO CURRENT_USER`,
    ),
  ];
}

/** Large objects share one catalogue over all tenants, so nobody may use them at all. */
export function largeObjectAttempts(): Attempt[] {
  return of('largeObjects', refused())(
    'SELECT lo_create(0)',
    'SELECT lo_creat(-1)',
    "SELECT lo_from_bytea(0, 'x')",
    'SELECT lo_get(1)',
    "SELECT lo_put(1, 0, 'x')",
    'SELECT lo_open(1, 262144)',
    'SELECT loread(0, 1)',
    "SELECT lowrite(0, 'x')",
    'SELECT lo_unlink(1)',
    'SELECT lo_truncate(0, 0)',
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_export(1, '/dev/null')",
    'SELECT * FROM pg_largeobject',
    'SELECT * FROM pg_largeobject_metadata',
  );
}

/** Held locks can be neither seen nor taken: their names are no secret, so the functions themselves are closed. */
export function lockAttempts({ other }: Stage): Attempt[] {
  const keys = ['kompl.audit_logs', `kompl.migrate ${other.id}`, other.schema];
  return of('locks', refused())(
    ...keys.flatMap((key) => [
      `SELECT pg_advisory_xact_lock(hashtextextended(${literal(key)}, 0))`,
      `SELECT pg_try_advisory_xact_lock(hashtextextended(${literal(key)}, 0))`,
      `SELECT pg_try_advisory_lock(hashtextextended(${literal(key)}, 0))`,
    ]),
    'SELECT pg_advisory_lock(1, 2)',
    'SELECT pg_advisory_unlock_all()',
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory'",
    'SELECT pg_blocking_pids(pg_backend_pid())',
    `LOCK TABLE ${name('public', 'tenants')} IN ACCESS SHARE MODE`,
    `LOCK TABLE ${name(other.schema, 'controls')} IN ACCESS EXCLUSIVE MODE NOWAIT`,
  );
}
