/** Groups of a list with their counts, in their order: one statement, whatever the number of rows. */
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { type GroupsInput, groupsInputSchema, type ListGroups, MAX_GROUPS } from '@shared/listing';
import type { z } from 'zod';
import { cachedRead } from './cache';
import { type Candidates, findCandidates, totalCondition } from './candidates';
import { Parameters, tableOf } from './columns';
import type { EntityContext } from './context';
import { parseInput } from './faults';
import type { FilterFacts } from './filters';
import { choiceOrder, groupExpression, groupField, ROW, recordOrder } from './list-order';
import { type Statement, whereClause } from './list-query';
import { labelsOf, readScope, tablesOf } from './read';

type CheckedGroups = z.output<typeof groupsInputSchema>;

/** Rows of `key` (text or null) and `count`, at most one more than may be shown. Throws INPUT_INVALID for a field without groups. */
export function groupsStatement(
  entity: Entity,
  query: CheckedGroups,
  facts: FilterFacts,
  candidates: Candidates | null = null,
): Statement {
  const parameters = new Parameters();
  const field = groupField(entity, query.by.field);
  const where = `${totalCondition(candidates, ROW, parameters)} AND ${whereClause(entity, query, facts, parameters)}`;
  const counted =
    `SELECT ${groupExpression(query.by.field, field)} AS key, count(*)::integer AS count ` +
    `FROM ${tableOf(entity)} ${ROW} WHERE ${where} GROUP BY 1`;
  const dir = query.by.dir === 'desc' ? 'DESC' : 'ASC';
  const target = field.kind === 'reference' && field.target && isEntityName(field.target) ? entityOf(field.target) : null;
  let join = '';
  let order = 'g.key';
  if (field.kind === 'enum') order = choiceOrder(field, 'g.key', parameters);
  else if (field.kind === 'person') {
    join = 'LEFT JOIN people p ON p.id = g.key';
    order = 'lower(p.display_name)';
  } else if (target) {
    join = `LEFT JOIN ${tableOf(target)} r ON r.id = g.key`;
    order = recordOrder(target, 'r');
  }
  const text =
    `SELECT g.key::text AS key, g.count FROM (${counted}) g ${join} ` +
    `ORDER BY ${order} ${dir} NULLS LAST, g.key ${dir} LIMIT ${MAX_GROUPS + 1}`;
  return { text, values: parameters.values };
}

/** How the rows of a query fall into groups. */
export async function listGroups(ctx: EntityContext, name: EntityName, input: GroupsInput): Promise<ListGroups> {
  const entity = entityOf(name);
  const query = parseInput(groupsInputSchema, input);
  const facts = { personId: ctx.session.personId, today: ctx.clock.today() };
  groupsStatement(entity, query, facts);
  const asked = { ...query, sort: [query.by] };
  return cachedRead(
    ctx,
    { ...readScope(ctx, [name]), lagging: true },
    { question: ['groups', name, query, facts.today], tables: tablesOf(entity, asked) },
    async (tx) => {
      const candidates = await findCandidates(tx, entity, query);
      if (candidates?.ids?.length === 0) return { groups: [], total: 0, more: false, labels: {} };
      const statement = groupsStatement(entity, query, facts, candidates);
      const { rows } = await tx.query<{ key: string | null; count: number }>(statement.text, statement.values);
      const groups = rows.slice(0, MAX_GROUPS);
      const field = groupField(entity, query.by.field);
      const ids = new Set(groups.flatMap(({ key }) => (key === null ? [] : [key])));
      const labels =
        field.kind === 'reference' && field.target ? await labelsOf(tx, ctx.session, new Map([[field.target, ids]])) : {};
      return {
        groups,
        total: groups.reduce((sum, group) => sum + group.count, 0),
        more: rows.length > MAX_GROUPS,
        labels,
      };
    },
  );
}
