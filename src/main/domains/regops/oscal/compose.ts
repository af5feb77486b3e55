/**
 * An OSCAL catalogue made from requirements that were entered by hand, so that every regulation can leave in the standard's
 * form. Requirements that came with a catalogue are not written by this: their document is kept and given back as it was.
 */
import type { Json } from '@shared/entities/fields';

export interface HandRegulation {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly description: string | null;
  readonly updatedAt: string;
}

/** A requirement as it stands in the tenant; `orderIndex` sorts siblings. */
export interface HandRequirement {
  readonly id: string;
  readonly parentId: string | null;
  readonly refId: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly guidance: string | null;
  readonly kind: string;
  readonly orderIndex: number;
}

interface JsonObject {
  [key: string]: Json;
}

/** A valid catalogue of OSCAL 1.1.2; ids are made from the references and are unique. */
export function composeCatalog(regulation: HandRegulation, requirements: readonly HandRequirement[]): Json {
  const children = new Map<string, HandRequirement[]>();
  for (const row of requirements) {
    if (row.parentId === null) continue;
    const siblings = children.get(row.parentId);
    if (siblings === undefined) children.set(row.parentId, [row]);
    else siblings.push(row);
  }
  const takeId = idTaker();

  const below = (parentId: string): HandRequirement[] => sorted(children.get(parentId) ?? []);
  /** What a paragraph says after its points: a part without a sign of its own. */
  const closing = (refId: string, prose: string): JsonObject[] =>
    prose === '' ? [] : [{ id: takeId(`${refId}_end`), name: 'item', prose }];
  const part =
    (above: HandRequirement) =>
    (row: HandRequirement): JsonObject => {
      const inner = below(row.id);
      const { lead, tail } = aroundParts(row, inner);
      return {
        id: takeId(row.refId),
        name: 'item',
        props: [label(enumeratorOf(row, above))],
        ...(row.title ? { title: row.title } : {}),
        ...(lead ? { prose: lead } : {}),
        ...list('parts', [...inner.map(part(row)), ...closing(row.refId, tail)]),
      };
    };
  const control = (row: HandRequirement): JsonObject => {
    const id = takeId(row.refId);
    const inner = below(row.id);
    const points = inner.filter((child) => child.kind === 'part');
    const { lead, tail } = aroundParts(row, points);
    const items = [...points.map(part(row)), ...closing(row.refId, tail)];
    const parts: JsonObject[] = [];
    if (lead || items.length > 0)
      parts.push({
        id: takeId(`${id}_smt`),
        name: 'statement',
        ...(lead ? { prose: lead } : {}),
        ...list('parts', items),
      });
    if (row.guidance) parts.push({ id: takeId(`${id}_gdn`), name: 'guidance', prose: row.guidance });
    return {
      id,
      title: row.title || row.refId,
      props: [label(row.refId)],
      ...list('parts', parts),
      ...list('controls', inner.filter((child) => child.kind !== 'part').map(control)),
    };
  };
  const groupOf = (row: HandRequirement): JsonObject => {
    const id = takeId(row.refId);
    const inner = below(row.id);
    const overview: JsonObject[] = row.text ? [{ id: takeId(`${id}_ovw`), name: 'overview', prose: row.text }] : [];
    const groups = inner.filter((child) => child.kind === 'group');
    return {
      id,
      title: row.title || row.refId,
      props: [label(row.refId)],
      ...list('parts', [...overview, ...inner.filter((child) => child.kind === 'part').map(part(row))]),
      ...list('groups', groups.map(groupOf)),
      ...list('controls', inner.filter((child) => child.kind === 'control' || child.kind === 'enhancement').map(control)),
    };
  };

  const present = new Set(requirements.map((row) => row.id));
  const roots = sorted(requirements.filter((row) => row.parentId === null || !present.has(row.parentId)));
  return {
    catalog: {
      uuid: regulation.id,
      metadata: {
        title: regulation.name,
        'last-modified': regulation.updatedAt,
        version: regulation.version || '1',
        'oscal-version': '1.1.2',
        ...(regulation.description ? { remarks: regulation.description } : {}),
      },
      ...list('groups', roots.filter((row) => row.kind === 'group').map(groupOf)),
      ...list('controls', roots.filter((row) => row.kind !== 'group').map(control)),
    },
  };
}

/** What a part is called below `above`: `(a)` for Art. 2(2)(a) in Art. 2(2), for a reader puts the two together again. */
function enumeratorOf({ refId }: HandRequirement, above: HandRequirement): string {
  const rest = refId.startsWith(above.refId) ? refId.slice(above.refId.length) : '';
  return /^\S{1,12}$/.test(rest) ? rest : refId;
}

/**
 * The text before its parts, and what follows them. A law's paragraph is read whole, its points in it; the standard says them as parts, and said
 * twice they would come back twice. Where the text is not made of exactly its parts, it stays whole.
 */
function aroundParts(
  row: HandRequirement,
  parts: readonly HandRequirement[],
): { readonly lead: string | null; readonly tail: string } {
  const text = row.text ?? '';
  let lead: string | null = null;
  let from = 0;
  for (const part of parts) {
    const said = part.text?.trim() ?? '';
    const found = said === '' ? -1 : text.indexOf(said, from);
    if (found < 0) return { lead: row.text, tail: '' };
    const sign = enumeratorOf(part, row);
    const before = text.slice(from, found).trimEnd();
    // a law's points may have no sign of their own there: `()`
    const plain = (before.endsWith(sign) ? before.slice(0, -sign.length) : before.replace(/\(\)$/, '')).trim();
    if (lead === null) lead = plain;
    else if (plain !== '') return { lead: row.text, tail: '' };
    from = found + said.length;
  }
  return lead === null ? { lead: row.text, tail: '' } : { lead, tail: text.slice(from).trim() };
}

const label = (value: string): JsonObject => ({ name: 'label', value });

/** OSCAL allows no empty lists: a member is there with content or not at all. */
function list(name: string, items: Json[]): JsonObject {
  return items.length === 0 ? {} : { [name]: items };
}

function sorted(rows: readonly HandRequirement[]): HandRequirement[] {
  return [...rows].sort((a, b) => a.orderIndex - b.orderIndex || (a.id < b.id ? -1 : 1));
}

/** Turns a reference into an OSCAL token that no one else has: `Art. 9(4)(c)` → `art.9-4-c`. */
function idTaker(): (text: string) => string {
  const taken = new Set<string>();
  return (text) => {
    const plain = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}._]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 150);
    const token = /^[\p{L}_]/u.test(plain) ? plain : `r-${plain || 'requirement'}`;
    let id = token;
    for (let number = 2; taken.has(id); number += 1) id = `${token}-${number}`;
    taken.add(id);
    return id;
  };
}
