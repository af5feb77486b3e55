/** The requirements of a regulation as items of a tree, read whole, a page at a time. */
import { queryOptions } from '@tanstack/react-query';
import { entityApi } from '../api';
import { readAll } from '../readAll';
import type { GenericRow } from '../rows';
import type { TreeItem } from '../tree/flatten';

/** A regulation of more nodes than this is read in lists, not as one tree. */
const MOST = 50_000;

export interface RequirementNode extends TreeItem {
  readonly refId: string;
  readonly title: string;
  readonly text: string;
  readonly kind: string;
  readonly assessable: boolean;
  /** What is searched, lower case. */
  readonly found: string;
}

function toNode(row: GenericRow): RequirementNode {
  const text = (key: string) => {
    const value = row[key];
    return typeof value === 'string' ? value : '';
  };
  const order = row.orderIndex;
  const parent = row.parentId;
  return {
    id: row.id,
    parentId: typeof parent === 'string' ? parent : null,
    orderIndex: typeof order === 'number' ? order : 0,
    refId: text('refId'),
    title: text('title'),
    text: text('text'),
    kind: text('kind'),
    assessable: row.assessable === true,
    found: `${text('refId')} ${text('title')} ${text('text')}`.toLowerCase(),
  };
}

export const foundText = (node: RequirementNode): string => node.found;
export const NO_NODES: readonly RequirementNode[] = [];

export function requirementNodesOptions(regulationId: string) {
  return queryOptions({
    // begins as every list of requirements does, so that a change of one makes it stale
    queryKey: [['entities', 'requirements', 'list'], { tree: regulationId }],
    queryFn: async () => {
      const ask = {
        filter: [{ field: 'regulationId', op: 'eq' as const, value: regulationId }],
        sort: [{ field: 'orderIndex', dir: 'asc' as const }],
      };
      const all = await readAll(entityApi('requirements').list, ask, MOST);
      return all.rows.map(toNode);
    },
  });
}
