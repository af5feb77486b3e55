import { entityOf } from '@shared/entities/registry';
import { viewDefinitionSchema } from '@shared/entities/workspace/saved-view';
import { describe, expect, it } from 'vitest';
import { type ListState, readListState, writeListState } from './query';
import { brokenParts, definitionOf, differs, savedViewOf, stateOf } from './savedViews';

const findings = entityOf('findings');
const row = (definition: unknown) => ({
  ...{
    id: '018f4e9a-0000-7000-8000-00000000cccc',
    rowVersion: 1,
    createdAt: '',
    updatedAt: '',
    createdBy: null,
    updatedBy: null,
  },
  ...{ name: 'Mine', sharing: 'private', functions: [], place: 0, definition },
});
const state: ListState = {
  ...{ view: 'open', search: 'door', archived: false, look: '', columns: ['ref', 'title', 'severity'] },
  sort: [{ field: 'dueDate', dir: 'asc' }],
  filters: [{ field: 'severity', op: 'in', value: ['high'] }],
  by: { field: 'ownerId', dir: 'asc' },
};

describe('a saved view', () => {
  it('opens the list as it was when it was saved, by way of the address too', () => {
    const definition = definitionOf(findings, state, state.columns ?? []);
    expect(viewDefinitionSchema.safeParse(definition).success).toBe(true);
    const view = savedViewOf(row(definition));
    const opened = stateOf(findings, view);
    expect(opened).toMatchObject({ search: 'door', sort: state.sort, by: state.by, columns: state.columns });
    expect(opened.filters.map(({ field }) => field)).toEqual(['status', 'severity']);
    const again = readListState(findings, writeListState(findings, opened));
    expect(again).toEqual(opened);
    expect(differs(findings, view, again)).toBe(false);
    expect(differs(findings, view, { ...again, search: 'gate' })).toBe(true);
    expect(brokenParts(findings, view)).toEqual([]);
  });

  it('says what the list has no more, and opens the rest', () => {
    const filter = [
      { field: 'gone', op: 'eq', value: 1 },
      { field: 'severity', op: 'in', value: ['high'] },
    ];
    const view = savedViewOf(
      row({ filter, columns: ['ref', 'lost'], by: { field: 'title', dir: 'asc' }, sort: [{ field: 'old', dir: 'asc' }] }),
    );
    expect(brokenParts(findings, view)).toHaveLength(4);
    expect(stateOf(findings, view)).toMatchObject({ sort: [], by: null, columns: ['ref'] });
    expect(stateOf(findings, view).filters).toHaveLength(1);
    const strange = savedViewOf(row({ what: 'is this' }));
    expect(brokenParts(findings, strange)).toHaveLength(1);
    expect(stateOf(findings, strange).filters).toEqual([]);
  });
});
