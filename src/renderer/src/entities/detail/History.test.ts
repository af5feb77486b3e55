import type { HistoryEntry } from '@shared/listing';
import { describe, expect, it } from 'vitest';
import { actWords, sourceWords } from './History';

const entry = (patch: Partial<HistoryEntry>): HistoryEntry => ({
  at: '2026-11-22T14:30:00.000Z',
  actorId: null,
  onBehalfBy: null,
  action: 'update',
  source: '',
  reason: null,
  changes: [],
  ...patch,
});

describe('the history in words', () => {
  it('says what somebody did', () => {
    expect(actWords(entry({ action: 'insert' }), 5)).toBe('created it');
    expect(actWords(entry({ changes: [{ field: 'archivedAt', before: null, after: '2026-11-22T14:30:00.000Z' }] }), 0)).toBe(
      'archived it',
    );
    expect(actWords(entry({ changes: [{ field: 'archivedAt', before: '2026-11-22T14:30:00.000Z', after: null }] }), 0)).toBe(
      'restored it',
    );
    expect(actWords(entry({}), 0)).toBe('touched it');
    expect(actWords(entry({}), 2)).toBeNull();
  });

  it('says from where', () => {
    expect(sourceWords('workstation/0.1.0 3463ab8f-db2e-4611-9243-6da64f114b09')).toBe('Workstation 0.1.0, device 3463ab8f');
    expect(sourceWords('kompl/0.1.0')).toBe('Kompl 0.1.0');
    expect(sourceWords('demonstration')).toBe('demonstration');
  });
});
