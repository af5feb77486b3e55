/** What a person does to a drafted outline: each act gives a new list in which every entry still stands at most one deeper than the one above. */
import { MAX_DEPTH, type ReviewNode } from './detect';

export type ReviewList = readonly ReviewNode[];

/** The entries from `at` on that belong to it: itself and all that stand deeper right behind it. */
export function branchEnd(nodes: ReviewList, at: number): number {
  const depth = nodes[at]?.depth ?? 0;
  let end = at + 1;
  while (end < nodes.length && (nodes[end]?.depth ?? 0) > depth) end += 1;
  return end;
}

function shift(nodes: ReviewList, at: number, by: 1 | -1): ReviewList {
  const end = branchEnd(nodes, at);
  return nodes.map((node, index) => (index >= at && index < end ? { ...node, depth: node.depth + by } : node));
}

/** One higher, with all below it. What followed it under the same heading goes on below it. */
export function promote(nodes: ReviewList, at: number): ReviewList {
  return (nodes[at]?.depth ?? 0) > 0 ? shift(nodes, at, -1) : nodes;
}

/** One deeper, with all below it: it becomes a part of the entry above. */
export function demote(nodes: ReviewList, at: number): ReviewList {
  const above = nodes[at - 1];
  const node = nodes[at];
  if (above === undefined || node === undefined || node.depth > above.depth) return nodes;
  const deepest = Math.max(...nodes.slice(at, branchEnd(nodes, at)).map((each) => each.depth));
  return deepest < MAX_DEPTH ? shift(nodes, at, 1) : nodes;
}

/** Puts an entry's words at the end of the one above; what lies below it stays where it is read. */
export function mergeUp(nodes: ReviewList, at: number): ReviewList {
  const above = nodes[at - 1];
  const node = nodes[at];
  if (above === undefined || node === undefined) return nodes;
  const words = [above.text, [node.ref, node.title].filter((part) => part !== '').join(' '), node.text].filter(
    (part) => part !== '',
  );
  return settled([...nodes.slice(0, at - 1), { ...above, text: words.join('\n') }, ...nodes.slice(at + 1)]);
}

/** Cuts an entry's text at `offset`: the rest becomes the next entry at the same depth. */
export function split(nodes: ReviewList, at: number, offset: number, key: number): ReviewList {
  const node = nodes[at];
  if (node === undefined) return nodes;
  const [head, rest] = [node.text.slice(0, offset).trim(), node.text.slice(offset).trim()];
  if (head === '' || rest === '') return nodes;
  const second: ReviewNode = { ...node, key, ref: '', title: '', text: rest };
  return [...nodes.slice(0, at), { ...node, text: head }, second, ...nodes.slice(at + 1)];
}

/** Takes an entry away; what lay below it moves up one. */
export function drop(nodes: ReviewList, at: number): ReviewList {
  const end = branchEnd(nodes, at);
  return settled(
    nodes.flatMap((node, index) => (index === at ? [] : [index > at && index < end ? { ...node, depth: node.depth - 1 } : node])),
  );
}

export function change(
  nodes: ReviewList,
  at: number,
  patch: Partial<Pick<ReviewNode, 'ref' | 'title' | 'text' | 'assessable'>>,
): ReviewList {
  return nodes.map((node, index) => (index === at ? { ...node, ...patch } : node));
}

/** Depths that leave no step out. */
export function settled(nodes: ReviewList): ReviewList {
  let allowed = 0;
  return nodes.map((node) => {
    const depth = Math.max(0, Math.min(node.depth, allowed));
    allowed = depth + 1;
    return depth === node.depth ? node : { ...node, depth };
  });
}
