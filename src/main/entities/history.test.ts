/** The trail as people read it. */
import { entityOf } from '@shared/entities/registry';
import { describe, expect, it } from 'vitest';
import { historyEntry } from './history';

const step = {
  at: '2026-03-01T12:00:00.000Z',
  actor: '0193e5a0-0000-7000-8000-000000000001',
  login: 'u_0123456789abcdef0123456789abcdef',
  action: 'update',
  source: 'workstation/0.1.0 desk',
  reason: null,
  oldValues: null,
  newValues: null,
};

describe('historyEntry', () => {
  it('shows the fields that changed, in their own names and one form, and nothing of the system', () => {
    const entry = historyEntry(entityOf('actions'), {
      ...step,
      oldValues: { due_date: null, row_version: 1, updated_at: 'a', archived_at: null, completed_at: null, unknown: 1 },
      newValues: {
        due_date: '2026-03-02',
        row_version: 2,
        updated_at: 'b',
        archived_at: '2026-03-01T13:00:00.123456+01:00',
        completed_at: '2026-03-01T12:00:00+00:00',
        unknown: 2,
      },
    });
    expect(entry.changes).toEqual([
      { field: 'dueDate', before: null, after: '2026-03-02' },
      { field: 'completedAt', before: null, after: '2026-03-01T12:00:00.000Z' },
      { field: 'archivedAt', before: null, after: '2026-03-01T12:00:00.123Z' },
    ]);
  });

  it.each([
    ['their own login', { login: step.login, source: 'kompl/0.1.0 host' }, null],
    ['the one login of the embedded server', { login: 'postgres', source: 'workstation/0.1.0 desk' }, null],
    ['the demonstration', { login: 'postgres', source: 'demonstration' }, null],
    ['an administrator for them', { login: 'dba', source: 'kompl/0.1.0 host' }, 'dba'],
    ['raw SQL of an administrator', { login: 'dba', source: null }, 'dba'],
  ])('names who acted: %s', (_, who, onBehalfBy) => {
    expect(historyEntry(entityOf('actions'), { ...step, ...who }).onBehalfBy).toBe(onBehalfBy);
  });
});
