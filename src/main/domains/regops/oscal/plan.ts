/**
 * What an import would write, worked out without writing: the document compared with what the tenant has. Three-way for the
 * requirements: where the document has not changed since the last import, a person's edits stand; where it has, the document
 * is followed. Controls belong to the people: missing ones are made, existing ones are never touched.
 */
import type { CatalogChanges } from '@shared/wire/oscal';
import { cutAtWord } from './labels';
import { orderNumbers } from './order';
import type { ParsedCatalog } from './parse';
import type { CatalogEntry } from './tree';

/** The columns of a requirement that come from the document. */
export interface RequirementValues {
  readonly parentId: string | null;
  readonly refId: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly guidance: string | null;
  readonly kind: string;
  readonly family: string | null;
  readonly assessable: boolean;
  readonly orderIndex: number;
  readonly depth: number;
}

export interface ExistingRequirement extends RequirementValues {
  readonly id: string;
  /** Null for a requirement entered by hand. */
  readonly sourceId: string | null;
  readonly archived: boolean;
}

/** What the tenant has of the regulation now. */
export interface ExistingCatalog {
  readonly regulation: {
    readonly id: string;
    readonly name: string;
    readonly version: string | null;
  };
  /** The document of the last import, parsed; null where the regulation was entered by hand. */
  readonly base: ParsedCatalog | null;
  /** True where the stored document equals the new one, as JSON. */
  readonly sameDocument: boolean;
  readonly requirements: readonly ExistingRequirement[];
  readonly controlSetId: string | null;
  /** Controls of that set, archived ones too. */
  readonly controls: readonly { readonly id: string; readonly ref: string | null }[];
  /** Mappings of this regulation's requirements to any control, archived ones too. */
  readonly mappings: readonly { readonly controlId: string; readonly requirementId: string }[];
}

export interface RequirementRow extends RequirementValues {
  readonly id: string;
  readonly sourceId: string;
  readonly sourcePlace: string | null;
  readonly params: unknown;
}

export interface ControlRow {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly family: string | null;
  readonly description: string | null;
}

export interface MappingRow {
  readonly controlId: string;
  readonly requirementId: string;
}

export type NodeChange = 'created' | 'updated' | 'unchanged';

export interface ImportPlan {
  readonly regulation: { readonly id: string; readonly write: 'create' | 'update' | 'keep' };
  readonly create: readonly RequirementRow[];
  readonly update: readonly RequirementRow[];
  /** Ids among `update` of requirements that come back from the archive. */
  readonly restore: readonly string[];
  /** Requirements to archive: the document had them, and has them no more. */
  readonly remove: readonly ExistingRequirement[];
  /** Null where no controls are made of it. */
  readonly controlSet: { readonly id: string; readonly create: boolean } | null;
  readonly controls: readonly ControlRow[];
  readonly mappings: readonly MappingRow[];
  /** Over the nodes of the document. */
  readonly changed: CatalogChanges;
  /** What becomes of each node of the document, in its order. */
  readonly changes: readonly NodeChange[];
}

