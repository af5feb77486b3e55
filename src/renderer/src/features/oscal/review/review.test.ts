import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, blocksOfHtml, blocksOfLines, type PageLine } from './blocks';
import { detectOutline, type ReviewNode, toOutlineNodes } from './detect';
import { branchEnd, demote, drop, mergeUp, promote, type ReviewList, settled, split } from './edit';

const block = (text: string, heading: number | null = null): Block => ({ text, heading, place: 'Paragraph 1' });
const refs = (nodes: readonly ReviewNode[]) =>
  nodes.map(({ ref, depth, assessable }) => `${' '.repeat(depth)}${ref}${assessable ? '*' : ''}`);

describe('the outline of a document', () => {
  it('follows headings, articles, numbered paragraphs and items', () => {
    const nodes = detectOutline([
      block('Order of the house'),
      block('Chapter I General'),
      block('Article 1 Keys'),
      block('1. Keys are counted every month by the porter.'),
      block('2. A list is kept of whoever has one, with:'),
      block('(a) the name;'),
      block('(b) the date;'),
      block('(i) of giving, and'),
      block('(ii) of return.'),
      block('The list is shown on request.'),
      block('Article 2 Doors'),
      block('Doors are locked at night, all of them.'),
    ]);
    expect(refs(nodes)).toEqual([
      '',
      'Chapter I',
      ' Art. 1',
      '  1*',
      '  2*',
      '   2(a)',
      '   2(b)',
      '    2(b)(i)',
      '    2(b)(ii)',
      ' Art. 2*',
    ]);
    expect(nodes[0]?.title).toBe('Order of the house');
    expect(nodes[8]?.text).toContain('The list is shown on request.');
  });

  it('follows decimal numbers and headings of a word processor, jumps and all', () => {
    const nodes = detectOutline([
      block('Introduction', 1),
      block('About this text, at some length.'),
      block('5 Access', 1),
      block('5.1.1 Accounts are reviewed every quarter.'),
      block('5.2 Passwords', 2),
      block('Passwords have twelve characters or more.'),
    ]);
    expect(refs(nodes)).toEqual(['*', '5', ' 5.1.1*', ' 5.2*']);
  });

  it('reads the letter i behind h as a letter', () => {
    const nodes = detectOutline([
      block('1. List'),
      ...'abcdefghij'.split('').map((letter) => block(`(${letter}) thing ${letter};`)),
    ]);
    expect(new Set(nodes.slice(1).map(({ depth }) => depth))).toEqual(new Set([1]));
  });

  it('gives every entry an id of its own and a parent above it, whatever the text', () => {
    const anyBlocks = fc.array(
      fc.record({
        text: fc.oneof(
          fc.constantFrom('1. One', '1.1 Two', '(a) x', '(i) y', 'Article 3', 'Chapter II', 'plain words here'),
          fc.string(),
        ),
        heading: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
        place: fc.constant('p'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        const nodes = toOutlineNodes(detectOutline(blocks));
        const ids = nodes.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [at, node] of nodes.entries()) {
          expect(node.parent === null || ids.indexOf(node.parent) < at).toBe(true);
          expect(node.ref.length > 0 && node.ref.length <= 100).toBe(true);
        }
      }),
    );
  });
});

