/**
 * Searching by index. ILIKE may use none under row security (it is not leakproof), so a list first asks the tenant's
 * `find_records`, a definer function that does, for the ids of the records that hold the words, and then reads these under the
 * person's own row security. Only ids of records that the person may see come out of it.
 */
import type { Entity } from '@shared/entities/define';
import { fieldOf, type Parameters } from './columns';
import type { SqlClient } from './context';
import { searchWords } from './filters';
import type { CheckedListQuery } from './list-query';

/** The tables that `find_records` knows; a test holds it against the definitions. */
export const SEARCHED_TABLES: ReadonlySet<string> = new Set([
  ...['regulations', 'requirements', 'control_sets', 'controls', 'control_requirements', 'requirement_mappings'],
  ...['audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence', 'evidence_files'],
  ...['compliance_assessments', 'requirement_assessments', 'assessment_controls', 'assessment_evidence'],
  ...['samples', 'sample_items', 'test_exceptions', 'evidence_requests', 'audit_team', 'audit_milestones', 'time_entries'],
  ...['cross_references', 'tick_marks', 'ticks', 'review_notes', 'audit_reports'],
  ...['finding_extensions', 'report_blocks'],
  ...['policies', 'policy_versions', 'policy_requirements', 'policy_controls', 'policy_rounds', 'policy_acknowledgements'],
]);

/** Shorter words have no three letters to look up. */
export const SHORTEST_INDEXED = 3;
const MAX_WORDS = 8;
/** Above so many, walking the list in its order meets enough of them sooner. */
const MAX_IDS = 2_000;

/** What the index knows of a search: the ids themselves, or that they are many. */
export interface Candidates {
  readonly table: string;
  readonly words: readonly string[];
  readonly archived: boolean;
  /** Null where there are more than a list is well served by. */
  readonly ids: readonly string[] | null;
  /** True where the index answers the whole query, so that a count needs nothing else. */
  readonly whole: boolean;
  /** Where it does: how many there are, or one more than was to be counted. Null where that has to be counted otherwise. */
  readonly counted: number | null;
}

type SearchedQuery = Pick<CheckedListQuery, 'filter' | 'search' | 'archived'>;

/**
 * Asks the index; null where the query has nothing that it could know. `countTo`: how far hits are to be counted in the same look
 * where the index answers the whole query, for each hit has to be looked at to be one.
 */
export async function findCandidates(
  tx: SqlClient,
  entity: Entity,
  query: SearchedQuery,
  countTo = 0,
): Promise<Candidates | null> {
  if (!SEARCHED_TABLES.has(entity.table)) return null;
  const searched = searchWords(query.search);
  const known = (word: string) => word.length >= SHORTEST_INDEXED;
  const words = [...searched, ...containedTexts(entity, query)].filter(known).slice(0, MAX_WORDS);
  if (words.length === 0) return null;
  const { archived } = query;
  const whole = query.filter.length === 0 && searched.every(known);
  const limit = whole ? Math.max(MAX_IDS, countTo) : MAX_IDS;
  const { rows } = await tx.query<{ ids: string[] | null; found: number }>(
    `SELECT CASE WHEN count(*) <= ${MAX_IDS} THEN array_agg(id) END AS ids, count(*)::integer AS found
     FROM find_records($1::text, $2::text[], $3::boolean, ${limit + 1}) AS id`,
    [entity.table, words, archived],
  );
  const found = rows[0]?.found ?? 0;
  const ids = found > MAX_IDS ? null : (rows[0]?.ids ?? []);
  // Rows of few hits are read by their ids, under the person's own row security, and counted in the same way.
  return { table: entity.table, words, archived, ids, whole, counted: whole && ids === null && countTo > 0 ? found : null };
}

/** Texts of `contains` filters over searched fields: every row of the answer holds them. */
function containedTexts(entity: Entity, query: SearchedQuery): string[] {
  return query.filter.flatMap(({ field, op, value }) => {
    const kind = fieldOf(entity, field)?.kind;
    const searched = entity.list.search.includes(field) && (kind === 'text' || kind === 'longText' || kind === 'hash');
    return op === 'contains' && searched && typeof value === 'string' && !value.includes('\u0000') ? [value] : [];
  });
}

/** The condition for rows `alias` of a page, `true` where the list's own order is the better way. */
export function pageCondition(candidates: Candidates | null, alias: string, parameters: Parameters): string {
  return candidates?.ids ? `${alias}.id = ANY(${parameters.add(candidates.ids, 'uuid[]')})` : 'true';
}

/** The count of them, where the index answers the whole query and there are too many to hand over; else null. */
export function indexedTotal(candidates: Candidates | null, parameters: Parameters): string | null {
  if (!candidates?.whole || candidates.ids) return null;
  return `SELECT count(*)::integer AS total FROM ${findAll(candidates, parameters)}`;
}

/** The condition for a count, which has to meet all of them. */
export function totalCondition(candidates: Candidates | null, alias: string, parameters: Parameters): string {
  if (!candidates || candidates.ids) return pageCondition(candidates, alias, parameters);
  return `${alias}.id = ANY(ARRAY(SELECT found FROM ${findAll(candidates, parameters)}))`;
}

function findAll({ table, words, archived }: Candidates, parameters: Parameters): string {
  return (
    `find_records(${parameters.add(table, 'text')}, ${parameters.add(words, 'text[]')}, ` +
    `${parameters.add(archived, 'boolean')}) AS found`
  );
}
