import { ENTITIES, entityOf } from '@shared/entities/registry';
import { describe, expect, it } from 'vitest';
import { arrangeColumns, type ColumnStore, loadColumns, moveColumn, possibleColumns, saveColumns } from './columns';

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

  it('are kept by name alone and forgotten on wish', () => {
    const store = memory();
    saveColumns(controls, ['ref', 'name', 'maturity'], store);
    expect([...store.kept]).toEqual([['kompl.columns.controls', 'ref,name,maturity']]);
    expect(loadColumns(controls, store)).toEqual(['ref', 'name', 'maturity']);
    saveColumns(controls, null, store);
    expect(loadColumns(controls, store)).toEqual(controls.list.columns.map((column) => column.field));
  });

  it('of every definition can be drawn', () => {
    for (const definition of Object.values(ENTITIES)) {
      const entity = entityOf(definition.name);
      const possible = possibleColumns(entity);
      for (const column of entity.list.columns) expect(possible, `${entity.name}.${column.field}`).toContain(column.field);
    }
  });
});
