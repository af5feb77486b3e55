/**
 * Writing one record inside a transaction that is open already: the part of the pipeline after access (resolve → validate →
 * merge → write → after). Used by `applyOperation` and by the commands of the domains, so that a rule holds wherever it comes in.
 */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { Operation, OperationResult } from '@shared/operations';
import { columnOf, fieldOf, Parameters, parameterType, selectList, sqlValue, tableOf } from './columns';
import type { EntityContext, SqlClient } from './context';
import { checkChange, checkCreation, invalid } from './faults';
import type { EntityHooks } from './hooks';
import { mergeFields, type Values } from './merge';
import { type AnyRow, type FoundRow, readRow } from './read';
import { checkLocked, checkStep } from './states';

export interface WriteRequest {
  readonly entity: EntityName;
  readonly id: string;
  readonly reason?: string | undefined;
  readonly hooks?: EntityHooks | undefined;
}

export interface Written {
  readonly row: AnyRow;
  readonly automatic: Values;
  /** Other entities whose records a hook changed. */
  readonly alsoChanged: readonly EntityName[];
}

/**
 * Makes a record from what a person gave (`patch`) and what only the system may give (`system`, already trusted).
 * Throws INPUT_INVALID, FIELD_FORBIDDEN, TRANSITION_REFUSED, REASON_REQUIRED, REFERENCE_MISSING, DUPLICATE.
 */
export async function createWithin(tx: SqlClient, ctx: EntityContext, request: WriteRequest, patch: Values): Promise<Written> {
  const entity = entityOf(request.entity);
  const given = checkCreation(entity, patch);
  const automatic = (await request.hooks?.beforeWrite?.({ ctx, tx, row: null, write: given })) ?? {};
  const values: Record<string, unknown> = { ...given, ...automatic };
  const machine = entity.states;
  // a state that only the database moves begins as the table has it
  if (machine && entity.fields[machine.field]?.writable !== 'never') {
    const start = values[machine.field] ?? machine.initial;
    values[machine.field] = start;
    checkStep(machine, null, String(start), request.reason);
  }
  await checkReferences(tx, entity, values);
  const row = await insertRow(tx, request.entity, request.id, values);
  const alsoChanged = (await request.hooks?.after?.({ ctx, tx, before: null, row })) ?? [];
  return { row, automatic, alsoChanged };
}

async function insertRow(tx: SqlClient, name: EntityName, id: string, values: Values): Promise<AnyRow> {
  const entity = entityOf(name);
  const parameters = new Parameters();
  const columns = ['id'];
  const places = [parameters.add(id, 'uuid')];
  for (const [key, value] of Object.entries(values)) {
    const field = fieldOf(entity, key);
    if (!field || value === undefined) continue;
    columns.push(columnOf(key));
    places.push(parameters.add(sqlValue(field, value), parameterType(key, field)));
  }
  const { rows } = await tx.query<AnyRow>(
    `INSERT INTO ${tableOf(entity)} AS t (${columns.join(', ')}) VALUES (${places.join(', ')})
     ON CONFLICT (id) DO NOTHING RETURNING ${selectList(entity, 't', true)}`,
    parameters.values,
  );
  const row = rows[0];
  if (!row) throw new CodedError('DUPLICATE', { entity: name, id });
  return row;
}

export type Updated = Written & { readonly result: OperationResult };

/**
 * Merges a change into the record as it stands (locked until the end of the transaction) and writes what is left of it. A
 * conflict writes nothing and is a result. Throws NOT_FOUND, STATE_FORBIDS (archived) and what `createWithin` throws.
 */
export async function updateWithin(
  tx: SqlClient,
  ctx: EntityContext,
  request: WriteRequest,
  change: { readonly baseVersion: number; readonly base: Values; readonly patch: Values },
): Promise<Updated> {
  const entity = entityOf(request.entity);
  const patch = checkChange(entity, change.patch);
  const found = await lockRow(tx, request.entity, request.id);
  if (found.archived) throw new CodedError('STATE_FORBIDS', { entity: request.entity, id: request.id, state: 'archived' });
  const before: Values = found.row;
  const unmoved = found.row.rowVersion === change.baseVersion;
  // Nobody wrote since: the record itself is the base, whatever the client remembers of it.
  const { write, conflicts } = mergeFields(entity, unmoved ? before : change.base, patch, before);
  const standing = { entityId: request.id, rowVersion: found.row.rowVersion };
  if (conflicts.length > 0) {
    const result: OperationResult = {
      status: 'conflict',
      ...standing,
      conflicts,
      changedBy: found.row.updatedBy,
      changedAt: found.row.updatedAt,
    };
    return { result, row: found.row, automatic: {}, alsoChanged: [] };
  }
  if (Object.keys(write).length === 0) {
    return { result: { status: 'unchanged', ...standing }, row: found.row, automatic: {}, alsoChanged: [] };
  }
  const automatic = (await request.hooks?.beforeWrite?.({ ctx, tx, row: before, write })) ?? {};
  const values = { ...write, ...automatic };
  checkStates(entity, before, values, request.reason);
  await checkReferences(tx, entity, values);
  const row = await updateRow(tx, request.entity, request.id, values);
  const alsoChanged = (await request.hooks?.after?.({ ctx, tx, before, row })) ?? [];
  const result: OperationResult = {
    status: unmoved ? 'applied' : 'merged',
    entityId: request.id,
    rowVersion: row.rowVersion,
    ...(Object.keys(automatic).length > 0 ? { automatic } : {}),
  };
  return { result, row, automatic, alsoChanged };
}

