/** The tags that the tenant uses, most used first, over every kind of record with a field `tags`; other lists of words are none. */
import { likeEscaped, Parameters, tableOf } from '@main/entities/columns';
import type { EntityContext } from '@main/entities/context';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import type { TagUse } from '@shared/wire/collab';
import { byFunction, readingAs } from './command';

const MAX_TAGS = 50;

export async function suggestTags(ctx: EntityContext, text: string): Promise<TagUse[]> {
  const tagged = ENTITY_NAMES.filter((name) => Object.hasOwn(entityOf(name).fields, 'tags'));
  const uses = new Map<string, number>();
  for (const [fn, names] of byFunction(ctx, tagged)) {
    const parameters = new Parameters();
    const parts = names.map(
      (name) => `SELECT unnest(t.tags) AS tag FROM ${tableOf(entityOf(name))} t WHERE t.archived_at IS NULL AND t.tags <> '{}'`,
    );
    const like = parameters.add(`${likeEscaped(text.trim())}%`, 'text');
    const { rows } = await ctx.database.withTenant({ ...readingAs(ctx, fn), lagging: true }, (tx) =>
      tx.query<TagUse & Record<string, unknown>>(
        `SELECT tag, count(*)::integer AS uses FROM (${parts.join(' UNION ALL ')}) used WHERE tag ILIKE ${like}
         GROUP BY tag ORDER BY uses DESC, tag LIMIT ${MAX_TAGS}`,
        parameters.values,
      ),
    );
    for (const row of rows) uses.set(row.tag, (uses.get(row.tag) ?? 0) + row.uses);
  }
  return [...uses]
    .map(([tag, count]) => ({ tag, uses: count }))
    .sort((a, b) => b.uses - a.uses || a.tag.localeCompare(b.tag))
    .slice(0, MAX_TAGS);
}
