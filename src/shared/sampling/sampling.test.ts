/** Amounts exact in both directions; sizes, limits and factors against published tables. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, amountText, amountWords, readAmount } from './amounts';
import {
  BY_INTERVAL,
  deviationEstimate,
  HIGH_VALUE,
  itemsStoodFor,
  misstatementEstimate,
  projectionOf,
  type TestedItem,
} from './evaluate';
import {
  attributeSize,
  binomialAtMost,
  hypergeometricAtMost,
  monetaryUnitSize,
  poissonFactor,
  upperDeviationLimit,
  upperDeviationLimitFinite,
} from './statistics';

describe('amounts', () => {
  it('go to text and back without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (value) => {
        expect(amountOf(amountText(value))).toBe(value);
        expect(readAmount(amountText(value), '.')).toBe(value);
      }),
    );
  });

  it.each([
    ['1234.5', null, '1234.5'],
    ['1,234.50', null, '1234.5'],
    ['1.234,50', null, '1234.5'],
    ['1 234,5', null, '1234.5'],
    ["1'234'567.89", null, '1234567.89'],
    ['1,234,567', null, '1234567'],
    ['(12.00)', null, '-12'],
    ['12.00-', null, '-12'],
    ['−3', null, '-3'],
    ['0.125', null, '0.125'],
    ['1,234', ',', '1.234'],
    ['1,234', '.', '1234'],
    ['007', null, '7'],
    [0.1 + 0.2, null, '0.3'],
    [-0, null, '0'],
  ] as const)('read %j with %j as %s', (cell, mark, text) => {
    const read = readAmount(cell, mark);
    expect(typeof read === 'bigint' ? amountText(read) : read).toBe(text);
  });

  it.each([
    ['1,234', null],
    ['12.34567', null],
    ['12,34,5.00', null],
    ['', null],
    ['EUR 5', null],
    ['1e5', null],
    ['--5', null],
    ['1234567890123456', null],
    [Number.NaN, null],
    [1.23456, null],
    [null, null],
  ] as const)('refuse %j', (cell, mark) => expect(typeof readAmount(cell, mark)).toBe('string'));

  it('are shown grouped', () => expect(amountWords('-1234567.5')).toBe('-1\u202F234\u202F567.50'));
});

describe('attribute samples', () => {
  // AICPA Audit Guide, Audit Sampling: sizes at 5 % and 10 % risk of overreliance, expected deviations in brackets
  it.each([
    [0.95, 0, 0.02, 149, 0],
    [0.95, 0, 0.05, 59, 0],
    [0.95, 0, 0.1, 29, 0],
    [0.95, 0.01, 0.05, 93, 1],
    [0.95, 0.02, 0.05, 181, 4],
    [0.95, 0.02, 0.06, 127, 3],
    [0.9, 0, 0.05, 45, 0],
    [0.9, 0, 0.1, 22, 0],
    [0.9, 0.01, 0.05, 77, 1],
  ])('at %d with %d expected and %d tolerable: %i (%i)', (confidence, expected, tolerable, size, allowed) => {
    expect(attributeSize({ confidence, expected, tolerable })).toEqual({ size, allowed });
  });

  it('have limits that their size promised, and that close in on a small population', () => {
    // tables of upper limits at 95 %: 0 of 60 → 4.9 %, 1 of 100 → 4.7 %, 3 of 25 → 28.2 %
    expect(upperDeviationLimit(0, 60, 0.95)).toBeCloseTo(0.0487, 4);
    expect(upperDeviationLimit(1, 100, 0.95)).toBeCloseTo(0.0466, 4);
    expect(upperDeviationLimit(3, 25, 0.95)).toBeCloseTo(0.2817, 4);
    expect(upperDeviationLimitFinite(0, 60, 60, 0.95)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.nat(80), fc.integer({ min: 0, max: 300 }), (size, k, more) => {
        const deviations = Math.min(k, size);
        const limit = upperDeviationLimit(deviations, size, 0.95);
        expect(limit).toBeGreaterThanOrEqual(deviations / size);
        expect(upperDeviationLimitFinite(deviations, size, size + more, 0.95)).toBeLessThanOrEqual(limit + 1 / (size + more));
      }),
    );
  });

  it('rest on distributions that sum to one', () => {
    expect(binomialAtMost(2, 4, 0.5)).toBeCloseTo(11 / 16, 12);
    expect(hypergeometricAtMost(1, 2, 5, 2)).toBeCloseTo(9 / 10, 12);
    expect(binomialAtMost(4, 4, 0.3)).toBe(1);
    expect(attributeSize({ confidence: 0.95, expected: 0.05, tolerable: 0.05 })).toBeNull();
  });

  it('are estimated by what was tested, without what does not apply', () => {
    const of = (result: string) => ({ result, amount: null, auditedAmount: null, stratum: null });
    const items = [
      ...Array.from({ length: 22 }, () => of('pass')),
      of('exception'),
      of('exception'),
      of('exception'),
      of('not_applicable'),
      of('open'),
    ];
    const estimate = deviationEstimate(items, 1846, 0.95);
    expect(estimate).toMatchObject({ tested: 25, deviations: 3, rate: 0.12 });
    expect(estimate?.upperLimit).toBeCloseTo(0.2817, 4);
    expect(estimate?.upperLimitFinite).toBeLessThan(estimate?.upperLimit ?? 0);
    expect(deviationEstimate([of('open')], 9, 0.95)).toBeNull();
  });
});

describe('monetary-unit samples', () => {
  it('use the Poisson factors of the tables', () => {
    const factors = [0, 1, 2, 3].map((errors) => Number(poissonFactor(errors, 0.95).toFixed(2)));
    expect(factors).toEqual([3, 4.74, 6.3, 7.75]);
    expect(poissonFactor(0, 0.9)).toBeCloseTo(Math.LN10, 6);
  });

  it('have the size of book value × factor ÷ what is left of the tolerable amount', () => {
    expect(monetaryUnitSize(1_000_000, 50_000, 0, 0.95)).toBe(60);
    expect(monetaryUnitSize(1_000_000, 50_000, 10_000, 0.95)).toBe(89);
    expect(monetaryUnitSize(1_000_000, 50_000, 40_000, 0.95)).toBeNull();
  });

  it('project by tainting and interval, and bound by Stringer', () => {
    const item = (amount: string, auditedAmount: string | null, stratum: string, result = 'exception') => ({
      result,
      amount,
      auditedAmount,
      stratum,
    });
    const none = misstatementEstimate([item('100', null, BY_INTERVAL, 'pass')], '1000', 0.95);
    expect(none).toMatchObject({ projected: 0, incrementalAllowance: 0, withoutAmount: 0 });
    expect(none.upperLimit).toBeCloseTo(2995.73, 1);
    const some = misstatementEstimate(
      [
        item('100', '75', BY_INTERVAL), // tainting 25 % of 1000
        item('200', '180', BY_INTERVAL), // 10 %
        item('5000', '4000', HIGH_VALUE), // itself
        item('50', '60', BY_INTERVAL), // understated by 20 %
        item('10', null, BY_INTERVAL),
      ],
      '1000',
      0.95,
    );
    expect(some.projected).toBeCloseTo(250 + 100 + 1000, 6);
    expect(some.understated).toBeCloseTo(200, 6);
    expect(some.withoutAmount).toBe(1);
    expect(some.incrementalAllowance).toBeCloseTo(250 * (4.7439 - 2.9957 - 1) + 100 * (6.2958 - 4.7439 - 1), 0);
    expect(some.upperLimit).toBeCloseTo(some.projected + some.basicPrecision + some.incrementalAllowance, 6);
  });

  it('project each exception so that all together are the projection of the sample', () => {
    const amount = fc.integer({ min: 1, max: 10_000_000 }).map((units) => amountText(BigInt(units) * 100n));
    const tested: fc.Arbitrary<TestedItem> = fc.record({
      result: fc.constantFrom('pass', 'exception', 'open'),
      amount: fc.option(amount),
      auditedAmount: fc.option(amount),
      stratum: fc.constantFrom(BY_INTERVAL, HIGH_VALUE),
    });
    fc.assert(
      fc.property(fc.array(tested, { maxLength: 30 }), (items) => {
        const { projected, understated, withoutAmount } = misstatementEstimate(items, '1000', 0.95);
        const each = items.filter(({ result }) => result === 'exception').map((one) => projectionOf(one, '1000'));
        const sum = each.reduce<number>((all, one) => all + (one ?? 0), 0);
        expect(Math.abs(sum - (projected - understated))).toBeLessThanOrEqual(1e-9 * (1 + projected + understated));
        expect(each.filter((one) => one === null)).toHaveLength(withoutAmount);
      }),
    );
    expect(projectionOf({ amount: '0', auditedAmount: '5', stratum: BY_INTERVAL }, '1000')).toBeNull();
  });

  it('stand for their like where every item has the same chance, and for nothing otherwise', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(10_000), (passes, exceptions, population) => {
        const items = [...Array(passes).fill('pass'), ...Array(exceptions).fill('exception')].map((result: string) => ({
          result,
        }));
        const one = itemsStoodFor('random', items, population);
        if (passes + exceptions === 0) {
          expect(one).toBeNull();
          return;
        }
        // an exception stands for itself at least, and all tested items for the whole population
        expect(one).toBeGreaterThanOrEqual(1);
        expect((one ?? 0) * items.length).toBeCloseTo(Math.max(population, items.length), 6);
        for (const method of ['monetary_unit', 'stratified']) expect(itemsStoodFor(method, items, population)).toBeNull();
      }),
    );
  });
});
