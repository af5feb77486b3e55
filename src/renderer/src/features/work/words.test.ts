/** Notices and groups in words. */
import { WORK_GROUPS } from '@shared/wire/collab';
import { describe, expect, it } from 'vitest';
import { daysWords, GROUP_WORDS, noticeWords, tabOf } from './words';

describe('words of what waits', () => {
  it.each([
    [-3, '3 days late'],
    [-1, '1 day late'],
    [0, 'today'],
    [1, 'tomorrow'],
    [30, 'in 30 days'],
  ])('%d days', (days, words) => expect(daysWords(days)).toBe(words));

  it('every group has its title', () => {
    for (const group of WORK_GROUPS) expect(GROUP_WORDS[group].title).toMatch(/^[A-Z]/);
  });

  it.each([
    [{ kind: 'mention', detail: 'x', days: null }, 'Ingrid named you', 'discussion'],
    [{ kind: 'due', detail: null, days: 7 }, 'Due in 7 days', null],
    [{ kind: 'overdue', detail: null, days: -2 }, 'Due date passed, 2 days late', null],
    [{ kind: 'approval_done', detail: 'void', days: null }, 'It changed, so its approval is void', null],
    [{ kind: 'changed', detail: null, days: null }, 'Ingrid changed it', 'history'],
  ] as const)('%j', (notice, words, tab) => {
    expect(noticeWords(notice, 'Ingrid')).toBe(words);
    expect(tabOf(notice.kind)).toBe(tab);
  });
});
