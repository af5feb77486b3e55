/**
 * What became of each requirement from one version of a regulation to the next. Numbers are not trusted alone: standards give a number
 * away again, so what says the same is found first, then what stands under the same number and says something like it, then what
 * is most alike; only what is left is new or gone. Every node of both trees stands in exactly one change.
 */
import type { RequirementChange, Verdict, VersionNode } from '@shared/wire/versions';
import { mostAlike, wordsOf } from '../crosswalk/similarity';
import { longestRising } from '../oscal/order';

export interface CompareNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly sourceId: string | null;
  readonly refId: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly assessable: boolean;
}

/** Words in common, below which the same number is no sign of the same requirement. */
const SAME_NUMBER = 0.3;
/** Words in common, below which one of the same number is gone and the other new. */
const SAME_AT_ALL = 0.15;
/** Likeness from which two requirements under different numbers are taken for one. */
const SAME_WORDS = 0.55;
/** Texts shorter than this are alike by chance. */
const TELLING = 12;

export type Change = Omit<RequirementChange, 'answers'>;

/** Compares two versions, each in document order with parents before children. */
export function compareVersions(from: readonly CompareNode[], to: readonly CompareNode[]): Change[] {
  const partner = matchNodes(from, to);
  const back = new Map([...partner].map(([older, newer]) => [newer, older]));
  const oldById = new Map(from.map((node) => [node.id, node]));
  const moved = movedNodes(from, to, partner, back);
  const oldView = viewer(from);
  const newView = viewer(to);

  const newer = to.map((node): Change => {
    const olderId = back.get(node.id);
    const older = olderId === undefined ? undefined : oldById.get(olderId);
    if (older === undefined) {
      const verdict: Verdict = 'new';
      return { kind: 'added', moved: false, renumbered: false, minor: false, from: null, to: newView(node), verdict };
    }
    const same = exact(older) === exact(node) && older.assessable === node.assessable;
    const minor = !same && plain(older) === plain(node) && older.assessable === node.assessable;
    return {
      kind: same ? 'same' : 'changed',
      moved: moved.has(node.id),
      renumbered: older.refId !== node.refId,
      minor,
      from: oldView(older),
      to: newView(node),
      verdict: same || minor ? 'valid' : 'look',
    };
  });
  return interleave(from, to, newer, partner, oldView);
}

/** What is gone stands behind the one that came before it in the older version. */
function interleave(
  from: readonly CompareNode[],
  to: readonly CompareNode[],
  newer: readonly Change[],
  partner: ReadonlyMap<string, string>,
  view: (node: CompareNode) => VersionNode,
): Change[] {
  const behind = new Map<string | null, Change[]>();
  let last: string | null = null;
  for (const node of from) {
    const match = partner.get(node.id);
    if (match !== undefined) {
      last = match;
      continue;
    }
    const gone: Change = {
      kind: 'removed',
      moved: false,
      renumbered: false,
      minor: false,
      from: view(node),
      to: null,
      verdict: 'gone',
    };
    const list = behind.get(last);
    if (list === undefined) behind.set(last, [gone]);
    else list.push(gone);
  }
  return [...(behind.get(null) ?? []), ...newer.flatMap((change, at) => [change, ...(behind.get(to[at]?.id ?? '') ?? [])])];
}

