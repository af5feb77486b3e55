/** Dates, numbers and sizes as the app writes them, with the edges that go wrong. */
import { describe, expect, it } from 'vitest';
import {
  count,
  daysUntil,
  formatAgo,
  formatBytes,
  formatDate,
  formatDayLong,
  formatDayShort,
  formatNumber,
  formatPercent,
  todayHere,
} from './format';
import { uuidv7 } from './uuid';

describe('dates', () => {
  it('are calendar dates, whatever the time zone', () => {
    expect(formatDate('2026-12-14')).toBe('14 Dec 2026');
    expect(formatDate('2026-01-01')).toBe('1 Jan 2026');
    expect(formatDayLong('2026-11-23')).toBe('Monday 23 November 2026');
    expect(formatDayShort('2026-11-30', '2026-11-23')).toBe('Mon 30 Nov');
    expect(formatDayShort('2027-01-18', '2026-11-23')).toBe('Mon 18 Jan 2027');
  });

  it('show what is no date as it is', () => {
    expect(formatDate('soon')).toBe('soon');
    expect(formatDate('2026-13-01')).toBe('2026-13-01');
    expect(daysUntil('soon', '2026-11-23')).toBeNull();
  });

  it('differ by whole days over months, leap years and clock changes', () => {
    expect(daysUntil('2026-11-30', '2026-11-23')).toBe(7);
    expect(daysUntil('2026-11-20', '2026-11-23')).toBe(-3);
    expect(daysUntil('2028-03-01', '2028-02-28')).toBe(2);
    expect(daysUntil('2026-03-30', '2026-03-28')).toBe(2);
  });

  it('know today by the local calendar', () => {
    expect(todayHere(new Date(2026, 10, 3, 23, 59))).toBe('2026-11-03');
  });

  it('say how long ago in the largest whole unit', () => {
    const now = new Date('2026-11-23T12:00:00Z');
    expect(formatAgo('2026-11-23T11:59:30Z', now)).toBe('just now');
    expect(formatAgo('2026-11-23T11:55:00Z', now)).toBe('5 min ago');
    expect(formatAgo('2026-11-23T09:00:00Z', now)).toBe('3 h ago');
    expect(formatAgo('2026-11-22T11:00:00Z', now)).toBe('yesterday');
    expect(formatAgo('2026-11-18T11:00:00Z', now)).toBe('5 days ago');
    expect(formatAgo('not a time', now)).toBe('not a time');
  });
});

describe('numbers', () => {
  it('have thousands and a plain per cent', () => {
    expect(formatNumber(104218)).toBe('104,218');
    expect(formatPercent(957, 1189)).toBe('80 %');
    expect(formatPercent(0, 0)).toBe('–');
    expect(count(1, 'change')).toBe('1 change');
    expect(count(1200, 'entry', 'entries')).toBe('1,200 entries');
  });

  it('tell sizes in decimal units without jumping', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(412_000)).toBe('412 kB');
    expect(formatBytes(999_999)).toBe('1.0 MB');
    expect(formatBytes(18_200_000)).toBe('18.2 MB');
    expect(formatBytes(3_000_000_000_000_000)).toBe('3000 TB');
  });
});

describe('identifiers', () => {
  it('are UUID v7: time first, version and variant in their places', () => {
    const id = uuidv7(0x0193_7f41_0000, new Uint8Array(16).fill(0xff));
    expect(id).toBe('01937f41-0000-7fff-bfff-ffffffffffff');
  });

  it('sort by time', () => {
    const random = new Uint8Array(16);
    const ids = [5, 1_000, 1_700_000_000_000, 1_700_000_000_001].map((time) => uuidv7(time, random));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(4);
  });

  it('never touch the random bytes that came in', () => {
    const random = new Uint8Array(16).fill(7);
    uuidv7(1, random);
    expect([...random]).toEqual(Array(16).fill(7));
  });
});
