/** The formats of an export, read back: kinds of cells, texts that look like formulas, what XML cannot hold, rows that break off. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbook } from '@main/bulk/source/xlsx';
import { entityOf } from '@shared/entities/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, cellOf, exportColumns } from './cells';
import { csvCell, csvText } from './csv';
import { exportFileName } from './head';
import { jsonText } from './json';
import { xlsxBytes } from './xlsx';

const HEAD = { tenant: 'Nordhaven', list: 'Findings', view: 'Open', exportedAt: '2026-11-23T10:00:00.000Z', exportedBy: 'Ana' };
const COLUMNS = [
  { key: 'ref', label: 'Ref' },
  { key: 'title', label: 'Finding' },
];
async function* batches(...rows: (readonly Cell[])[]): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (const row of rows) yield [row];
}
const text = async (pieces: AsyncIterable<string | Buffer>) => {
  let all = '';
  for await (const piece of pieces) all += piece.toString();
  return all;
};

describe('cells', () => {
  it('are words for choices, names for ids, and dates that stay dates', () => {
    const { fields } = entityOf('findings');
    const names = { person: (id: string) => (id === 'p' ? 'Ana' : null), record: () => null };
    const cell = (key: string, value: unknown) => cellOf(fields[key] ?? fail(key), value, names);
    expect(cell('severity', 'high')).toBe('High');
    expect([cell('ownerId', 'p'), cell('ownerId', 'q'), cell('ownerId', null)]).toEqual(['Ana', 'Unknown person', null]);
    expect(cell('dueDate', '2026-12-01')).toEqual({ day: '2026-12-01' });
    expect(cell('controlTestId', 'x')).toBe('Record out of reach');
  });

  it('begin with the group, months by name of their field', () => {
    const entity = entityOf('findings');
    const labels = (field: string) =>
      exportColumns(entity, ['ref', 'severity', 'dueDate'], { field, dir: 'asc' }).map(({ label }) => label);
    expect(labels('severity')).toEqual(['Severity', 'Ref', 'Due']);
    expect(labels('dueDate')).toEqual(['Due (month)', 'Ref', 'Severity', 'Due']);
  });
});

describe('csv', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', `"'\tx"`],
    ['\rx', `"'\rx"`],
    [-1, '-1'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    [{ words: ['=x', 'y'] }, `"'=x, y"`],
    [true, 'Yes'],
    [null, ''],
  ] as const)('writes %j as %j', (value, wanted) => {
    expect(csvCell(value)).toBe(wanted);
  });

  it('has a mark, a head and a line a row', async () => {
    expect(await text(csvText(COLUMNS, batches(['F-1', 'x'], ['F-2', null])))).toBe('\uFEFFRef,Finding\r\nF-1,x\r\nF-2,\r\n');
  });
});

describe('json', () => {
  it('says where it comes from, with rows and without', async () => {
    const some = JSON.parse(await text(jsonText(HEAD, COLUMNS, batches(['F-1', '<b>'], ['F-2', { day: '2026-12-01' }]))));
    expect(some).toMatchObject({
      tenant: 'Nordhaven',
      columns: COLUMNS,
      rows: [{ ref: 'F-1', title: '<b>' }, { title: '2026-12-01' }],
    });
    expect(JSON.parse(await text(jsonText(HEAD, COLUMNS, batches()))).rows).toEqual([]);
  });
});

describe('xlsx', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-xlsx-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function sheet(name: string, ...rows: (readonly Cell[])[]) {
    const pieces: Buffer[] = [];
    for await (const piece of xlsxBytes(HEAD, COLUMNS, batches(...rows))) pieces.push(piece);
    const path = join(folder, 'book.xlsx');
    await writeFile(path, Buffer.concat(pieces));
    const book = await openWorkbook(path);
    expect(book.sheets).toEqual(['Findings', 'About']);
    const table = await book.table(name);
    const read: unknown[][] = [];
    for await (const { cells } of table.rows) read.push([...cells]);
    return read;
  }

  it('keeps kinds and texts, and takes what XML cannot hold out of the way', async () => {
    const rows = await sheet(
      'Findings',
      ['=1+1', { day: '2026-12-01' }],
      ['<b> & "ü" \u0000\u0008x', 12],
      [{ moment: '2026-12-01T08:30:00.000Z' }, true],
      [null, '\uD800 alone'],
    );
    expect(rows).toHaveLength(4);
    expect(rows[0]).toEqual(['=1+1', '2026-12-01']);
    expect(rows[1]?.[0]).toBe('<b> & "ü" x');
    expect(String(rows[1]?.[1])).toBe('12');
    expect(String(rows[2]?.[0])).toContain('2026-12-01');
    expect(rows[3]?.[1]).toBe('\uFFFD alone');
  });

  it('says whose data it is', async () => {
    expect(JSON.stringify(await sheet('About', ['a', 'b']))).toContain('Findings');
  });

  it('ends with the error where the rows break off', async () => {
    async function* broken(): AsyncGenerator<readonly (readonly Cell[])[]> {
      yield [['F-1', 'x']];
      throw new RangeError('gone');
    }
    await expect(text(xlsxBytes(HEAD, COLUMNS, broken()))).rejects.toThrow('gone');
  });
});

it('names the tenant in the name of the file', () => {
  expect(exportFileName('Nordhaven Bank AG / “EU”', 'Audit plans', '2026-11-23', 'xlsx')).toBe(
    'Nordhaven-Bank-AG-EU_audit-plans_2026-11-23.xlsx',
  );
});

function fail(what: string): never {
  throw new TypeError(what);
}
