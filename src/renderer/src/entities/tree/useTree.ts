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
  /** Opens what lies above an item and ends a search, so that it can be seen. */
  readonly reveal: (id: string) => void;
}

/** Every word must occur. */
function matches(text: string, words: string): boolean {
  return words.split(/\s+/).every((word) => text.includes(word));
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
    return matchesWithAncestors(tree, (item) => matches(textOf(item), words));
  }, [tree, words, textOf]);
  const rows = useMemo(() => flattenTree(tree, expanded, only), [tree, expanded, only]);
  const shown = current !== null && rows.some((row) => row.item.id === current) ? current : null;
  // while searching, the first that was really found; its ancestors only show where it stands
  const first = only === null ? rows[0] : (rows.find((row) => matches(textOf(row.item), words)) ?? rows[0]);
  return {
    tree,
    rows,
    current: shown ?? first?.item.id ?? null,
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
    reveal: (id) => {
      setFind('');
      setExpanded((old) => {
        const next = new Set(old);
        const seen = new Set<string>();
        for (
          let at = tree.byId.get(id)?.parentId ?? null;
          at !== null && !seen.has(at);
          at = tree.byId.get(at)?.parentId ?? null
        ) {
          seen.add(at);
          next.add(at);
        }
        return next;
      });
    },
  };
}
