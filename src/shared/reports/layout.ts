/**
 * The order and choice of a report's sections, as the report's `layout` keeps it. A section of text is a field of the report, a section
 * of data is drawn from the audit's records; what an unknown or broken layout lacks is put at its usual place, so a report always reads.
 */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';

export const TEXT_SECTIONS = {
  executiveSummary: 'Executive summary',
  scopeObjectives: 'Scope and objectives',
  methodology: 'Methodology',
  opinion: 'Overall opinion',
  positiveObservations: 'Positive observations',
} as const satisfies Partial<Record<keyof EntityRow<'auditReports'>, string>>;
export type TextSection = keyof typeof TEXT_SECTIONS;

export const DATA_SECTIONS = {
  findingsTable: 'Findings at a glance',
  findingsDetail: 'Findings in detail',
  programme: 'Annex: programme and results',
  samples: 'Annex: samples',
  evidence: 'Annex: evidence',
  signOffs: 'Annex: sign-offs',
} as const;
export type DataSection = keyof typeof DATA_SECTIONS;
export type BlockSection = `block:${string}`;
export type FixedSection = TextSection | DataSection;
export type SectionKey = FixedSection | BlockSection;

export const SECTION_TITLES: Readonly<Record<FixedSection, string>> = { ...TEXT_SECTIONS, ...DATA_SECTIONS };
const ORDER: readonly FixedSection[] = [
  ...(['executiveSummary', 'opinion', 'scopeObjectives', 'methodology', 'findingsTable', 'findingsDetail'] as const),
  ...(['positiveObservations', 'programme', 'samples', 'evidence', 'signOffs'] as const),
];
/** Blocks that the layout does not name yet stand before it. */
const FIRST_ANNEX: FixedSection = 'programme';
export const isTextSection = (key: SectionKey): key is TextSection => Object.hasOwn(TEXT_SECTIONS, key);
export const isBlockSection = (key: SectionKey): key is BlockSection => key.startsWith('block:');
const isFixed = (key: string): key is FixedSection => Object.hasOwn(SECTION_TITLES, key);

/** A block of the report's own text, as sections need it. */
export interface TitledBlock {
  readonly id: string;
  readonly title: string;
}
export const blockKey = (id: string): BlockSection => `block:${id}`;
export const blockOf = <B extends TitledBlock>(key: SectionKey, blocks: readonly B[]): B | undefined =>
  blocks.find(({ id }) => blockKey(id) === key);
export const sectionTitle = (key: SectionKey, blocks: readonly TitledBlock[]): string =>
  isFixed(key) ? SECTION_TITLES[key] : (blockOf(key, blocks)?.title ?? '');

export const DETAILS = ['brief', 'standard', 'full'] as const;
export const FINDING_ORDERS = ['severity', 'ref', 'due'] as const;

export interface ReportSection {
  readonly key: SectionKey;
  readonly shown: boolean;
}
export interface ReportLayout {
  readonly sections: readonly ReportSection[];
  /** Findings that the report leaves out, by id: what is left out by choice, so that a new finding is never forgotten. */
  readonly without: readonly string[];
  readonly order: (typeof FINDING_ORDERS)[number];
  /** brief: condition and recommendation; standard: with criteria, cause, effect; full: with response and actions. */
  readonly detail: (typeof DETAILS)[number];
}

const layoutSchema = z.object({
  sections: z.array(z.object({ key: z.string(), shown: z.boolean() })).catch([]),
  without: z.array(z.guid()).catch([]),
  order: z.enum(FINDING_ORDERS).catch('severity'),
  detail: z.enum(DETAILS).catch('full'),
});

/** What the stored layout comes to: every section and block once; what it does not name stands at its usual place. */
export function layoutOf(stored: unknown, blocks: readonly TitledBlock[] = []): ReportLayout {
  const read = layoutSchema.safeParse(stored ?? {});
  const { sections, ...rest } = read.success ? read.data : layoutSchema.parse({});
  const named = new Map<SectionKey, boolean>();
  const there = new Set<string>(blocks.map(({ id }) => blockKey(id)));
  const known = (key: string): key is SectionKey => isFixed(key) || there.has(key);
  for (const { key, shown } of sections) if (known(key) && !named.has(key)) named.set(key, shown);
  for (const key of ORDER) if (!named.has(key)) named.set(key, true);
  const order = [...named].map(([key, shown]) => ({ key, shown }));
  const loose = blocks.map(({ id }) => ({ key: blockKey(id), shown: true })).filter(({ key }) => !named.has(key));
  order.splice(
    order.findIndex(({ key }) => key === FIRST_ANNEX),
    0,
    ...loose,
  );
  return { ...rest, sections: order };
}

/** The layout with one section at the place of another; the same where either is not there. */
export function placeSection(layout: ReportLayout, key: SectionKey, at: SectionKey): ReportLayout {
  const own = layout.sections.find((section) => section.key === key);
  const to = layout.sections.findIndex((section) => section.key === at);
  if (own === undefined || to < 0) return layout;
  const sections = layout.sections.filter((section) => section.key !== key);
  sections.splice(to, 0, own);
  return { ...layout, sections };
}

/** The layout with one section a place further up (-1) or down (1); the same where there is no such place. */
export function moveSection(layout: ReportLayout, key: SectionKey, by: -1 | 1): ReportLayout {
  const sections = [...layout.sections];
  const at = sections.findIndex((section) => section.key === key);
  const other = sections[at + by];
  const own = sections[at];
  if (own === undefined || other === undefined) return layout;
  sections[at] = other;
  sections[at + by] = own;
  return { ...layout, sections };
}
