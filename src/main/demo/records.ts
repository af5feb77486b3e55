/**
 * Brings a record to what the demonstration wants by the same operations that a person's window sends, step by step through its
 * states. What is as wanted already is left alone, so that a making that was cut short can go on where it stopped.
 */
import type { EntityContext } from '@main/entities/context';
import type { EntityService } from '@main/entities/service';
import { ENTITIES, type EntityName, type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { ListPage, ListQuery } from '@shared/listing';
import type { OperationResult } from '@shared/operations';
import { v7 as uuidv7 } from 'uuid';

type Value = string | number | boolean | null | string[];
export type Wanted = Readonly<Record<string, Value | undefined>>;

const REASON = 'Part of the demonstration';

export class Records {
  constructor(private readonly service: EntityService) {}

  /** All live records of an entity. */
  async all<N extends EntityName>(ctx: EntityContext, name: N): Promise<readonly EntityRow<N>[]> {
    const rows: EntityRow<N>[] = [];
    for (;;) {
      const page = await this.service.list(ctx, name, { offset: rows.length, limit: 500 });
      rows.push(...page.rows);
      if (page.rows.length === 0 || rows.length >= page.total) return rows;
    }
  }

  /** The record as it is now. NOT_FOUND where it is not there. */
  async one<N extends EntityName>(ctx: EntityContext, name: N, id: string): Promise<EntityRow<N>> {
    return (await this.service.get(ctx, name, id)).row;
  }

  /** The first 500 records that a filter leaves. */
  page<N extends EntityName>(ctx: EntityContext, name: N, filter: ListQuery['filter']): Promise<ListPage<EntityRow<N>>> {
    return this.service.list(ctx, name, { filter, offset: 0, limit: 500 });
  }

  /** Makes the record in the state nearest to `status` that a new one may have, and walks the rest of the way. */
  async create(ctx: EntityContext, entity: EntityName, wanted: Wanted, status?: string): Promise<string> {
    const machine = entityOf(entity).states;
    const path = machine && status !== undefined ? pathBetween(entity, machine.initial, status) : [];
    const [, first, ...rest] = path;
    const entityId = uuidv7();
    const start = first ?? (path[0] === undefined ? undefined : path[0]);
    const patch = defined({ ...wanted, ...(machine && start !== undefined ? { [machine.field]: start } : {}) });
    const made = done(
      await this.service.apply(ctx, {
        opId: uuidv7(),
        entity,
        entityId,
        kind: 'create',
        baseVersion: null,
        base: {},
        patch,
        reason: REASON,
      }),
    );
    if (start !== undefined) await this.walk(ctx, entity, { id: entityId, rowVersion: made.rowVersion }, [start, ...rest]);
    return entityId;
  }

  /** Changes what differs, then walks to `status`. */
  async bring(
    ctx: EntityContext,
    entity: EntityName,
    row: Readonly<Record<string, unknown>> & { readonly id: string; readonly rowVersion: number },
    wanted: Wanted,
    status?: string,
    reason?: string,
  ): Promise<void> {
    const differing = Object.entries(defined(wanted)).filter(([field, value]) => row[field] !== value);
    let { rowVersion } = row;
    const field = ENTITIES[entity].states?.field ?? '';
    let current = row[field];
    if (differing.length > 0) {
      const base = Object.fromEntries(differing.map(([key]) => [key, jsonValue(row[key])]));
      const patch = Object.fromEntries(differing);
      const result = done(
        await this.service.apply(ctx, {
          opId: uuidv7(),
          entity,
          entityId: row.id,
          kind: 'update',
          baseVersion: rowVersion,
          base,
          patch,
          ...(reason === undefined ? {} : { reason }),
        }),
      );
      rowVersion = result.rowVersion;
      current = result.automatic?.[field] ?? current;
    }
    if (status === undefined || typeof current !== 'string') return;
    await this.walk(ctx, entity, { id: row.id, rowVersion }, pathBetween(entity, current, status));
  }

  /** One operation a step. */
  private async walk(
    ctx: EntityContext,
    entity: EntityName,
    at: { readonly id: string; readonly rowVersion: number },
    path: readonly string[],
  ): Promise<void> {
    const field = entityOf(entity).states?.field;
    if (field === undefined) return;
    let { rowVersion } = at;
    for (const [index, to] of path.entries()) {
      const from = path[index - 1];
      if (from === undefined) continue;
      const result = done(
        await this.service.apply(ctx, {
          opId: uuidv7(),
          entity,
          entityId: at.id,
          kind: 'update',
          baseVersion: rowVersion,
          base: { [field]: from },
          patch: { [field]: to },
          reason: REASON,
        }),
      );
      rowVersion = result.rowVersion;
    }
  }
}

function done(result: OperationResult): Exclude<OperationResult, { status: 'conflict' }> {
  if (result.status === 'conflict') throw new CodedError('CONFLICT', { fields: result.conflicts.map(({ field }) => field) });
  return result;
}

function defined(values: Wanted): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function jsonValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** The states from `from` to `to`, both included, by the fewest steps. */
export function pathBetween(entity: EntityName, from: string, to: string): string[] {
  const steps = entityOf(entity).states?.steps ?? {};
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let state = queue.shift(); state !== undefined && state !== to; state = queue.shift()) {
    for (const next of steps[state] ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, state);
      queue.push(next);
    }
  }
  if (!cameFrom.has(to)) throw new CodedError('TRANSITION_REFUSED', { entity, from, to });
  const path: string[] = [];
  for (let state: string | null = to; state !== null; state = cameFrom.get(state) ?? null) path.unshift(state);
  return path;
}
