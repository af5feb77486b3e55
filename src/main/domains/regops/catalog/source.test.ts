/** Tables, laws and outlines as catalogues: what is taken, how it is ordered, and what is refused with its place. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { workbook } from '@main/bulk/testing';
import { CodedError } from '@shared/errors';
import type { CatalogOptions, OutlineNode } from '@shared/wire/oscal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outlineCatalog, storedOutline } from './outline';
import { readCatalogSource } from './source';
import { refAbove } from './table';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kompl-sources-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function source(name: string, content: string | Buffer, options: CatalogOptions = {}) {
  await writeFile(join(folder, name), content);
  return (await readCatalogSource(join(folder, name), name, options)).parsed;
}
async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.catch((each: unknown) => each);
  if (error instanceof CodedError) return error;
  throw new Error('nothing was refused', { cause: error });
}
const shape = (parsed: Awaited<ReturnType<typeof source>>) =>
  parsed.nodes.map(({ refId, parentSourceId, kind, assessable }) => [refId, parentSourceId, kind, assessable]);

describe('a table of requirements', () => {
  it('is ordered by its parents, or by its references where it names none', async () => {
    const told = await source(
      'House rules 2.1.csv',
      'Reference;Part of;Title;Text;Assessable\nA;;Access;;no\nA-2;A;Accounts;One each.;yes\nA-1;A;Doors;Locked.;yes\nA-1a;A-1;;At night;no\n',
    );
    expect([told.name, told.version, told.format, told.makesControls]).toEqual(['House rules', '2.1', 'csv', false]);
    expect(shape(told)).toEqual([
      ['A', null, 'group', false],
      ['A-2', 'A', 'control', true],
      ['A-1', 'A', 'control', true],
      ['A-1a', 'A-1', 'part', false],
    ]);
    expect(told.nodes[3]).toMatchObject({ place: 'Line 5', family: 'A' });
    const read = await source(
      'x.csv',
      'ref,title,text\n5,Access,\n5.1,Accounts,"Each, one"\n5.1.2,Reviews,Quarterly\n6,Logs,Kept\n',
    );
    expect(shape(read)).toEqual([
      ['5', null, 'group', false],
      ['5.1', '5', 'group', false],
      ['5.1.2', '5.1', 'control', true],
      ['6', null, 'control', true],
    ]);
  });

  it('comes from a workbook too, by columns that a person tells', async () => {
    const content = await workbook({
      Rules: [
        ['Key', 'What'],
        ['1', 'First thing'],
        ['1.1', '<b>Second</b> & =SUM(A1)'],
      ],
    });
    expect((await refusal(source('book.xlsx', content))).details.reason).toContain('needs a column “ref”');
    const parsed = await source('book.xlsx', content, {
      columns: { ref: 'Key', text: 'What' },
      facts: { name: 'Told', version: '9', type: 'law', jurisdiction: 'CH' },
    });
    expect(parsed).toMatchObject({ name: 'Told', version: '9', type: 'law', jurisdiction: 'CH', format: 'xlsx' });
    // HTML and formulas are text like any other.
    expect(parsed.nodes[1]).toMatchObject({ refId: '1.1', text: '<b>Second</b> & =SUM(A1)' });
  });

  it('is refused with every line that cannot be taken', async () => {
    const twice = await refusal(source('a.csv', 'ref,parent,title\nA,,x\nA,,y\nB,C,z\n'));
    expect(twice.faults.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'Line 3 “A” is already the reference at Line 2',
      'Line 4 is part of “C”, which the file does not hold',
    ]);
    const ring = await refusal(source('b.csv', 'ref,parent,title\nA,B,x\nB,A,y\n'));
    expect(ring.faults.map(({ message }) => message)).toEqual([
      'is part of itself, by way of those above it',
      'is part of itself, by way of those above it',
    ]);
    expect((await refusal(source('c.csv', 'ref,title,assessable\nA,x,perhaps\n'))).faults[0]?.message).toContain(
      'neither yes nor no',
    );
    expect((await refusal(source('d.csv', 'ref,title\n,x\n'))).faults[0]?.message).toBe('has no reference');
    expect((await refusal(source('e.csv', ''))).details.reason).toBe('is empty');
    expect((await refusal(source('f.csv', 'ref,title\n'))).details.reason).toBe('holds no requirement');
    expect((await refusal(source('g.xlsx', 'no zip'))).code).toBe('CATALOG_INVALID');
    expect((await refusal(source('h.json', '{"$schema": "x", "bomFormat": "CycloneDX"}'))).code).toBe('CATALOG_FOREIGN');
    expect((await refusal(source('i.pdf', '%PDF-1.7'))).details.found).toContain('looked through');
    const deep = Array.from({ length: 25 }, (_, at) => Array.from({ length: at + 1 }, () => '1').join('.'))
      .map((ref) => `${ref},t`)
      .join('\n');
    expect((await refusal(source('j.csv', `ref,title\n${deep}\n`))).faults[0]?.message).toContain('deeper than 20 levels');
  });

  it('is larger than any catalogue: refused before it is read', async () => {
    const big = Buffer.alloc(65 * 1024 * 1024, 'x');
    expect((await refusal(source('big.csv', big))).code).toBe('FILE_TOO_LARGE');
    await rm(join(folder, 'big.csv'));
  });

  it('finds what lies above a reference by its form', () => {
    const refs = new Set(['5', '5.1', 'Art. 6', 'Art. 6(1)', 'AC-2', 'A.5']);
    expect(refAbove('1.1.(2)', new Set(['1.', '1.1']))).toBe('1.1');
    expect(refAbove('1.1', new Set(['1.', '1.1']))).toBe('1.');
    expect(['5.1.2', '5.1', '5', 'Art. 6(1)(a)', 'AC-2(3)', 'A.5.1', 'B'].map((ref) => refAbove(ref, refs))).toEqual([
      '5.1',
      '5',
      null,
      'Art. 6(1)',
      'AC-2',
      'A.5',
      null,
    ]);
  });
});

describe('an outline', () => {
  it('comes back from where it is stored as it was', async () => {
    const node = fc.record({
      text: fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
      parent: fc.nat(30),
      assessable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 15 }), (raw) => {
        const nodes = raw.map(
          ({ text, parent, assessable }, at): OutlineNode => ({
            id: `n${at}`,
            parent: parent < at ? `n${parent}` : null,
            ref: `R${at}`,
            title: null,
            text: text?.replaceAll('\u0000', '') ?? null,
            guidance: null,
            family: null,
            assessable,
            place: null,
          }),
        );
        const outline = {
          format: 'csv',
          name: 'N',
          shortName: 'N',
          version: '1',
          type: 'law',
          jurisdiction: null,
          nodes,
        } as const;
        const facts = { fileName: 'f', sha256: '', makesControls: false };
        const parsed = outlineCatalog({ ...outline, nodes }, facts);
        const again = storedOutline(JSON.parse(parsed.text));
        expect(again && outlineCatalog(again, facts)).toEqual(parsed);
        const places = new Map(parsed.nodes.map(({ sourceId }, at) => [sourceId, at]));
        for (const [at, each] of parsed.nodes.entries())
          expect(each.parentSourceId === null || (places.get(each.parentSourceId) ?? at) < at).toBe(true);
      }),
    );
  });
});

describe('a law in JSON', () => {
  const law = {
    title: 'Order of the house',
    abbrv: 'OH',
    regulation: '1/2026',
    updated: '2026-01-01',
    chapters: [
      {
        number: 'I',
        title: 'General',
        type: 'chapter',
        contents: [
          {
            number: '1',
            title: 'Aim',
            type: 'article',
            contents: [{ type: 'text', number: null, text: 'Order.', subpoints: [] }],
          },
          {
            number: '1',
            title: 'Keys',
            type: 'section',
            contents: [
              {
                number: '2',
                title: 'Counting',
                type: 'article',
                contents: [
                  {
                    number: '1',
                    type: 'point',
                    text: 'Keys are:',
                    subpoints: [
                      { number: 'a', text: 'counted;' },
                      { number: 'b', text: 'locked.' },
                    ],
                  },
                  { number: null, type: 'text', text: 'At night too.', subpoints: [] },
                  { number: '2', type: 'point', text: 'A list is kept.', subpoints: [] },
                ],
              },
            ],
          },
        ],
      },
    ],
    recitals: [{ number: '1', text: 'Whereas.' }],
  };

  it('gets the references that lawyers write, and assesses the paragraph', async () => {
    const parsed = await source('law.json', JSON.stringify(law));
    expect(parsed).toMatchObject({
      name: 'Order of the house (EU) 1/2026',
      shortName: 'OH',
      version: '2026-01-01',
      type: 'law',
      jurisdiction: 'EU',
    });
    expect(parsed.nodes.map(({ refId, depth, assessable }) => [refId, depth, assessable])).toEqual([
      ['Chapter I', 0, false],
      ['Art. 1', 1, true],
      ['Section 1', 1, false],
      ['Art. 2', 2, false],
      ['Art. 2(1)', 3, true],
      ['Art. 2(1)(a)', 4, false],
      ['Art. 2(1)(b)', 4, false],
      ['Art. 2(2)', 3, true],
      ['Recitals', 0, false],
      ['Recital 1', 1, false],
    ]);
    expect(parsed.nodes[4]?.text).toBe('Keys are:\n(a) counted;\n(b) locked.\nAt night too.');
    expect((await refusal(source('law2.json', JSON.stringify({ title: 'x', chapters: [{ number: 1 }] })))).code).toBe(
      'CATALOG_INVALID',
    );
  });

  const gdpr = join(
    process.env.KOMPL_SHARED ?? resolve(import.meta.dirname, '../../../../../../shared'),
    'data',
    'gdpr',
    'gdpr.json',
  );
  it.skipIf(!existsSync(gdpr))('takes the General Data Protection Regulation whole', async () => {
    const { parsed } = await readCatalogSource(gdpr, 'gdpr.json');
    const refs = new Set(parsed.nodes.map(({ refId }) => refId));
    expect(parsed.shortName).toBe('GDPR');
    for (const ref of ['Chapter XI', 'Art. 99', 'Art. 6(1)(a)', 'Art. 4(26)', 'Art. 83(5)(e)', 'Recital 173'])
      expect(refs).toContain(ref);
    expect(parsed.nodes.filter(({ refId }) => /^Art\. \d+$/.test(refId))).toHaveLength(99);
    expect(new Set(parsed.nodes.map(({ sourceId }) => sourceId)).size).toBe(parsed.nodes.length);
  });

  const rulebooks = join(
    process.env.KOMPL_SHARED ?? resolve(import.meta.dirname, '../../../../../../shared'),
    'data',
    'obliqa',
    'documents',
  );
  it.skipIf(!existsSync(rulebooks))('finds the tree of a real rulebook from its references alone', async () => {
    const passages = JSON.parse(await readFile(join(rulebooks, '1.json'), 'utf8')) as { PassageID: string; Passage: string }[];
    const seen = new Set<string>();
    const rows = passages.filter(({ PassageID }) => !seen.has(PassageID) && seen.add(PassageID) !== undefined);
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const parsed = await source(
      'rulebook.csv',
      `ref,title,text\n${rows.map((row) => `${cell(row.PassageID)},${cell(row.PassageID)},${cell(row.Passage)}`).join('\n')}\n`,
    );
    expect(parsed.nodes).toHaveLength(rows.length);
    const parents = new Map(parsed.nodes.map((node) => [node.refId, node.parentSourceId]));
    expect([parents.get('1.1.1.(1)'), parents.get('1.1.1'), parents.get('1.1'), parents.get('1.')]).toEqual([
      '1.1.1',
      '1.1',
      '1.',
      null,
    ]);
    expect(parsed.nodes.filter(({ depth }) => depth === 0).length).toBeLessThan(rows.length / 20);
  });
});
