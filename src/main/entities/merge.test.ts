/** The merge, told as properties: what each rule promises, and that no value of anybody is lost in silence. */
import type { Entity } from '@shared/entities/define';
import { entityOf } from '@shared/entities/registry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeFields } from './merge';
import { mergeText } from './text-merge';
import { sameValue } from './values';

const control = entityOf('controls');
const finding = entityOf('findings');

/** A value of a control's field, seldom equal and often equal to another of the same field. */
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  name: fc.constantFrom('A', 'B', 'C'),
  description: fc.constantFrom(
    null,
    'one',
    'one\ntwo\nthree',
    'zero\none\ntwo\nthree',
    'one\ntwo\nthree\nfour',
    'one\nTWO\nthree',
  ),
  status: fc.constantFrom('to_do', 'in_progress', 'on_hold', 'active', 'degraded', 'deprecated'),
  priority: fc.constantFrom(null, 1, 2, 3),
  maturity: fc.constantFrom(null, 'none', 'initial', 'managed'),
  tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
};
const record = fc.record(VALUES);

describe('mergeFields', () => {
  it('writes exactly what differs when nobody else wrote (theirs = base)', () => {
    fc.assert(
      fc.property(record, record, (base, mine) => {
        const { write, conflicts } = mergeFields(control, base, mine, base);
        expect(conflicts).toEqual([]);
        for (const [key, field] of fieldsOf(control, mine)) {
          if (sameValue(field, mine[key], base[key])) expect(write).not.toHaveProperty(key);
          else expect(sameValue(field, write[key], mine[key])).toBe(true);
        }
      }),
    );
  });

  it('writes nothing where I changed nothing (mine = base)', () => {
    fc.assert(
      fc.property(record, record, (base, theirs) => {
        expect(mergeFields(control, base, base, theirs)).toEqual({ write: {}, conflicts: [] });
      }),
    );
  });

  it('loses nothing in silence: a field I changed is as I want it, merged, or in the conflicts', () => {
    fc.assert(
      fc.property(record, record, record, (base, mine, theirs) => {
        const { write, conflicts } = mergeFields(control, base, mine, theirs);
        for (const [key, field] of fieldsOf(control, mine)) {
          if (sameValue(field, mine[key], base[key])) continue;
          const conflict = conflicts.find((entry) => entry.field === key);
          if (conflict) {
            expect(write).not.toHaveProperty(key);
            expect([conflict.base, conflict.mine, conflict.theirs]).toEqual([base[key], mine[key], theirs[key]]);
            continue;
          }
          const final = Object.hasOwn(write, key) ? write[key] : theirs[key];
          if (field.merge === 'set') {
            const [b, m, t, f] = [base[key], mine[key], theirs[key], final].map((list) => new Set(list as string[]));
            for (const tag of ['a', 'b', 'c', 'd']) {
              const wanted = b?.has(tag) ? Boolean(m?.has(tag) && t?.has(tag)) : Boolean(m?.has(tag) || t?.has(tag));
              expect(f?.has(tag)).toBe(wanted);
            }
          } else if (field.merge === 'text' && !sameValue(field, final, mine[key])) {
            expect(final).toBe(mergeText(String(base[key]), String(mine[key]), String(theirs[key])));
          } else {
            expect(sameValue(field, final, mine[key])).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('merges sets alike whoever comes second', () => {
    fc.assert(
      fc.property(
        VALUES.tags ?? fc.constant([]),
        VALUES.tags ?? fc.constant([]),
        VALUES.tags ?? fc.constant([]),
        (base, one, two) => {
          const first = mergeFields(control, { tags: base }, { tags: one }, { tags: two });
          const second = mergeFields(control, { tags: base }, { tags: two }, { tags: one });
          const sorted = (write: Record<string, unknown>, theirs: unknown) => [...((write.tags ?? theirs) as string[])].sort();
          expect(sorted(first.write, two)).toEqual(sorted(second.write, one));
          expect([...first.conflicts, ...second.conflicts]).toEqual([]);
        },
      ),
    );
  });

  it('asks about ratings even when both came to the same one', () => {
    const merged = mergeFields(finding, { severity: 'low' }, { severity: 'high' }, { severity: 'high' });
    expect(merged).toEqual({ write: {}, conflicts: [{ field: 'severity', base: 'low', mine: 'high', theirs: 'high' }] });
  });

  it('takes my state where it is a legal step from theirs, and asks where it is not', () => {
    const base = { status: 'confirmed' };
    expect(mergeFields(finding, base, { status: 'risk_accepted' }, { status: 'assigned' })).toEqual({
      write: { status: 'risk_accepted' },
      conflicts: [],
    });
    expect(mergeFields(finding, base, { status: 'dismissed' }, { status: 'assigned' }).conflicts).toHaveLength(1);
  });

  it('asks where a merged text or set would be longer than the field allows', () => {
    const half = 'x'.repeat(60_000);
    const base = { condition: 'a\nb\nc' };
    const merged = mergeFields(finding, base, { condition: `${half}\na\nb\nc` }, { condition: `a\nb\nc\n${half}` });
    expect(merged.conflicts.map((conflict) => conflict.field)).toEqual(['condition']);
    const tags = (from: number) => Array.from({ length: 30 }, (_, at) => `tag${from + at}`);
    expect(mergeFields(control, { tags: [] }, { tags: tags(0) }, { tags: tags(100) }).conflicts).toHaveLength(1);
  });

  it('does not mix an emptied text with an edited one', () => {
    const merged = mergeFields(finding, { cause: 'one\ntwo' }, { cause: null }, { cause: 'one\ntwo\nthree' });
    expect(merged).toMatchObject({ write: {}, conflicts: [{ field: 'cause', mine: null }] });
  });
});

describe('mergeText', () => {
  it('keeps edits of different lines of both', () => {
    const lines = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 8 }).filter((line) => !/[\r\n]/.test(line)),
      {
        minLength: 5,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(lines, fc.nat(), fc.nat(), (base, m, t) => {
        const mineAt = m % base.length;
        const theirsAt = t % base.length;
        fc.pre(Math.abs(mineAt - theirsAt) > 1);
        const mine = replaced(base, mineAt, '<mine>');
        const theirs = replaced(base, theirsAt, '<theirs>');
        const both = replaced(mine, theirsAt, '<theirs>');
        expect(mergeText(base.join('\n'), mine.join('\n'), theirs.join('\n'))).toBe(both.join('\n'));
      }),
    );
  });

  it('holds every line that either side added, or gives up', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    const additions = fc.array(fc.tuple(fc.nat(), fc.constantFrom('x', 'y')), { maxLength: 3 });
    const insert = (lines: readonly string[], added: readonly (readonly [number, string])[], mark: string) =>
      added.reduce<string[]>((out, [at, line], n) => inserted(out, at % (out.length + 1), `${mark}${line}${n}`), [...lines]);
    fc.assert(
      fc.property(text, additions, additions, (base, one, two) => {
        const mine = insert(base, one, 'm');
        const theirs = insert(base, two, 't');
        const merged = mergeText(base.join('\n'), mine.join('\n'), theirs.join('\n'));
        if (merged === null) return;
        const lines = merged.split('\n');
        for (const line of [...mine, ...theirs].filter((entry) => /^[mt]/.test(entry))) expect(lines).toContain(line);
        expect(lines.filter((line) => !/^[mt]/.test(line) && line !== '')).toEqual(base.filter((line) => line !== ''));
      }),
      { numRuns: 500 },
    );
  });

  it('gives up on the same line, and on texts that would take too long to compare', () => {
    expect(mergeText('a', 'b', 'c')).toBeNull();
    expect(mergeText('a\nb', 'a\nc', 'a')).toBeNull();
    const blank = '\n'.repeat(50_000);
    expect(mergeText(blank, `x${blank}y`, `z${blank}w`)).toBeNull();
    const long = Array.from({ length: 50_000 }, (_, at) => `line ${at}`);
    expect(mergeText(long.join('\n'), ['m', ...long, 'm'].join('\n'), ['t', ...long, 't'].join('\n'))).toBeNull();
  });

  it('is not fooled by lines named like members of an object', () => {
    const base = ['__proto__', 'a', 'constructor', 'b', 'toString'];
    const mine = replaced(base, 1, 'mine').join('\n');
    const theirs = replaced(base, 3, 'theirs').join('\n');
    expect(mergeText(base.join('\n'), mine, theirs)).toBe('__proto__\nmine\nconstructor\ntheirs\ntoString');
  });
});

function fieldsOf(entity: Entity, values: object) {
  return Object.entries(entity.allFields).filter(([key]) => Object.hasOwn(values, key));
}

function replaced(lines: readonly string[], at: number, line: string): string[] {
  return lines.map((old, index) => (index === at ? line : old));
}

function inserted(lines: readonly string[], at: number, line: string): string[] {
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}
