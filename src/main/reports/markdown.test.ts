/** Marked texts: what is written reads back, what Word holds comes back from it, and nothing that somebody typed becomes markup. */
import type { MarkBlock, MarkRun } from '@shared/markdown/model';
import { PLAIN, safeHref, tidyRuns } from '@shared/markdown/model';
import { readWordHtml, silentlyLeft, WORD_STYLE_MAP } from '@shared/markdown/word';
import { writeMarkdown } from '@shared/markdown/write';
import fc from 'fast-check';
import mammoth from 'mammoth';
import PizZip from 'pizzip';
import { describe, expect, it } from 'vitest';
import { toDocx } from './docx';
import { toHtml } from './html';
import { parseMarkdown } from './markdown';
import { plainText } from './plain-text';

const parse = (text: string) => parseMarkdown(text, { lines: 'joined' });
const document = (text: string) => ({
  title: 'Access 1.0',
  tenant: 'Nordhaven',
  subtitle: null,
  landscape: false,
  blocks: [{ kind: 'facts', facts: [['Version', '1.0']] } as const, { kind: 'markdown', text, top: 1, lines: 'joined' } as const],
});
const fromWord = async (bytes: Uint8Array) => {
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { styleMap: [...WORD_STYLE_MAP] });
  return readWordHtml(value);
};

/** The parts that are searched for what is passed over silently. */
function partsOf(bytes: Uint8Array): Map<string, string> {
  const { files } = new PizZip(bytes);
  return new Map(Object.entries(files).map(([name, part]) => [name, part.asText()]));
}

/** Letters, blanks, and every sign that means something to Markdown. */
const words = fc.string({ unit: fc.constantFrom(...'ab ż1.)(*_~`#+-=:|<>[]\\&!/"ß'), minLength: 1, maxLength: 12 });
const look = fc.record({
  bold: fc.boolean(),
  italic: fc.boolean(),
  struck: fc.boolean(),
  code: fc.constant(false),
  href: fc.constantFrom(null, null, null, 'https://nordhaven.example/a(b)?c=d', 'mailto:a@b.example'),
});
const run = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(words, look).map(([text, set]): MarkRun => ({ ...set, text })) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...'ab`|*<'), minLength: 1, maxLength: 6 })
      .map((text): MarkRun => ({ ...PLAIN, code: true, text })),
  },
);
const line = fc
  .array(run, { minLength: 1, maxLength: 5 })
  .map(tidyRuns)
  .filter((runs) => runs.length > 0);
