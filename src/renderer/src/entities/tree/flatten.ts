/**
 * Turns records that name their parent into the visible rows of a tree: expanded branches only, found nodes with their
 * ancestors. Records whose parent is missing (filtered out, archived) stand at the top, so that none is lost from sight;
 * a ring of parents cannot hang it.
 */
export interface TreeItem {
  readonly id: string;
  readonly parentId: string | null;
  readonly orderIndex: number;
}

export interface TreeRow<T extends TreeItem> {
  readonly item: T;
  /** From 0. */
  readonly depth: number;
  readonly hasChildren: boolean;
  readonly expanded: boolean;
  /** Place among its siblings from 1, and how many they are (aria-posinset, aria-setsize). */
  readonly place: number;
  readonly siblings: number;
}

export interface Tree<T extends TreeItem> {
  readonly roots: readonly T[];
  readonly children: ReadonlyMap<string, readonly T[]>;
  readonly byId: ReadonlyMap<string, T>;
}

export function buildTree<T extends TreeItem>(items: readonly T[]): Tree<T> {
  const byId = new Map(items.map((item) => [item.id, item]));
  const children = new Map<string, T[]>();
  const roots: T[] = [];
  for (const item of [...items].sort((a, b) => a.orderIndex - b.orderIndex)) {
    const parent = item.parentId === null || item.parentId === item.id ? undefined : byId.get(item.parentId);
    if (parent === undefined) {
      roots.push(item);
      continue;
    }
    const siblings = children.get(parent.id);
    if (siblings === undefined) children.set(parent.id, [item]);
    else siblings.push(item);
  }
  return { roots: [...roots, ...ringEntries(items, roots, children)], children, byId };
}

/** Items that no root reaches hang in a ring; its first stands at the top so that it can be seen and mended. */
function ringEntries<T extends TreeItem>(
  items: readonly T[],
  roots: readonly T[],
  children: ReadonlyMap<string, readonly T[]>,
): T[] {
  const seen = new Set<string>();
  const visit = (start: T) => {
    const stack = [start];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      stack.push(...(children.get(item.id) ?? []));
    }
  };
  roots.forEach(visit);
  const entries: T[] = [];
  for (const item of items) {
    if (seen.has(item.id)) continue;
    entries.push(item);
    visit(item);
  }
  return entries;
}

/** The ids of the items that match, with all their ancestors. */
export function matchesWithAncestors<T extends TreeItem>(tree: Tree<T>, matches: (item: T) => boolean): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const item of tree.byId.values()) {
    if (!matches(item)) continue;
    let at: T | undefined = item;
    while (at !== undefined && !kept.has(at.id)) {
      kept.add(at.id);
      at = at.parentId === null ? undefined : tree.byId.get(at.parentId);
    }
  }
  return kept;
}

/** The rows to draw, top to bottom. With `only`, just those items, all of their branches open. */
export function flattenTree<T extends TreeItem>(
  tree: Tree<T>,
  expanded: ReadonlySet<string>,
  only: ReadonlySet<string> | null = null,
): readonly TreeRow<T>[] {
  const rows: TreeRow<T>[] = [];
  const drawn = new Set<string>();
  const shown = (items: readonly T[]) => (only === null ? items : items.filter((item) => only.has(item.id)));
  type Step = { readonly item: T; readonly depth: number; readonly place: number; readonly siblings: number };
  const steps = (items: readonly T[], depth: number): Step[] =>
    shown(items)
      .map((item, index, all) => ({ item, depth, place: index + 1, siblings: all.length }))
      .reverse();
  const stack = steps(tree.roots, 0);
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (drawn.has(step.item.id)) continue;
    drawn.add(step.item.id);
    const children = shown(tree.children.get(step.item.id) ?? []);
    const open = children.length > 0 && (only !== null || expanded.has(step.item.id));
    rows.push({ ...step, hasChildren: children.length > 0, expanded: open });
    if (open) stack.push(...steps(children, step.depth + 1));
  }
  return rows;
}
