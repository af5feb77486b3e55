import { ENTITIES, entityOf } from '@shared/entities/registry';
import { describe, expect, it } from 'vitest';
import { arrangeColumns, type ColumnStore, limitWidth, loadLayout, moveColumn, possibleColumns, saveLayout } from './columns';

const controls = entityOf('controls');

function memory(): ColumnStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe('columns', () => {
  it('keep what names the record first, whatever is wished', () => {
    expect(arrangeColumns(controls, ['nextTest', 'name', 'nextTest', 'secret', '__proto__'])).toEqual([
      'ref',
      'name',
      'nextTest',
    ]);
  });

  it('move among the others only', () => {
    const columns = ['ref', 'name', 'status', 'ownerId'];
    expect(moveColumn(controls, columns, 'ownerId', -1)).toEqual(['ref', 'name', 'ownerId', 'status']);
    expect(moveColumn(controls, columns, 'status', -1)).toEqual(columns);
    expect(moveColumn(controls, columns, 'ref', 1)).toEqual(columns);
    expect(moveColumn(controls, columns, 'ownerId', 1)).toEqual(columns);
  });

  it('are kept by name alone, for each person in each tenant, and forgotten on wish', () => {
    const store = memory();
    const here = { personId: 'p', tenantId: 't' };
    const layout = { columns: ['ref', 'name', 'maturity'], widths: { name: 300 } };
    saveLayout(controls, here, layout, store);
    expect([...store.kept.keys()]).toEqual(['kompl.columns/p/t/controls']);
    expect(loadLayout(controls, here, store)).toEqual(layout);
    const own = controls.list.columns.map((column) => column.field);
    expect(loadLayout(controls, { ...here, tenantId: 'other' }, store).columns).toEqual(own);
    saveLayout(controls, here, null, store);
    expect(loadLayout(controls, here, store)).toEqual({ columns: own, widths: {} });
  });

  it('open as defined where what was kept is none', () => {
    const store = memory();
    for (const kept of ['', '{', '[]', '{"columns":[1],"widths":{}}', '{"columns":["__proto__"],"widths":{"secret":9}}']) {
      store.setItem('kompl.columns/p/t/controls', kept);
      const { columns, widths } = loadLayout(controls, { personId: 'p', tenantId: 't' }, store);
      expect(columns.slice(0, 2)).toEqual(['ref', 'name']);
      expect(widths).toEqual({});
    }
    expect([limitWidth(1), limitWidth(1e9), limitWidth(120.4)]).toEqual([60, 900, 120]);
  });

  it('of every definition can be drawn', () => {
    for (const definition of Object.values(ENTITIES)) {
      const entity = entityOf(definition.name);
      const possible = possibleColumns(entity);
      for (const column of entity.list.columns) expect(possible, `${entity.name}.${column.field}`).toContain(column.field);
    }
  });
});
