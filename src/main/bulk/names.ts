/**
 * By which names the rows of a load refer to records: the id, the key of the former system, `Set / AC-1`, the reference, the title,
 * in this order. Records of the tenant and rows of the same load count alike. SQL only; every identifier is one of ours.
 */
import { columnOf, quoted } from '@main/entities/columns';
import type { LoadShape } from './shapes';
import { shapeCalled } from './shapes';
import type { Stage } from './stage';

/** SELECT (name text, id uuid, scope uuid, rank integer) of everything that `shape` may be called. `scope` is what a name holds within. */
export function namesSql(shape: LoadShape, stages: readonly Stage[]): string {
  return [...plainNames(shape, stages), ...qualifiedNames(shape, stages)].join('\nUNION ALL ');
}

function plainNames(shape: LoadShape, stages: readonly Stage[]): string[] {
  const table = quoted(shape.table);
  const scope = shape.within === null ? 'NULL::uuid' : `t.${columnOf(shape.within)}`;
  return [
    `SELECT t.id::text AS name, t.id, NULL::uuid AS scope, 0 AS rank FROM ${table} t WHERE t.archived_at IS NULL`,
    `SELECT k.source_key::text, k.record_id, NULL::uuid, 1 FROM source_keys k
     WHERE k.resource_type = '${shape.table}' AND k.source = 'load' AND k.archived_at IS NULL`,
    ...shape.names.map(
      (name, at) =>
        `SELECT t.${quoted(name)}::text, t.id, ${scope}, ${3 + at} FROM ${table} t WHERE t.archived_at IS NULL AND t.${quoted(name)} IS NOT NULL`,
    ),
    ...stagesOf(shape, stages).flatMap((stage) => [
      `SELECT s.source_key, coalesce(s.target, s.id), NULL::uuid, 1 FROM ${stage.table} s WHERE s.source_key IS NOT NULL`,
      ...shape.names.flatMap((name, at) => {
        const column = stagedColumn(stage, name);
        if (column === null) return [];
        const within = shape.within === null ? null : stagedColumn(stage, shape.within);
        return [
          `SELECT s.${column}, coalesce(s.target, s.id), ${within === null ? 'NULL::uuid' : `s.${within}`}, ${3 + at}
           FROM ${stage.table} s WHERE s.${column} IS NOT NULL`,
        ];
      }),
    ]),
  ];
}

/** `Set / AC-1`, where a name alone may be taken more than once. */
function qualifiedNames(shape: LoadShape, stages: readonly Stage[]): string[] {
  const { within } = shape;
  const target = shape.fields.find((field) => field.key === within)?.target;
  if (within === null || target === undefined) return [];
  const outer = plainNames(shapeCalled(target), stages).join('\nUNION ALL ');
  return [
    `SELECT o.name || ' / ' || i.name, i.id, NULL::uuid, 2 FROM (${plainNames(shape, stages).join('\nUNION ALL ')}) i
     JOIN (${outer}) o ON o.id = i.scope WHERE i.rank >= 3 AND o.rank >= 3`,
  ];
}

function stagesOf(shape: LoadShape, stages: readonly Stage[]): readonly Stage[] {
  return stages.filter((stage) => stage.shape === shape);
}

/** The staged column of a table's column or of a field; null where the file does not have it. */
function stagedColumn(stage: Stage, name: string): string | null {
  const found = stage.fields.find(({ field }) => field.column === name || field.key === name);
  return found === undefined ? null : quoted(found.value);
}

/** SELECT (name, id, scope, rank) of the tenant's active people: id, e-mail, name. */
export const PEOPLE_SQL = `SELECT p.id::text AS name, p.id, NULL::uuid AS scope, 0 AS rank FROM people p WHERE p.active
UNION ALL SELECT lower(p.email), p.id, NULL::uuid, 1 FROM people p WHERE p.active
UNION ALL SELECT lower(p.display_name), p.id, NULL::uuid, 2 FROM people p WHERE p.active`;
