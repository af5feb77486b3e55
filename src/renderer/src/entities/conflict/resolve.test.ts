import { operationSchema } from '@shared/operations';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConflictResult, resolvedBody, undecided } from './resolve';
import { mergeWords, wordRuns } from './words';

const ID = '018f4e9a-0000-7000-8000-000000000001';
const sent = operationSchema.parse({
  opId: '018f4e9a-0000-7000-8000-00000000000a',
  entity: 'controlTests',
  entityId: ID,
  kind: 'update',
  baseVersion: 3,
  base: { operatingEffectiveness: null, testNotes: 'Old', family: 'IA' },
  patch: { operatingEffectiveness: 'partially_effective', testNotes: 'Mine', family: 'AC' },
  reason: 'Retested',
});
const result: ConflictResult = {
  status: 'conflict',
  entityId: ID,
  rowVersion: 7,
  conflicts: [
    { field: 'operatingEffectiveness', base: null, mine: 'partially_effective', theirs: 'effective' },
    { field: 'testNotes', base: 'Old', mine: 'Mine', theirs: 'Theirs' },
  ],
  changedBy: null,
  changedAt: '2026-11-23T10:05:00.000Z',
};

describe('choices become an operation', () => {
  it('on their version, with what they have as the base, and without the spent id', () => {
    const body = resolvedBody(sent, result, {
      operatingEffectiveness: { take: 'mine' },
      testNotes: { take: 'both', value: 'Mine and theirs' },
    });
    expect(body).toEqual({
      entity: 'controlTests',
      entityId: ID,
      kind: 'update',
      baseVersion: 7,
      base: { operatingEffectiveness: 'effective', testNotes: 'Theirs', family: 'IA' },
      patch: { operatingEffectiveness: 'partially_effective', testNotes: 'Mine and theirs', family: 'AC' },
      reason: 'Retested',
    });
  });

  it('leaves out what stays theirs and keeps what did not collide', () => {
    const body = resolvedBody(sent, result, { operatingEffectiveness: { take: 'theirs' }, testNotes: { take: 'theirs' } });
    expect(body?.patch).toEqual({ family: 'AC' });
  });

  it('takes the value before as well', () => {
    const body = resolvedBody(sent, result, { operatingEffectiveness: { take: 'base' }, testNotes: { take: 'theirs' } });
    expect(body?.patch).toMatchObject({ operatingEffectiveness: null });
  });

  it('writes nothing where theirs stands everywhere', () => {
    const { family: _a, ...patch } = sent.patch;
    const { family: _b, ...base } = sent.base;
    const all = { operatingEffectiveness: { take: 'theirs' }, testNotes: { take: 'theirs' } } as const;
    expect(resolvedBody({ ...sent, patch, base }, result, all)).toBeNull();
  });

  it('refuses to answer for the person', () => {
    expect(undecided(result, { testNotes: { take: 'mine' } })).toEqual(['operatingEffectiveness']);
    expect(() => resolvedBody(sent, result, { testNotes: { take: 'mine' } })).toThrow();
  });
});

describe('words', () => {
  it('shows what went and what came', () => {
    expect(wordRuns('All met the rule.', 'Three met the rule.')).toEqual([
      { kind: 'removed', text: 'All' },
      { kind: 'added', text: 'Three' },
      { kind: 'same', text: ' met the rule.' },
    ]);
  });

  it('gives both texts back, whatever they are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'ä', '.'), maxLength: 60 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const runs = wordRuns(before, after);
        const without = (kind: string) =>
          runs
            .filter((run) => run.kind !== kind)
            .map((run) => run.text)
            .join('');
        expect(without('added')).toBe(before);
        expect(without('removed')).toBe(after);
      }),
    );
  });

  it('joins changes that do not touch and counts those that do', () => {
    expect(mergeWords('one two three four', 'ONE two three four', 'one two three FOUR')).toEqual({
      text: 'ONE two three FOUR',
      collisions: 0,
    });
    const both = mergeWords('rule holds', 'rule breaks', 'rule bends');
    expect(both.collisions).toBe(1);
    expect(both.text).toBe('rule breaks bends');
  });

  it('does not hang on very long texts', () => {
    const long = Array.from({ length: 9_000 }, (_, index) => `word${index % 7}`).join(' ');
    expect(wordRuns(`${long}\na`, `${long}\nb`).length).toBeGreaterThan(1);
  });
});
