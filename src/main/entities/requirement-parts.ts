/** The parts below requirements, in reading order: the items of a statement, guidance, assessment objectives. */

import type { EntityRow } from '@shared/entities/registry';
import type { SqlClient } from './context';
import { selectRows } from './read';

/** No catalogue is nested deeper than this (its schema allows 20 levels); the bound also ends a cycle made by hand. */
const MAX_DEPTH = 20;

type RequirementRow = EntityRow<'requirements'>;

/** Live parts by the id of the requirement that they lie below. Enhancements are requirements of their own and are left out. */
export async function partsBelow(tx: SqlClient, requirementIds: readonly string[]): Promise<Map<string, RequirementRow[]>> {
  const parts = new Map<string, RequirementRow[]>();
  if (requirementIds.length === 0) return parts;
  const rows = await selectRows<RequirementRow>(
    tx,
    'requirements',
    `WHERE t.id IN (
       WITH RECURSIVE below AS (
         SELECT asked.id, 0 AS level FROM unnest($1::uuid[]) AS asked (id)
         UNION
         SELECT q.id, b.level + 1 FROM below b JOIN requirements q ON q.parent_id = b.id
         WHERE q.kind = 'part' AND q.archived_at IS NULL AND b.level < ${MAX_DEPTH}
       )
       SELECT id FROM below WHERE level > 0
     ) ORDER BY t.order_index, t.id`,
    [requirementIds],
  );
  const parentOf = new Map(rows.map((row) => [row.id, row.parentId]));
  const tops = new Set(requirementIds);
  for (const row of rows) {
    const top = topOf(row.parentId, parentOf, tops);
    if (top === null) continue;
    const list = parts.get(top);
    if (list) list.push(row);
    else parts.set(top, [row]);
  }
  return parts;
}

/** The requirement that a part hangs from, up the chain of its parents. */
function topOf(parentId: string | null, parentOf: ReadonlyMap<string, string | null>, tops: ReadonlySet<string>): string | null {
  let at = parentId;
  for (let level = 0; at !== null && level <= MAX_DEPTH; level++) {
    if (tops.has(at)) return at;
    at = parentOf.get(at) ?? null;
  }
  return null;
}
