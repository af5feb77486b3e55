/** A record made from another one, with the parts that the person asked for: one operation, all of it or nothing. */
import { functionFor, type Need } from '@main/entities/access';
import { columnOf } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { invalid, parseInput } from '@main/entities/faults';
import type { EntityHooks } from '@main/entities/hooks';
import { type AnyRow, readRow, selectRows } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { createWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import { copiedValues, isCopied } from '@shared/entities/copying';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type CopyInput, type CopyResult, copyInputSchema } from '@shared/wire/collab';
import { v5 } from 'uuid';
import { z } from 'zod';
import { entryOf } from './command';

/** One relation is no library: whoever has more imports a file. */
const MAX_PARTS = 500;

const resultSchema: z.ZodType<CopyResult> = z.object({ id: z.guid(), children: z.int() });

/**
 * The ids of the parts follow from the operation's, so that a repetition makes the same. Throws NOT_FOUND, STATE_FORBIDS (too many
 * parts), ROLE_FORBIDS and what creating such records throws.
 */
export async function copyRecord(
  ctx: EntityContext,
  hooksOf: (name: EntityName) => EntityHooks | undefined,
  input: CopyInput,
): Promise<CopyResult> {
  const asked = parseInput(copyInputSchema, input);
  const definition = entityOf(asked.entity);
  if (!isCopied(definition)) throw new CodedError('ROLE_FORBIDS', { entity: asked.entity, functions: ctx.session.functions });
  const relations = asked.children.map((key, at) => {
    const allowed = definition.copy ? (definition.copy.children ?? []) : [];
    const relation = definition.children.find((each) => `${each.entity}.${each.field}` === key);
    if (relation === undefined || !allowed.includes(key) || !isEntityName(relation.entity))
      throw invalid([{ path: `children.${at}`, message: 'is not copied with such a record' }]);
    return { entity: relation.entity, field: relation.field };
  });
  const needs: Need[] = [asked.entity, ...relations.map(({ entity }) => entity)].map((name) => [name, 'create']);
  const { result, repeated } = await withLedger(
    ctx,
    entryOf('copyRecord', asked, functionFor(ctx.session, needs)),
    (stored) => parseStored(resultSchema, stored),
    async (tx) => {
      const found = await readRow(tx, asked.entity, asked.recordId);
      if (!found) throw new CodedError('NOT_FOUND', { entity: asked.entity, id: asked.recordId });
      const make = (name: EntityName, id: string, row: AnyRow, over: Readonly<Record<string, unknown>>) =>
        createWithin(tx, ctx, { entity: name, id, hooks: hooksOf(name) }, { ...copiedValues(entityOf(name), row), ...over });
      await make(asked.entity, asked.copyId, found.row, asked.title === null ? {} : { [definition.titleField]: asked.title });
      let children = 0;
      for (const { entity, field } of relations) {
        for (const part of await partsOf(tx, entity, field, asked.recordId)) {
          await make(entity, v5(part.id, asked.opId), part, { [field]: asked.copyId });
          children += 1;
        }
      }
      return { id: asked.copyId, children };
    },
  );
  if (!repeated) ctx.onChanged?.([asked.entity, ...relations.map(({ entity }) => entity)]);
  return result;
}

async function partsOf(tx: SqlClient, entity: EntityName, field: string, parent: string): Promise<AnyRow[]> {
  const rows = await selectRows<AnyRow>(
    tx,
    entity,
    `WHERE t.${columnOf(field)} = $1::uuid AND t.archived_at IS NULL ORDER BY t.created_at, t.id LIMIT ${MAX_PARTS + 1}`,
    [parent],
  );
  if (rows.length > MAX_PARTS) throw new CodedError('INPUT_TOO_LARGE', { limit: MAX_PARTS });
  return rows;
}