describe('what a person does to an outline', () => {
  const list = (...depths: number[]): ReviewList =>
    depths.map((depth, key) => ({
      key,
      depth,
      ref: `${key}`,
      title: `T${key}`,
      text: `Text ${key}`,
      assessable: false,
      place: '',
    }));
  const depths = (nodes: ReviewList) => nodes.map(({ depth }) => depth);

  it('raises and lowers with all that lies below', () => {
    expect(depths(promote(list(0, 1, 2, 1), 1))).toEqual([0, 0, 1, 1]);
    expect(depths(demote(list(0, 0, 1, 0), 1))).toEqual([0, 1, 2, 0]);
    expect(demote(list(0, 1), 1)).toEqual(list(0, 1));
    expect(promote(list(0), 0)).toEqual(list(0));
  });

  it('merges, splits and drops without losing a word but those dropped', () => {
    expect(mergeUp(list(0, 1, 2), 1)).toMatchObject([{ text: 'Text 0\n1 T1\nText 1' }, { ref: '2', depth: 1 }]);
    expect(split(list(0), 0, 4, 9)).toMatchObject([{ text: 'Text' }, { key: 9, text: '0', depth: 0 }]);
    expect(split(list(0), 0, 0, 9)).toEqual(list(0));
    expect(depths(drop(list(0, 1, 2, 1), 1))).toEqual([0, 1, 1]);
  });

  it('never leaves a step out, whatever is done in whatever order', () => {
    const acts = fc.array(fc.tuple(fc.constantFrom(promote, demote, mergeUp, drop), fc.nat(12)), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }), acts, (raw, todo) => {
        let nodes = settled(list(...raw));
        for (const [act, at] of todo) if (at < nodes.length) nodes = act(nodes, at);
        let allowed = 0;
        for (const { depth } of nodes) {
          expect(depth).toBeLessThanOrEqual(allowed);
          allowed = depth + 1;
        }
        for (let at = 0; at < nodes.length; at += 1) expect(branchEnd(nodes, at)).toBeGreaterThan(at);
      }),
    );
  });
});

describe('paragraphs', () => {
  const line = (text: string, more: Partial<PageLine> = {}): PageLine => ({
    page: 1,
    line: 1,
    text,
    size: 10,
    bold: false,
    top: 0,
    ...more,
  });

  it('join wrapped lines, undo hyphens, and leave running heads and page numbers out', () => {
    const page = (number: number) => [
      line('House rules 2026', { page: number, top: 20 }),
      line(['Access', 'Logs', 'Staff'][number - 1] ?? '', { page: number, line: 2, size: 16, top: 60 }),
      line(`1. ${['Keys', 'Cards', 'Cars'][number - 1]} are count-`, { page: number, line: 3, top: 90 }),
      line(`ed every ${['month', 'year', 'day'][number - 1]}.`, { page: number, line: 4, top: 102 }),
      line(`2. ${['Doors', 'Gates', 'Drawers'][number - 1]} are locked.`, { page: number, line: 5, top: 114 }),
      line(`${number}`, { page: number, line: 6, top: 800 }),
    ];
    const blocks = blocksOfLines([...page(1), ...page(2), ...page(3)]);
    expect(blocks.slice(0, 3)).toEqual([
      { text: 'Access', heading: 1, place: 'Page 1, line 2' },
      { text: '1. Keys are counted every month.', heading: null, place: 'Page 1, line 3' },
      { text: '2. Doors are locked.', heading: null, place: 'Page 1, line 5' },
    ]);
    expect(blocks).toHaveLength(9);
  });

  it('come out of a word processor’s lists with their numbers', () => {
    const html =
      '<h1>Access &amp; keys</h1><p>Intro <strong>bold</strong></p><ol><li>First<ol><li>Inner</li><li>Second inner</li></ol></li><li>Next</li></ol><ul><li>Dot</li></ul><table><tr><td>Cell</td></tr></table><script>x</script>';
    expect(blocksOfHtml(html).map(({ text, heading }) => [text, heading])).toEqual([
      ['Access & keys', 1],
      ['Intro bold', null],
      ['1. First', null],
      ['(a) Inner', null],
      ['(b) Second inner', null],
      ['2. Next', null],
      ['Dot', null],
      ['Cell', null],
      ['x', null],
    ]);
  });

  it('of a real Word file give its outline', async () => {
    const { Document, HeadingLevel, Packer, Paragraph } = await import('docx');
    const { default: mammoth } = await import('mammoth');
    const file = new Document({
      sections: [
        {
          children: [
            new Paragraph({ text: '1 Access', heading: HeadingLevel.HEADING_1 }),
            new Paragraph({ text: '1.1 Accounts belong to one person and are reviewed.' }),
            new Paragraph({ text: '(a) each quarter' }),
            new Paragraph({ text: '2 Logs', heading: HeadingLevel.HEADING_1 }),
            new Paragraph('Logs are kept for a year and a day.'),
          ],
        },
      ],
    });
    const { value } = await mammoth.convertToHtml({ buffer: await Packer.toBuffer(file) });
    expect(refs(detectOutline(blocksOfHtml(value)))).toEqual(['1', ' 1.1*', '  1.1(a)', '2*']);
  });
});
