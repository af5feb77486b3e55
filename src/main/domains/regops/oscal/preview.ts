/** The trial run of an import as the window shows it: what the file is, what would change, and the tree to read before saying yes. */
import type { CatalogNode, CatalogPreview } from '@shared/wire/oscal';
import type { ParsedCatalog } from './parse';
import type { ExistingCatalog, ImportPlan, NodeChange } from './plan';

/** As much of a statement as a preview shows. */
const TEXT_LIMIT = 4000;

/** Draws the preview; writes nothing and reads nothing. */
export function drawPreview(
  parsed: ParsedCatalog,
  existing: ExistingCatalog | null,
  plan: ImportPlan,
  more: Pick<CatalogPreview, 'earlier' | 'table'>,
): CatalogPreview {
  const { name, shortName, version, type, jurisdiction } = parsed;
  return {
    fileName: parsed.fileName,
    sha256: parsed.sha256,
    title: parsed.name,
    version: parsed.version,
    oscalVersion: parsed.oscalVersion,
    lastModified: parsed.lastModified,
    counts: parsed.counts,
    changed: plan.changed,
    existing: existing && {
      id: existing.regulation.id,
      name: existing.regulation.name,
      version: existing.regulation.version,
    },
    ...more,
    facts: parsed.uuid === null ? { name, shortName, version, type, jurisdiction } : null,
    makesControls: parsed.makesControls,
    tree: drawTree(parsed, plan.changes),
  };
}

/** A node while its children are still coming. */
interface Growing {
  readonly node: Omit<CatalogNode, 'change' | 'parts' | 'children'>;
  change: NodeChange;
  parts: number;
  readonly children: Growing[];
}

/** Groups, controls and enhancements; parts are counted at the node that holds them, and a changed part marks it as changed. */
function drawTree(parsed: ParsedCatalog, changes: readonly NodeChange[]): CatalogNode[] {
  const roots: Growing[] = [];
  const holders = new Map<string, Growing>();
  for (const [index, entry] of parsed.nodes.entries()) {
    const above = entry.parentSourceId === null ? undefined : holders.get(entry.parentSourceId);
    const change = changes[index] ?? 'unchanged';
    if (entry.kind === 'part') {
      if (above === undefined) continue;
      above.parts += 1;
      if (change !== 'unchanged' && above.change === 'unchanged') above.change = 'updated';
      holders.set(entry.sourceId, above);
      continue;
    }
    const { refId, title, kind } = entry;
    const text = entry.text !== null && entry.text.length > TEXT_LIMIT ? `${entry.text.slice(0, TEXT_LIMIT)}…` : entry.text;
    const growing: Growing = { node: { refId, title, kind, text }, change, parts: 0, children: [] };
    (above?.children ?? roots).push(growing);
    holders.set(entry.sourceId, growing);
  }
  return roots.map(finish);
}

function finish({ node, change, parts, children }: Growing): CatalogNode {
  return { ...node, change, parts, children: children.map(finish) };
}
