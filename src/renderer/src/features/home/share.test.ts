import type { PostureCounts } from '@shared/wire/home';
import { describe, expect, it } from 'vitest';
import { effectiveShare, lateness, shareLevel } from './share';

const counts = (given: Partial<PostureCounts>): PostureCounts => ({
  effective: 0,
  partial: 0,
  ineffective: 0,
  notTested: 0,
  notApplicable: 0,
  total: 0,
  ...given,
});

describe('the share of effective controls', () => {
  it('leaves out what does not apply', () => {
    expect(effectiveShare(counts({ effective: 3, ineffective: 1, notApplicable: 6, total: 10 }))).toBe(75);
  });

  it('counts the untested against it', () => {
    expect(effectiveShare(counts({ effective: 1, notTested: 3, total: 4 }))).toBe(25);
  });

  it('says nothing while nothing was tested', () => {
    expect(effectiveShare(counts({ notTested: 12, total: 12 }))).toBeNull();
    expect(effectiveShare(counts({}))).toBeNull();
  });

  it('is never rounded up to a hundred', () => {
    expect(effectiveShare(counts({ effective: 999, ineffective: 1, total: 1000 }))).toBe(99);
  });
});

describe('the ramp', () => {
  it.each([
    [null, 'none'],
    [100, 'low'],
    [90, 'low'],
    [89, 'pale'],
    [74, 'medium'],
    [59, 'high'],
    [39, 'critical'],
    [0, 'critical'],
  ] as const)('%s is %s', (share, level) => {
    expect(shareLevel(share)).toBe(level);
  });
});

describe('how long is left', () => {
  it.each([
    [-3, '3 days late'],
    [-1, '1 day late'],
    [0, 'today'],
    [1, 'tomorrow'],
    [2, null],
  ] as const)('%s days are %s', (days, words) => {
    expect(lateness(days)).toBe(words);
  });
});
