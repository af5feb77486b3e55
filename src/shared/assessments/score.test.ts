/** The scoring rule: what counts, what leaves the average, and that sums add up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addFigures, compareResults, figuresOf, maturityOf, NO_FIGURES, type Scored, scoreOf, targetOf } from './score';

const answer = (result: string, more: Partial<Scored> = {}): Scored => ({
  result,
  status: 'done',
  score: null,
  targetScore: null,
  weight: 1,
  carriedOver: false,
  ...more,
});
const anyAnswer = fc.record({
  result: fc.constantFrom('compliant', 'partially_compliant', 'non_compliant', 'not_applicable', 'not_assessed'),
  status: fc.constantFrom('to_do', 'in_progress', 'in_review', 'done'),
  score: fc.option(fc.integer({ min: 0, max: 5 })),
  targetScore: fc.option(fc.integer({ min: 0, max: 5 })),
  weight: fc.integer({ min: 1, max: 100 }),
  carriedOver: fc.boolean(),
});

describe('the score', () => {
  it.each([
    [['compliant'], 100],
    [['compliant', 'non_compliant'], 50],
    [['partially_compliant'], 50],
    [['compliant', 'compliant', 'partially_compliant'], 83],
    [['compliant', 'not_applicable', 'not_assessed'], 100],
    [['not_assessed', 'not_applicable'], null],
    [[], null],
  ] as const)('of %j is %s', (results, score) => {
    expect(scoreOf(figuresOf(results.map((result) => answer(result))))).toBe(score);
  });

  it('weighs, and is 100 only where all of it is met', () => {
    expect(scoreOf(figuresOf([answer('compliant', { weight: 3 }), answer('non_compliant')]))).toBe(75);
    expect(
      scoreOf(
        figuresOf([answer('compliant', { weight: 100 }), answer('compliant', { weight: 99 }), answer('partially_compliant')]),
      ),
    ).toBe(99);
  });

  it('maturity and target leave out what does not apply', () => {
    const figures = figuresOf([
      answer('compliant', { score: 4, targetScore: 5 }),
      answer('non_compliant', { score: 1, targetScore: 3 }),
      answer('not_applicable', { score: 0, targetScore: 0 }),
    ]);
    expect([maturityOf(figures), targetOf(figures)]).toEqual([2.5, 4]);
    expect([maturityOf(NO_FIGURES), targetOf(NO_FIGURES)]).toEqual([null, null]);
  });

  it('families add up to the whole', () => {
    fc.assert(
      fc.property(fc.array(anyAnswer), fc.array(anyAnswer), (one, other) => {
        expect(addFigures([figuresOf(one), figuresOf(other)])).toEqual(figuresOf([...one, ...other]));
        const score = scoreOf(figuresOf(one));
        if (score !== null) expect(score >= 0 && score <= 100).toBe(true);
      }),
    );
  });
});

it('results are better or worse only where both say something', () => {
  expect(compareResults('non_compliant', 'compliant')).toBe('better');
  expect(compareResults('compliant', 'partially_compliant')).toBe('worse');
  expect(compareResults('compliant', 'compliant')).toBe('same');
  expect(compareResults('not_assessed', 'compliant')).toBe('other');
  expect(compareResults('compliant', 'not_applicable')).toBe('other');
});
