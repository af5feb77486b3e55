/** The readers on what real spreadsheets write, on what they should never write, and on what only an attacker writes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workbook, zip } from '../testing';
import { csvTable } from './csv';
import { jsonLists, linesTable, listTable } from './json';
import { factsOf, textOf } from './text';
import { BadCell, MAX_CELL, SourceFault, type SourceTable } from './types';
import { openWorkbook } from './xlsx';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kompl-source-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(root, name);
  await writeFile(path, content);
  return path;
}

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function all(table: SourceTable): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { line, cells } of table.rows) rows.push([line, ...cells]);
  return rows;
}

const csv = async (text: string, size = 7) => {
  const table = await csvTable(pieces(text, size));
  return { header: table.header, rows: await all(table) };
};

const faultOf = async (work: Promise<unknown>): Promise<SourceFault> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SourceFault)) throw new Error('no fault');
  return error;
};

describe('CSV', () => {
  it.each([
    ['comma and LF', 'a,b\n1,2\n3,4\n'],
    ['semicolon and CR LF', 'a;b\r\n1;2\r\n3;4'],
    ['tab and CR', 'a\tb\r1\t2\r3\t4\r'],
    ['bar', 'a|b\n1|2\n\n3|4\n'],
    ['a line that names the separator', 'sep=;\r\na;b\r\n1;2\r\n3;4\r\n'],
  ])('reads %s', async (_, text) => {
    for (const size of [1, 3, 1000]) {
      const { header, rows } = await csv(text, Math.max(size, text.startsWith('sep') ? 20 : 1));
      expect(header).toEqual(['a', 'b']);
      expect(rows.map(([, ...cells]) => cells)).toEqual([
        ['1', '2'],
        ['3', '4'],
      ]);
    }
  });

  it('keeps quotes, delimiters and line ends inside of quotes, and counts lines', async () => {
    const { rows } = await csv('a,b\n"x ""y"", z","1\r\n2"\nlast,\n"",q\n');
    expect(rows).toEqual([
      [2, 'x "y", z', '1\r\n2'],
      [4, 'last', ''],
      [5, '', 'q'],
    ]);
  });

  it('says where a quote was opened that is never closed', async () => {
    const fault = await faultOf(csv('a,b\n1,2\n3,"4\n5,6\n7,8\n'));
    expect([fault.line, fault.reason]).toEqual([3, 'has a quote that is never closed']);
    // A line end inside of quotes counts once; a record is where it begins.
    const late = await faultOf(csv('a,b\r\n"1\r\n2",3\r\n\r\n"4\r\n5","6\r\n7\r\n', 1));
    expect([late.line, late.reason]).toEqual([5, 'has a quote that is never closed']);
    expect((await faultOf(csv('a\n"x"y\n'))).line).toBe(2);
    const stray = await faultOf(csv('a,b\n1,2\n3,19" rack\n'));
    expect([stray.line, stray.reason]).toEqual([3, 'has a quote inside of a cell that does not begin with one']);
    expect((await faultOf(csv('\n \n'.replace(' ', '')))).reason).toBe('is empty');
  });

  it('gives the rows before a fault first, and ends at a record too long for any table', async () => {
    const table = await csvTable(pieces('a,b\n1,2\n3,4\n"x"y,5\n6,7\n', 1000));
    const rows: unknown[] = [];
    const fault = await faultOf(
      (async () => {
        for await (const { cells } of table.rows) rows.push(cells);
      })(),
    );
    expect(fault.line).toBe(4);
    expect(rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    const long = await faultOf(csv(`a,b\n1,"${'x'.repeat(MAX_CELL + 10)}`, 65_536));
    expect([long.line, long.reason]).toEqual([2, 'is too long, or has a quote that is never closed']);
  });

  it('reads mixed line ends, ragged records and an end in the middle of a record', async () => {
    expect((await csv('a,b\r1,2\r\n3\n4,5,6\n7,', 1)).rows).toEqual([
      [2, '1', '2'],
      [3, '3'],
      [4, '4', '5', '6'],
      [5, '7', ''],
    ]);
    expect((await csv('sep=|\na|b\n1|2')).rows).toEqual([[3, '1', '2']]);
  });

  it('gives back whatever was written, in pieces of any size', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r', ' ', '=') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const text = rows.map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n');
          const read = await csv(`h,i\r\n${text}\r\n`, size);
          const filled = rows.filter((cells) => cells.some((one) => one !== ''));
          expect(read.rows.map(([, ...cells]) => cells)).toEqual(filled);
        },
      ),
    );
  });
});

describe('encodings', () => {
  const text = 'Größe;Straße – „Zitat“ €\n';
  const utf16 = (bigEndian: boolean, mark: boolean): Buffer => {
    const bytes = Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };
  it.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', utf16(false, true)],
    ['utf-16be', utf16(true, true)],
    ['utf-16le', utf16(false, false)],
    ['utf-16be', utf16(true, false)],
    // „ and “ are 84 and 93, € is 80, – is 96 in Windows-1252
    ['windows-1252', Buffer.from('4772f6df653b53747261df652096208' + '45a69746174932080' + '0a', 'hex')],
  ])('%s', async (encoding, bytes) => {
    const path = await file(`e-${Math.random()}.csv`, bytes);
    const facts = await factsOf(path);
    expect(facts.encoding).toBe(encoding);
    let read = '';
    for await (const piece of textOf(path, facts.encoding)) read += piece;
    expect(read).toBe(text);
  });

  it('sees a stray byte far behind the beginning', async () => {
    const path = await file('late.csv', Buffer.concat([Buffer.alloc(300_000, 'a'), Buffer.from([0xe4])]));
    expect((await factsOf(path)).encoding).toBe('windows-1252');
  });
});

describe('JSON', () => {
  it('reads a list, lists by name, and lines', async () => {
    const list = await file('l.json', JSON.stringify([{ a: 1 }, { b: [1], a: null }]));
    const [only] = [...(await jsonLists(list, 'utf-8')).values()];
    const table = listTable(only ?? []);
    expect(table.header).toEqual(['a', 'b']);
    expect(await all(table)).toEqual([
      [1, 1, null],
      [2, null, [1]],
    ]);
    const named = await jsonLists(await file('n.json', '{"controls": [], "findings": [{}]}'), 'utf-8');
    expect([...named.keys()]).toEqual(['controls', 'findings']);
    const lines = await linesTable(await file('l.jsonl', '{"a":1}\n\n{"b":"x"}'), 'utf-8');
    expect(await all(lines)).toEqual([
      [1, 1, null],
      [3, null, 'x'],
    ]);
  });

  it('refuses what is none, with the line', async () => {
    expect(await faultOf(jsonLists(await file('b.json', '[\n{"a": 1},\n{]'), 'utf-8'))).toMatchObject({ reason: 'is no JSON' });
    expect((await faultOf(jsonLists(await file('s.json', '"x"'), 'utf-8'))).reason).toContain('neither a list');
    expect(await faultOf(linesTable(await file('b.jsonl', '{"a":1}\n[1]\n'), 'utf-8'))).toMatchObject({ line: 2 });
    // A key of the prototype is a column like any other, and no way to the prototype.
    const table = listTable([JSON.parse('{"__proto__": {"polluted": true}}')]);
    expect(table.header).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('workbooks', () => {
  it('reads texts, numbers, dates, results of formulas, and several sheets', async () => {
    const path = await file(
      'w.xlsx',
      await workbook({
        Controls: [
          ['ref', 'when', 'done', 'n', 'sum', 'rich'],
          ['AC-1', { date: 46_023 }, true, 1.5, { formula: 'A1', value: '3' }, { inline: 'x & <y>' }],
          [],
          ['AC-2', { date: 46_023.5 }, false, null, { formula: 'A1', value: null }, { error: '#N/A' }],
        ],
        Findings: [['ref'], ['F-1']],
      }),
    );
    const book = await openWorkbook(path);
    expect(book.sheets).toEqual(['Controls', 'Findings']);
    const table = await book.table('Controls');
    expect(table.header).toEqual(['ref', 'when', 'done', 'n', 'sum', 'rich']);
    expect(await all(table)).toEqual([
      [2, 'AC-1', '2026-01-01', true, 1.5, 3, 'x & <y>'],
      [4, 'AC-2', '2026-01-01T12:00:00', false, null, expect.any(BadCell), expect.any(BadCell)],
    ]);
  });

  it('refuses what is none', async () => {
    const whole = await workbook({ Controls: [['ref'], ['x']] });
    const open = async (name: string, bytes: Buffer) => {
      const book = await openWorkbook(await file(name, bytes));
      return all(await book.table(book.sheets[0] ?? ''));
    };
    await expect(open('ok.xlsx', whole)).resolves.toHaveLength(1);
    expect((await faultOf(open('cut.xlsx', whole.subarray(0, whole.length - 30)))).reason).toContain('no ZIP');
    expect((await faultOf(open('text.xlsx', Buffer.from('hello')))).reason).toContain('no ZIP');
    expect((await faultOf(open('other.xlsx', await zip({ 'a.txt': 'x' })))).reason).toBe('is no workbook');
    await expect(openWorkbook(join(root, 'none.xlsx'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
