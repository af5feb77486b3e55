/** What is open, current and found in a tree. */
import { useMemo, useState } from 'react';
import { buildTree, flattenTree, matchesWithAncestors, type Tree, type TreeItem, type TreeRow } from './flatten';

export interface TreeState<T extends TreeItem> {
  readonly tree: Tree<T>;
  readonly rows: readonly TreeRow<T>[];
  readonly current: string | null;
  readonly find: string;
  readonly found: number | null;
  readonly setCurrent: (id: string) => void;
  readonly setFind: (words: string) => void;
  readonly toggle: (id: string, open: boolean) => void;
  readonly openAll: (open: boolean) => void;
}

/**
 * @param items must keep its identity while it says the same
 * @param textOf what is searched in an item, lower case
 */
export function useTree<T extends TreeItem>(items: readonly T[], textOf: (item: T) => string): TreeState<T> {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const [find, setFind] = useState('');
  const tree = useMemo(() => buildTree(items), [items]);
  const words = find.trim().toLowerCase();
  const only = useMemo(() => {
    if (words === '') return null;
    const parts = words.split(/\s+/);
    return matchesWithAncestors(tree, (item) => {
      const text = textOf(item);
      return parts.every((part) => text.includes(part));
    });
  }, [tree, words, textOf]);
  const rows = useMemo(() => flattenTree(tree, expanded, only), [tree, expanded, only]);
  return {
    tree,
    rows,
    current: current ?? rows[0]?.item.id ?? null,
    find,
    found: only === null ? null : rows.length,
    setCurrent,
    setFind,
    toggle: (id, open) =>
      setExpanded((old) => {
        const next = new Set(old);
        if (open) next.add(id);
        else next.delete(id);
        return next;
      }),
    openAll: (open) => setExpanded(open ? new Set(tree.children.keys()) : new Set()),
  };
}