/** Works out the import of `parsed` over `existing` (null: the tenant has nothing of it). `newId` makes record ids. */
export function planImport(parsed: ParsedCatalog, existing: ExistingCatalog | null, newId: () => string): ImportPlan {
  const rows = existing?.requirements ?? [];
  const bySource = new Map(rows.flatMap((row) => (row.sourceId === null ? [] : [[row.sourceId, row] as const])));
  const base = new Map(existing?.base?.nodes.map((node) => [node.sourceId, node]) ?? []);
  const idOf = new Map(parsed.nodes.map((node) => [node.sourceId, bySource.get(node.sourceId)?.id ?? newId()]));
  const order = orderNumbers(parsed.nodes.map((node) => bySource.get(node.sourceId)?.orderIndex ?? null));

  const create: RequirementRow[] = [];
  const update: RequirementRow[] = [];
  const restore: string[] = [];
  const changes: NodeChange[] = [];
  for (const [index, node] of parsed.nodes.entries()) {
    const row = rowOf(node, order[index] ?? 0, idOf);
    const present = bySource.get(node.sourceId);
    if (present === undefined) {
      create.push(row);
      changes.push('created');
      continue;
    }
    const merged = mergeRow(row, present, base.get(node.sourceId), idOf);
    // One that left an earlier document and is back returns; one that a person archived stays archived.
    const returns = present.archived && !base.has(node.sourceId);
    const change = returns || differs(merged, present) ? 'updated' : 'unchanged';
    if (change === 'updated') update.push(merged);
    if (returns) restore.push(present.id);
    changes.push(change);
  }

  const current = new Set(parsed.nodes.map((node) => node.sourceId));
  const remove = rows.filter((row) => row.sourceId !== null && !current.has(row.sourceId) && !row.archived);
  const updated = changes.filter((change) => change === 'updated').length;
  return {
    regulation: {
      id: existing?.regulation.id ?? newId(),
      write: existing === null ? 'create' : existing.sameDocument ? 'keep' : 'update',
    },
    create,
    update,
    restore,
    remove,
    ...planControls(parsed, existing, idOf, newId),
    changed: {
      created: create.length,
      updated,
      unchanged: changes.length - create.length - updated,
      ...(remove.length > 0 ? { removed: remove.length } : {}),
    },
    changes,
  };
}

function rowOf(node: CatalogEntry, orderIndex: number, idOf: ReadonlyMap<string, string>): RequirementRow {
  return {
    id: idOf.get(node.sourceId) ?? '',
    sourceId: node.sourceId,
    parentId: node.parentSourceId === null ? null : (idOf.get(node.parentSourceId) ?? null),
    refId: node.refId,
    title: node.title,
    text: node.text,
    guidance: node.guidance,
    kind: node.kind,
    family: node.family,
    assessable: node.assessable,
    orderIndex,
    depth: node.depth,
    params: node.params,
    sourcePlace: node.place ?? null,
  };
}

const MERGED = ['parentId', 'refId', 'title', 'text', 'guidance', 'kind', 'family', 'assessable', 'depth'] as const;

/** The new values, but a person's where the document still says what it said at the last import. */
function mergeRow(
  row: RequirementRow,
  present: ExistingRequirement,
  before: CatalogEntry | undefined,
  idOf: ReadonlyMap<string, string>,
): RequirementRow {
  if (before === undefined) return row;
  const old = rowOf(before, present.orderIndex, idOf);
  const kept = MERGED.filter((field) => old[field] === row[field]).map((field) => [field, present[field]]);
  return { ...row, ...Object.fromEntries(kept) };
}

function differs(row: RequirementRow, present: ExistingRequirement): boolean {
  return row.orderIndex !== present.orderIndex || MERGED.some((field) => row[field] !== present[field]);
}

/** One control for each control and enhancement in force that has none yet, and its mapping. */
function planControls(
  parsed: ParsedCatalog,
  existing: ExistingCatalog | null,
  idOf: ReadonlyMap<string, string>,
  newId: () => string,
): Pick<ImportPlan, 'controlSet' | 'controls' | 'mappings'> {
  if (!parsed.makesControls) return { controlSet: null, controls: [], mappings: [] };
  const byRef = new Map(existing?.controls.flatMap(({ id, ref }) => (ref === null ? [] : [[ref, id] as const])) ?? []);
  const mapped = new Set(existing?.mappings.map((mapping) => mapping.requirementId) ?? []);
  const controls: ControlRow[] = [];
  const mappings: MappingRow[] = [];
  for (const node of parsed.nodes) {
    const requirementId = idOf.get(node.sourceId);
    if (requirementId === undefined || !node.assessable || mapped.has(requirementId)) continue;
    const ref = node.refId.slice(0, 60);
    const present = byRef.get(ref);
    const controlId = present ?? newId();
    if (present === undefined) {
      byRef.set(ref, controlId);
      const name = cutAtWord(node.title, 255);
      controls.push({ id: controlId, ref, name, family: node.family, description: node.text });
    }
    mappings.push({ controlId, requirementId });
  }
  const controlSetId = existing?.controlSetId ?? null;
  return { controlSet: { id: controlSetId ?? newId(), create: controlSetId === null }, controls, mappings };
}
