/**
 * One change to many records, on the server's side: chunks of records, each chunk an operation of the ledger in one transaction, each
 * record in it for itself, so that what succeeds stands and what does not is named. A chunk's id follows from the job's, so that a
 * repetition finds what was done. What was changed can be taken back in the same way.
 */
import { createHash } from 'node:crypto';
import { withLedger } from '@main/sync/ledger';
import { type Entity, recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError, ERROR_CODES, type ErrorCode } from '@shared/errors';
import type { Operation } from '@shared/operations';
import { type BulkOutcome, type BulkRefusal, type bulkInputSchema, MAX_LISTED } from '@shared/wire/lists';
import { z } from 'zod';
import { functionFor } from './access';
import { findCandidates, totalCondition } from './candidates';
import { columnOf, fieldOf, Parameters, tableOf } from './columns';
import { attempt, type EntityContext, type SqlClient } from './context';
import { checkChange, invalid } from './faults';
import { ROW } from './list-order';
import { whereClause } from './list-query';
import { readRow, readScope } from './read';
import { parseStored } from './results';
import type { EntityService } from './service';

type Json = Operation['patch'][string];

/** One record to be changed: the version and value that it is changed from, and what it shall be. */
export interface BulkItem {
  readonly id: string;
  readonly baseVersion: number;
  readonly base: Json;
  readonly value: Json;
}

export interface BulkWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BulkRun {
  readonly outcome: BulkOutcome;
  /** The records that were changed, to be set back. */
  readonly back: readonly BulkItem[];
}

/** Records of one transaction: some tenths of a second, so that others are kept waiting no longer than that. */
const CHUNK = 100;

const chunkSchema = z.array(
  z.object({
    id: z.guid(),
    status: z.enum(['changed', 'same', 'conflict', 'refused']),
    version: z.int().optional(),
    title: z.string().optional(),
    code: z.string().optional(),
    message: z.string().nullable().optional(),
  }),
);
type ChunkResult = z.output<typeof chunkSchema>;

/** The items of a request: those that were selected, or all that its question means now. CONFLICT where these are not as many as was said. */
export async function bulkItems(
  ctx: EntityContext,
  name: EntityName,
  { target, field, value }: Pick<z.output<typeof bulkInputSchema>, 'target' | 'field' | 'value'>,
): Promise<readonly BulkItem[]> {
  if ('items' in target) return target.items.map((item) => ({ ...item, value }));
  const entity = entityOf(name);
  if (!fieldOf(entity, field)) throw invalid([{ path: field, message: 'is not a field of this record' }]);
  const facts = { personId: ctx.session.personId, today: ctx.clock.today() };
  const found = await ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const candidates = await findCandidates(tx, entity, target.query);
    const parameters = new Parameters();
    const where = `${totalCondition(candidates, ROW, parameters)} AND ${whereClause(entity, target.query, facts, parameters)}`;
    const { rows } = await tx.query<{ id: string; version: number; base: Json }>(
      `SELECT ${ROW}.id, ${ROW}.row_version AS version, ${ROW}.${columnOf(field)} AS base FROM ${tableOf(entity)} ${ROW}
       WHERE ${where} ORDER BY ${ROW}.id`,
      parameters.values,
    );
    return rows;
  });
  if (found.length !== target.expected) throw new CodedError('CONFLICT', { expected: target.expected, found: found.length });
  return found.map(({ id, version, base }) => ({ id, baseVersion: version, base, value }));
}

