import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostAlike, wordsOf } from './similarity';
import { branchesOf } from './tree';

describe('likeness of requirements', () => {
  it('puts what speaks of the same first, whatever the length', () => {
    const from = [{ id: 'a', text: 'Passwords are long and stored as hashes' }];
    const to = [
      { id: 'x', text: 'The organisation reviews its suppliers each year and keeps a register of them.' },
      { id: 'y', text: 'A password has at least twelve characters. Only hashes of passwords are stored.' },
      { id: 'z', text: 'Doors are locked at night.' },
    ];
    const [best] = mostAlike(from, to, { each: 3, least: 0 });
    expect(best).toMatchObject({ fromId: 'a', toId: 'y' });
    expect(best?.words).toContain('password');
  });

  it('is the same from both sides, between 0 and 1, and certain of equals', () => {
    const text = fc
      .array(fc.constantFrom('key', 'door', 'record', 'person', 'audit', 'log'), { minLength: 1, maxLength: 8 })
      .map((all) => all.join(' '));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const there = mostAlike([{ id: 'a', text: a }], [{ id: 'b', text: b }], { each: 1, least: 0 });
        const back = mostAlike([{ id: 'b', text: b }], [{ id: 'a', text: a }], { each: 1, least: 0 });
        expect(there[0]?.score ?? 0).toBeCloseTo(back[0]?.score ?? 0, 6);
        for (const { score } of there) expect(score >= 0 && score <= 1).toBe(true);
        if (a === b) expect(there[0]?.score).toBeCloseTo(1, 3);
      }),
    );
  });

  it('finds no words in none', () => {
    expect(wordsOf('  … 12 §')).toEqual([]);
    expect(mostAlike([{ id: 'a', text: '' }], [{ id: 'b', text: '' }], { each: 3, least: 0 })).toEqual([]);
  });
});

describe('the place of a requirement', () => {
  const node = (id: string, parentId: string | null, assessable: boolean) => ({ id, parentId, assessable });
  const tree = branchesOf([node('f', null, false), node('r', 'f', true), node('p', 'r', false), node('s', 'f', true)]);

  it('speaks of itself, of the one above in part, and of all below a family', () => {
    expect(tree.spokenOf('r')).toEqual([{ id: 'r', partly: false }]);
    expect(tree.spokenOf('p')).toEqual([{ id: 'r', partly: true }]);
    expect(
      tree
        .spokenOf('f')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['r', 's']);
    expect(tree.spokenOf('nowhere')).toEqual([]);
  });

  it('ends at a ring of parents', () => {
    const ring = branchesOf([node('a', 'b', false), node('b', 'a', false)]);
    expect(ring.spokenOf('a')).toEqual([]);
    expect(ring.upwards('a')).toEqual(['a', 'b']);
  });
});
