/** Keys and buttons of the Markdown editor: each does one thing, and the same again undoes it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  continued,
  countWords,
  headingsOf,
  indent,
  insertLink,
  insertTable,
  type LineMark,
  toggleHeading,
  toggleLines,
  toggleMark,
  type Written,
} from './editing';

/** `[` and `]` stand round the selection, `|` is the caret. */
function at(marked: string): Written {
  const caret = marked.indexOf('¦');
  if (caret >= 0) return { text: marked.replace('¦', ''), start: caret, end: caret };
  const start = marked.indexOf('«');
  return { text: marked.replace(/[«»]/g, ''), start, end: marked.indexOf('»') - 1 };
}
function shown({ text, start, end }: Written): string {
  return start === end
    ? `${text.slice(0, start)}¦${text.slice(start)}`
    : `${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}`;
}

describe('marks', () => {
  it.each([
    ['a «b» c', '**', 'a **«b»** c'],
    ['a «b » c', '**', 'a **«b»**  c'],
    ['a **«b»** c', '**', 'a «b» c'],
    ['a «**b**» c', '**', 'a «b» c'],
    ['a wo¦rd c', '*', 'a *«word»* c'],
    ['a **«b»** c', '*', 'a ***«b»*** c'],
    ['¦', '**', '**¦**'],
  ] as const)('%s with %s', (before, sign, after) => expect(shown(toggleMark(at(before), sign))).toBe(after));

  it('come off again', () => {
    const words = fc.array(fc.constantFrom('one', 'żwir', 'x2'), { minLength: 1, maxLength: 4 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(words, words, words, fc.constantFrom('**', '*', '~~', '`' as const), (a, b, c, sign) => {
        const before = { text: `${a} ${b} ${c}`, start: a.length + 1, end: a.length + 1 + b.length };
        expect(toggleMark(toggleMark(before, sign), sign)).toEqual(before);
      }),
    );
  });
});

describe('lines', () => {
  it.each([
    ['a¦b', (w: Written) => toggleHeading(w, 2), '## a¦b'],
    ['# a¦b', (w: Written) => toggleHeading(w, 2), '## a¦b'],
    ['## a¦b', (w: Written) => toggleHeading(w, 2), 'a¦b'],
    ['«a\nb»', (w: Written) => toggleLines(w, 'bullet'), '«- a\n- b»'],
    ['«a\n\nb»', (w: Written) => toggleLines(w, 'ordered'), '«1. a\n\n2. b»'],
    ['«- a\n- b»', (w: Written) => toggleLines(w, 'ordered'), '«1. a\n2. b»'],
    ['«> a\n> b»', (w: Written) => toggleLines(w, 'quote'), '«a\nb»'],
    ['- a¦', (w: Written) => indent(w, 1), '  - a¦'],
    ['  - a¦', (w: Written) => indent(w, -1), '- a¦'],
    ['¦', (w: Written) => toggleLines(w, 'bullet'), '- ¦'],
    ['a «b» c', insertLink, 'a [b](«https://») c'],
    ['a «https://x.example» c', insertLink, 'a [«words of the link»](https://x.example) c'],
    ['a\n¦', insertTable, 'a\n\n| «Column» | Column |\n| --- | --- |\n|  |  |\n|  |  |\n'],
    ['a¦\nb', insertTable, 'a\n\n| «Column» | Column |\n| --- | --- |\n|  |  |\n|  |  |\n\nb'],
  ])('%j', (before, act, after) => expect(shown(act(at(before)))).toBe(after));

  it('become what they were', () => {
    const line = fc.constantFrom('one', 'two words', 'drei');
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.constantFrom<LineMark>('bullet', 'ordered', 'quote'),
        (lines, mark) => {
          const text = lines.join('\n');
          const before = { text, start: 0, end: text.length };
          expect(toggleLines(toggleLines(before, mark), mark)).toEqual(before);
        },
      ),
    );
  });

  it.each([
    ['- a¦', '- a\n- ¦'],
    ['9. a¦', '9. a\n10. ¦'],
    ['  - [x] a¦', '  - [x] a\n  - [ ] ¦'],
    ['> a¦', '> a\n> ¦'],
    ['- a\n- ¦', '- a\n\n¦'],
    ['- ¦', '¦'],
    ['1. a¦b', '1. a\n2. ¦b'],
  ])('go on after Enter: %j', (before, after) => expect(shown(continued(at(before)) ?? at('¦'))).toBe(after));
  it('are plain elsewhere', () => expect(continued(at('word¦'))).toBe(null));
});

describe('the outline', () => {
  it('holds headings of both kinds, and none of code', () => {
    const text = '# One\n\ntext\n\nTwo **bold**\n---\n\n```\n# not\n```\n\n- item\n---\n### Three ##\n';
    expect(headingsOf(text).map(({ level, words, line }) => [level, words, line])).toEqual([
      [1, 'One', 1],
      [2, 'Two bold', 5],
      [3, 'Three', 14],
    ]);
    for (const { offset, words } of headingsOf(text)) expect(text.slice(offset)).toContain(words.split(' ')[0]);
  });
  it('counts words', () => expect(countWords('# One two\n\n- it’s 24/7, **żółw**')).toBe(6));
});
