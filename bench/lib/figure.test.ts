import { describe, expect, it } from 'vitest';
import { figureOf, median } from './figure';

describe('median', () => {
  it('is the middle of an odd number of samples, in any order', () => expect(median([9, 1, 5])).toBe(5));
  it('is the mean of the middle two of an even number', () => expect(median([4, 1, 2, 100])).toBe(3));
  it('does not change what it was given', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });
  it('refuses nothing', () => expect(() => median([])).toThrow(RangeError));
});

describe('figureOf', () => {
  it('holds the medians against each other, with the goal of the list', () => {
    expect(figureOf('trpc-over-invoke-200-rows', [3, 3, 9], [2, 1, 2])).toEqual({
      name: 'trpc-over-invoke-200-rows',
      ratio: 1.5,
      better: 'lower',
      goal: 1.2,
      samples: 3,
      floor: 2,
      value: 3,
    });
  });
  it('knows figures that are only reported', () => expect(figureOf('first-list-200-of-10000', [1], [1]).goal).toBeNull());
  it('refuses a name that is not listed', () => expect(() => figureOf('made-up', [1], [1])).toThrow('made-up'));
  it('refuses sides of unequal length', () =>
    expect(() => figureOf('window-usable', [1, 2], [1])).toThrow('2 samples against 1'));
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a time of %s', (time) => {
    expect(() => figureOf('window-usable', [time], [1])).toThrow(RangeError);
    expect(() => figureOf('window-usable', [1], [time])).toThrow(RangeError);
  });
});
