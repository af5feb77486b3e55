/**
 * Markdown as data, by the parser that the window's preview uses too (CommonMark with tables, struck text and tick lists), so that what is
 * printed is what was seen. HTML is text, pictures are their description, and only https, http and mailto are links.
 */
import {
  type MarkBlock,
  type MarkCell,
  type MarkItem,
  type MarkLook,
  type MarkRun,
  PLAIN,
  safeHref,
  tidyRuns,
} from '@shared/markdown/model';
import type { Definition, ListItem, Nodes, PhrasingContent, Root, TableRow } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';

export interface MarkdownReading {
  /** What a single line break in the source is: `joined` as CommonMark has it, or `kept` as a person typed it. */
  readonly lines: 'joined' | 'kept';
}

interface Reading extends MarkdownReading {
  readonly definitions: ReadonlyMap<string, Definition>;
}

/** Never throws: every text is Markdown. */
export function parseMarkdown(text: string, { lines }: MarkdownReading): MarkBlock[] {
  const root: Root = fromMarkdown(text, {
    extensions: [gfmTable(), gfmStrikethrough({ singleTilde: false }), gfmTaskListItem()],
    mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown(), gfmTaskListItemFromMarkdown()],
  });
  const definitions = new Map<string, Definition>();
  collect(root, definitions);
  return blocksOf(root.children, { lines, definitions });
}

function collect(node: Nodes, definitions: Map<string, Definition>): void {
  if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node);
  if ('children' in node) for (const child of node.children) collect(child, definitions);
}

function blocksOf(nodes: readonly Nodes[], reading: Reading): MarkBlock[] {
  return nodes.flatMap((node) => blockOf(node, reading));
}

function blockOf(node: Nodes, reading: Reading): MarkBlock[] {
  switch (node.type) {
    case 'heading':
      return [{ kind: 'heading', level: node.depth, runs: runsOf(node.children, reading) }];
    case 'paragraph': {
      const runs = runsOf(node.children, reading);
      return runs.length === 0 ? [] : [{ kind: 'paragraph', runs }];
    }
    case 'html': {
      const runs = tidyRuns([{ ...PLAIN, text: node.value }]);
      return runs.length === 0 ? [] : [{ kind: 'paragraph', runs }];
    }
    case 'list': {
      const items = node.children.map((item) => itemOf(item, reading));
      return [{ kind: 'list', ordered: node.ordered === true, start: node.start ?? 1, items }];
    }
    case 'blockquote':
      return [{ kind: 'quote', blocks: blocksOf(node.children, reading) }];
    case 'code':
      return [{ kind: 'code', text: node.value }];
    case 'table': {
      const [head, ...rows] = node.children.map((row) => cellsOf(row, reading));
      return head === undefined ? [] : [{ kind: 'table', head, rows: rows.map((row) => head.map((_cell, at) => row[at] ?? [])) }];
    }
    case 'thematicBreak':
      return [{ kind: 'rule' }];
    default:
      return [];
  }
}

const itemOf = (item: ListItem, reading: Reading): MarkItem => ({
  checked: item.checked ?? null,
  blocks: blocksOf(item.children, reading),
});

const cellsOf = (row: TableRow, reading: Reading): MarkCell[] => row.children.map((cell) => runsOf(cell.children, reading));

const runsOf = (nodes: readonly PhrasingContent[], reading: Reading): MarkRun[] =>
  tidyRuns(nodes.flatMap((node) => runOf(node, PLAIN, reading)));

function runOf(node: PhrasingContent, look: MarkLook, reading: Reading): MarkRun[] {
  const inside = (children: readonly PhrasingContent[], more: Partial<MarkLook>) =>
    children.flatMap((child) => runOf(child, { ...look, ...more }, reading));
  switch (node.type) {
    case 'text':
      return [{ ...look, text: node.value.replace(/[ \t]*\r?\n[ \t]*/g, reading.lines === 'kept' ? '\n' : ' ') }];
    case 'strong':
      return inside(node.children, { bold: true });
    case 'emphasis':
      return inside(node.children, { italic: true });
    case 'delete':
      return inside(node.children, { struck: true });
    case 'inlineCode':
      return [{ ...look, code: true, text: node.value }];
    case 'break':
      return [{ ...look, text: '\n' }];
    case 'html':
      return [{ ...look, text: node.value }];
    case 'image':
    case 'imageReference':
      return [{ ...look, text: node.alt ?? '' }];
    case 'link':
      return inside(node.children, { href: safeHref(node.url) });
    case 'linkReference':
      return inside(node.children, { href: safeHref(reading.definitions.get(node.identifier)?.url) });
    default:
      // footnotes are no part of what is read here: `[^1]` never becomes one
      return [];
  }
}