/** The record, held until the transaction's end. NOT_FOUND; ROLE_FORBIDS for one that the person sees and may not change. */
async function lockRow(tx: SqlClient, name: EntityName, id: string): Promise<FoundRow<AnyRow>> {
  const found = await readRow(tx, name, id, true);
  if (found) return found;
  if (await readRow(tx, name, id)) throw new CodedError('ROLE_FORBIDS', { entity: name, action: 'update' });
  throw new CodedError('NOT_FOUND', { entity: name, id });
}

function checkStates(entity: Entity, before: Values, values: Values, reason: string | undefined): void {
  const machine = entity.states;
  if (!machine) return;
  checkLocked(machine, before, values);
  if (!Object.hasOwn(values, machine.field)) return;
  checkStep(machine, String(before[machine.field]), String(values[machine.field]), reason);
}

async function updateRow(tx: SqlClient, name: EntityName, id: string, values: Values): Promise<AnyRow> {
  const entity = entityOf(name);
  const parameters = new Parameters();
  const settings = Object.entries(values).flatMap(([key, value]) => {
    const field = fieldOf(entity, key);
    return field ? [`${columnOf(key)} = ${parameters.add(sqlValue(field, value), parameterType(key, field))}`] : [];
  });
  const { rows } = await tx.query<AnyRow>(
    `UPDATE ${tableOf(entity)} AS t SET ${settings.join(', ')} WHERE t.id = ${parameters.add(id, 'uuid')}
     RETURNING ${selectList(entity, 't', true)}`,
    parameters.values,
  );
  const row = rows[0];
  // The row was locked and seen: only a policy that forbids the new row can keep it from coming back.
  if (!row) throw new CodedError('STATE_FORBIDS', { entity: name, id });
  return row;
}

/** Takes a record out of its lists, or back into them. Nothing is ever deleted. */
export async function archiveWithin(
  tx: SqlClient,
  request: WriteRequest,
  archive: boolean,
  baseVersion: number,
): Promise<OperationResult> {
  const found = await lockRow(tx, request.entity, request.id);
  if (found.archived === archive) return { status: 'unchanged', entityId: request.id, rowVersion: found.row.rowVersion };
  const { rows } = await tx.query<{ rowVersion: number }>(
    `UPDATE ${tableOf(entityOf(request.entity))} AS t SET archived_at = ${archive ? 'now()' : 'NULL'}
     WHERE t.id = $1::uuid RETURNING t.row_version AS "rowVersion"`,
    [request.id],
  );
  const rowVersion = rows[0]?.rowVersion;
  if (rowVersion === undefined) throw new CodedError('STATE_FORBIDS', { entity: request.entity, id: request.id });
  return { status: found.row.rowVersion === baseVersion ? 'applied' : 'merged', entityId: request.id, rowVersion };
}

/** All references and persons among the values exist in this tenant; one statement. REFERENCE_MISSING names the first that does not. */
export async function checkReferences(tx: SqlClient, entity: Entity, values: Values): Promise<void> {
  const parameters = new Parameters();
  const missing: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const field = fieldOf(entity, key);
    if (value === null || value === undefined || !field) continue;
    const target =
      field.kind === 'person' ? 'people' : field.target && isEntityName(field.target) ? tableOf(entityOf(field.target)) : null;
    if (target === null) continue;
    const name = parameters.add(key, 'text');
    missing.push(
      `SELECT ${name} AS field WHERE NOT EXISTS (SELECT 1 FROM ${target} x WHERE x.id = ${parameters.add(value, 'uuid')})`,
    );
  }
  if (missing.length === 0) return;
  const { rows } = await tx.query<{ field: string }>(missing.join(' UNION ALL '), parameters.values);
  const first = rows[0];
  if (first) throw new CodedError('REFERENCE_MISSING', { entity: entity.name, field: first.field });
}

/** What the shape of an operation must fulfil beyond its schema. */
export function checkShape(operation: Operation): void {
  const faults = [];
  if (operation.kind === 'create' && operation.baseVersion !== null) {
    faults.push({ path: 'baseVersion', message: 'a new record has none' });
  }
  if (operation.kind !== 'create' && operation.baseVersion === null) {
    faults.push({ path: 'baseVersion', message: 'needs a value' });
  }
  if (operation.kind === 'update') {
    for (const key of Object.keys(operation.patch)) {
      if (!Object.hasOwn(operation.base, key))
        faults.push({ path: `base.${key}`, message: 'needs the value that the person saw' });
    }
  }
  if ((operation.kind === 'archive' || operation.kind === 'restore') && Object.keys(operation.patch).length > 0) {
    faults.push({ path: 'patch', message: `${operation.kind} changes no fields` });
  }
  if (faults.length > 0) throw invalid(faults);
}
