/** Rules of saved views: which list they are of, what a definition may hold; and how many records each of them holds now. */
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { viewDefinitionSchema } from '@shared/entities/workspace/saved-view';
import { CodedError } from '@shared/errors';
import type { scopeCountsSchema } from '@shared/wire/lists';
import type { z } from 'zod';
import { cachedRead } from './cache';
import { Parameters, tableOf } from './columns';
import type { EntityContext } from './context';
import { invalid, refusePollution } from './faults';
import type { FilterFacts } from './filters';
import type { HookTable } from './hooks';
import { ROW } from './list-order';
import { type Statement, whereClause } from './list-query';
import { readScope, tablesOf } from './read';

export const SAVED_VIEW_HOOKS: HookTable = {
  savedViews: {
    beforeValidate({ operation: { patch } }) {
      if (patch.list !== undefined && (typeof patch.list !== 'string' || !isEntityName(patch.list)))
        throw invalid([{ path: 'list', message: 'is not a list of the workstation' }]);
      if (patch.definition === undefined) return patch;
      refusePollution(patch.definition);
      const parsed = viewDefinitionSchema.safeParse(patch.definition);
      if (!parsed.success) {
        const path = ['definition', ...(parsed.error.issues[0]?.path ?? [])].map(String).join('.');
        throw invalid([{ path, message: 'is not what a view can hold' }]);
      }
      return { ...patch, definition: JSON.parse(JSON.stringify(parsed.data)) };
    },
  },
};

type Scopes = z.output<typeof scopeCountsSchema>['scopes'];

/** How many records each question holds, in one statement; null for one that the list cannot answer any more. */
export async function countScopes(ctx: EntityContext, name: EntityName, scopes: Scopes): Promise<readonly (number | null)[]> {
  const entity = entityOf(name);
  const facts = { personId: ctx.session.personId, today: ctx.clock.today() };
  const parameters = new Parameters();
  const parts = scopes.map((scope, at) =>
    isAnswerable(name, scope, facts)
      ? `(SELECT count(*)::integer FROM ${tableOf(entity)} ${ROW} WHERE ${whereClause(entity, scope, facts, parameters)}) AS v${at}`
      : `NULL::integer AS v${at}`,
  );
  if (parts.length === 0) return [];
  const statement: Statement = { text: `SELECT ${parts.join(', ')}`, values: parameters.values };
  const filter = scopes.flatMap((scope) => scope.filter);
  return cachedRead(
    ctx,
    readScope(ctx, [name]),
    { question: ['scopes', name, scopes, facts.today], tables: tablesOf(entity, { filter, sort: [] }) },
    async (tx) => {
      const { rows } = await tx.query<Record<string, number | null>>(statement.text, statement.values);
      return scopes.map((_, at) => rows[0]?.[`v${at}`] ?? null);
    },
  );
}

function isAnswerable(name: EntityName, scope: Scopes[number], facts: FilterFacts): boolean {
  try {
    whereClause(entityOf(name), scope, facts, new Parameters());
    return true;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'INPUT_INVALID') return false;
    throw error;
  }
}