const exact = (node: CompareNode) => `${node.title ?? ''}\n${node.text ?? ''}`.replace(/\s+/g, ' ').trim();
const plain = (node: CompareNode) =>
  (
    exact(node)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(' ');
const keyOf = (node: CompareNode) => node.sourceId ?? node.refId;

/** Older id → newer id. */
function matchNodes(from: readonly CompareNode[], to: readonly CompareNode[]): Map<string, string> {
  const partner = new Map<string, string>();
  const taken = new Set<string>();
  const pair = (older: CompareNode, newer: CompareNode) => {
    partner.set(older.id, newer.id);
    taken.add(newer.id);
  };
  const free = () => ({
    older: from.filter((node) => !partner.has(node.id)),
    newer: to.filter((node) => !taken.has(node.id)),
  });
  /** Pairs nodes whose names under `name` are the same and the only ones of that name on both sides, where `fits`. */
  const byName = (name: (node: CompareNode) => string | null, fits: (older: CompareNode, newer: CompareNode) => boolean) => {
    const { older, newer } = free();
    const named = onlyOnes(newer, name);
    const olderNamed = onlyOnes(older, name);
    for (const [key, node] of olderNamed) {
      const match = named.get(key);
      if (match !== undefined && fits(node, match)) pair(node, match);
    }
  };
  const always = () => true;
  byName((node) => `${keyOf(node)}\n${plain(node)}`, always);
  byName((node) => (plain(node).length >= TELLING ? plain(node) : null), always);
  byName(keyOf, (older, newer) => plain(older) === '' || plain(newer) === '' || commonWords(older, newer) >= SAME_NUMBER);
  byName(
    (node) => node.refId,
    (older, newer) => commonWords(older, newer) >= SAME_NUMBER,
  );
  const rest = free();
  const items = (nodes: readonly CompareNode[]) => nodes.map((node) => ({ id: node.id, text: exact(node) }));
  const alike = mostAlike(items(rest.older), items(rest.newer), { each: 3, least: SAME_WORDS }).sort((a, b) => b.score - a.score);
  const olderById = new Map(rest.older.map((node) => [node.id, node]));
  const newerById = new Map(rest.newer.map((node) => [node.id, node]));
  for (const { fromId, toId } of alike) {
    const [older, newer] = [olderById.get(fromId), newerById.get(toId)];
    if (older !== undefined && newer !== undefined && !partner.has(fromId) && !taken.has(toId)) pair(older, newer);
  }
  // The same number in both, some words in common, and no better place for either: written anew. Without any it is another one.
  byName(keyOf, (older, newer) => commonWords(older, newer) >= SAME_AT_ALL);
  return partner;
}

function onlyOnes(nodes: readonly CompareNode[], name: (node: CompareNode) => string | null): Map<string, CompareNode> {
  const found = new Map<string, CompareNode | null>();
  for (const node of nodes) {
    const key = name(node);
    if (key !== null) found.set(key, found.has(key) ? null : node);
  }
  return new Map([...found].flatMap(([key, node]) => (node === null ? [] : [[key, node] as const])));
}

/** Dice's coefficient over the words of both: 0 to 1. */
function commonWords(a: CompareNode, b: CompareNode): number {
  const [left, right] = [new Set(wordsOf(exact(a))), new Set(wordsOf(exact(b)))];
  if (left.size + right.size === 0) return exact(a) === exact(b) ? 1 : 0;
  let common = 0;
  for (const word of left) if (right.has(word)) common += 1;
  return (2 * common) / (left.size + right.size);
}

/** Newer ids of those that hang elsewhere, or that others of the same heading have passed. */
function movedNodes(
  from: readonly CompareNode[],
  to: readonly CompareNode[],
  partner: ReadonlyMap<string, string>,
  back: ReadonlyMap<string, string>,
): Set<string> {
  const moved = new Set<string>();
  const oldById = new Map(from.map((node) => [node.id, node]));
  const oldPlace = new Map(from.map((node, at) => [node.id, at]));
  const staying = new Map<string | null, CompareNode[]>();
  for (const node of to) {
    const older = oldById.get(back.get(node.id) ?? '');
    if (older === undefined) continue;
    const heading = older.parentId === null ? null : (partner.get(older.parentId) ?? undefined);
    if (heading !== node.parentId && !(heading === undefined && back.get(node.parentId ?? '') === undefined)) {
      moved.add(node.id);
      continue;
    }
    const siblings = staying.get(node.parentId);
    if (siblings === undefined) staying.set(node.parentId, [node]);
    else siblings.push(node);
  }
  for (const siblings of staying.values()) {
    const kept = longestRising(siblings.map((node) => oldPlace.get(back.get(node.id) ?? '') ?? null));
    for (const [at, node] of siblings.entries()) if (!kept.has(at)) moved.add(node.id);
  }
  return moved;
}

function viewer(nodes: readonly CompareNode[]): (node: CompareNode) => VersionNode {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const above = (node: CompareNode): string[] => {
    const way: string[] = [];
    const seen = new Set([node.id]);
    for (let at = byId.get(node.parentId ?? ''); at !== undefined && !seen.has(at.id); at = byId.get(at.parentId ?? '')) {
      seen.add(at.id);
      way.unshift(at.refId);
    }
    return way;
  };
  return (node) => {
    const { id, refId, title, text, assessable } = node;
    return { id, refId, title, text, assessable, above: above(node) };
  };
}
