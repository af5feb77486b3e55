import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffWords } from './word-diff';

const join = (pieces: ReturnType<typeof diffWords>, without: string) =>
  pieces
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('');

describe('a difference by words', () => {
  it('marks what is new and what is gone, and nothing else', () => {
    expect(diffWords('Keys are counted monthly.', 'Cards are counted weekly.')).toEqual([
      { kind: 'removed', text: 'Keys' },
      { kind: 'added', text: 'Cards' },
      { kind: 'same', text: ' are counted ' },
      { kind: 'removed', text: 'monthly' },
      { kind: 'added', text: 'weekly' },
      { kind: 'same', text: '.' },
    ]);
    expect(diffWords('', '')).toEqual([]);
    expect(diffWords('a b', 'a b')).toEqual([{ kind: 'same', text: 'a b' }]);
  });

  it('gives both texts back, whatever they are', () => {
    const words = fc
      .array(fc.constantFrom('a', 'b', 'c', ' ', '\n', '.', 'ß', '🙂'), { maxLength: 40 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(words, words, (before, after) => {
        const pieces = diffWords(before, after);
        expect(join(pieces, 'added')).toBe(before);
        expect(join(pieces, 'removed')).toBe(after);
      }),
    );
  });

  it('replaces the whole where everything differs, without taking long', () => {
    const before = Array.from({ length: 4000 }, (_, n) => `x${n}`).join(' ');
    const after = Array.from({ length: 4000 }, (_, n) => `y${n}`).join('-');
    const pieces = diffWords(before, after);
    expect(join(pieces, 'added')).toBe(before);
    expect(join(pieces, 'removed')).toBe(after);
  });
});
