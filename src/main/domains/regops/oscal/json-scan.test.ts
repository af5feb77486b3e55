/** The scanner agrees with JSON.parse on what JSON is, and says where a text stops being it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault, MAX_JSON_DEPTH } from './json-scan';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

describe('findJsonFault', () => {
  it('accepts what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        expect(findJsonFault(JSON.stringify(value, null, indent))).toBeNull();
      }),
    );
  });

  it('finds a fault exactly where JSON.parse does, after any damage', () => {
    const damaged = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '\n', 'x', '0', '\u0001', ' '))
      .map(([value, at, put]) => {
        const text = JSON.stringify(value, null, 1);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + put + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const fault = findJsonFault(text);
        if (fault === null) expect(parses(text)).toBe(true);
        else if (!fault.reason.includes('given twice')) expect(parses(text)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,\n "b":}', 2, 6, 'a value was expected, "}" is there'],
    ['{"a":1', 1, 7, 'a comma or "}" was expected, the end of the text is there'],
    ['{"a":1,}', 1, 8, 'a name in quotes was expected, "}" is there'],
    ['[1,2] 3', 1, 7, '"3" follows the end of the document'],
    ['["a\nb"]', 1, 4, 'a string holds a raw line break or control character'],
    ['["a', 1, 2, 'the text ends inside this string'],
    ['{"a":1,"a":2}', 1, 8, 'the name "a" is given twice in one object'],
    ['{"a":1,"\\u0061":2}', 1, 8, 'the name "\\u0061" is given twice in one object'],
    ['[01]', 1, 3, '"1" follows a value without a comma'],
    ['', 1, 1, 'a value was expected, the end of the text is there'],
    ['\u200b{}', 1, 1, 'a value was expected, character U+200B is there'],
  ])('names line, column and reason of %j', (text, line, column, reason) => {
    expect(findJsonFault(text)).toMatchObject({ line, column, reason });
  });

  it('stops at nesting without end', () => {
    expect(findJsonFault('['.repeat(200_000))?.reason).toBe(`more than ${MAX_JSON_DEPTH} levels lie inside each other`);
  });
});
