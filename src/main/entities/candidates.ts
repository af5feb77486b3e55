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
}

type SearchedQuery = Pick<CheckedListQuery, 'filter' | 'search' | 'archived'>;

/** Asks the index; null where the query has nothing that it could know. */
export async function findCandidates(tx: SqlClient, entity: Entity, query: SearchedQuery): Promise<Candidates | null> {
  if (!SEARCHED_TABLES.has(entity.table)) return null;
  const searched = searchWords(query.search);
  const known = (word: string) => word.length >= SHORTEST_INDEXED;
  const words = [...searched, ...containedTexts(entity, query)].filter(known).slice(0, MAX_WORDS);
  if (words.length === 0) return null;
  const { archived } = query;
  const { rows } = await tx.query<{ ids: string[] | null }>(
    `SELECT array_agg(id) AS ids FROM find_records($1::text, $2::text[], $3::boolean, ${MAX_IDS + 1}) AS id`,
    [entity.table, words, archived],
  );
  const ids = rows[0]?.ids ?? [];
  const whole = query.filter.length === 0 && searched.every(known);
  return { table: entity.table, words, archived, ids: ids.length > MAX_IDS ? null : ids, whole };
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

/**
 * The count of them, where the index answers the whole query and there are too many to hand over; else null. At most one more than
 * `bound`: each is looked at to be counted, and a word that a quarter of 100,000 records holds is to be narrowed, not counted out.
 */
export function indexedTotal(candidates: Candidates | null, parameters: Parameters, bound: number): string | null {
  if (!candidates?.whole || candidates.ids) return null;
  return `SELECT count(*)::integer AS total FROM ${findAll(candidates, parameters, bound + 1)}`;
}

/** The condition for a count, which has to meet all of them. */
export function totalCondition(candidates: Candidates | null, alias: string, parameters: Parameters): string {
  if (!candidates || candidates.ids) return pageCondition(candidates, alias, parameters);
  return `${alias}.id = ANY(ARRAY(SELECT found FROM ${findAll(candidates, parameters)}))`;
}

function findAll({ table, words, archived }: Candidates, parameters: Parameters, limit: number | null = null): string {
  return (
    `find_records(${parameters.add(table, 'text')}, ${parameters.add(words, 'text[]')}, ` +
    `${parameters.add(archived, 'boolean')}, ${parameters.add(limit, 'integer')}) AS found`
  );
}
