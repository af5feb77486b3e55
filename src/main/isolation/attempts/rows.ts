/** The other tenant's rows: every relation by every verb, by search_path, and from inside the own schema. */
import type { Attempt } from '../types';
import { identifier, literal, name, nothing, of, refused, type Stage } from './build';

/** Every table and view of the other tenant, by every verb. */
export function rowAttempts({ other, surroundings }: Stage): Attempt[] {
  const attack = of('rows', refused());
  const relations = surroundings.relations.filter(({ schema, kind }) => schema === other.schema && kind !== 'sequence');
  return relations.flatMap(({ name: relation, kind, column }) => {
    const at = name(other.schema, relation);
    const reads = attack(`SELECT * FROM ${at} LIMIT 1`, `COPY (SELECT * FROM ${at}) TO STDOUT`);
    if (kind === 'view') return reads;
    const field = identifier(column ?? 'id');
    return [
      ...reads,
      ...attack(
        `COPY ${at} FROM STDIN`,
        `INSERT INTO ${at} DEFAULT VALUES`,
        `UPDATE ${at} SET ${field} = ${field}`,
        `DELETE FROM ${at}`,
        `TRUNCATE ${at} CASCADE`,
        `LOCK TABLE ${at} IN ACCESS SHARE MODE`,
      ),
    ];
  });
}

/** The same names found by search_path: without USAGE they do not even resolve (42P01). */
export function pathAttempts({ other, surroundings, prober }: Stage): Attempt[] {
  const attack = of('path', refused('42P01', '42883'));
  const names = surroundings.relations
    .filter(({ schema, kind }) => schema === other.schema && kind === 'table')
    .map(({ name: relation }) => identifier(relation));
  return [
    ...attack(...names.map((table) => [`SET LOCAL search_path = ${other.schema}`, `SELECT * FROM ${table} LIMIT 1`])),
    ...attack(
      [`SELECT set_config('search_path', '${other.schema}', true)`, 'SELECT * FROM controls LIMIT 1'],
      [`SET LOCAL search_path = ${other.schema}, pg_catalog`, "SELECT may_read('controls')"],
      [`SET LOCAL search_path = pg_temp, ${other.schema}, ${prober.tenant.schema}`, `SELECT * FROM ${other.schema}.controls`],
      ['SET LOCAL search_path = private', 'SELECT * FROM migration_history'],
    ),
  ];
}

/** Other tenants' rows looked for, and planted, inside the own schema. */
export function ownAttempts({ prober, other, surroundings }: Stage): Attempt[] {
  const own = surroundings.relations.filter(({ schema, kind }) => schema === prober.tenant.schema && kind === 'table');
  const theirs = literal(other.id);
  return own
    .filter(({ hasTenantId }) => hasTenantId)
    .flatMap(({ name: relation }) => {
      const at = name(prober.tenant.schema, relation);
      return [
        ...of('own', nothing())(`SELECT * FROM ${at} WHERE tenant_id = ${theirs}`, [
          `SELECT set_config('app.tenant_id', ${theirs}, true)`,
          `SELECT * FROM ${at} WHERE tenant_id = ${theirs}`,
        ]),
        ...of('own', refused())(`INSERT INTO ${at} (tenant_id) VALUES (${theirs})`, `UPDATE ${at} SET tenant_id = ${theirs}`, [
          'SET LOCAL row_security = off',
          `SELECT * FROM ${at}`,
        ]),
      ];
    });
}
