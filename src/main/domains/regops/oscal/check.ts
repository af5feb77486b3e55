/**
 * What the shape of a catalogue cannot say: ids are unique, parameters exist, and every text fits into PostgreSQL's jsonb.
 */
import type { FieldFault } from '@shared/errors';
import { insertsOf, type ParamTable } from './params';
import { type OscalCatalog, type OscalControl, type OscalGroup, type OscalParam, type OscalPart, pathText } from './schema';

/** Finds ids given twice and inserts that point nowhere, in document order. */
export function referenceFaults(catalog: OscalCatalog, params: ParamTable): FieldFault[] {
  const faults: FieldFault[] = [];
  const nodeIds = new Map<string, string>();
  const paramIds = new Map<string, string>();

  const claim = (ids: Map<string, string>, id: string | undefined, path: string): void => {
    if (id === undefined) return;
    const first = ids.get(id);
    if (first === undefined) ids.set(id, path);
    else faults.push({ path: `${path}.id`, message: `"${id}" is already the id of ${first}` });
  };
  const text = (value: string | undefined, path: string): void => {
    if (value === undefined || !value.includes('{{')) return;
    const { ids, malformed } = insertsOf(value);
    for (const id of ids)
      if (!params.has(id)) faults.push({ path, message: `inserts the parameter "${id}", which the catalogue does not have` });
    for (const piece of malformed)
      faults.push({ path, message: `holds "${piece.slice(0, 60)}", which is no {{ insert: param, id }}` });
  };
  const ofParams = (list: readonly OscalParam[] | undefined, path: string): void => {
    list?.forEach((param, index) => {
      const here = `${path}.params[${index}]`;
      claim(paramIds, param.id, here);
      text(param.label, `${here}.label`);
      param.values?.forEach((value, at) => {
        text(value, `${here}.values[${at}]`);
      });
      param.select?.choice?.forEach((choice, at) => {
        text(choice, `${here}.select.choice[${at}]`);
      });
    });
  };
  const ofParts = (list: readonly OscalPart[] | undefined, path: string): void => {
    list?.forEach((part, index) => {
      const here = `${path}.parts[${index}]`;
      claim(nodeIds, part.id, here);
      text(part.prose, `${here}.prose`);
      ofParts(part.parts, here);
    });
  };
  const ofControls = (list: readonly OscalControl[] | undefined, path: string): void => {
    list?.forEach((control, index) => {
      const here = `${path}.controls[${index}]`;
      claim(nodeIds, control.id, here);
      text(control.title, `${here}.title`);
      ofParams(control.params, here);
      ofParts(control.parts, here);
      ofControls(control.controls, here);
    });
  };
  const ofGroups = (list: readonly OscalGroup[] | undefined, path: string): void => {
    list?.forEach((group, index) => {
      const here = `${path}.groups[${index}]`;
      claim(nodeIds, group.id, here);
      ofParams(group.params, here);
      ofParts(group.parts, here);
      ofControls(group.controls, here);
      ofGroups(group.groups, here);
    });
  };

  ofParams(catalog.params, 'catalog');
  ofGroups(catalog.groups, 'catalog');
  ofControls(catalog.controls, 'catalog');
  return faults;
}

const HALF_A_CHARACTER = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** NUL, or half of a surrogate pair: JSON can write them (`\u0000`), jsonb refuses them. */
function storable(text: string): boolean {
  return !text.includes('\u0000') && !HALF_A_CHARACTER.test(text);
}

/** Finds values that JSON can carry and the database cannot; anywhere in the document, for all of it is kept. */
export function storageFaults(document: unknown): FieldFault[] {
  const faults: FieldFault[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string') {
      if (!storable(value))
        faults.push({ path: pathText(path), message: 'holds a NUL or half a character, which cannot be stored' });
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) faults.push({ path: pathText(path), message: 'is a number too large to keep exactly' });
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, [...path, index]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        if (!storable(name))
          faults.push({ path: pathText(path), message: 'has a name with a NUL or half a character, which cannot be stored' });
        visit(item, [...path, name]);
      }
    }
  };
  visit(document, []);
  return faults;
}
