import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTree, flattenTree, matchesWithAncestors, type TreeItem } from './flatten';

const item = (id: string, parentId: string | null, orderIndex: number): TreeItem => ({ id, parentId, orderIndex });
const items = [item('ac', null, 0), item('ac-2', 'ac', 2), item('ac-1', 'ac', 1), item('ac-1a', 'ac-1', 0), item('ia', null, 1)];
const ids = (rows: readonly { readonly item: TreeItem }[]) => rows.map((row) => row.item.id);

describe('a tree of records', () => {
  it('shows the top, in order, with what it hides', () => {
    const rows = flattenTree(buildTree(items), new Set());
    expect(rows.map((row) => [row.item.id, row.depth, row.hasChildren, row.expanded, row.place, row.siblings])).toEqual([
      ['ac', 0, true, false, 1, 2],
      ['ia', 0, false, false, 2, 2],
    ]);
  });

  it('opens branch by branch', () => {
    const tree = buildTree(items);
    expect(ids(flattenTree(tree, new Set(['ac'])))).toEqual(['ac', 'ac-1', 'ac-2', 'ia']);
    expect(ids(flattenTree(tree, new Set(['ac', 'ac-1'])))).toEqual(['ac', 'ac-1', 'ac-1a', 'ac-2', 'ia']);
    expect(ids(flattenTree(tree, new Set(['ac-1'])))).toEqual(['ac', 'ia']);
  });

  it('shows what was found with its ancestors, branches open', () => {
    const tree = buildTree(items);
    const found = matchesWithAncestors(tree, (each) => each.id === 'ac-1a');
    const rows = flattenTree(tree, new Set(), found);
    expect(ids(rows)).toEqual(['ac', 'ac-1', 'ac-1a']);
    expect(rows.map((row) => row.expanded)).toEqual([true, true, false]);
    expect(flattenTree(tree, new Set(), new Set())).toEqual([]);
  });

  it('keeps orphans at the top', () => {
    expect(ids(flattenTree(buildTree([item('x', 'gone', 0)]), new Set()))).toEqual(['x']);
  });

  it('neither hangs on a ring nor loses it', () => {
    const ring = [item('a', 'b', 0), item('b', 'a', 0), item('self', 'self', 1)];
    const rows = flattenTree(buildTree(ring), new Set(['a', 'b', 'self']));
    expect(ids(rows).sort()).toEqual(['a', 'b', 'self']);
  });

  it('draws every record exactly once when all is open, however the parents lie', () => {
    const anyItems = fc
      .array(fc.record({ parent: fc.integer({ min: -1, max: 30 }), order: fc.integer({ min: 0, max: 5 }) }), { maxLength: 30 })
      .map((raw) => raw.map((each, index) => item(`n${index}`, each.parent < 0 ? null : `n${each.parent}`, each.order)));
    fc.assert(
      fc.property(anyItems, (each) => {
        const rows = flattenTree(buildTree(each), new Set(each.map((one) => one.id)));
        expect(ids(rows).sort()).toEqual(each.map((one) => one.id).sort());
      }),
    );
  });
});
