/**
 * The requirement tree of a catalogue in document order: groups, controls, enhancements (controls inside controls) and parts,
 * with readable references, parameters resolved into the text, and a stable source id for every node.
 */
import { createHash } from 'node:crypto';
import type { FieldFault } from '@shared/errors';
import type { CatalogCounts } from '@shared/wire/oscal';
import { allLabels, controlRef, cutAtWord, groupRef, labelOf, partRef, partTitle } from './labels';
import { type ParamTable, paramTable, resolveProse, TextTooLong } from './params';
import type { OscalCatalog, OscalControl, OscalGroup, OscalParam, OscalPart } from './schema';

/** Levels of the tree; a part of a control in a group lies at depth 2. */
export const MAX_TREE_DEPTH = 20;

/** What `requirements.source_id` holds. */
const MAX_SOURCE_ID = 255;

export type NodeKind = 'group' | 'control' | 'enhancement' | 'part';

/** One node: the values its requirement row gets, beside where it came from. */
export interface CatalogEntry {
  /** Id in the document, or one made from its place where the document gives none; the natural key within a regulation. */
  readonly sourceId: string;
  readonly parentSourceId: string | null;
  readonly kind: NodeKind;
  readonly refId: string;
  readonly title: string;
  readonly text: string | null;
  readonly guidance: string | null;
  readonly family: string | null;
  /** Controls and enhancements that are in force; a withdrawn one stays in the tree but is not assessed. */
  readonly assessable: boolean;
  readonly withdrawn: boolean;
  /** 0 for the roots. */
  readonly depth: number;
  /** The node's own parameters as the document has them. */
  readonly params: readonly OscalParam[] | null;
  /** Where a person finds it in the file, for what is no OSCAL. */
  readonly place?: string | null;
  /** Place in the document, for faults and previews. */
  readonly path: string;
}

export interface CatalogTree {
  readonly nodes: readonly CatalogEntry[];
  /** Over the document: every node at any depth. */
  readonly counts: CatalogCounts;
  readonly faults: readonly FieldFault[];
}

/** What a node's children need to know of the nodes above. */
interface Above {
  readonly sourceId: string | null;
  readonly family: string | null;
  readonly depth: number;
  readonly path: string;
}

interface Owner {
  readonly ref: string;
  readonly labels: readonly string[];
}

class TreeBuilder {
  readonly nodes: CatalogEntry[] = [];
  readonly faults: FieldFault[] = [];
  readonly counts = { groups: 0, controls: 0, enhancements: 0, parts: 0 };

  constructor(private readonly params: ParamTable) {}

  group(group: OscalGroup, above: Above, position: number): void {
    this.counts.groups += 1;
    const ref = groupRef(group);
    const family = above.family ?? cutAtWord(ref, 60);
    const here = this.add({ ...above, family }, group.id ?? derivedId(above.sourceId, 'group', position), {
      kind: 'group',
      refId: ref,
      title: cutAtWord(group.title, 500),
      text: this.statement(group.parts, above.path),
      guidance: this.guidance(group.parts, above.path),
      assessable: false,
      withdrawn: false,
      params: group.params ?? null,
    });
    if (here === null) return;
    this.parts(group.parts, here, { ref, labels: allLabels(group.props) }, ref);
    group.controls?.forEach((control, index) => {
      this.control(control, 'control', { ...here, path: `${above.path}.controls[${index}]` });
    });
    group.groups?.forEach((inner, index) => {
      this.group(inner, { ...here, path: `${above.path}.groups[${index}]` }, index);
    });
  }

  control(control: OscalControl, kind: 'control' | 'enhancement', above: Above): void {
    this.counts[kind === 'control' ? 'controls' : 'enhancements'] += 1;
    const ref = controlRef(control.id, control.props);
    const withdrawn = (control.props ?? []).some((prop) => prop.name === 'status' && /^withdrawn$/i.test(prop.value));
    const here = this.add(above, control.id, {
      kind,
      refId: ref,
      title: cutAtWord(this.resolve(control.title, `${above.path}.title`) ?? control.id, 500),
      text: this.statement(control.parts, above.path),
      guidance: this.guidance(control.parts, above.path),
      assessable: !withdrawn,
      withdrawn,
      params: control.params ?? null,
    });
    if (here === null) return;
    this.parts(control.parts, here, { ref, labels: allLabels(control.props) }, ref);
    control.controls?.forEach((inner, index) => {
      this.control(inner, 'enhancement', { ...here, path: `${above.path}.controls[${index}]` });
    });
  }

