/** The marks that keep a tenant from being mistaken: colour, weave, sign, kind and place, and what they are where nobody chose them. */
import type { Workspace } from './ipc';

export const COLOURS = ['plum', 'petrol', 'ochre', 'navy', 'forest', 'brick', 'umber', 'olive'] as const;
export const WEAVES = ['plain', 'dots', 'bars', 'grid', 'teeth', 'lines'] as const;

export type Marks = Pick<Workspace, 'kind' | 'place' | 'sign' | 'colour' | 'weave'>;

/** Marks that a tenant's configuration leaves out are drawn from its id and name, so that they never change. */
export function fullMarks(id: string, name: string, marks: { readonly [Mark in keyof Marks]?: Marks[Mark] }): Marks {
  return {
    kind: marks.kind ?? 'production',
    place: marks.place ?? null,
    sign: marks.sign ?? signOf(name),
    colour: marks.colour ?? pick(COLOURS, id, 0),
    weave: marks.weave ?? pick(WEAVES, id, 2),
  };
}

/** Two letters for a name: the first of two words, or the first two of one. */
export function signOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word[0]) : [words[0]?.slice(0, 2) ?? '?'];
  return letters.join('').toUpperCase();
}

function pick<T extends string>(values: readonly [T, ...T[]], id: string, at: number): T {
  return values[Number.parseInt(id.slice(at, at + 2), 16) % values.length] ?? values[0];
}
