/** Earlier versions: rebuilt from the history, brought back as a change, what cannot come back named. */
import { entityOf } from '@shared/entities/registry';
import type { HistoryEntry } from '@shared/listing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenericRow } from '../rows';
import { restoration, valuesAt } from './restore';

const finding = entityOf('findings');
const stamp = { createdAt: '', updatedAt: '', createdBy: null, updatedBy: null };
const entry = (changes: HistoryEntry['changes'], action: HistoryEntry['action'] = 'update'): HistoryEntry => ({
  ...{ at: '', actorId: null, onBehalfBy: null, source: '', reason: null },
  action,
  changes,
});
const row: GenericRow = {
  id: 'x',
  rowVersion: 3,
  ...stamp,
  ref: 'F-1',
  title: 'c',
  severity: 'high',
  status: 'confirmed',
  condition: null,
};

describe('restore', () => {
  const history = [
    entry([{ field: 'title', before: 'b', after: 'c' }]),
    entry([
      { field: 'title', before: 'a', after: 'b' },
      { field: 'severity', before: 'low', after: 'high' },
      { field: 'status', before: 'identified', after: 'confirmed' },
      { field: 'ref', before: null, after: 'F-1' },
    ]),
    entry([{ field: 'title', before: null, after: 'a' }], 'insert'),
  ];

  it.each([
    [0, 'c', 'high'],
    [1, 'b', 'high'],
    [2, 'a', 'low'],
  ])('version %d', (index, title, severity) => expect(valuesAt(row, history, index)).toMatchObject({ title, severity }));

  it('brings back what a person may write and names the rest', () => {
    const { patch, left } = restoration(finding, row, valuesAt(row, history, 2), ['assigned', 'dismissed']);
    expect(patch).toEqual({ title: 'a', severity: 'low' });
    expect(left.map(({ field }) => field).sort()).toEqual(['ref', 'status']);
    expect(restoration(finding, row, valuesAt(row, history, 2), ['identified']).patch).toMatchObject({ status: 'identified' });
    expect(restoration(finding, row, { ...row, title: null }, []).left).toEqual([{ field: 'title', why: 'it needs a value' }]);
  });

  it('the present version brings back nothing, and every difference is either written or named', () => {
    expect(restoration(finding, row, row, [])).toEqual({ patch: {}, left: [] });
    const values = fc.record({
      title: fc.string(),
      severity: fc.constantFrom('low', 'high', 'odd'),
      condition: fc.option(fc.string()),
    });
    fc.assert(
      fc.property(values, (over) => {
        const { patch, left } = restoration(finding, row, { ...row, ...over }, []);
        const named = [...Object.keys(patch), ...left.map(({ field }) => field)].sort();
        const differing = Object.entries(over)
          .filter(([key, value]) => (value === '' ? null : value) !== row[key])
          .map(([key]) => key);
        expect(named).toEqual(differing.sort());
      }),
    );
  });
});
