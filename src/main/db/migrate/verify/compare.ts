/** Two catalogues side by side: every object and property that differs, by name. */
import type { Catalogue } from './catalogue';

export interface Difference {
  /** `trigger findings.trail_update`. */
  readonly object: string;
  /** `state`, `definition`, `granted to PUBLIC`; null where the whole object is missing or too much. */
  readonly property: string | null;
  readonly kind: 'missing' | 'unexpected' | 'different';
  readonly expected: string | null;
  readonly found: string | null;
}

export function compareCatalogues(expected: Catalogue, found: Catalogue): Difference[] {
  const differences: Difference[] = [];
  for (const object of [...new Set([...expected.keys(), ...found.keys()])].sort()) {
    const [should, is] = [expected.get(object), found.get(object)];
    if (!should || !is) differences.push(whole(object, should ? 'missing' : 'unexpected'));
    else differences.push(...compareProperties(object, should, is));
  }
  return withoutConsequences(differences);
}

function whole(object: string, kind: 'missing' | 'unexpected'): Difference {
  return { object, property: null, kind, expected: null, found: null };
}

function compareProperties(object: string, should: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): Difference[] {
  return [...new Set([...should.keys(), ...is.keys()])].sort().flatMap((property) => {
    const [expected, found] = [should.get(property) ?? null, is.get(property) ?? null];
    if (expected === found) return [];
    const kind = expected === null ? 'unexpected' : found === null ? 'missing' : 'different';
    return [{ object, property, kind, expected, found } as const];
  });
}

const OF_TABLE = /^(?:column|constraint|policy|trigger|rule) ([^.]+)\./;

/** A table that is missing or too much is said once, not once more for each of its parts. */
function withoutConsequences(differences: readonly Difference[]): Difference[] {
  const tables = new Set(
    differences.flatMap(({ object, property }) => (property === null ? [/^(?:table|view) (.+)$/.exec(object)?.[1] ?? ''] : [])),
  );
  return differences.filter(({ object }) => !tables.has(OF_TABLE.exec(object)?.[1] ?? '-'));
}

/**
 * Where partitions come and go with the calendar: every one found must be like one of those the files make. Takes them out of
 * both catalogues and compares them by themselves.
 */
export function comparePartitions(
  expected: { readonly catalogue: Catalogue; readonly partitions: ReadonlyMap<string, string> },
  found: { readonly catalogue: Catalogue; readonly partitions: ReadonlyMap<string, string> },
): Difference[] {
  const models = new Map<string, Catalogue[]>();
  for (const [name, parent] of expected.partitions) {
    models.set(parent, [...(models.get(parent) ?? []), partOf(expected.catalogue, name, parent)]);
  }
  const differences: Difference[] = [];
  for (const [name, parent] of found.partitions) {
    const own = partOf(found.catalogue, name, parent);
    const each = (models.get(parent) ?? []).map((model) => compareCatalogues(model, own));
    const least = each.sort((a, b) => a.length - b.length)[0];
    if (!least) differences.push(whole(`table ${name}`, 'unexpected'));
    else differences.push(...least.map((one) => ({ ...one, object: one.object.replaceAll(placeholder(parent), name) })));
  }
  for (const parent of models.keys()) {
    if (![...found.partitions.values()].includes(parent)) differences.push(whole(`partitions of ${parent}`, 'missing'));
  }
  return differences;
}

const placeholder = (parent: string) => `${parent}[part]`;

const isOf = (object: string, name: string) => new RegExp(`^\\S+ ${name}(?![a-z0-9])`).test(object);

/** The objects of one partition, with its name taken out; its bound is not among the properties. */
function partOf(catalogue: Catalogue, name: string, parent: string): Catalogue {
  const plain = (text: string) => text.replaceAll(name, placeholder(parent));
  return new Map(
    [...catalogue]
      .filter(([object]) => isOf(object, name))
      .map(([object, properties]) => [plain(object), new Map([...properties].map(([key, value]) => [key, plain(value)]))]),
  );
}

/** The catalogue without its partitions. */
export function withoutPartitions(catalogue: Catalogue, partitions: ReadonlyMap<string, string>): Catalogue {
  const names = [...partitions.keys()];
  return new Map([...catalogue].filter(([object]) => !names.some((name) => isOf(object, name))));
}
