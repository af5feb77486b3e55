/**
 * EntityService: the one service of all entities. Reads as the first of the person's functions that may read; writes as the first
 * that may do what is asked, each write an operation with a ledger row in the same transaction.
 */

import { withLedger } from '@main/sync/ledger';
import type { EntityName, EntityRow } from '@shared/entities/registry';
import type { GroupsInput, HistoryEntry, ListGroups, ListPage, ListQuery, TenantPerson } from '@shared/listing';
import { type Operation, type OperationResult, operationSchema } from '@shared/operations';
import type { RecordView } from '@shared/wire/records';
import { type EntityAction, functionFor } from './access';
import type { EntityContext, SqlClient } from './context';
import { parseInput } from './faults';
import { readHistory } from './history';
import type { EntityHooks, HookTable } from './hooks';
import { listGroups } from './list-groups';
import { countViews, getRecord, listPeople, listRecords } from './read';
import { parseOperationResult } from './results';
import { archiveWithin, checkShape, createWithin, updateWithin } from './write';

const ACTION_OF: Readonly<Record<Operation['kind'], EntityAction>> = {
  create: 'create',
  update: 'update',
  archive: 'archive',
  restore: 'archive',
};

export class EntityService {
  readonly #hooks: HookTable;

  constructor(hooks: HookTable = {}) {
    this.#hooks = hooks;
  }

  /** The hooks of an entity, for commands that write records of it. */
  hooksOf(name: EntityName): EntityHooks | undefined {
    return this.#hooks[name];
  }

  list<N extends EntityName>(ctx: EntityContext, name: N, query: ListQuery): Promise<ListPage<EntityRow<N>>> {
    return listRecords(ctx, name, query);
  }

  get<N extends EntityName>(ctx: EntityContext, name: N, id: string): Promise<RecordView<EntityRow<N>>> {
    return getRecord(ctx, name, id);
  }

  counts(ctx: EntityContext, name: EntityName): Promise<Record<string, number>> {
    return countViews(ctx, name);
  }

  groups(ctx: EntityContext, name: EntityName, input: GroupsInput): Promise<ListGroups> {
    return listGroups(ctx, name, input);
  }

  history(ctx: EntityContext, name: EntityName, id: string): Promise<HistoryEntry[]> {
    return readHistory(ctx, name, id);
  }

  people(ctx: EntityContext): Promise<TenantPerson[]> {
    return listPeople(ctx);
  }

  /**
   * Applies one operation, or answers again what became of it. The answer of a conflict is a result; everything else that stands
   * in the way is a coded error and leaves no trace.
   */
  async apply(ctx: EntityContext, input: Operation): Promise<OperationResult> {
    const operation = parseInput(operationSchema, input);
    checkShape(operation);
    const fn = functionFor(ctx.session, [[operation.entity, ACTION_OF[operation.kind]]]);
    const changed = new Set<EntityName>();
    const { result, repeated } = await withLedger<OperationResult>(
      ctx,
      {
        opId: operation.opId,
        body: operation,
        entity: operation.entity,
        entityId: operation.entityId,
        ...(operation.reason === undefined ? {} : { reason: operation.reason }),
        function: fn,
      },
      parseOperationResult,
      (tx) => {
        changed.clear();
        return this.within(tx, ctx, operation, changed);
      },
    );
    if (!repeated && changed.size > 0) ctx.onChanged?.([...changed]);
    return result;
  }

  /**
   * The pipeline after access, inside a transaction that is open already, for commands that write several records under one id of the
   * ledger. Adds the entities whose records changed to `changed`.
   */
  async within(tx: SqlClient, ctx: EntityContext, operation: Operation, changed: Set<EntityName>): Promise<OperationResult> {
    const hooks = this.#hooks[operation.entity];
    const request = { entity: operation.entity, id: operation.entityId, reason: operation.reason, hooks };
    const patch = hooks?.beforeValidate?.({ ctx, operation }) ?? operation.patch;
    const note = (result: OperationResult, others: readonly EntityName[] = []) => {
      if (result.status === 'applied' || result.status === 'merged')
        for (const name of [operation.entity, ...others]) changed.add(name);
      return result;
    };
    switch (operation.kind) {
      case 'create': {
        const made = await createWithin(tx, ctx, request, patch);
        const automatic = Object.keys(made.automatic).length > 0 ? { automatic: made.automatic } : {};
        return note(
          { status: 'applied', entityId: operation.entityId, rowVersion: made.row.rowVersion, ...automatic },
          made.alsoChanged,
        );
      }
      case 'update': {
        const baseVersion = operation.baseVersion ?? 0;
        const updated = await updateWithin(tx, ctx, request, { baseVersion, base: operation.base, patch });
        return note(updated.result, updated.alsoChanged);
      }
      case 'archive':
      case 'restore':
        return note(await archiveWithin(tx, request, operation.kind === 'archive', operation.baseVersion ?? 0));
    }
  }
}
