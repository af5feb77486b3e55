/** What the tests of controls suggest as a result, and that nothing is suggested from nothing. */
import { describe, expect, it } from 'vitest';
import { suggestResult, type TestedControl } from './suggest';

const control = (
  ref: string,
  lastResult: string | null,
  relation: string | null = 'equal',
  status = 'active',
): TestedControl => ({
  ref,
  name: `Control ${ref}`,
  status,
  lastResult,
  relation,
});

describe('a suggestion', () => {
  it.each([
    [[], null],
    [[control('A', null)], null],
    [[control('A', 'not_tested'), control('B', 'not_applicable')], null],
    [[control('A', 'effective', 'equal', 'deprecated')], null],
    [[control('A', 'effective')], 'compliant'],
    [[control('A', 'effective'), control('B', 'effective', 'subset')], 'compliant'],
    [[control('A', 'effective', 'subset'), control('B', 'effective', 'intersect')], 'partially_compliant'],
    [[control('A', 'effective', null)], 'partially_compliant'],
    [[control('A', 'effective'), control('B', null)], 'partially_compliant'],
    [[control('A', 'effective'), control('B', 'partially_effective')], 'partially_compliant'],
    [[control('A', 'effective'), control('B', 'ineffective')], 'partially_compliant'],
    [[control('A', 'ineffective'), control('B', null)], 'partially_compliant'],
    [[control('A', 'ineffective'), control('B', 'ineffective')], 'non_compliant'],
  ] as const)('%j is %s', (controls, result) => {
    expect(suggestResult([...controls])?.result ?? null).toBe(result);
  });

  it('says why, by name', () => {
    expect(suggestResult([control('AC-2', 'effective')])?.reason).toBe(
      'AC-2 was effective at the last test and covers the requirement.',
    );
    expect(suggestResult(['A', 'B', 'C', 'D'].map((ref) => control(ref, 'ineffective')))?.reason).toBe(
      'A, B and 2 more were ineffective at the last test.',
    );
    expect(suggestResult([{ ...control('x', 'partially_effective'), ref: null, name: 'Reviews' }])?.reason).toBe(
      'Reviews was partially effective at the last test.',
    );
  });
});
