import { ENTITIES, entityOf } from '@shared/entities/registry';
import { listQuerySchema } from '@shared/listing';
import { describe, expect, it } from 'vitest';
import { isSortable, type ListState, nextSort, readListState, replaceFilters, toQuery, writeListState } from './query';

const controls = entityOf('controls');
const state = (patch: Partial<ListState> = {}): ListState => ({
  view: 'all',
  search: '',
  sort: [],
  filters: [],
  archived: false,
  look: '',
  by: null,
  columns: null,
  ...patch,
});

describe('the address of a list', () => {
  it('comes back as it was written', () => {
    const full = state({
      view: 'due',
      search: 'pass word & more',
      sort: [{ field: 'nextTest', dir: 'desc' }],
      filters: [
        { field: 'status', op: 'in', value: ['active', 'degraded'] },
        { field: 'nextTest', op: 'lte', value: '2027-02-28' },
        { field: 'name', op: 'contains', value: 'a~b"c' },
        { field: 'keyControl', op: 'eq', value: true },
        { field: 'ownerId', op: 'empty' },
      ],
      by: { field: 'status', dir: 'desc' },
      columns: ['ref', 'name', 'status'],
    });
    const address = writeListState(controls, full).toString();
    expect(readListState(controls, new URLSearchParams(address))).toEqual(full);
  });

  it('says nothing where the list stands as defined', () => {
    expect(writeListState(controls, state()).toString()).toBe('');
  });

  it.each([
    'f=nope~eq~1',
    'f=name~between~1',
    'f=name~contains~{',
    'f=name',
    'f=__proto__~eq~1',
    'f=validationCriteria~contains~"x"',
    'f=status~in~{"a":1}',
  ])('drops a filter it does not know: %s', (address) => {
    expect(readListState(controls, new URLSearchParams(address)).filters).toEqual([]);
  });

  it('drops an unknown view, an unknown order and too long a search', () => {
    const read = readListState(
      controls,
      new URLSearchParams(`view=none&sort=constructor.asc,name.up,ref.desc&q=${'x'.repeat(999)}`),
    );
    expect(read.view).toBe('all');
    expect(read.sort).toEqual([{ field: 'ref', dir: 'desc' }]);
    expect(read.search).toHaveLength(200);
  });
});

describe('the query', () => {
  it('joins the place, the view and the chips, and the service accepts it', () => {
    const query = toQuery(controls, state({ view: 'due', filters: [{ field: 'family', op: 'contains', value: 'AC' }] }), [
      { field: 'controlSetId', op: 'eq', value: '018f4e9a-0000-7000-8000-000000000001' },
    ]);
    expect(query.filter).toEqual([
      { field: 'controlSetId', op: 'eq', value: '018f4e9a-0000-7000-8000-000000000001' },
      { field: 'nextTest', op: 'lte', value: '@today+30' },
      { field: 'status', op: 'ne', value: 'deprecated' },
      { field: 'family', op: 'contains', value: 'AC' },
    ]);
    expect(listQuerySchema.safeParse({ ...query, offset: 0, limit: 200 }).success).toBe(true);
  });

  it('orders as defined until the person says otherwise', () => {
    expect(toQuery(controls, state()).sort).toEqual([{ field: 'ref', dir: 'asc' }]);
    expect(toQuery(controls, state({ sort: [{ field: 'name', dir: 'desc' }] })).sort).toEqual([{ field: 'name', dir: 'desc' }]);
  });

  it('is accepted for every view of every entity', () => {
    for (const definition of Object.values(ENTITIES)) {
      for (const view of definition.list.views) {
        const query = toQuery(entityOf(definition.name), state({ view: view.key }));
        expect(listQuerySchema.safeParse(query).success, `${definition.name}.${view.key}`).toBe(true);
      }
    }
  });
});

describe('sorting by a header', () => {
  it('goes up, down and back to the own order', () => {
    const up = nextSort(controls, state(), 'name');
    expect(up).toEqual([{ field: 'name', dir: 'asc' }]);
    const down = nextSort(controls, state({ sort: up }), 'name');
    expect(down).toEqual([{ field: 'name', dir: 'desc' }]);
    expect(nextSort(controls, state({ sort: down }), 'name')).toEqual([]);
  });

  it('turns the own order round at the first click on its header', () => {
    expect(nextSort(controls, state(), 'ref')).toEqual([{ field: 'ref', dir: 'desc' }]);
  });

  it('knows what cannot be ordered', () => {
    expect(isSortable(controls, 'tags')).toBe(false);
    expect(isSortable(controls, 'validationCriteria')).toBe(false);
    expect(isSortable(controls, 'toString')).toBe(false);
    expect(isSortable(controls, 'updatedAt')).toBe(true);
  });
});

describe('chips', () => {
  it('a changed chip keeps its place, an emptied one goes', () => {
    const filters = [
      { field: 'a', op: 'eq', value: 1 },
      { field: 'b', op: 'gte', value: 1 },
      { field: 'b', op: 'lte', value: 9 },
      { field: 'c', op: 'eq', value: 1 },
    ] as const;
    expect(replaceFilters(filters, 'b', [{ field: 'b', op: 'eq', value: 5 }]).map((f) => f.field)).toEqual(['a', 'b', 'c']);
    expect(replaceFilters(filters, 'b', []).map((f) => f.field)).toEqual(['a', 'c']);
    expect(replaceFilters(filters, 'd', [{ field: 'd', op: 'empty' }]).map((f) => f.field)).toEqual(['a', 'b', 'b', 'c', 'd']);
  });
});

it('an address filters by when a record was made', () => {
  const params = new URLSearchParams([
    ['f', 'createdAt~gte~"2026-09-30"'],
    ['f', 'createdAt~lt~"2026-10-31"'],
    ['f', 'id~eq~"x"'],
  ]);
  expect(readListState(entityOf('findings'), params).filters).toEqual([
    { field: 'createdAt', op: 'gte', value: '2026-09-30' },
    { field: 'createdAt', op: 'lt', value: '2026-10-31' },
  ]);
});