const list = fc.letrec<{ list: MarkBlock }>((tie) => ({
  list: fc.record({
    kind: fc.constant('list' as const),
    ordered: fc.boolean(),
    start: fc.constant(1),
    items: fc.array(
      fc.record({
        checked: fc.constantFrom(null, null, true, false),
        blocks: fc
          .tuple(line, fc.option(tie('list'), { nil: null, depthSize: 'small' }))
          .map(([runs, below]): MarkBlock[] => [{ kind: 'paragraph', runs }, ...(below === null ? [] : [below])]),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
})).list;
const cell = fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: fc.constant([]) });
const table = fc.integer({ min: 1, max: 3 }).chain((width) =>
  fc.record({
    kind: fc.constant('table' as const),
    // Word's heads are bold as such
    head: fc.array(
      line.map((runs) => tidyRuns(runs.map((each) => ({ ...each, bold: false })))),
      { minLength: width, maxLength: width },
    ),
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 3 }),
  }),
);
const block: fc.Arbitrary<MarkBlock> = fc.oneof(
  fc.record({ kind: fc.constant('heading' as const), level: fc.integer({ min: 1, max: 6 }), runs: line }),
  line.map((runs): MarkBlock => ({ kind: 'paragraph', runs })),
  list,
  table,
  fc.array(line, { minLength: 1, maxLength: 2 }).map(
    (lines): MarkBlock => ({
      kind: 'quote',
      blocks: lines.map((runs) => ({ kind: 'paragraph', runs })),
    }),
  ),
  fc
    .string({ unit: fc.constantFrom(...'ab `|\n#<'), minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() !== '')
    .map((text): MarkBlock => ({ kind: 'code', text })),
  fc.constant<MarkBlock>({ kind: 'rule' }),
);
/** Neighbours that a page cannot tell apart (a list after a list) are left out. */
const text = fc
  .array(block, { minLength: 1, maxLength: 5 })
  .map((blocks) =>
    blocks.filter(({ kind }, at) => at === 0 || blocks[at - 1]?.kind !== kind || kind === 'paragraph' || kind === 'heading'),
  );

describe('a marked text', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(text, (blocks) => {
        expect(parse(writeMarkdown(blocks))).toEqual(blocks);
      }),
      { numRuns: 200 },
    );
  });

  it('comes back from Word as it went', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (blocks) => {
        const bytes = await toDocx(document(writeMarkdown(blocks)));
        const back = await fromWord(bytes);
        expect(back.blocks).toEqual(blocks);
        expect(back.notes).toEqual([]);
        expect(silentlyLeft(partsOf(bytes))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is read as people write it', () => {
    const read = parse(
      '# One\n\nTwo\nlines, **bold**, ~~old~~ and [a link](https://a.example "t").\n\n1. first\n   - below\n\n| a | b |\n|:--|--:|\n| 1 | **2** |\n',
    );
    expect(read.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list', 'table']);
    expect(read[1]).toMatchObject({
      runs: [
        { text: 'Two lines, ' },
        { text: 'bold', bold: true },
        {},
        { text: 'old', struck: true },
        {},
        { href: 'https://a.example' },
        {},
      ],
    });
    expect(parseMarkdown('Two\nlines', { lines: 'kept' })).toMatchObject([{ runs: [{ text: 'Two\nlines' }] }]);
  });

  it('holds HTML as letters, no picture, and no link that leads elsewhere', () => {
    const nasty =
      '<img src=x onerror=alert(1)>\n\n![seen](https://a.example/p.png) [x](javascript:alert(1)) [y](file:///etc/passwd) <b>b</b>';
    const html = toHtml(document(nasty));
    expect(html).not.toMatch(/<img|<b>|javascript:|file:/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('seen');
    for (const bad of ['javascript:alert(1)', 'https://', ' ', 'https://a\u0000b', 'data:text/html,x', '//a.example'])
      expect(safeHref(bad)).toBe(null);
  });

  it('says what Word had and it has not', () => {
    const { blocks, notes } = readWordHtml(
      '<p>a<img src="" alt="plan" /></p><table><tr><td colspan="2"><p>x</p><p>y</p></td></tr><tr><td>1</td><td>2</td></tr></table><p>H<sub>2</sub>O <a href="file:///c">z</a></p>',
    );
    expect(blocks[1]).toMatchObject({ kind: 'table', head: [[{ text: 'x y' }], []] });
    expect(notes).toEqual([
      '1 picture is left out.',
      '1 merged cell stands in its first place only.',
      '1 cell of several paragraphs is one line now.',
      '1 link is text now, for it leads to no https, http or mail address.',
      '1 raised or lowered letter stands on the line.',
    ]);
    const parts = new Map([
      ['word/document.xml', '<w:ins w:id="1"><w:u w:val="single"/>'],
      ['word/header1.xml', '<w:t>Confidential</w:t>'],
    ]);
    expect(silentlyLeft(parts)).toEqual([
      'Tracked changes are taken as accepted.',
      'Underlining is left out.',
      'Headers and footers are left out.',
    ]);
  });
});

it('is plain lines where nothing else has a place', () => {
  expect(plainText('# One\n\nA **b**\nc\n\n- x\n  1. y\n- [x] *z*\n\n3. q\n\n| a | b |\n|---|---|\n| 1 | 2 |')).toBe(
    'One\nA b\nc\n• x\n   1. y\n☑ z\n3. q\na | b\n1 | 2',
  );
});
