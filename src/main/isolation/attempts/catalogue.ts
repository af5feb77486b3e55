/** What the server tells about itself: catalogue, comments, statistics, sizes, sessions, locks. By oid too, past every schema. */
import type { Attempt } from '../types';
import { literal, name, nothing, of, refused, type Stage, saysNo, silent } from './build';

const SHARED_VIEWS = [
  ['pg_authid', 'pg_shadow', 'pg_statistic', 'pg_statistic_ext_data', 'pg_subscription', 'pg_largeobject', 'pg_user_mapping'],
  ['pg_file_settings', 'pg_hba_file_rules', 'pg_auth_members', 'pg_roles', 'pg_user', 'pg_group', 'pg_db_role_setting'],
  ['pg_stat_activity', 'pg_stat_user_tables', 'pg_stat_all_indexes', 'pg_statio_user_tables', 'pg_stat_database'],
  ['pg_stat_replication', 'pg_stat_ssl', 'pg_locks', 'pg_prepared_xacts', 'pg_largeobject_metadata'],
].flat();

export function catalogueAttempts({ other, victim, surroundings, prober, records }: Stage): Attempt[] {
  const denied = of('catalogue', refused());
  const empty = of('catalogue', nothing());
  const theirs = surroundings.relations.filter(({ schema }) => schema === other.schema);
  const table = theirs.find(({ name: relation }) => relation === 'controls') ?? theirs.find(({ kind }) => kind === 'table');
  const view = theirs.find(({ kind }) => kind === 'view');
  const routine = surroundings.routines.find(({ schema }) => schema === other.schema);
  const oid = table?.oid ?? 0;
  const shape = literal(other.schema);
  const record = literal(records.controls ?? other.id);
  return [
    ...denied(...SHARED_VIEWS.map((relation) => `SELECT * FROM pg_catalog.${relation} LIMIT 1`)),
    ...denied(
      `SELECT reltuples FROM pg_class WHERE relnamespace = ${shape}::regnamespace`,
      `SELECT relpages FROM pg_class WHERE relnamespace = ${shape}::regnamespace`,
      `SELECT pg_relation_size(${oid}::oid)`,
      `SELECT pg_total_relation_size(${oid}::oid)`,
      `SELECT pg_table_size(${oid}::oid)`,
      `SELECT pg_indexes_size(${oid}::oid)`,
      'SELECT pg_database_size(current_database())',
      `SELECT pg_stat_get_live_tuples(${oid}::oid)`,
      `SELECT pg_stat_get_tuples_inserted(${oid}::oid)`,
      `SELECT pg_stat_get_last_analyze_time(${oid}::oid)`,
      'SELECT * FROM pg_stat_get_activity(NULL)',
      'SELECT pg_stat_get_backend_userid(1)',
      'SELECT * FROM pg_lock_status()',
      `SELECT pg_has_role(${literal(victim.login)}, ${literal(`${other.schema}_viewer`)}, 'MEMBER')`,
      `SELECT pg_has_role(${literal(victim.login)}::regrole::oid, ${literal(`${other.schema}_viewer`)}::regrole::oid, 'MEMBER')`,
      `EXPLAIN SELECT * FROM ${name(other.schema, table?.name ?? 'controls')}`,
      `COMMENT ON SCHEMA ${other.schema} IS 'x'`,
      `SELECT query_to_xml('SELECT * FROM ${other.schema}.controls', true, false, '')`,
      `SELECT table_to_xml(${oid}::oid::regclass, true, false, '')`,
      `SELECT schema_to_xml(${shape}, true, false, '')`,
    ),
    ...of('catalogue', nothing('42P01'))('SELECT query FROM pg_stat_statements', 'SELECT * FROM public.pg_stat_statements'),
    ...empty(
      `SELECT * FROM pg_stats WHERE schemaname = ${shape}`,
      `SELECT * FROM pg_stats_ext WHERE schemaname = ${shape}`,
      `SELECT * FROM pg_sequences WHERE schemaname = ${shape} AND last_value IS NOT NULL`,
      `SELECT * FROM information_schema.tables WHERE table_schema = ${shape}`,
      `SELECT * FROM information_schema.columns WHERE table_schema = ${shape}`,
      `SELECT * FROM information_schema.role_table_grants WHERE table_schema = ${shape}`,
      `SELECT * FROM information_schema.applicable_roles WHERE role_name LIKE ${literal(`${other.schema}%`)}`,
    ),
    ...of('catalogue', saysNo('42704', '3F000'))(
      `SELECT has_schema_privilege(${shape}, 'USAGE')`,
      `SELECT has_table_privilege(${oid}::oid, 'SELECT')`,
      `SELECT has_any_column_privilege(${oid}::oid, 'SELECT')`,
      `SELECT has_schema_privilege(${literal(victim.login)}, ${shape}, 'USAGE')`,
      `SELECT row_security_active(${oid}::oid) AND has_table_privilege(${oid}::oid, 'SELECT')`,
    ),
    ...of('catalogue', silent)(
      'SELECT description FROM pg_description',
      'SELECT description FROM pg_shdescription',
      'SELECT * FROM pg_seclabels',
      'SELECT * FROM pg_settings',
      'SELECT nspname, nspacl FROM pg_namespace',
      'SELECT datname, datacl FROM pg_database',
      'SELECT prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname LIKE $$tenant\\_%$$',
      'SELECT * FROM pg_policies',
      `SELECT pg_get_viewdef(${view?.oid ?? 0}::oid)`,
      `SELECT pg_get_functiondef(${routine?.oid ?? 0}::oid)`,
      `SELECT obj_description(${oid}::oid)`,
      `SELECT to_regclass(${literal(`${other.schema}.controls`)})`,
      'SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace <> 11',
      'SELECT attname, attmissingval FROM pg_attribute WHERE attmissingval IS NOT NULL',
      'SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef',
      'SELECT stxname FROM pg_statistic_ext',
    ),
    ...of('statements', refused())(
      `PREPARE stolen AS SELECT * FROM ${other.schema}.controls`,
      `DECLARE stolen CURSOR FOR SELECT * FROM ${other.schema}.controls`,
      `DECLARE stolen CURSOR WITH HOLD FOR SELECT * FROM ${other.schema}.people`,
      `DO $$ BEGIN EXECUTE 'SELECT * FROM ${other.schema}.controls'; END $$`,
      `DO $$ BEGIN EXECUTE 'DELETE FROM ${other.schema}.controls'; END $$`,
      `EXPLAIN ANALYZE SELECT * FROM ${other.schema}.audit_log`,
      `SELECT (SELECT name FROM ${other.schema}.controls LIMIT 1)::integer`,
      `SELECT 1 / (SELECT count(*) - count(*) FROM ${other.schema}.controls)`,
      `SELECT * FROM ${prober.tenant.schema}.controls c JOIN ${other.schema}.controls o ON o.id = c.id`,
      `WITH stolen AS (SELECT * FROM ${other.schema}.controls WHERE id = ${record}) SELECT * FROM stolen`,
      `UPDATE ${prober.tenant.schema}.controls SET name = (SELECT name FROM ${other.schema}.controls LIMIT 1)`,
      `INSERT INTO ${prober.tenant.schema}.controls (name) SELECT name FROM ${other.schema}.controls`,
    ),
    ...of('statements', nothing())('SELECT * FROM pg_prepared_statements', "SELECT * FROM pg_cursors WHERE name <> ''"),
    ...of('statements', silent)(
      'SELECT $$x$$::integer',
      `SELECT ${prober.tenant.schema}.may_read(${literal(`../${other.schema}.controls`)})`,
      `SELECT * FROM ${prober.tenant.schema}.controls WHERE name = 'x' AND 1 / 0 = 1`,
    ),
  ];
}

