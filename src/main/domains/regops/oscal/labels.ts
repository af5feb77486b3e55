/**
 * What people call things: reference ids from labels (AC-2(1), AC-1a.1.(a)), titles for nodes that have none, and a short name
 * for a catalogue.
 */
import type { OscalPart, OscalProp } from './schema';

const MAX_REF = 100;

/** Cuts at a word, with an ellipsis, so that the result has at most `max` characters. */
export function cutAtWord(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= max) return line;
  const head = line.slice(0, max - 1);
  const blank = head.lastIndexOf(' ');
  return `${(blank > max / 2 ? head.slice(0, blank) : head).replace(/[\s,;:.-]+$/, '')}…`;
}

/** The label people quote: the one without a class, else any that is not padded with zeros, else the first. */
export function labelOf(props: readonly OscalProp[] | undefined): string | null {
  const labels = (props ?? []).filter((prop) => prop.name === 'label');
  const chosen =
    labels.find((prop) => prop.class === undefined) ?? labels.find((prop) => prop.class !== 'zero-padded') ?? labels[0];
  return chosen === undefined ? null : chosen.value.replace(/\s+/g, ' ').trim();
}

/** Every label of a control, so that a part's full label (`AC-01a.[01]`) is known for one. */
export function allLabels(props: readonly OscalProp[] | undefined): string[] {
  return (props ?? []).filter((prop) => prop.name === 'label').map((prop) => prop.value.trim());
}

/** The reference of a control: its label, else its id (`ac-2.1` → `AC-2(1)`). */
export function controlRef(id: string, props: readonly OscalProp[] | undefined): string {
  const label = labelOf(props);
  if (label !== null) return label.slice(0, MAX_REF);
  return id
    .toUpperCase()
    .replace(/^([A-Z]{2}-\d+)\.(\d+)$/, '$1($2)')
    .slice(0, MAX_REF);
}

/** The reference of a group: its label, else its id in capitals, else its title. */
export function groupRef(group: { id?: string; title: string; props?: readonly OscalProp[] }): string {
  return (labelOf(group.props) ?? group.id?.toUpperCase() ?? cutAtWord(group.title, 60)).slice(0, MAX_REF);
}

/** Where a part stands: the references it continues. */
export interface PartPlace {
  /** Reference of the control or group that the part belongs to, and all its labels. */
  readonly ownerRef: string;
  readonly ownerLabels: readonly string[];
  /** Reference of the part or owner right above. */
  readonly aboveRef: string;
  /** Position among the siblings of the same name, from 0, and how many they are. */
  readonly index: number;
  readonly count: number;
}

/**
 * The reference of a part: a full label stands for itself, an enumerator (`a.`, `1.`, `(a)`) continues the reference above,
 * and a part without a label is named by what it is.
 */
export function partRef(part: OscalPart, place: PartPlace): string {
  const label = labelOf(part.props);
  if (label !== null) {
    if (place.ownerLabels.some((owner) => label.length > owner.length && label.startsWith(owner))) return label.slice(0, MAX_REF);
    if (/^\S{1,12}$/.test(label) && !place.ownerLabels.includes(label)) return `${place.aboveRef}${label}`.slice(0, MAX_REF);
  }
  const number = place.count > 1 ? ` ${place.index + 1}` : '';
  return `${place.ownerRef} ${partName(part.name).toLowerCase()}${number}`.slice(0, MAX_REF);
}

/** The title of a part: its own, else what it is; an item of a statement shows how it begins. */
export function partTitle(part: OscalPart, text: string | null): string {
  if (part.title !== undefined && part.title.trim() !== '') return cutAtWord(part.title, 500);
  const method = part.props?.find((prop) => prop.name === 'method')?.value;
  const label = labelOf(part.props);
  if (part.name === 'item' && text !== null) return cutAtWord(text, 100);
  if (method !== undefined) return `${partName(part.name)}: ${method.toLowerCase()}`;
  if (label !== null && /\s/.test(label)) return cutAtWord(label, 500);
  return partName(part.name);
}

/** `assessment-objective` → `Assessment objective`. */
export function partName(name: string): string {
  const words = name.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Long words of catalogue titles and how people write them in a list. */
const ABBREVIATIONS: readonly (readonly [RegExp, string])[] = [
  [/\bSpecial Publication\b/gi, 'SP'],
  [/\bRevision\b/gi, 'Rev.'],
  [/\bVersion\b/gi, 'v'],
  [/\bLOW([ -]IMPACT)? BASELINE\b/gi, 'Low'],
  [/\bMODERATE([ -]IMPACT)? BASELINE\b/gi, 'Moderate'],
  [/\bHIGH([ -]IMPACT)? BASELINE\b/gi, 'High'],
  [/\bPRIVACY BASELINE\b/gi, 'Privacy'],
  [/\bInternational Organization for Standardization\b/gi, 'ISO'],
  [/[*_`]+/g, ''],
];

/** A name of at most `max` characters for lists: `NIST Special Publication 800-53 Revision 5.1.1 LOW IMPACT BASELINE` → `NIST SP 800-53 Rev. 5.1.1 Low`. */
export function shortNameOf(title: string, max = 60): string {
  return cutAtWord(
    ABBREVIATIONS.reduce((text, [pattern, short]) => text.replace(pattern, short), title),
    max,
  );
}
