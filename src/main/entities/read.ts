/** Reading records: lists, one record with what may be done to it, counts of saved views, people. One transaction each. */
import type { Entity, SystemRow } from '@shared/entities/define';
import type { EntityName, EntityRow } from '@shared/entities/registry';
import { entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type ListPage, type ListQuery, listQuerySchema, type TenantPerson } from '@shared/listing';
import type { RecordRights, RecordView } from '@shared/wire/records';
import { z } from 'zod';
import { functionFor, may, type Need } from './access';
import { cachedRead } from './cache';
import { findCandidates } from './candidates';
import { fieldOf, selectList, tableOf } from './columns';
import type { EntityContext, ServiceScope, ServiceSession, SqlClient } from './context';
import { parseInput } from './faults';
import {
  type CheckedListQuery,
  countedAtMost,
  countsStatement,
  labelsStatement,
  pageStatement,
  referencedIds,
  totalStatement,
} from './list-query';
import type { Values } from './merge';
import { nextStates } from './states';
import { together } from './together';

/** The scope of a read-only transaction as a function that may read all that is named. */
export function readScope(ctx: EntityContext, names: readonly EntityName[]): ServiceScope {
  return {
    tenantId: ctx.session.tenantId,
    function: functionFor(
      ctx.session,
      names.map((name): Need => [name, 'read']),
    ),
    personId: ctx.session.personId,
    source: ctx.source,
    readOnly: true,
  };
}

/** A page of rows with the total of the whole list and the titles of the records that the rows refer to. */
export async function listRecords<N extends EntityName>(
  ctx: EntityContext,
  name: N,
  input: ListQuery,
): Promise<ListPage<EntityRow<N>>> {
  const entity = entityOf(name);
  const query: CheckedListQuery = parseInput(listQuerySchema, input);
  const facts = { personId: ctx.session.personId, today: ctx.clock.today() };
  // What is wrong with the query is said before anything is asked.
  pageStatement(entity, query, facts);
  return cachedRead(
    ctx,
    { ...readScope(ctx, [name]), lagging: true },
    { question: ['list', name, query, facts.today], tables: tablesOf(entity, query) },
    async (tx) => {
      const bound = countedAtMost(query);
      const candidates = await findCandidates(tx, entity, query, query.known === undefined ? bound : 0);
      if (candidates?.ids?.length === 0) return { rows: [], total: 0, labels: {} };
      const page = pageStatement(entity, query, facts, candidates);
      const asked = tx.query<EntityRow<N>>(page.text, page.values);
      if (query.known !== undefined) {
        const { rows } = await asked;
        return { rows, total: query.known, labels: await readLabels(tx, ctx.session, entity, rows) };
      }
      const found = candidates?.counted ?? null;
      if (found !== null) {
        const { rows } = await asked;
        const more = found > bound ? { more: true } : {};
        return { rows, total: Math.min(found, bound), ...more, labels: await readLabels(tx, ctx.session, entity, rows) };
      }
      const total = totalStatement(entity, query, facts, candidates);
      const [rows, totals] = await together(asked, tx.query<{ total: number }>(total.text, total.values));
      const labels = await readLabels(tx, ctx.session, entity, rows.rows);
      return { rows: rows.rows, total: totals.rows[0]?.total ?? 0, labels };
    },
  );
}

/** What a page is read from: its own table and those of its labels. An order or a filter by people's names depends on more. */
export function tablesOf(entity: Entity, query: Pick<CheckedListQuery, 'sort' | 'filter'>): readonly string[] | null {
  const isPerson = (field: string) => fieldOf(entity, field)?.kind === 'person';
  if (query.sort.some(({ field }) => isPerson(field))) return null;
  if (query.filter.some(({ field, op }) => op === 'contains' && isPerson(field))) return null;
  const targets = Object.values(entity.allFields).flatMap(({ kind, target }) =>
    kind === 'reference' && target && isEntityName(target) ? [entityOf(target).table] : [],
  );
  return [...new Set([entity.table, ...targets])];
}

/** One record with all its fields, what this person may do with it and why not, and the states that may follow. NOT_FOUND else. */
export async function getRecord<N extends EntityName>(
  ctx: EntityContext,
  name: N,
  id: string,
): Promise<RecordView<EntityRow<N>>> {
  const entity = entityOf(name);
  const checkedId = parseInput(recordIdSchema, id);
  return ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const found = await readRow<EntityRow<N>>(tx, name, checkedId);
    if (!found) throw new CodedError('NOT_FOUND', { entity: name, id: checkedId });
    return recordView(ctx.session, name, found, await readLabels(tx, ctx.session, entity, [found.row]));
  });
}

export const recordIdSchema = z.guid();

export interface FoundRow<Row> {
  readonly row: Row;
  readonly archived: boolean;
}

/** A row of whatever entity: the fields that every table has, and the rest by key. */
export type AnyRow = SystemRow & Record<string, unknown>;

