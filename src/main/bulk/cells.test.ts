/** Cells as people type them in many countries: read where there is one reading, refused where there are two. */
import { describe, expect, it } from 'vitest';
import { type CellValue, type DateOrder, readCell } from './cells';
import { LOAD_SHAPES, shapeCalled, shapeNamed } from './shapes';
import { statePaths } from './state-path';

function read(shape: string, key: string, cell: unknown, order: DateOrder | null = null): unknown {
  const field = shapeCalled(shape).fields.find((one) => one.key === key);
  if (field === undefined) throw new Error(`no field ${key}`);
  const value: CellValue = readCell(field, cell, { dateOrder: order });
  return 'fault' in value ? value : value.value;
}

const refused = (words: string) => ({ fault: expect.stringContaining(words) });

describe('readCell', () => {
  it.each([
    ['2026-03-04', '2026-03-04'],
    ['2026-03-04T00:00:00', '2026-03-04'],
    ['4.3.2026', '2026-03-04'],
    ['25/12/2026', '2026-12-25'],
    ['12/25/2026', '2026-12-25'],
    ['5/5/2026', '2026-05-05'],
    ['3/4/2026', refused('day or the month')],
    ['2026-02-30', refused('is not a date')],
    ['31.04.2026', refused('is not a date')],
    ['tomorrow', refused('is not a date')],
    ['2026/3/4', '2026-03-04'],
    ['10 Nov 2026', '2026-11-10'],
    ['Nov 10, 2026', '2026-11-10'],
    ['10-November-2026', '2026-11-10'],
    ['10 Nix 2026', refused('names no month')],
    ['4.3.26', refused('all four')],
    [45_992, refused('is a number')],
    ['30.02.2027', refused('February 2027 has 28 days')],
  ])('the date %s', (cell, value) => expect(read('controls', 'nextTest', cell)).toEqual(value));

  it('takes the order of dates that it was told', () => {
    expect(read('controls', 'nextTest', '3/4/2026', 'mdy')).toBe('2026-03-04');
    expect(read('controls', 'nextTest', '3/4/2026', 'dmy')).toBe('2026-04-03');
    expect(read('controls', 'nextTest', '12/25/2026', 'dmy')).toEqual(refused('no month 25, read with the day first'));
    expect(read('controls', 'nextTest', '25/12/2026', 'mdy')).toEqual(refused('no month 25, read with the month first'));
    expect(read('controls', 'nextTest', '25.12.2026', 'mdy')).toBe('2026-12-25');
  });

  it.each([
    ['3', 3],
    ['3,0', 3],
    ['3.00', 3],
    [2, 2],
    ['1.5', refused('whole number')],
    ['5', refused('more than 4')],
    ['', null],
    ['drei', refused('whole number')],
  ])('the whole number %s', (cell, value) => expect(read('controls', 'priority', cell)).toEqual(value));

  it.each([
    ['7,5', 7.5],
    ['7.5', 7.5],
    ["1'0", refused('is not a number')],
    ['1,234', refused('thousands')],
    ['11', refused('more than 10')],
    ['0x10', refused('not a number')],
    ['1e1', refused('not a number')],
  ])('the number %s', (cell, value) => expect(read('vulnerabilities', 'cvssScore', cell)).toEqual(value));

  it.each([
    ['JA', true],
    [false, false],
    ['0', false],
    ['maybe', refused('neither yes nor no')],
  ])('yes or no: %s', (cell, value) => expect(read('controls', 'keyControl', cell)).toEqual(value));

  it('reads choices by value and by word, lists, and texts with their guard against formulas', () => {
    expect(read('findings', 'kind', 'Major')).toBe('major_nonconformity');
    expect(read('findings', 'kind', 'MAJOR_NONCONFORMITY')).toBe('major_nonconformity');
    expect(read('findings', 'kind', 'huge')).toEqual(refused('Major, Minor'));
    expect(read('controls', 'tags', 'a; b|a;;')).toEqual(['a', 'b']);
    expect(read('controls', 'tags', '["x;y"]')).toEqual(['x;y']);
    expect(read('controls', 'tags', '[1]')).toEqual(refused('list of words'));
    expect(read('controls', 'name', "'=cmd()")).toBe('=cmd()');
    expect(read('controls', 'name', '=1+1')).toBe('=1+1');
    expect(read('controls', 'name', '   ')).toEqual(refused('needs a value'));
    expect(read('controls', 'name', 'x'.repeat(256))).toEqual(refused('more than 255'));
    expect(read('controls', 'name', 'a\u0000b')).toEqual(refused('NUL'));
    expect(read('controls', 'name', { a: 1 })).toEqual(refused('not text'));
    expect(read('controls', 'validationCriteria', '{"a": [1]}')).toEqual({ a: [1] });
    expect(read('controls', 'validationCriteria', '{')).toEqual(refused('not JSON'));
  });
});

describe('shapes', () => {
  it('are found by what files are called', () => {
    expect(shapeNamed('01_control-sets')?.name).toBe('controlSets');
    expect(shapeNamed('Risks')?.name).toBe('riskRegister');
    expect(shapeNamed('vendor_assessments')?.name).toBe('vendorAssessments');
    expect(shapeNamed('stuff')).toBeUndefined();
  });

  it('come after what they refer to', () => {
    for (const [at, shape] of LOAD_SHAPES.entries()) {
      const before = LOAD_SHAPES.slice(0, at + 1).map((one) => one.name);
      for (const { target } of shape.fields) if (target !== undefined) expect(before).toContain(target);
    }
  });

  it('can reach every state of their machines from a beginning that is not locked', () => {
    for (const { states } of LOAD_SHAPES) {
      if (states === null) continue;
      expect([...statePaths(states).keys()].sort()).toEqual(Object.keys(states.steps).sort());
    }
  });
});
