/**
 * Search over all records a person may read: by reference and title, best first (the very reference, its beginning, the title's
 * beginning, the beginning of a word, anywhere). One statement, at most eight hits an entity, archived records left out.
 *
 * Which records come into question is found by index (`find_names` of the tenant, at most 150 by the beginning and 150 by the
 * words of each entity); they are read and ranked under the person's own row security. A word of one or two letters is looked
 * for at the beginning of references only.
 */
import { may } from '@main/entities/access';
import { columnOf, likeEscaped, naturalOrder, Parameters, tableOf } from '@main/entities/columns';
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { searchWords } from '@main/entities/filters';
import { readScope } from '@main/entities/read';
import type { Entity } from '@shared/entities/define';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { type SearchHit, searchInputSchema } from '@shared/wire/search';

const HITS_PER_ENTITY = 8;
const CANDIDATES_PER_ENTITY = 150;
const TITLE_KINDS = ['text', 'longText'];

interface HitRow extends Record<string, unknown> {
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string | null;
}

/** The best hits over all entities that the person may read and that have a name of their own. */
export async function searchAll(ctx: EntityContext, text: string): Promise<SearchHit[]> {
  const asked = parseInput(searchInputSchema, { text }).text.replaceAll('\u0000', '');
  const words = searchWords(asked);
  if (words.length === 0) return [];
  const names = ENTITY_NAMES.filter((name) => may(ctx.session, name, 'read') && isNamed(entityOf(name)));
  const [first] = names;
  if (!first) return [];
  // One function reads all of them, or the first of them alone decides whom the person searches as.
  const scope = readScope(ctx, [first]);
  const readable = names.filter((name) => entityOf(name).access.read.includes(scope.function));
  const parameters = new Parameters();
  const exact = parameters.add(asked.toLowerCase(), 'text');
  const prefix = parameters.add(`${likeEscaped(asked)}%`, 'text');
  const wordStart = parameters.add(`% ${likeEscaped(asked)}%`, 'text');
  const contained = words.map((word) => parameters.add(`%${likeEscaped(word)}%`, 'text'));
  const found = `${parameters.add(asked, 'text')}, ${parameters.add(words, 'text[]')}, ${CANDIDATES_PER_ENTITY}`;
  const parts = readable.map((name, at) => hitsOf(name, at, { exact, prefix, wordStart, contained, found }));
  const statement = `SELECT entity, id, ref, title, status FROM (${parts.join(' UNION ALL ')}) hits ORDER BY rank, place, nth, id`;
  return ctx.database.withTenant(scope, async (tx) => {
    const { rows } = await tx.query<HitRow>(statement, parameters.values);
    return rows;
  });
}

/** A mapping has no name of its own to look for; what belongs to other screens is not looked for. */
function isNamed(entity: Entity): boolean {
  return entity.internal !== true && TITLE_KINDS.includes(entity.allFields[entity.titleField]?.kind ?? '');
}

interface Patterns {
  readonly exact: string;
  readonly prefix: string;
  readonly wordStart: string;
  readonly contained: readonly string[];
  /** Arguments of `find_names` behind the table. */
  readonly found: string;
}

function hitsOf(name: EntityName, place: number, patterns: Patterns): string {
  const entity = entityOf(name);
  const title = `coalesce(t.${columnOf(entity.titleField)}, '')`;
  const ref = entity.refField ? `t.${columnOf(entity.refField)}` : 'NULL::text';
  const status = entity.states ? `t.${columnOf(entity.states.field)}` : 'NULL::text';
  const named = entity.refField ? `(coalesce(${ref}, '') || ' ' || ${title})` : title;
  const rank =
    `CASE WHEN lower(${ref}) = ${patterns.exact} THEN 0 WHEN ${ref} ILIKE ${patterns.prefix} THEN 1 ` +
    `WHEN ${title} ILIKE ${patterns.prefix} THEN 2 WHEN ${title} ILIKE ${patterns.wordStart} THEN 3 ELSE 4 END`;
  const order = entity.refField ? `${naturalOrder(ref)} NULLS LAST, lower(${title})` : `lower(${title})`;
  const where = patterns.contained.map((word) => `${named} ILIKE ${word}`).join(' AND ');
  return (
    `(SELECT '${name}' AS entity, ${place} AS place, t.id, ${ref}::text AS ref, ${title}::text AS title, ${status}::text AS status, ` +
    `${rank} AS rank, row_number() OVER (ORDER BY ${rank}, ${order}, t.id) AS nth FROM ${tableOf(entity)} t ` +
    `WHERE t.id = ANY(ARRAY(SELECT find_names('${entity.table}', ${patterns.found}))) AND t.archived_at IS NULL AND ${where} ORDER BY nth LIMIT ${HITS_PER_ENTITY})`
  );
}
