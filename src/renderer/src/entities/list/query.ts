/**
 * A list's state (view, filters, search, order) and what it asks the server for. The state lives in the address, so that
 * going back brings the same list. Whatever an address holds that the definition does not know is dropped, never sent.
 */
import { type EntityDefinition, type Filter, type FilterOp, type ListView, SYSTEM_FIELDS } from '@shared/entities/define';
import type { Field, FieldKind } from '@shared/entities/fields';
import type { ListQuery } from '@shared/listing';
import { z } from 'zod';

export interface SortKey {
  readonly field: string;
  readonly dir: 'asc' | 'desc';
}

export interface ListState {
  readonly view: string;
  readonly search: string;
  /** Empty: the definition's own order. */
  readonly sort: readonly SortKey[];
  readonly filters: readonly Filter[];
  /** The archived records instead of the living ones. */
  readonly archived: boolean;
  /** Another look at the records (`extras.ts`); empty for the rows. */
  readonly look: string;
  /** What the rows are grouped by; null where they are not. */
  readonly by: GroupKey | null;
  /** The columns of a saved view; null for the person's own. */
  readonly columns: readonly string[] | null;
}

export interface GroupKey {
  readonly field: string;
  readonly dir: 'asc' | 'desc';
}

/** A saved view stands in the address by its id behind this. */
const SAVED = 'v-';

/** The id of the saved view that an address names; null for one of the definition's own. */
export function savedViewId(view: string): string | null {
  return view.startsWith(SAVED) ? view.slice(SAVED.length) : null;
}

export function savedViewKey(id: string): string {
  return `${SAVED}${id}`;
}

/** Which comparisons make sense for a kind of field; the first is the editor's own. */
export const FILTER_OPS: Readonly<Record<FieldKind, readonly FilterOp[]>> = {
  text: ['contains', 'eq', 'empty', 'notEmpty'],
  longText: ['contains', 'empty', 'notEmpty'],
  hash: ['contains', 'eq', 'empty', 'notEmpty'],
  integer: ['eq', 'gte', 'lte', 'lt', 'gt', 'empty', 'notEmpty'],
  boolean: ['eq'],
  date: ['lte', 'gte', 'lt', 'gt', 'eq', 'empty', 'notEmpty'],
  instant: ['lte', 'gte', 'lt', 'gt', 'empty', 'notEmpty'],
  enum: ['in', 'notIn', 'eq', 'ne', 'empty', 'notEmpty'],
  reference: ['in', 'eq', 'notIn', 'contains', 'empty', 'notEmpty'],
  person: ['in', 'eq', 'notIn', 'contains', 'empty', 'notEmpty'],
  tags: ['contains', 'in', 'notIn', 'empty', 'notEmpty'],
  json: ['empty', 'notEmpty'],
};

const filterValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]);

/** When a record was made and last changed: every list is filtered by them, though no definition names them. */
const STAMPS: Readonly<Record<string, Field>> = { createdAt: SYSTEM_FIELDS.createdAt, updatedAt: SYSTEM_FIELDS.updatedAt };

/** The field that a filter stands on; undefined for what no list is filtered by. */
export function filteredField(definition: EntityDefinition, key: string): Field | undefined {
  if (Object.hasOwn(definition.fields, key)) return definition.fields[key];
  return Object.hasOwn(STAMPS, key) ? STAMPS[key] : undefined;
}

/** Fields a person may filter by: those with a label, without ids and large JSON. */
export function filterableFields(definition: EntityDefinition): readonly (readonly [string, Field])[] {
  return Object.entries({ ...definition.fields, ...STAMPS }).filter(([, field]) => field.kind !== 'json' && field.heavy !== true);
}

export function isKnownFilter(definition: EntityDefinition, filter: Filter): boolean {
  const field = filteredField(definition, filter.field);
  return field !== undefined && FILTER_OPS[field.kind].includes(filter.op);
}

export function viewOf(definition: EntityDefinition, key: string): ListView {
  if (savedViewId(key) !== null) return { key, label: '', filter: [] };
  const view = definition.list.views.find((each) => each.key === key) ?? definition.list.views[0];
  return view ?? { key: 'all', label: 'All', filter: [] };
}

function readFilter(definition: EntityDefinition, text: string): Filter | null {
  const [field, op, ...rest] = text.split('~');
  if (field === undefined || op === undefined) return null;
  const known = filteredField(definition, field);
  const allowed = known === undefined ? undefined : FILTER_OPS[known.kind].find((each) => each === op);
  if (allowed === undefined) return null;
  if (allowed === 'empty' || allowed === 'notEmpty') return { field, op: allowed };
  try {
    const value = filterValue.safeParse(JSON.parse(rest.join('~')));
    return value.success ? { field, op: allowed, value: value.data } : null;
  } catch {
    // An address that was cut or typed by hand: the filter is left out, the list still opens.
    return null;
  }
}

