/** The crosswalk of two regulations as it reads from one of them, and the partners that its words suggest. Reads only. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { inverseOf, type MappingRelation } from '@shared/entities/regops/requirement-mapping';
import { CodedError } from '@shared/errors';
import type { CrosswalkMapping, MappingSuggestion } from '@shared/wire/crosswalk';
import { mostAlike, type TextItem } from './similarity';

/** Suggestions below this are chance. */
const LEAST_SCORE = 0.18;
/** For one requirement, and for each where all are asked for. */
const SUGGEST_ONE = 8;
const SUGGEST_EACH = 3;

interface StoredMapping extends Record<string, unknown> {
  readonly id: string;
  readonly rowVersion: number;
  readonly fromId: string;
  readonly toId: string;
  readonly relation: MappingRelation;
  readonly turned: boolean;
  readonly strength: number;
  readonly rationale: string | null;
  readonly source: string | null;
}

/** Turns a stored row for the reader at `from`. */
export function seenFrom(row: StoredMapping): CrosswalkMapping {
  return { ...row, relation: row.turned ? inverseOf(row.relation) : row.relation };
}

/** Columns of a mapping read in its own direction (`turned` false) or the other way. */
export function mappingColumns(turned: boolean): string {
  const [from, to] = turned ? ['target', 'source'] : ['source', 'target'];
  return `m.id, m.row_version AS "rowVersion", m.${from}_requirement_id AS "fromId", m.${to}_requirement_id AS "toId", m.relation,
    ${turned} AS turned, m.strength, m.rationale, m.source`;
}

/** Live mappings between live requirements of the two, seen from `from`. */
export async function readMappings(tx: SqlClient, from: string, to: string): Promise<CrosswalkMapping[]> {
  const { rows } = await tx.query<StoredMapping>(
    `SELECT ${mappingColumns(false)} FROM requirement_mappings m
     WHERE m.source_regulation_id = $1::uuid AND m.target_regulation_id = $2::uuid AND m.archived_at IS NULL
     UNION ALL
     SELECT ${mappingColumns(true)} FROM requirement_mappings m
     WHERE m.source_regulation_id = $2::uuid AND m.target_regulation_id = $1::uuid AND m.archived_at IS NULL
     ORDER BY 3, 4`,
    [from, to],
  );
  return rows.map(seenFrom);
}

export async function readCrosswalk(ctx: EntityContext, pair: { from: string; to: string }): Promise<CrosswalkMapping[]> {
  requireTwo(pair);
  return ctx.database.withTenant(readScope(ctx, ['requirements', 'requirementMappings']), (tx) =>
    readMappings(tx, pair.from, pair.to),
  );
}

/** A regulation has no crosswalk to itself. */
export function requireTwo({ from, to }: { readonly from: string; readonly to: string }): void {
  if (from === to) {
    throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'to', message: 'must be another regulation' }] });
  }
}

/** The texts that are compared: of requirements that are assessed, and of whatever a person asks for by name. */
async function readTexts(tx: SqlClient, regulationId: string, also: string | null): Promise<TextItem[]> {
  const { rows } = await tx.query<{ id: string; text: string }>(
    `SELECT id, concat_ws(E'\\n', title, title, text) AS text FROM requirements
     WHERE regulation_id = $1::uuid AND archived_at IS NULL AND (assessable OR id = $2::uuid)
     ORDER BY order_index, id`,
    [regulationId, also],
  );
  return rows;
}

/** Partners that the words suggest, for one requirement or for every assessed one that has none yet; best first, mapped pairs left out. */
export async function suggestMappings(
  ctx: EntityContext,
  input: { readonly from: string; readonly to: string; readonly requirementId?: string | undefined },
): Promise<MappingSuggestion[]> {
  requireTwo(input);
  const one = input.requirementId ?? null;
  const [mappings, from, to] = await ctx.database.withTenant(readScope(ctx, ['requirements', 'requirementMappings']), (tx) =>
    together(readMappings(tx, input.from, input.to), readTexts(tx, input.from, one), readTexts(tx, input.to, null)),
  );
  const mapped = new Set(mappings.map((mapping) => `${mapping.fromId} ${mapping.toId}`));
  const settled = new Set(mappings.map((mapping) => mapping.fromId));
  const found = mostAlike(from, to, { each: one === null ? SUGGEST_EACH : SUGGEST_ONE, least: LEAST_SCORE });
  return found
    .filter(({ fromId, toId }) => (one === null ? !settled.has(fromId) : fromId === one) && !mapped.has(`${fromId} ${toId}`))
    .sort((a, b) => b.score - a.score);
}
