/**
 * An outline: a regulation's tree in plain form, as it comes from tables, laws in JSON and reviewed documents. It is judged as
 * strictly as an OSCAL catalogue and kept whole beside the regulation, so that the next import can be compared with it three ways.
 */
import { createHash } from 'node:crypto';
import { REGULATION_TYPE } from '@shared/entities/regops/options';
import { CodedError, type FieldFault } from '@shared/errors';
import { type CatalogFacts, type OutlineNode, outlineNodeSchema } from '@shared/wire/oscal';
import { z } from 'zod';
import { cutAtWord, shortNameOf } from '../oscal/labels';
import { MAX_FAULTS, type ParsedCatalog } from '../oscal/parse';
import { type CatalogEntry, MAX_TREE_DEPTH } from '../oscal/tree';

/** What the regulation's row says of where it came from. */
export const OUTLINE_FORMATS = ['csv', 'xlsx', 'law-json', 'docx', 'pdf'] as const;
export type OutlineFormat = (typeof OUTLINE_FORMATS)[number];

const MAX_NODES = 50_000;
const MAX_TEXT = 100_000;

const outlineSchema = z.strictObject({
  format: z.enum(OUTLINE_FORMATS),
  name: z.string(),
  shortName: z.string(),
  version: z.string(),
  type: z.enum(REGULATION_TYPE.map(({ value }) => value)),
  jurisdiction: z.string().nullable(),
  nodes: z.array(outlineNodeSchema),
});
export type Outline = z.infer<typeof outlineSchema>;

const ROOT = 'kompl-outline';
const storedSchema = z.strictObject({ [ROOT]: outlineSchema });

/** The outline of a stored document, or null where it is another one (an OSCAL catalogue). */
export function storedOutline(document: unknown): Outline | null {
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, ROOT)) return null;
  return storedSchema.parse(document)[ROOT] ?? null;
}

/** What a file says of its regulation, and what a person puts in its place. */
export function factsWith(found: CatalogFacts, given: Partial<CatalogFacts> | undefined): CatalogFacts {
  const text = (value: string | null | undefined, otherwise: string, max: number) =>
    cutAtWord(value?.trim() ? value : otherwise, max);
  const name = text(given?.name, found.name, 255);
  return {
    name,
    shortName: text(given?.shortName, given?.name ? shortNameOf(name) : found.shortName, 60),
    version: text(given?.version, found.version, 50),
    type: given?.type ?? found.type,
    jurisdiction: (given?.jurisdiction ?? found.jurisdiction)?.slice(0, 100) || null,
  };
}

export interface OutlineSource {
  readonly fileName: string;
  /** Of the file. */
  readonly sha256: string;
  readonly makesControls: boolean;
}

/** An outline as the import takes it. Throws CATALOG_INVALID with the faults: duplicates, parents that are not there, rings, depth. */
export function outlineCatalog(outline: Outline, source: OutlineSource): ParsedCatalog {
  const faults = faultsOf(outline);
  const [first] = faults;
  if (first !== undefined) {
    throw new CodedError(
      'CATALOG_INVALID',
      { fileName: source.fileName, path: first.path, reason: first.message, faults: faults.length },
      { faults: faults.slice(0, MAX_FAULTS) },
    );
  }
  const document = { [ROOT]: outline };
  const text = JSON.stringify(document);
  const nodes = entriesOf(outline.nodes);
  const number = (kind: string) => nodes.filter((node) => node.kind === kind).length;
  return {
    fileName: source.fileName,
    sha256: createHash('sha256').update(source.sha256).update(text).digest('hex'),
    document,
    text,
    format: outline.format,
    uuid: null,
    name: outline.name,
    shortName: outline.shortName,
    version: outline.version,
    lastModified: null,
    oscalVersion: null,
    type: outline.type,
    jurisdiction: outline.jurisdiction,
    makesControls: source.makesControls,
    counts: { groups: number('group'), controls: number('control'), enhancements: number('enhancement'), parts: number('part') },
    nodes,
  };
}