/** Reads the state from an address. */
export function readListState(definition: EntityDefinition, params: URLSearchParams): ListState {
  const sort: SortKey[] = [];
  for (const part of (params.get('sort') ?? '').split(',')) {
    const [field, dir] = part.split('.');
    if (field !== undefined && isSortable(definition, field) && (dir === 'asc' || dir === 'desc')) sort.push({ field, dir });
  }
  return {
    view: viewOf(definition, params.get('view') ?? '').key,
    search: (params.get('q') ?? '').slice(0, 200),
    sort: sort.slice(0, 5),
    filters: params
      .getAll('f')
      .map((text) => readFilter(definition, text))
      .filter((filter) => filter !== null)
      .slice(0, 12),
    archived: params.get('archived') === '1',
    look: (params.get('look') ?? '').slice(0, 40),
    by: readGroup(definition, params.get('by') ?? ''),
    columns: readColumns(params.get('c')),
  };
}

function readGroup(definition: EntityDefinition, text: string): GroupKey | null {
  const [field, dir] = text.split('.');
  if (field === undefined || (dir !== 'asc' && dir !== 'desc') || !isGroupable(definition, field)) return null;
  return { field, dir };
}

function readColumns(text: string | null): readonly string[] | null {
  if (text === null) return null;
  return text
    .split(',')
    .filter((name) => /^[A-Za-z]\w*$/.test(name))
    .slice(0, 100);
}

const GROUPED: readonly FieldKind[] = ['enum', 'boolean', 'person', 'reference', 'date', 'instant'];

/** Fields whose values make groups; dates do by their months. */
export function isGroupable(definition: EntityDefinition, key: string): boolean {
  const field = Object.hasOwn(definition.fields, key) ? definition.fields[key] : undefined;
  return field !== undefined && GROUPED.includes(field.kind) && field.personal !== true && field.heavy !== true;
}

/** Writes the state into an address; what stands for itself is left out, so that addresses stay short. */
export function writeListState(definition: EntityDefinition, state: ListState): URLSearchParams {
  const params = new URLSearchParams();
  if (state.view !== viewOf(definition, '').key) params.set('view', state.view);
  if (state.search !== '') params.set('q', state.search);
  if (state.sort.length > 0) params.set('sort', state.sort.map((key) => `${key.field}.${key.dir}`).join(','));
  for (const filter of state.filters) {
    const value = filter.op === 'empty' || filter.op === 'notEmpty' ? '' : `~${JSON.stringify(filter.value ?? null)}`;
    params.append('f', `${filter.field}~${filter.op}${value}`);
  }
  if (state.archived) params.set('archived', '1');
  if (state.look !== '') params.set('look', state.look);
  if (state.by !== null) params.set('by', `${state.by.field}.${state.by.dir}`);
  if (state.columns !== null) params.set('c', state.columns.join(','));
  return params;
}

export function isSortable(definition: EntityDefinition, field: string): boolean {
  const known = Object.hasOwn(definition.fields, field) ? definition.fields[field] : undefined;
  if (known === undefined) return field === 'createdAt' || field === 'updatedAt';
  return known.kind !== 'json' && known.kind !== 'tags' && known.heavy !== true;
}

/** The order that holds: the person's, else the definition's. */
export function activeSort(definition: EntityDefinition, state: Pick<ListState, 'sort'>): readonly SortKey[] {
  return state.sort.length > 0 ? state.sort : definition.list.sort;
}

/** Clicking a header: ascending, descending, back to the definition's own order. */
export function nextSort(definition: EntityDefinition, state: ListState, field: string): readonly SortKey[] {
  const first = activeSort(definition, state)[0];
  if (first?.field !== field) return [{ field, dir: 'asc' }];
  if (first.dir === 'asc') return [{ field, dir: 'desc' }];
  return state.sort.length > 0 && definition.list.sort[0]?.field !== field ? [] : [{ field, dir: 'asc' }];
}

/** What the server is asked, without the page. `fixed` are conditions of the place the list stands in (a relation). */
export function toQuery(
  definition: EntityDefinition,
  state: ListState,
  fixed: readonly Filter[] = [],
): Pick<ListQuery, 'filter' | 'search' | 'sort' | 'archived'> {
  const filter = [
    ...fixed,
    ...viewOf(definition, state.view).filter,
    ...state.filters.filter((each) => isKnownFilter(definition, each)),
  ];
  return {
    filter: filter.map((each) => ({
      field: each.field,
      op: each.op,
      ...(each.value === undefined ? {} : { value: plainValue(each.value) }),
    })),
    search: state.search.trim(),
    sort: activeSort(definition, state).map((key) => ({ field: key.field, dir: key.dir })),
    archived: state.archived,
  };
}

function plainValue(value: Filter['value']): string | number | boolean | null | (string | number)[] {
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null) return [...value];
  return value;
}

/** Puts a field's filters in the place of those it had; an empty list takes the field's chip away. */
export function replaceFilters(filters: readonly Filter[], field: string, next: readonly Filter[]): readonly Filter[] {
  const first = filters.findIndex((filter) => filter.field === field);
  const others = filters.filter((filter) => filter.field !== field);
  if (first === -1) return [...others, ...next];
  const before = filters.slice(0, first).filter((filter) => filter.field !== field).length;
  return [...others.slice(0, before), ...next, ...others.slice(before)];
}
