/** Rules of versions and their differences that hold for all texts and days. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceRows, figuresOf } from './differences';
import { versionOn } from './records';

const text = fc
  .array(
    fc
      .array(fc.constantFrom('all', 'staff', 'must', 'read', 'this', 'policy', 'żółw'), { maxLength: 8 })
      .map((words) => words.join(' ')),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join('\n\n'));

describe('differences', () => {
  it('give both texts back', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const rows = differenceRows(before, after);
        expect(rows.map((row) => row.before).join('')).toBe(before);
        expect(rows.map((row) => row.after).join('')).toBe(after);
      }),
    );
  });
  it('of a text with itself are none', () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(figuresOf(differenceRows(same, same))).toEqual({ changed: 0, added: 0, removed: 0 });
      }),
    );
  });
  it('pair a paragraph with what became of it', () => {
    const rows = differenceRows(
      '# A\n\nAll staff must read this.\n\nEnd\n',
      '# A\n\nNew words altogether, quite.\n\nAll staff must read and keep this.\n\nEnd\n',
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['same', 'added', 'changed', 'same']);
  });
});

describe('the version in force on a day', () => {
  /** Versions as the database makes them: each ends on the day on which the next one begins. */
  const history = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 }).map((days) => {
    const dayOf = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
    const starts = [...days].sort((a, b) => a - b).map(dayOf);
    return starts.map((inForceFrom, at) => ({ inForceFrom, inForceUntil: starts[at + 1] ?? null, major: at + 1, minor: 0 }));
  });
  it('is at most one, and always one since the first began', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 364 }), (versions, offset) => {
        const day = new Date(Date.UTC(2026, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10);
        const held = versionOn(versions, day);
        const begun = versions.filter(({ inForceFrom }) => inForceFrom <= day);
        expect(held).toBe(begun.at(-1) ?? null);
      }),
    );
  });
});
