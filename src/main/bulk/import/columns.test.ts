/** What columns are taken for: names of other systems, dates in three conventions, decimal marks; proven or asked, never guessed silently. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCell } from '../cells';
import { dateOf } from '../dates';
import { shapeCalled } from '../shapes';
import { ColumnFacts, signatureOf } from './columns';
import { guessColumns, guessMap, isKnownName, REASON_HEADER } from './guess';

const inspected = (cells: readonly unknown[], header = 'x') => {
  const facts = new ColumnFacts();
  for (const cell of cells) facts.add(cell);
  return facts.inspected(0, header);
};

const day = fc.date({ min: new Date('1950-01-01T00:00:00Z'), max: new Date('2100-12-31T00:00:00Z'), noInvalidDate: true });
const iso = (date: Date) => date.toISOString().slice(0, 10);
const written = (date: Date, order: 'dmy' | 'mdy', mark: string): string => {
  const [year = '', month = '', days = ''] = iso(date).split('-');
  return order === 'dmy' ? `${days}${mark}${month}${mark}${year}` : `${month}${mark}${days}${mark}${year}`;
};

describe('dates', () => {
  it('come out as they went in, whatever the convention of their column', () => {
    fc.assert(
      fc.property(day, fc.constantFrom('dmy' as const, 'mdy' as const), fc.constantFrom('/', '-'), (date, order, mark) => {
        expect(dateOf(written(date, order, mark), order)).toEqual({ value: iso(date) });
        expect(dateOf(iso(date), order)).toEqual({ value: iso(date) });
        expect(dateOf(written(date, 'dmy', '.'), 'mdy')).toEqual({ value: iso(date) });
      }),
    );
  });

  it('are never taken for another day: without a convention they are right or refused', () => {
    fc.assert(
      fc.property(day, fc.constantFrom('dmy' as const, 'mdy' as const), (date, order) => {
        const read = dateOf(written(date, order, '/'), null);
        if ('value' in read) expect(read.value).toBe(iso(date));
        else expect(read.fault).toContain('day or the month first');
      }),
    );
  });

  it('prove the convention of their column, or it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(day, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('dmy' as const, 'mdy' as const),
        (dates, order) => {
          const { dates: found } = inspected(dates.map((date) => written(date, order, '/')));
          const proven = dates.some((date) => date.getUTCDate() > 12);
          const either = dates.some((date) => date.getUTCDate() <= 12 && date.getUTCDate() !== date.getUTCMonth() + 1);
          expect(found).toBe(proven ? order : either ? 'ask' : null);
        },
      ),
    );
    expect(inspected(['13/01/2026', '01/13/2026']).dates).toBe('mixed');
    expect(inspected(['2026-01-13', '13.01.2026', 'never']).dates).toBeNull();
  });
});

describe('numbers', () => {
  it.each([
    [['1,5', '2,25'], 'comma'],
    [['1.5'], 'point'],
    [['1.234,5'], 'comma'],
    [['1,234,567'], 'point'],
    [['1,234'], 'ask'],
    [['1,5', '1.5'], 'ask'],
    [['12', 'x'], null],
  ])('%j have the mark %s', (cells, mark) => expect(inspected(cells).decimals).toBe(mark));

  it('come out as they went in with the mark of their column', () => {
    const field = shapeCalled('vulnerabilities').fields.find(({ key }) => key === 'cvssScore');
    if (field === undefined) throw new Error('no such field');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.constantFrom('point' as const, 'comma' as const), (tenths, decimal) => {
        const text = (tenths / 10).toString().replace('.', decimal === 'comma' ? ',' : '.');
        expect(readCell(field, text, { dateOrder: null, decimal })).toEqual({ value: tenths / 10 });
      }),
    );
  });
});

describe('columns', () => {
  it.each<[string, readonly string[], readonly (string | null)[]]>([
    [
      'controls',
      ['Control ID', 'Control Name', 'Owner e-mail', 'Status', 'Next test', 'Notes 2'],
      ['ref', 'name', 'ownerId', 'status', 'nextTest', null],
    ],
    [
      'controls',
      ['ref', 'Title', 'Beschreibung', 'Responsible', 'Control set', 'Tags'],
      ['ref', 'name', 'description', 'ownerId', 'controlSetId', 'tags'],
    ],
    ['controls', ['Name', 'name', '', REASON_HEADER], ['name', null, null, null]],
    [
      'requirements',
      ['Regulation', 'Section ID', 'Title', 'Text', 'Parent'],
      ['regulationId', null, 'title', 'text', 'parentId'],
    ],
    ['requirements', ['Ref', 'Heading', 'Statement', 'Part of'], ['refId', 'title', 'text', 'parentId']],
    ['findings', ['No.', 'Finding', 'Severity', 'Assigned to'], ['key', 'title', 'severity', 'ownerId']],
  ])('of %s called %j are %j', (shape, headers, fields) => {
    expect(
      guessColumns(
        shapeCalled(shape),
        headers.map((header) => ({ header })),
      ),
    ).toEqual(fields);
  });

  it('bring what their values prove, and each field once', () => {
    const map = guessMap(shapeCalled('controls'), [
      { ...inspected(['31/12/2026'], 'Next test'), at: 0 },
      { ...inspected(['1,5'], 'Ref'), at: 1 },
    ]);
    expect(map).toEqual([
      { header: 'Next test', field: 'nextTest', dateOrder: 'dmy' },
      { header: 'Ref', field: 'ref' },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Ref', 'ref', 'Control ID', 'Name', 'Title', 'Owner', 'x', ''), { maxLength: 8 }),
        (headers) => {
          const fields = guessColumns(
            shapeCalled('controls'),
            headers.map((header) => ({ header })),
          ).filter((field) => field !== null);
          expect(new Set(fields).size).toBe(fields.length);
        },
      ),
    );
  });

  it('are known by name where a header is looked for', () => {
    const known = isKnownName(shapeCalled('controls'));
    expect(['Control ID', 'Status', 'Next test'].map(known)).toEqual([true, true, true]);
    expect(['Core controls of 2026', 'x'].map(known)).toEqual([false, false]);
  });

  it('are found again by their names in order, whatever our own file of faults added', () => {
    expect(signatureOf(['A b', 'C'])).toBe(signatureOf(['a-B', 'c', REASON_HEADER]));
    expect(signatureOf(['A', 'B'])).not.toBe(signatureOf(['B', 'A']));
  });
});
