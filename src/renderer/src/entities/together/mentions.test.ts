/** Mentions: found while typed, kept while their name stands, drawn apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matching, mentionedIn, piecesOf, typedMention } from './mentions';

const PEOPLE = [
  { id: 'a', name: 'Ingrid Solheim' },
  { id: 'b', name: 'Jonas Petrak' },
  { id: 'c', name: 'Noor van Dijk' },
];

describe('mentions', () => {
  it.each([
    ['@', 1, { from: 0, words: '' }],
    ['see @ing', 8, { from: 4, words: 'ing' }],
    ['(@jo', 4, { from: 1, words: 'jo' }],
    ['@Noor van', 9, { from: 0, words: 'Noor van' }],
    ['mail a@b', 8, null],
    ['@Noor said so today', 19, null],
    ['none', 4, null],
  ])('%j at %d', (text, caret, found) => expect(typedMention(text, caret)).toEqual(found));

  it('finds by any word of the name', () => {
    expect(matching(PEOPLE, 'd').map(({ id }) => id)).toEqual(['c']);
    expect(matching(PEOPLE, 'PET').map(({ id }) => id)).toEqual(['b']);
    expect(matching(PEOPLE, '')).toHaveLength(3);
  });

  it('keeps whom the text still names', () => {
    expect(mentionedIn('Please look, @Noor van Dijk and @Jonas', PEOPLE)).toEqual(['c']);
  });

  it('loses no character', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...PEOPLE.map(({ name }) => `@${name}`)))), (parts) => {
        const text = parts.join('');
        const pieces = piecesOf(
          text,
          PEOPLE.map(({ name }) => name),
        );
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
    expect(piecesOf('Hi @Jonas Petrak!', ['Jonas Petrak'])).toEqual([
      { text: 'Hi ', mention: false },
      { text: '@Jonas Petrak', mention: true },
      { text: '!', mention: false },
    ]);
  });
});