const HALF_A_CHARACTER = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function faultsOf({ nodes }: Outline): FieldFault[] {
  if (nodes.length === 0) return [{ path: 'the file', message: 'holds no requirement' }];
  if (nodes.length > MAX_NODES)
    return [{ path: 'the file', message: `holds more than ${MAX_NODES.toLocaleString('en-GB')} entries` }];
  const faults: FieldFault[] = [];
  const placeOf = (node: OutlineNode) => node.place ?? node.ref;
  const byId = new Map<string, OutlineNode>();
  for (const node of nodes) {
    const path = placeOf(node);
    const known = byId.get(node.id);
    if (known !== undefined)
      faults.push({ path, message: `“${node.ref.slice(0, 100)}” is already the reference at ${placeOf(known)}` });
    else byId.set(node.id, node);
    if (node.ref.trim() === '') faults.push({ path, message: 'has no reference' });
    if (node.ref.length > 100) faults.push({ path, message: 'has a reference of more than 100 characters' });
    for (const text of [node.text, node.guidance]) {
      if ((text?.length ?? 0) > MAX_TEXT) faults.push({ path, message: 'has a text of more than 100,000 characters' });
    }
    for (const text of [node.id, node.ref, node.title, node.text, node.guidance, node.family]) {
      if (text?.includes('\u0000') || HALF_A_CHARACTER.test(text ?? ''))
        faults.push({ path, message: 'holds a NUL or half a character, which cannot be stored' });
    }
  }
  for (const node of nodes) {
    if (node.parent === null) continue;
    if (!byId.has(node.parent)) {
      faults.push({ path: placeOf(node), message: `is part of “${node.parent.slice(0, 100)}”, which the file does not hold` });
      continue;
    }
    const way = new Set<string>([node.id]);
    for (let at = byId.get(node.parent); at !== undefined; at = byId.get(at.parent ?? '')) {
      if (way.has(at.id)) {
        if (at.id === node.id) faults.push({ path: placeOf(node), message: 'is part of itself, by way of those above it' });
        break;
      }
      way.add(at.id);
    }
    if (way.size > MAX_TREE_DEPTH + 1) faults.push({ path: placeOf(node), message: `lies deeper than ${MAX_TREE_DEPTH} levels` });
  }
  return faults;
}

/** In reading order, parents before children, siblings as they stand in the file. */
function entriesOf(nodes: readonly OutlineNode[]): CatalogEntry[] {
  const below = new Map<string | null, OutlineNode[]>();
  for (const node of nodes) {
    const siblings = below.get(node.parent);
    if (siblings === undefined) below.set(node.parent, [node]);
    else siblings.push(node);
  }
  const entries: CatalogEntry[] = [];
  type Step = { readonly node: OutlineNode; readonly depth: number; readonly family: string | null; readonly inside: boolean };
  const steps = (parent: string | null, depth: number, family: string | null, inside: boolean): Step[] =>
    (below.get(parent) ?? []).map((node) => ({ node, depth, family, inside })).reverse();
  const stack = steps(null, 0, null, false);
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { node, depth } = step;
    const hasChildren = below.has(node.id);
    const family = cutAtWord(node.family ?? step.family ?? (hasChildren ? node.ref : ''), 60) || null;
    const kind = node.assessable ? 'control' : step.inside ? 'part' : hasChildren || depth === 0 ? 'group' : 'part';
    entries.push({
      sourceId: node.id,
      parentSourceId: node.parent,
      kind,
      refId: node.ref,
      title: cutAtWord(node.title ?? node.text ?? node.ref, 500),
      text: node.text,
      guidance: node.guidance,
      family,
      assessable: node.assessable,
      withdrawn: false,
      depth,
      params: null,
      place: node.place?.slice(0, 100) ?? null,
      path: node.place ?? node.ref,
    });
    stack.push(...steps(node.id, depth + 1, family, step.inside || node.assessable));
  }
  return entries;
}
