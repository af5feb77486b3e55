/**
 * Parameters resolved into prose, as control catalogues are read: a parameter with values shows them, one without shows
 * `[Assignment: label]`, a choice shows `[Selection (one or more): a; b]`, and parameters inside choices and values are
 * resolved in their turn.
 */
import type { OscalCatalog, OscalControl, OscalGroup, OscalParam } from './schema';

/** `{{ insert: param, id }}`, which OSCAL puts where a parameter's value belongs. */
const INSERT = /\{\{\s*insert\s*:\s*param\s*,\s*([^\s{}]+)\s*\}\}/g;
/** An insert of any make, to find those that are not well formed or ask for something other than a parameter. */
const ANY_INSERT = /\{\{\s*insert\b[^{}]*\}{0,2}/g;
/** A link to a place in the same document: the reader needs its words only. */
const INNER_LINK = /\[([^\][]+)\]\(#[^()\s]*\)/g;

/** All parameters of a document by id; an `alt-identifier` finds its parameter too, where no parameter has that id. */
export type ParamTable = ReadonlyMap<string, OscalParam>;

export function paramTable(catalog: OscalCatalog): ParamTable {
  const table = new Map<string, OscalParam>();
  const found: OscalParam[] = [];
  const visitControl = (control: OscalControl): void => {
    found.push(...(control.params ?? []));
    control.controls?.forEach(visitControl);
  };
  const visitGroup = (group: OscalGroup): void => {
    found.push(...(group.params ?? []));
    group.controls?.forEach(visitControl);
    group.groups?.forEach(visitGroup);
  };
  found.push(...(catalog.params ?? []));
  catalog.groups?.forEach(visitGroup);
  catalog.controls?.forEach(visitControl);
  for (const param of found) if (!table.has(param.id)) table.set(param.id, param);
  for (const param of found) {
    for (const prop of param.props ?? []) {
      if (prop.name === 'alt-identifier' && !table.has(prop.value)) table.set(prop.value, param);
    }
  }
  return table;
}

/** The ids of the parameters that a text asks for, in order, and the inserts in it that nobody can resolve. */
export function insertsOf(text: string): { readonly ids: readonly string[]; readonly malformed: readonly string[] } {
  const ids = [...text.matchAll(INSERT)].map((match) => match[1] ?? '');
  const malformed = [...text.replace(INSERT, '').matchAll(ANY_INSERT)].map((match) => match[0]);
  return { ids, malformed };
}

/** Parameters can double at each level; no honest text comes near this, and our text columns end here. */
export const MAX_RESOLVED_LENGTH = 100_000;

/** A text whose parameters unfold to more than `MAX_RESOLVED_LENGTH` characters. */
export class TextTooLong extends Error {}

/** Prose with its parameters resolved, inner links reduced to their words, and blanks tidied round what was put in. */
export function resolveProse(prose: string, params: ParamTable): string {
  return insert(prose, params, [], { left: MAX_RESOLVED_LENGTH })
    .replace(INNER_LINK, '$1')
    .replace(/[ \t]+\n/g, '\n')
    .trim();
}

/** Characters that may still be put in; shared by all parameters of one text. */
interface Budget {
  left: number;
}

/** `open` are the parameters being resolved now: one that reaches itself shows its id instead of going round for ever. */
function insert(text: string, params: ParamTable, open: readonly string[], budget: Budget): string {
  budget.left -= text.length;
  if (budget.left < 0) throw new TextTooLong();
  if (!text.includes('{{')) return text;
  return text
    .replace(INSERT, (_whole, id: string) => {
      const param = params.get(id);
      if (param === undefined || open.includes(param.id)) return `[Assignment: ${id}]`;
      return paramText(param, params, [...open, param.id], budget);
    })
    .replace(/\] +(?=[;,.:)])/g, ']');
}

/** What one parameter reads as. */
function paramText(param: OscalParam, params: ParamTable, open: readonly string[], budget: Budget): string {
  const resolve = (text: string): string => insert(text, params, open, budget).trim();
  if (param.values !== undefined && param.values.length > 0) return param.values.map(resolve).join(', ');
  const choices = param.select?.choice;
  if (choices !== undefined && choices.length > 0) {
    const many = param.select?.['how-many'] === 'one-or-more' ? ' (one or more)' : '';
    return `[Selection${many}: ${choices.map(resolve).join('; ')}]`;
  }
  const label = param.label === undefined ? '' : resolve(param.label);
  return `[Assignment: ${label === '' ? param.id : label}]`;
}
