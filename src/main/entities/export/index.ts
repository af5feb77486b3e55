/**
 * Export of exactly what a list shows: filter, search, order, columns and grouping of the view, every row of it. The rows come
 * through a cursor of the server, batch by batch as the file takes them, so that a hundred thousand are never held at once; all of
 * them as they stood at one moment. Read as the person: nothing leaves that they may not see.
 */
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { listExportSchema } from '@shared/wire/lists';
import type { z } from 'zod';
import { findCandidates, pageCondition } from '../candidates';
import { Parameters, selectList, tableOf } from '../columns';
import type { EntityContext } from '../context';
import type { FilterFacts } from '../filters';
import { orderClause, ROW } from '../list-order';
import { type Statement, totalStatement, whereClause } from '../list-query';
import { listPeople, readLabels, readScope } from '../read';
import { type Cell, cellReader, exportColumns } from './cells';
import { csvText } from './csv';
import type { ExportHead } from './head';
import { jsonLines, jsonText } from './json';
import { xlsxBytes } from './xlsx';

export type CheckedExport = Pick<z.output<typeof listExportSchema>, 'format' | 'query' | 'columns' | 'by' | 'ids'>;

export interface ExportWatch {
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows there will be, and waited for, before one of them is read. */
  readonly onCounted?: (total: number) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Rows of a batch: some hundred kilobytes. */
const BATCH = 1_000;

/** Gives the file's content to `take`, piece by piece, and says how many rows it had. Throws INPUT_INVALID, NOT_SIGNED_IN where it was stopped. */
export async function exportRecords(
  ctx: EntityContext,
  name: EntityName,
  request: CheckedExport,
  head: ExportHead,
  take: (content: AsyncIterable<string | Buffer>) => Promise<void>,
  { signal, onCounted, onProgress }: ExportWatch = {},
): Promise<number> {
  const entity = entityOf(name);
  const facts = { personId: ctx.session.personId, today: ctx.clock.today() };
  const columns = exportColumns(entity, request.columns, request.by);
  rowsStatement(name, request, facts, null);
  const people = new Map((await listPeople(ctx)).map(({ id, displayName }) => [id, displayName]));
  const total = request.ids?.length ?? (await countRows(ctx, name, request, facts));
  await onCounted?.(total);
  onProgress?.(0, total);
  return ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const candidates = request.ids ? null : await findCandidates(tx, entity, request.query);
    const none = candidates?.ids?.length === 0;
    let done = 0;
    async function* batches(): AsyncGenerator<readonly (readonly Cell[])[]> {
      if (none) return;
      const statement = rowsStatement(name, request, facts, candidates);
      await tx.query(`DECLARE export_rows NO SCROLL CURSOR FOR ${statement.text}`, statement.values);
      for (;;) {
        if (signal?.aborted) throw new CodedError('NOT_SIGNED_IN', { reason: 'stopped' });
        const { rows } = await tx.query(`FETCH ${BATCH} FROM export_rows`);
        if (rows.length === 0) break;
        const labels = await readLabels(tx, ctx.session, entity, rows);
        const read = cellReader(entity, columns, {
          person: (id) => people.get(id) ?? null,
          record: (id) => labels[id] ?? null,
        });
        yield rows.map(read);
        done += rows.length;
        onProgress?.(done, Math.max(done, total));
      }
    }
    await take(contentOf(request, head, columns, batches()));
    return done;
  });
}

function contentOf(
  { format }: CheckedExport,
  head: ExportHead,
  columns: ReturnType<typeof exportColumns>,
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncIterable<string | Buffer> {
  switch (format) {
    case 'csv':
      return csvText(columns, batches);
    case 'xlsx':
      return xlsxBytes(head, columns, batches);
    case 'json':
      return jsonText(head, columns, batches);
    case 'jsonl':
      return jsonLines(columns, batches);
  }
}

async function countRows(ctx: EntityContext, name: EntityName, { query }: CheckedExport, facts: FilterFacts): Promise<number> {
  return ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const candidates = await findCandidates(tx, entityOf(name), query);
    const { text, values } = totalStatement(entityOf(name), query, facts, candidates);
    const { rows } = await tx.query<{ total: number }>(text, values);
    return rows[0]?.total ?? 0;
  });
}

function rowsStatement(
  name: EntityName,
  { query, by, ids }: CheckedExport,
  facts: FilterFacts,
  candidates: Awaited<ReturnType<typeof findCandidates>>,
): Statement {
  const entity = entityOf(name);
  const parameters = new Parameters();
  const chosen = ids ? `${ROW}.id = ANY(${parameters.add(ids, 'uuid[]')})` : pageCondition(candidates, ROW, parameters);
  const where = `${chosen} AND ${whereClause(entity, query, facts, parameters)}`;
  const order = orderClause(entity, query.sort, parameters, { by });
  return {
    text: `SELECT ${selectList(entity, ROW, false)} FROM ${tableOf(entity)} ${ROW} ${order.joins} WHERE ${where} ORDER BY ${order.terms}`,
    values: parameters.values,
  };
}
