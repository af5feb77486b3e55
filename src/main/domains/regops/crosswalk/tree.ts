/** Where a requirement stands in its regulation's tree: which assessed requirements a mapping to any node speaks of. */

export interface TreeNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly assessable: boolean;
}

export interface Spoken {
  readonly id: string;
  /** True where the node is only a part of that requirement, so that whatever is said of it covers a part at most. */
  readonly partly: boolean;
}

export interface Branches {
  /**
   * The assessed requirements that something said of `id` speaks of: itself; else the nearest one above, in part; else, for a family,
   * all those below.
   */
  spokenOf(id: string): readonly Spoken[];
  /** `id` and what lies above it, up to the first that is assessed: the places where proof for it is found. */
  upwards(id: string): readonly string[];
}

/** A ring of parents, which no import lets in, ends the way instead of going round. */
export function branchesOf(nodes: readonly TreeNode[]): Branches {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const below = new Map<string, TreeNode[]>();
  for (const node of nodes) {
    if (node.parentId === null) continue;
    const siblings = below.get(node.parentId);
    if (siblings === undefined) below.set(node.parentId, [node]);
    else siblings.push(node);
  }
  const upwards = (id: string): string[] => {
    const way: string[] = [];
    for (let at = byId.get(id); at !== undefined && !way.includes(at.id); ) {
      way.push(at.id);
      if (at.assessable) break;
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    return way;
  };
  const downwards = (id: string): Spoken[] => {
    const found: Spoken[] = [];
    const seen = new Set<string>([id]);
    const stack = [...(below.get(id) ?? [])];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at.id)) continue;
      seen.add(at.id);
      if (at.assessable) found.push({ id: at.id, partly: false });
      stack.push(...(below.get(at.id) ?? []));
    }
    return found;
  };
  return {
    upwards,
    spokenOf(id) {
      const node = byId.get(id);
      if (node === undefined) return [];
      if (node.assessable) return [{ id, partly: false }];
      const top = upwards(id).at(-1);
      if (top !== undefined && byId.get(top)?.assessable === true) return [{ id: top, partly: true }];
      return downwards(id);
    },
  };
}
