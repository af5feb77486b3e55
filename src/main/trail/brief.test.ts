/** What one row of the trail says. */
import { changesOf } from '@shared/trail-changes';
import { describe, expect, it } from 'vitest';
import { briefOf } from './brief';

const nothing = { oldValues: null, newValues: null, details: null };

describe('the brief of an entry', () => {
  it('names what changed, two columns at most, and not what the system writes', () => {
    const brief = briefOf({
      ...nothing,
      action: 'update',
      oldValues: { id: '1', row_version: 1, status: 'active', due_date: null, cause: 'a', same: [1, 2] },
      newValues: { id: '1', row_version: 2, status: 'closed', due_date: '2026-11-20', cause: 'b', same: [1, 2] },
    });
    expect(brief.changes).toEqual([
      { column: 'status', before: 'active', after: 'closed' },
      { column: 'due_date', before: null, after: '2026-11-20' },
    ]);
    expect(brief.more).toBe(1);
  });

  it('calls a record by reference and title, and says nothing of the fields of one that began', () => {
    const brief = briefOf({ ...nothing, action: 'insert', newValues: { ref: 'F-001', title: 'Owner missing', kind: 'minor' } });
    expect(brief).toMatchObject({ called: 'F-001 Owner missing', changes: [], more: 0 });
    expect(briefOf({ ...nothing, action: 'delete', oldValues: { name: 'Old' } }).called).toBe('Old');
  });

  it('cuts what is long and bears what is missing', () => {
    const [change] = briefOf({ ...nothing, action: 'update', newValues: { text: 'x'.repeat(500), json: null } }).changes;
    expect(String(change?.after)).toHaveLength(80);
    expect(briefOf({ ...nothing, action: 'denied' })).toEqual({ changes: [], more: 0, called: null, details: null });
    expect(changesOf({ oldValues: { a: undefined }, newValues: {} })).toEqual([]);
  });
});