  private parts(parts: readonly OscalPart[] | undefined, above: Above, owner: Owner, aboveRef: string): void {
    const seen = new Map<string, number>();
    for (const [position, part] of (parts ?? []).entries()) {
      this.counts.parts += 1;
      const index = seen.get(part.name) ?? 0;
      seen.set(part.name, index + 1);
      const count = parts?.filter((sibling) => sibling.name === part.name).length ?? 1;
      const path = `${above.path}.parts[${position}]`;
      const text = part.prose === undefined ? null : this.resolve(part.prose, `${path}.prose`);
      const refId = partRef(part, { ownerRef: owner.ref, ownerLabels: owner.labels, aboveRef, index, count });
      const here = this.add({ ...above, path }, part.id ?? derivedId(above.sourceId, part.name, index), {
        kind: 'part',
        refId,
        title: partTitle(part, text),
        text,
        guidance: null,
        assessable: false,
        withdrawn: false,
        params: null,
      });
      // Only an enumerated part passes its reference on: the items of a statement continue the control's own.
      if (here !== null) this.parts(part.parts, here, owner, labelOf(part.props) === null ? aboveRef : refId);
    }
  }

  /** Files a node and returns what its children hang from; null where the tree is too deep. */
  private add(
    above: Above,
    sourceId: string,
    node: Omit<CatalogEntry, 'sourceId' | 'parentSourceId' | 'family' | 'depth' | 'path'>,
  ): Above | null {
    if (above.depth > MAX_TREE_DEPTH) {
      this.faults.push({ path: above.path, message: `lies deeper than ${MAX_TREE_DEPTH} levels` });
      return null;
    }
    this.nodes.push({
      ...node,
      sourceId,
      parentSourceId: above.sourceId,
      family: above.family,
      depth: above.depth,
      path: above.path,
    });
    return { sourceId, family: above.family, depth: above.depth + 1, path: above.path };
  }

  /** The statement in full, one line an item, indented by level; of a node without a statement, what else it says. */
  private statement(parts: readonly OscalPart[] | undefined, path: string): string | null {
    const all = parts ?? [];
    const statements = all.filter((part) => part.name === 'statement');
    const chosen =
      statements.length > 0
        ? statements
        : all.filter((part) => !/^(guidance|objective|assessment|example|item$)/.test(part.name));
    return this.prose(chosen, path);
  }

  private guidance(parts: readonly OscalPart[] | undefined, path: string): string | null {
    return this.prose(
      (parts ?? []).filter((part) => part.name === 'guidance'),
      path,
    );
  }

  private prose(parts: readonly OscalPart[], path: string): string | null {
    const lines: string[] = [];
    const visit = (part: OscalPart, level: number): void => {
      const text = part.prose === undefined ? null : this.resolve(part.prose, path);
      const enumerator = labelOf(part.props);
      const line = [enumerator, text].filter((piece) => piece !== null && piece !== '').join(' ');
      if (line !== '') lines.push('  '.repeat(level) + line);
      for (const inner of part.parts ?? []) visit(inner, line === '' ? level : level + 1);
    };
    for (const part of parts) visit(part, 0);
    return lines.length === 0 ? null : this.fitting(lines.join('\n'), path);
  }

  private resolve(prose: string, path: string): string | null {
    try {
      const text = resolveProse(prose, this.params);
      return text === '' ? null : text;
    } catch (error) {
      if (!(error instanceof TextTooLong)) throw error;
      return this.fitting(null, path);
    }
  }

  /** Our text columns hold 100,000 characters; more is a fault, not something to cut in silence. */
  private fitting(text: string | null, path: string): string | null {
    if (text !== null && text.length <= 100_000) return text;
    this.faults.push({ path, message: 'has a text of more than 100,000 characters once its parameters are resolved' });
    return null;
  }
}

/** `~` occurs in no OSCAL id, so a derived id never meets a real one. Long ones end in a hash of the whole. */
function derivedId(parent: string | null, name: string, index: number): string {
  const id = `${parent ?? ''}~${name}${index === 0 ? '' : `.${index + 1}`}`;
  if (id.length <= MAX_SOURCE_ID) return id;
  return `${id.slice(0, 200)}~${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** Builds the tree; `faults` holds what only shows while walking (depth, texts that unfold without end). */
export function buildTree(catalog: OscalCatalog): CatalogTree {
  const builder = new TreeBuilder(paramTable(catalog));
  const top = { sourceId: null, family: null, depth: 0 };
  catalog.groups?.forEach((group, index) => {
    builder.group(group, { ...top, path: `catalog.groups[${index}]` }, index);
  });
  catalog.controls?.forEach((control, index) => {
    builder.control(control, 'control', { ...top, path: `catalog.controls[${index}]` });
  });
  return { nodes: builder.nodes, counts: builder.counts, faults: builder.faults };
}
