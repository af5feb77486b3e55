import { entityOf } from '@shared/entities/registry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_NAMES } from '../values/text';
import { groupAt, groupFilters, groupId, groupWords, layoutOf } from './groups';

const { fields } = entityOf('findings');

describe('groups of a list', () => {
  it('put every row on exactly one line, below its own head', () => {
    const group = fc.record({ key: fc.option(fc.string()), count: fc.integer({ min: 1, max: 2_000 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(group, { selector: (each) => groupId(each.key), maxLength: 40 }),
        fc.array(fc.nat(39)),
        (groups, shut) => {
          const closed = new Set(shut.flatMap((at) => (groups[at] === undefined ? [] : [groupId(groups[at].key)])));
          const layout = layoutOf(groups, closed);
          let line = 0;
          for (const { group: each, open, start } of layout.groups) {
            expect(start).toBe(line);
            const last = line + (open ? each.count : 0);
            for (const at of [line, Math.floor((line + last) / 2), last]) expect(groupAt(layout, at)?.group).toBe(each);
            line = last + 1;
          }
          expect(layout.lines).toBe(line);
          expect(groupAt(layout, line)).toBeUndefined();
          expect(groupAt(layout, -1)).toBeUndefined();
        },
      ),
    );
  });

  it('are asked for by their own value, a month by its days', () => {
    const { dueDate, status } = fields;
    if (!dueDate || !status) throw new TypeError('findings have changed');
    expect(groupFilters(dueDate, 'dueDate', '2026-12')).toEqual([
      { field: 'dueDate', op: 'gte', value: '2026-12-01' },
      { field: 'dueDate', op: 'lt', value: '2027-01-01' },
    ]);
    expect(groupFilters(dueDate, 'dueDate', '2026-01')[1]).toEqual({ field: 'dueDate', op: 'lt', value: '2026-02-01' });
    expect(groupFilters(status, 'status', null)).toEqual([{ field: 'status', op: 'empty' }]);
    expect(groupWords(dueDate, '2026-11', NO_NAMES)).toBe('Nov 2026');
    expect(groupWords(dueDate, null, NO_NAMES)).toBe('Not planned');
  });
});
