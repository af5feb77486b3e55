/** Being somebody else: settings, roles, session authorization, and what the functions then believe. */
import { TENANT_FUNCTIONS } from '@shared/roles';
import type { Attempt } from '../types';
import { literal, nothing, of, refused, type Stage } from './build';

export function identityAttempts({ prober, other, victim }: Stage): Attempt[] {
  const denied = of('identity', refused(), true);
  const own = prober.tenant.schema;
  const roles = [
    ...TENANT_FUNCTIONS.map((fn) => `${other.schema}_${fn}`),
    ...TENANT_FUNCTIONS.filter((fn) => fn !== prober.function).map((fn) => `${own}_${fn}`),
    victim.login,
    'kompl_owner',
    'kompl_platform',
    'pg_read_all_data',
    'pg_write_all_data',
    'pg_monitor',
    'pg_signal_backend',
  ];
  const asMyself = of('identity', { kind: 'only', rows: [{ id: prober.personId }] }, true);
  const person = 'SELECT public.current_person()::text AS id';
  return [
    ...denied(...roles.map((role) => `SET LOCAL ROLE ${role}`)),
    ...denied(...roles.map((role) => `SELECT set_config('role', ${literal(role)}, true)`)),
    ...denied(
      `SET LOCAL SESSION AUTHORIZATION ${victim.login}`,
      `SELECT set_config('session_authorization', ${literal(victim.login)}, true)`,
      ['RESET ROLE', `SELECT * FROM ${other.schema}.controls`],
      ['SET LOCAL ROLE NONE', `SELECT * FROM ${own}.controls`],
      ['SET LOCAL ROLE NONE', `SELECT * FROM ${other.schema}.people`],
      `GRANT ${other.schema}_viewer TO ${prober.login}`,
      `GRANT kompl_owner TO ${prober.login}`,
      `ALTER ROLE ${prober.login} SUPERUSER`,
      `ALTER ROLE ${prober.login} CREATEROLE`,
      `ALTER ROLE ${prober.login} BYPASSRLS`,
      `ALTER ROLE ${victim.login} PASSWORD 'guessed by somebody else'`,
      `ALTER ROLE ${victim.login} SET search_path = pg_catalog`,
      `DROP ROLE ${victim.login}`,
      `REASSIGN OWNED BY ${other.schema}_viewer TO ${prober.login}`,
      `DROP OWNED BY ${other.schema}_viewer`,
    ),
    ...asMyself(
      [`SELECT set_config('app.person', ${literal(victim.id)}, true)`, person],
      [`SET LOCAL app.person = ${literal(victim.id)}`, 'RESET ROLE', person],
      [
        `SELECT set_config('app.person', ${literal(victim.id)}, true), set_config('app.tenant_id', ${literal(other.id)}, true)`,
        person,
      ],
      ['SET LOCAL standard_conforming_strings = off', 'SET LOCAL transform_null_equals = on', person],
      ["SET LOCAL search_path = 'pg_temp'", person],
    ),
    ...of('identity', nothing(), true)(
      [
        `SELECT set_config('app.person', ${literal(victim.id)}, true)`,
        `SELECT 1 FROM public.my_workspaces() WHERE tenant_id = ${literal(other.id)}`,
      ],
      [
        `SELECT set_config('app.person', ${literal(victim.id)}, true)`,
        `SELECT 1 FROM public.schema_versions() WHERE tenant_id = ${literal(other.id)}`,
      ],
      [
        `SELECT set_config('app.person', ${literal(victim.id)}, true)`,
        `SELECT 1 FROM public.me() WHERE id = ${literal(victim.id)}`,
      ],
    ),
    ...of('identity', refused())(
      "SET LOCAL session_replication_role = 'replica'",
      "SET LOCAL log_statement = 'none'",
      'SET LOCAL zero_damaged_pages = on',
      'SET LOCAL allow_system_table_mods = on',
    ).map((attempt) => ({ ...attempt, login: true })),
  ];
}
