/** Properties of what reports are made by: the rating that findings speak for, the layout, and the age of findings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGE_BUCKETS, type AgedFinding, bucketOf, daysBetween, daysOpen, daysOverdue, monthsOf } from './ageing';
import { blockKey, type FixedSection, layoutOf, moveSection, placeSection, SECTION_TITLES, sectionTitle } from './layout';
import { suggestRating } from './rating';

const severity = fc.constantFrom('low', 'medium', 'high', 'critical' as const);
const finding = fc.record({ severity, status: fc.constantFrom('identified', 'closed', 'dismissed' as const) });
const RANK = { satisfactory: 0, needs_improvement: 1, unsatisfactory: 2 } as const;

describe('the suggested rating', () => {
  it('never improves by one more finding, and does not depend on their order', () => {
    fc.assert(
      fc.property(fc.array(finding), finding, (some, more) => {
        const before = suggestRating(some);
        const after = suggestRating([more, ...some]);
        expect(RANK[after.rating]).toBeGreaterThanOrEqual(RANK[before.rating]);
        expect(suggestRating([...some].reverse())).toEqual(before);
        expect(before.reason).toMatch(/\.$/);
      }),
    );
  });
  it.each([
    [[], 'satisfactory'],
    [['low', 'medium'], 'satisfactory'],
    [['medium', 'medium', 'medium'], 'needs_improvement'],
    [['high'], 'needs_improvement'],
    [['high', 'high', 'high'], 'unsatisfactory'],
    [['critical'], 'unsatisfactory'],
  ] as const)('%j is %s', (severities, rating) => {
    expect(suggestRating(severities.map((one) => ({ severity: one, status: 'identified' }))).rating).toBe(rating);
  });
  it('counts no dismissed finding', () => {
    expect(suggestRating([{ severity: 'critical', status: 'dismissed' }]).rating).toBe('satisfactory');
  });
});

describe('the layout', () => {
  it('holds every section once, whatever is stored', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => JSON.parse(text) as unknown),
          fc.anything(),
        ),
        (stored) => {
          expect(
            layoutOf(stored)
              .sections.map(({ key }) => key)
              .sort(),
          ).toEqual(Object.keys(SECTION_TITLES).sort());
        },
      ),
    );
  });
  it('moves a section there and back', () => {
    const layout = layoutOf(null);
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(SECTION_TITLES) as FixedSection[])), (key) => {
        const at = layout.sections.findIndex((section) => section.key === key);
        const moved = moveSection(layout, key, 1);
        expect(at === layout.sections.length - 1 ? moved : moveSection(moved, key, -1)).toEqual(layout);
      }),
    );
  });
});

describe('blocks of the report’s own text', () => {
  const block = fc.record({ id: fc.uuid(), title: fc.string() });
  const blocks = fc.uniqueArray(block, { selector: ({ id }) => id, maxLength: 6 });
  it('stand once each, whatever the layout says of them or of others', () => {
    fc.assert(
      fc.property(blocks, blocks, (there, gone) => {
        const stored = { sections: [...gone, ...there.slice(0, 2)].map(({ id }) => ({ key: blockKey(id), shown: false })) };
        const layout = layoutOf(stored, there);
        const keys = layout.sections.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.filter((key) => key.startsWith('block:')).sort()).toEqual(there.map(({ id }) => blockKey(id)).sort());
        for (const { id, title } of there) expect(sectionTitle(blockKey(id), there)).toBe(title);
      }),
    );
  });
  it('are placed where another section stands, and nothing is lost', () => {
    fc.assert(
      fc.property(blocks, fc.nat(), fc.nat(), (there, from, to) => {
        const layout = layoutOf(null, there);
        const [a, b] = [layout.sections[from % layout.sections.length], layout.sections[to % layout.sections.length]];
        if (!a || !b) return;
        const placed = placeSection(layout, a.key, b.key);
        expect(placed.sections[to % layout.sections.length]).toEqual(a);
        expect(new Set(placed.sections)).toEqual(new Set(layout.sections));
        expect(placed.sections.filter(({ key }) => key !== a.key)).toEqual(layout.sections.filter(({ key }) => key !== a.key));
      }),
    );
  });
});

const date = fc
  .integer({ min: 0, max: 3_000 })
  .map((days) => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString().slice(0, 10));
const aged: fc.Arbitrary<AgedFinding> = fc
  .record({ severity, openedOn: date, length: fc.option(fc.integer({ min: 0, max: 900 })), dueDate: fc.option(date) })
  .map(({ length, openedOn, ...rest }) => ({
    ...rest,
    openedOn,
    settledOn:
      length === null ? null : new Date(Date.parse(`${openedOn}T00:00:00Z`) + length * 86_400_000).toISOString().slice(0, 10),
  }));

describe('ageing', () => {
  it('grows by a day a day while a finding is open, and stands still when it is settled', () => {
    fc.assert(
      fc.property(aged, fc.integer({ min: 0, max: 500 }), (one, days) => {
        const today = '2028-06-01';
        const later = new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
        const open = { ...one, openedOn: one.openedOn > today ? today : one.openedOn, settledOn: null };
        expect(daysOpen(open, later) - daysOpen(open, today)).toBe(days);
        const settled = { ...open, settledOn: today };
        expect(daysOpen(settled, later)).toBe(daysOpen(settled, today));
        expect(daysOverdue(settled, later)).toBe(0);
        if (open.dueDate !== null) expect(daysOverdue(open, later)).toBe(Math.max(0, daysBetween(open.dueDate, later)));
      }),
    );
  });
  it('puts every age into one bucket, in order', () => {
    fc.assert(
      fc.property(fc.nat(2_000), (days) => {
        const at = bucketOf(days);
        expect(days).toBeGreaterThanOrEqual(AGE_BUCKETS[at]?.from ?? Number.NaN);
        expect(days).toBeLessThan(AGE_BUCKETS[at + 1]?.from ?? Number.POSITIVE_INFINITY);
      }),
    );
  });
  it('balances: what is open at the end of a month is what was, and what came, without what went', () => {
    fc.assert(
      fc.property(fc.array(aged), date, (all, today) => {
        const months = monthsOf(all, today, 14);
        expect(months.at(-1)?.month).toBe(today.slice(0, 7));
        for (const [nth, month] of months.entries()) {
          const before = months[nth - 1];
          if (before) expect(month.open).toBe(before.open + month.opened - month.settled);
        }
      }),
    );
  });
});
