/** Records that are parts of each other, as requirements are: circles are found, and how deep each stands is worked out. SQL only. */
import { columnOf, quoted } from '@main/entities/columns';
import type { LoadTransaction } from './connection';
import type { Stage, StagedField } from './stage';

/** Longer circles than any table that a person keeps can have are found by their shorter part, or by the depth that a tree may have. */
const LONGEST = 64;
const DEEPEST = 20;

/** SELECT (line, what) of each staged row that would be a part of itself; `what` is the number of steps round. */
export function circlesSql({ table, shape }: Stage, parent: StagedField): string {
  const real = quoted(shape.table);
  const column = columnOf(parent.field.key);
  return `WITH RECURSIVE staged AS MATERIALIZED (
      SELECT line, coalesce(target, id) AS id, ${parent.value} AS parent FROM ${table}),
    edge AS MATERIALIZED (
      SELECT id, parent FROM staged WHERE parent IS NOT NULL
      UNION ALL SELECT t.id, t.${column} FROM ${real} t
        WHERE t.${column} IS NOT NULL AND NOT EXISTS (SELECT FROM staged s WHERE s.id = t.id)),
    walk AS (
      SELECT line, id, parent AS at, 1 AS steps FROM staged WHERE parent IS NOT NULL
      UNION ALL SELECT w.line, w.id, e.parent, w.steps + 1 FROM walk w JOIN edge e ON e.id = w.at
        WHERE w.at <> w.id AND w.steps < ${LONGEST})
    SELECT line, min(steps)::text AS what FROM walk WHERE at = id GROUP BY line ORDER BY line`;
}

/** Fills in the depth of each row from its parent: one of the same file, or one that is there already. Circles keep none. */
export async function fillDepths(tx: LoadTransaction, { table, shape, fields }: Stage): Promise<void> {
  const depth = fields.find(({ computed }) => computed);
  const parent = fields.find(({ field }) => field.key === shape.tree?.parent);
  if (depth === undefined || parent === undefined) return;
  await tx.query(
    `WITH RECURSIVE staged AS MATERIALIZED (
       SELECT line, coalesce(target, id) AS id, ${parent.value} AS parent FROM ${table}),
     deep AS (
       SELECT s.line, s.id, CASE WHEN s.parent IS NULL THEN 0 ELSE coalesce(t.${columnOf(depth.field.key)}, 0) + 1 END AS depth
       FROM staged s LEFT JOIN ${quoted(shape.table)} t ON t.id = s.parent
       WHERE s.parent IS NULL OR NOT EXISTS (SELECT FROM staged p WHERE p.id = s.parent)
       UNION ALL SELECT c.line, c.id, d.depth + 1 FROM deep d JOIN staged c ON c.parent = d.id WHERE d.depth <= ${DEEPEST})
     UPDATE ${table} s SET ${depth.value} = d.depth FROM deep d WHERE d.line = s.line`,
  );
}
