/**
 * Guesses what the columns of a file are, from their names and from what stands in them. A guess is only shown; nothing is read by
 * it before a person has seen it, or a mapping says the same.
 */
import type { ImportColumn, InspectedColumn } from '@shared/wire/imports';
import { type LoadField, type LoadShape, plainName } from '../shapes';

/** What the columns of other systems are called, by the kind of field that they become. */
const CALLED: Readonly<Record<'ref' | 'title' | 'text' | 'person' | 'state' | 'parent' | 'tags', readonly string[]>> = {
  ref: ['id', 'no', 'nr', 'number', 'code', 'reference', 'refid', 'identifier', 'uid', 'nummer'],
  title: ['name', 'title', 'heading', 'summary', 'subject', 'bezeichnung', 'titel'],
  text: ['description', 'text', 'details', 'body', 'statement', 'beschreibung', 'content', 'prose'],
  person: ['owner', 'responsible', 'assignee', 'assignedto', 'manager', 'lead', 'accountable', 'verantwortlich'],
  state: ['status', 'state', 'stage', 'phase', 'zustand'],
  parent: ['parent', 'parentid', 'parentref', 'partof', 'belongsto', 'above', 'section', 'group'],
  tags: ['tags', 'labels', 'keywords', 'categories'],
};

/** Columns that our own files of faults add, and that nobody imports. */
export const REASON_HEADER = 'Why it stays out';
const LEFT_OUT = new Set([REASON_HEADER, 'Row in the file'].map(plainName));

export function isLeftOut(header: string): boolean {
  return LEFT_OUT.has(plainName(header));
}

/** Whether a name is one of a column of these records, for finding the header. */
export function isKnownName(shape: LoadShape): (name: string) => boolean {
  return (name) => shape.fields.some((field) => scoreOf(shape, field, name) >= 40) || keyScore(shape, name) >= 40;
}

/** What each column may be; each field once, the best fit first. */
export function guessColumns(shape: LoadShape, columns: readonly Pick<InspectedColumn, 'header'>[]): (string | null)[] {
  const fits = columns.flatMap(({ header }, at) => {
    if (header === '' || isLeftOut(header)) return [];
    const fields = shape.fields.map((field) => ({ at, to: field.key, score: scoreOf(shape, field, header) }));
    return [...fields, { at, to: 'key', score: keyScore(shape, header) }].filter(({ score }) => score > 0);
  });
  const chosen = columns.map((): string | null => null);
  const taken = new Set<string>();
  for (const { at, to } of fits.sort((a, b) => b.score - a.score || a.at - b.at)) {
    if (chosen[at] !== null || taken.has(to)) continue;
    chosen[at] = to;
    taken.add(to);
  }
  return chosen;
}

/** The columns of a mapping as a guess, with what their own values say about how they are read. */
export function guessMap(shape: LoadShape, columns: readonly InspectedColumn[]): ImportColumn[] {
  const guessed = guessColumns(shape, columns);
  return columns.map((column, at): ImportColumn => {
    const to = guessed[at] ?? null;
    const field = shape.fields.find(({ key }) => key === to);
    return { header: column.header, field: to, ...readingOf(field, column) };
  });
}

/** What a column's values prove about it; nothing where they prove nothing. */
export function readingOf(
  field: LoadField | undefined,
  { dates, decimals }: Pick<InspectedColumn, 'dates' | 'decimals'>,
): Pick<ImportColumn, 'dateOrder' | 'decimal'> {
  if (field?.kind === 'date' && (dates === 'dmy' || dates === 'mdy')) return { dateOrder: dates };
  const numeric = field?.kind === 'decimal' || field?.kind === 'integer';
  return numeric && (decimals === 'point' || decimals === 'comma') ? { decimal: decimals } : {};
}

/** How well a name fits a field, 0 to 100. */
function scoreOf(shape: LoadShape, field: LoadField, header: string): number {
  const plain = plainName(header);
  const names = [field.key, field.label, field.column];
  if (names.some((name) => plainName(name) === plain)) return 100;
  if (field.key.endsWith('Id') && plainName(field.key.slice(0, -2)) === plain) return 95;
  const bare = bareName(shape, header);
  if (names.some((name) => bareName(shape, name) === bare)) return 80;
  if (field.key.endsWith('Id') && plainName(field.key.slice(0, -2)) === bare) return 78;
  const role = roleOf(shape, field);
  return role !== null && CALLED[role].includes(bare) ? 60 - CALLED[role].indexOf(bare) : 0;
}

/** A name without what is said about every field: the record's own name before it, `e-mail`, `name`, brackets behind it. */
function bareName(shape: LoadShape, header: string): string {
  const words = header
    .replace(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const own = new Set(shape.one.split(' ').concat(shape.many.split(' ')));
  const before = words.length > 1 && own.has(words[0] ?? '') ? words.slice(1) : words;
  const behind = before.length > 1 ? before.filter((word) => !['email', 'e', 'mail', 'the', 'of'].includes(word)) : before;
  return (behind.length > 0 ? behind : before).join('');
}

function roleOf(shape: LoadShape, field: LoadField): keyof typeof CALLED | null {
  if (field.kind === 'person') return 'person';
  if (field.kind === 'tags') return 'tags';
  if (field.key === shape.states?.field) return 'state';
  if (field.key === shape.tree?.parent) return 'parent';
  const at = shape.names.indexOf(field.column);
  // The last of the names is the title, what stands before it the reference.
  if (at >= 0) return at === shape.names.length - 1 ? 'title' : 'ref';
  return field.kind === 'longText' ? 'text' : null;
}

/** The key of a former system; for records that the database numbers also their reference. */
function keyScore(shape: LoadShape, header: string): number {
  const plain = plainName(header);
  if (['key', 'sourcekey', 'externalid'].includes(plain)) return 90;
  if (!shape.numbered && shape.key.length > 0) return 0;
  if (plain === 'ref') return 88;
  const bare = bareName(shape, header);
  return CALLED.ref.includes(bare) ? 55 - CALLED.ref.indexOf(bare) : 0;
}
