/** Opening files by what they are: sheets, headers that stand lower down, merged cells, what cannot be read and why. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workbook, zip } from '../testing';
import { mergedCells } from './merged';
import { openSource } from './open';
import { firstRows, headerLineOf } from './table';
import { BadCell, SourceFault, type SourceRow } from './types';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kompl-open-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(root, name);
  await writeFile(path, content);
  return path;
}

async function reasonOf(name: string, content: string | Buffer): Promise<string> {
  const error = await openSource(await file(name, content)).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SourceFault)) throw new Error(`${name} was opened`);
  return error.reason;
}

const cellsOf = async (rows: AsyncIterable<SourceRow>) => (await firstRows(rows, 100)).map(({ line, cells }) => [line, ...cells]);
const row = (line: number, ...cells: unknown[]): SourceRow => ({ line, cells });

describe('openSource', () => {
  it('tells format, encoding and delimiter, and reads a table as often as it is asked', async () => {
    const path = await file('a.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Größe;b\r\n1;2\r\n', 'utf16le')]));
    const source = await openSource(path);
    expect(source).toMatchObject({ format: 'csv', encoding: 'utf-16le', delimiter: ';', size: 30 });
    for (let time = 0; time < 2; time += 1)
      expect(await cellsOf(source.parts[0]?.rows() ?? none())).toEqual([
        [1, 'Größe', 'b'],
        [2, '1', '2'],
      ]);
  });

  it('takes another encoding or delimiter where it is told', async () => {
    const path = await file('b.csv', Buffer.from('a|b;c\n\xe9|1;2\n', 'latin1'));
    const source = await openSource(path, { delimiter: '|' });
    expect(source.encoding).toBe('windows-1252');
    expect(await cellsOf(source.parts[0]?.rows() ?? none())).toEqual([
      [1, 'a', 'b;c'],
      [2, 'é', '1;2'],
    ]);
  });

  it('shows half a character of UTF-16 as one that cannot be read', async () => {
    const path = await file(
      'c.csv',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a\n\ud83dx\n\ud83d\ude00\n', 'utf16le')]),
    );
    expect(await cellsOf((await openSource(path)).parts[0]?.rows() ?? none())).toEqual([
      [1, 'a'],
      [2, '\ufffdx'],
      [3, '😀'],
    ]);
  });

  it('reads any text that UTF-16 can hold, in either order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/["\r\n;,\t|]/.test(text) && text.trim() !== ''),
          { minLength: 1, maxLength: 5 },
        ),
        fc.boolean(),
        async (texts, swapped) => {
          const bytes = Buffer.from(`\ufeff"${['head', ...texts].join('"\n"')}"\n`, 'utf16le');
          const source = await openSource(await file('p.csv', swapped ? bytes.swap16() : bytes));
          expect(await cellsOf(source.parts[0]?.rows() ?? none())).toEqual(['head', ...texts].map((text, at) => [at + 1, text]));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('begins a table at the row that it is told', async () => {
    const source = await openSource(await file('d.csv', 'Controls of 2026\n\nref,name\nA,B\n'));
    const table = await source.parts[0]?.table(3);
    expect(table?.header).toEqual(['ref', 'name']);
    expect(await cellsOf(table?.rows ?? none())).toEqual([[4, 'A', 'B']]);
    await expect(source.parts[0]?.table(2)).rejects.toMatchObject({
      line: 2,
      reason: expect.stringContaining('cannot be the header'),
    });
    await expect(source.parts[0]?.table(9)).rejects.toMatchObject({ line: 9 });
  });

  it('marks what a merged cell covers', async () => {
    const path = await file(
      'm.xlsx',
      await workbook(
        {
          S: [
            ['Family', 'ref'],
            ['AC', 'AC-1'],
            [null, 'AC-2'],
            ['AU', 'AU-1'],
          ],
        },
        { S: ['A2:A3'] },
      ),
    );
    const rows = await cellsOf((await openSource(path)).parts[0]?.rows() ?? none());
    expect(rows.map((cells) => cells.slice(1))).toEqual([
      ['Family', 'ref'],
      ['AC', 'AC-1'],
      [expect.any(BadCell), 'AC-2'],
      ['AU', 'AU-1'],
    ]);
    const covered = rows[2]?.[1];
    expect(covered instanceof BadCell && covered.reason).toContain('merged cell A2');
  });

  it.each<[string, string, string, () => Promise<string | Buffer> | string | Buffer]>([
    ['an old workbook', 'a.xls', 'save it as .xlsx', () => Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['an old workbook under a new name', 'a.xlsx', 'save it as .xlsx', () => Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    [
      'a workbook with a password',
      'p.xlsx',
      'take the password off',
      () =>
        Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5000), Buffer.from('EncryptedPackage', 'utf16le')]),
    ],
    ['a workbook that is called CSV', 'w.csv', 'end in .xlsx', () => workbook({ S: [['a']] })],
    ['a page that is called a workbook', 'h.xlsx', 'web page', () => '<html><table></table></html>'],
    ['a PDF', 'x.csv', 'is a PDF', () => '%PDF-1.7'],
    [
      'OpenDocument',
      'o.ods',
      'OpenDocument',
      () =>
        Buffer.concat([
          Buffer.from('504b0304', 'hex'),
          Buffer.alloc(26),
          Buffer.from('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
        ]),
    ],
    ['a picture', 'x.png', 'is none of', () => 'x'],
    ['a text that is no workbook', 'y.xlsx', 'no ZIP', () => 'a,b'],
    ['an archive without a workbook', 'z.xlsx', 'is no workbook', () => zip({ 'a.txt': 'x' })],
  ])('says of %s what to do', async (_, name, words, make) => {
    expect(await reasonOf(name, await make())).toContain(words);
  });
});

async function* none(): AsyncGenerator<SourceRow> {
  yield* [];
}

describe('headerLineOf', () => {
  const known = (name: string) => ['ref', 'name', 'owner'].includes(name.toLowerCase());
  it.each<[string, SourceRow[], number | null]>([
    ['the first row', [row(1, 'Ref', 'Name'), row(2, 'A', 'B')], 1],
    ['the row that is known, below a title', [row(1, 'Controls'), row(3, 'Ref', 'Name', 'x'), row(4, 'A', 'B', 'c')], 3],
    [
      'the first wide row of texts where nothing is known',
      [row(1, 'Report of 2026', null, null), row(2, 'p', 'q', 'r'), row(3, '1', '2', '3')],
      2,
    ],
    ['the first wide row where there are only numbers', [row(1, '1', '2'), row(2, '3', '4')], 1],
    ['none', [], null],
  ])('finds %s', (_, rows, line) => expect(headerLineOf(rows, known)).toBe(line));
});

describe('mergedCells', () => {
  async function* pieces(text: string, size: number) {
    for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
  }
  it('finds every area once, in pieces of any size', async () => {
    const text = `<s>${'<row/>'.repeat(200)}<x:mergeCells><x:mergeCell ref="B4:C5"/><x:mergeCell ref="AA1:AB1"/></x:mergeCells></s>`;
    for (const size of [50, 61, 400, 10_000]) {
      const merged = await mergedCells(pieces(text, size));
      expect([...merged].map(([line, cells]) => [line, cells.map(({ column }) => column)]).sort()).toEqual([
        [1, [27]],
        [4, [2]],
        [5, [1, 2]],
      ]);
    }
  });
  it('stays small whatever it is told', async () => {
    const merged = await mergedCells(pieces('<mergeCell ref="A1:XFD9999999"/>'.repeat(5), 1000));
    expect([...merged.values()].reduce((sum, cells) => sum + cells.length, 0)).toBeLessThanOrEqual(500_000);
  });
});