export function registryAttempts({ surroundings, other, victim }: Stage): Attempt[] {
  const denied = of('registry', refused());
  const tables = surroundings.relations.filter(
    ({ schema, kind }) => ['public', 'private'].includes(schema) && kind !== 'sequence',
  );
  return [
    ...tables.flatMap(({ schema, name: relation, kind, column }) => {
      const at = name(schema, relation);
      const reads = denied(`SELECT * FROM ${at} LIMIT 1`, `COPY (SELECT * FROM ${at}) TO STDOUT`);
      const field = column ?? 'id';
      if (kind === 'view') return reads;
      return [
        ...reads,
        ...denied(
          `INSERT INTO ${at} DEFAULT VALUES`,
          `UPDATE ${at} SET ${field} = ${field}`,
          `DELETE FROM ${at}`,
          `TRUNCATE ${at} CASCADE`,
        ),
      ];
    }),
    ...denied(
      `SELECT password_hash FROM public.users WHERE id = ${literal(victim.id)}`,
      `SELECT * FROM public.person_for_sign_in(${literal(victim.email)})`,
      `UPDATE public.tenants SET status = 'suspended' WHERE id = ${literal(other.id)}`,
      `SELECT * FROM private.audit_logs WHERE tenant_id = ${literal(other.id)}`,
    ),
  ];
}
