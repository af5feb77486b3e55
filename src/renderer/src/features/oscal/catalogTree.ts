/** The previewed catalogue as items of a tree. Ids are places in it, for a node that is new has none of its own. */
import type { CatalogNode } from '@shared/wire/oscal';
import type { TreeItem } from '../../entities/tree/flatten';

export interface CatalogItem extends TreeItem {
  readonly node: CatalogNode;
  /** What is searched, lower case. */
  readonly found: string;
}

/** All nodes, parents before children, in the order of the document. */
export function catalogItems(nodes: readonly CatalogNode[]): readonly CatalogItem[] {
  const items: CatalogItem[] = [];
  const stack = nodes.map((node, at) => ({ node, parentId: null as string | null, id: String(at), orderIndex: at })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, id, parentId, orderIndex } = next;
    items.push({ id, parentId, orderIndex, node, found: `${node.refId} ${node.title} ${node.text ?? ''}`.toLowerCase() });
    stack.push(...node.children.map((child, at) => ({ node: child, parentId: id, id: `${id}.${at}`, orderIndex: at })).reverse());
  }
  return items;
}

/** Those that the import would write, with nothing else. */
export function changedOnly(items: readonly CatalogItem[]): readonly CatalogItem[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const kept = new Set<string>();
  for (const item of items) {
    if (item.node.change === 'unchanged') continue;
    for (let at: CatalogItem | undefined = item; at !== undefined && !kept.has(at.id); ) {
      kept.add(at.id);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
  }
  return items.filter((item) => kept.has(item.id));
}