/** Changes one field of all the items. Throws what is wrong with the value or the person's rights before anything is written. */
export async function bulkChange(
  ctx: EntityContext,
  service: Pick<EntityService, 'within'>,
  name: EntityName,
  change: {
    readonly job: string;
    readonly field: string;
    readonly reason?: string | undefined;
    readonly items: readonly BulkItem[];
  },
  { signal, onProgress }: BulkWatch = {},
): Promise<BulkRun> {
  const { job, field, reason, items } = change;
  const entity = entityOf(name);
  const fn = functionFor(ctx.session, [[name, 'update']]);
  for (const value of new Set(items.map((item) => item.value))) checkChange(entity, { [field]: value });
  const counts = { changed: 0, same: 0, conflicts: 0, refused: 0 };
  const stays: BulkRefusal[] = [];
  const back: BulkItem[] = [];
  let stopped: BulkOutcome['stopped'] = null;
  let done = 0;
  onProgress?.(0, items.length);
  while (done < items.length && stopped === null) {
    const chunk = items.slice(done, done + CHUNK);
    if (signal?.aborted) {
      stopped = 'cancelled';
      break;
    }
    try {
      const result = await runChunk(chunk, done / CHUNK);
      for (const [at, entry] of result.entries()) note(entry, chunk[at]);
      done += chunk.length;
      onProgress?.(done, items.length);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      stopped = error.code;
    }
  }
  const left = items.slice(done);
  return {
    outcome: {
      ...counts,
      left: left.length,
      stays,
      leftIds: left.slice(0, MAX_LISTED).map(({ id }) => id),
      stopped,
      undoable: back.length > 0,
    },
    back,
  };

  async function runChunk(chunk: readonly BulkItem[], nth: number): Promise<ChunkResult> {
    const opId = chunkId(job, nth);
    const changed = new Set<EntityName>();
    const { result, repeated } = await withLedger<ChunkResult>(
      ctx,
      {
        opId,
        body: { kind: 'bulk', entity: name, field, reason, items: chunk },
        entity: name,
        entityId: null,
        ...(reason === undefined ? {} : { reason }),
        function: fn,
      },
      (stored) => parseStored(chunkSchema, stored),
      async (tx) => {
        const results: ChunkResult = [];
        for (const item of chunk) results.push(await changeOne(tx, item, opId, changed));
        return results;
      },
    );
    if (!repeated && changed.size > 0) ctx.onChanged?.([...changed]);
    return result;
  }

  async function changeOne(tx: SqlClient, item: BulkItem, opId: string, changed: Set<EntityName>): Promise<ChunkResult[number]> {
    const { id, baseVersion, base, value } = item;
    const operation: Operation = {
      ...{ opId, entity: name, entityId: id, kind: 'update', baseVersion, base: { [field]: base }, patch: { [field]: value } },
      ...(reason === undefined ? {} : { reason }),
    };
    try {
      const result = await attempt(tx, () => service.within(tx, ctx, operation, changed));
      if (result.status === 'conflict') return { id, status: 'conflict', title: await titleOf(tx, entity, name, id) };
      return { id, status: result.status === 'unchanged' ? 'same' : 'changed', version: result.rowVersion };
    } catch (error) {
      if (!(error instanceof CodedError) || !staysAlone(error.code)) throw error;
      const fault = error.faults[0];
      const message = fault === undefined ? null : `${entity.allFields[field]?.label ?? field} ${fault.message}`;
      return { id, status: 'refused', title: await titleOf(tx, entity, name, id), code: error.code, message };
    }
  }

  function note(entry: ChunkResult[number], item: BulkItem | undefined): void {
    if (entry.status === 'changed') {
      counts.changed += 1;
      if (item)
        back.push({ id: item.id, baseVersion: entry.version ?? item.baseVersion + 1, base: item.value, value: item.base });
      return;
    }
    if (entry.status === 'same') {
      counts.same += 1;
      return;
    }
    counts[entry.status === 'conflict' ? 'conflicts' : 'refused'] += 1;
    if (stays.length >= MAX_LISTED) return;
    const code = entry.status === 'conflict' ? 'CONFLICT' : codeNamed(entry.code);
    stays.push({ id: entry.id, title: entry.title ?? '', code, message: entry.message ?? null });
  }
}

/** What is the matter of one record only; anything else stops the whole. */
function staysAlone(code: ErrorCode): boolean {
  return ['input', 'forbidden', 'conflict'].includes(ERROR_CODES[code]);
}

function codeNamed(code: string | undefined): ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'INTERNAL';
}

async function titleOf(tx: SqlClient, entity: Entity, name: EntityName, id: string): Promise<string> {
  const found = await readRow(tx, name, id);
  return found === null ? '' : recordTitle(entity, found.row);
}

/** The id of a job's chunk: the job's time, and the rest from both, in the form of a UUID of version 7. */
export function chunkId(job: string, nth: number): string {
  const digits = createHash('sha256').update(`${job}/${nth}`).digest('hex');
  const variant = ((Number.parseInt(digits.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${job.slice(0, 13)}-7${digits.slice(0, 3)}-${variant}${digits.slice(4, 7)}-${digits.slice(7, 19)}`;
}
