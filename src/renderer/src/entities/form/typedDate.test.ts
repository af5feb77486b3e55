import { describe, expect, it } from 'vitest';
import { parseTypedDate, writeDate } from './typedDate';

const today = '2026-11-23';

describe('typed dates', () => {
  it.each([
    ['30 Nov 2026', '2026-11-30'],
    ['30 november 26', '2026-11-30'],
    ['30. Nov', '2026-11-30'],
    ['Mon 30 Nov 2026', '2026-11-30'],
    ['30.11.2026', '2026-11-30'],
    ['30.11.', '2026-11-30'],
    ['30/11', '2026-11-30'],
    ['3-4-27', '2027-04-03'],
    ['2026-11-30', '2026-11-30'],
    ['29 Feb 2028', '2028-02-29'],
    ['today', today],
    ['tomorrow', '2026-11-24'],
    ['+14', '2026-12-07'],
    ['-1 day', '2026-11-22'],
    ['', null],
    ['  ', null],
  ])('reads %s', (text, value) => {
    expect(parseTypedDate(text, today)).toEqual({ ok: true, value });
  });

  it.each([
    ['31 Nov 2026', 'November has 30 days. Choose 30 Nov or another date.'],
    ['29 Feb 2027', 'February 2027 has 28 days. Choose 28 Feb or another date.'],
    ['12.13.2026', 'There is no month 13. Write the date like 30 Nov 2026.'],
    ['0 Nov 2026', 'Days start at 1.'],
    ['soon', 'This is no date. Write it like 30 Nov 2026.'],
    ['30 Brumaire 2026', 'This is no date. Write it like 30 Nov 2026.'],
    ['1 Jan 0007', 'The year lies outside 1900 to 2999.'],
  ])('says what is wrong with %s', (text, message) => {
    expect(parseTypedDate(text, today)).toEqual({ ok: false, message });
  });

  it('writes dates so that they read back', () => {
    expect(writeDate('2026-11-03')).toBe('3 Nov 2026');
    expect(parseTypedDate(writeDate('2026-11-03'), today)).toEqual({ ok: true, value: '2026-11-03' });
  });
});