/** The row with all its fields; `lock` holds it until the transaction's end. `Row` is the type of the entity's own rows. */
export async function readRow<Row extends SystemRow = AnyRow>(
  tx: SqlClient,
  name: EntityName,
  id: string,
  lock = false,
): Promise<FoundRow<Row> | null> {
  const entity = entityOf(name);
  const { rows } = await tx.query<Row & { __archived: boolean }>(
    `SELECT ${selectList(entity, 't', true)}, t.archived_at IS NOT NULL AS "__archived"
     FROM ${tableOf(entity)} t WHERE t.id = $1::uuid${lock ? ' FOR UPDATE OF t' : ''}`,
    [id],
  );
  const row = rows[0];
  if (!row) return null;
  const archived = row.__archived;
  Reflect.deleteProperty(row, '__archived');
  return { row, archived };
}

/**
 * Rows of an entity (alias `t`, light fields) by a tail of SQL of ours: joins, WHERE, ORDER BY. Values travel as parameters; for
 * the domains' own screens, which ask for more than a list can.
 */
export async function selectRows<Row extends SystemRow>(
  tx: SqlClient,
  name: EntityName,
  tail: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const entity = entityOf(name);
  const { rows } = await tx.query<Row & Record<string, unknown>>(
    `SELECT ${selectList(entity, 't', false)} FROM ${tableOf(entity)} t ${tail}`,
    values,
  );
  return rows;
}

export function recordView<N extends EntityName>(
  session: ServiceSession,
  name: N,
  found: FoundRow<EntityRow<N>>,
  labels: Readonly<Record<string, string>>,
): RecordView<EntityRow<N>> {
  const rights = rightsOver(session, name, found.archived, isLocked(name, found));
  return { row: found.row, may: rights, steps: stepsOf(session, name, found), archived: found.archived, labels };
}

/** What the person's functions and the record's own standing allow. */
export function rightsOver(session: ServiceSession, name: EntityName, archived: boolean, locked = false): RecordRights {
  const update = may(session, name, 'update');
  const archive = may(session, name, 'archive');
  if (!update) return { update: false, archive, why: 'ROLE_FORBIDS' };
  // An archived record is restored first; the right to do so is the right to archive.
  // In a locked state only the state may still change, see `steps`.
  if (archived || locked) return { update: false, archive, why: 'STATE_FORBIDS' };
  return archive ? { update, archive } : { update, archive, why: 'ROLE_FORBIDS' };
}

function isLocked(name: EntityName, found: FoundRow<Values>): boolean {
  const machine = entityOf(name).states;
  return machine?.locked?.includes(String(found.row[machine.field])) ?? false;
}

function stepsOf(session: ServiceSession, name: EntityName, found: FoundRow<Values>): readonly string[] {
  const machine = entityOf(name).states;
  if (!machine || found.archived || !may(session, name, 'update')) return [];
  // a state that follows from other records is nobody's to step
  if (entityOf(name).fields[machine.field]?.writable === 'never') return [];
  const state = found.row[machine.field];
  return typeof state === 'string' ? nextStates(machine, state) : [];
}

/** Titles of the records that rows refer to, by id; only those the person may read. */
export async function readLabels(
  tx: SqlClient,
  session: ServiceSession,
  entity: Entity,
  rows: readonly Values[],
): Promise<Record<string, string>> {
  return labelsOf(tx, session, referencedIds(entity, rows));
}

/** Titles of records by id, wanted by entity; only those the person may read. */
export async function labelsOf(
  tx: SqlClient,
  session: ServiceSession,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Record<string, string>> {
  const wanted = new Map([...ids].filter(([name]) => isEntityName(name) && may(session, name, 'read')));
  const statement = labelsStatement(wanted);
  if (!statement) return {};
  const { rows: found } = await tx.query<{ id: string; label: string }>(statement.text, statement.values);
  return Object.fromEntries(found.map(({ id, label }) => [id, label]));
}

/** How many live records each saved view of the entity holds, by view key. */
export async function countViews(ctx: EntityContext, name: EntityName): Promise<Record<string, number>> {
  const entity = entityOf(name);
  const today = ctx.clock.today();
  const filters = entity.list.views.map((view) => view.filter);
  const statement = countsStatement(entity, filters, { personId: ctx.session.personId, today });
  return cachedRead(ctx, readScope(ctx, [name]), { question: ['counts', name, today], tables: [entity.table] }, async (tx) => {
    const { rows } = await tx.query<Record<string, number>>(statement.text, statement.values);
    return Object.fromEntries(entity.list.views.map((view, at) => [view.key, rows[0]?.[`v${at}`] ?? 0]));
  });
}

/** The people of the tenant, by name, for pickers and for names beside ids. */
export async function listPeople(ctx: EntityContext): Promise<TenantPerson[]> {
  const fn = ctx.session.functions[0];
  if (!fn) throw new CodedError('NO_MEMBERSHIP', {});
  const scope: ServiceScope = {
    tenantId: ctx.session.tenantId,
    function: fn,
    personId: ctx.session.personId,
    source: ctx.source,
    readOnly: true,
  };
  const { rows } = await ctx.database.withTenant(scope, (tx) =>
    tx.query<TenantPerson & Record<string, unknown>>(
      `SELECT id, display_name AS "displayName", email, functions, active FROM people ORDER BY lower(display_name), id`,
    ),
  );
  return rows;
}
