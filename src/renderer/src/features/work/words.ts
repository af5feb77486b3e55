/** My work and notices in words: groups, what happened, how near a date is. Pure. */
import type { Notice, NoticeKind, WorkGroup } from '@shared/wire/collab';

export const GROUP_WORDS: Readonly<Record<WorkGroup, { readonly title: string; readonly icon: string; readonly note: string }>> =
  {
    acknowledge: { title: 'To acknowledge', icon: 'clipboard-check', note: 'policies that you are asked to read' },
    overdue: { title: 'Overdue', icon: 'alert-filled', note: 'its date has passed' },
    due: { title: 'Due', icon: 'clock', note: 'within 30 days' },
    approvals: { title: 'Approvals asked of me', icon: 'seal', note: 'somebody waits for my word' },
    review: { title: 'Ready for my review', icon: 'eye', note: 'changed last by somebody else' },
    changed: { title: 'Changed after my review', icon: 'refresh', note: 'not what I signed or approved' },
    mentions: { title: 'Comments that name me', icon: 'at', note: 'not settled yet' },
    assigned: { title: 'Assigned to me', icon: 'user', note: 'no date, or one beyond 30 days' },
  };

export const NOTICE_ICONS: Readonly<Record<NoticeKind, string>> = {
  mention: 'at',
  reply: 'message',
  assigned: 'user',
  due: 'clock',
  overdue: 'alert-filled',
  approval_asked: 'seal',
  approval_done: 'seal',
  changed: 'refresh',
};

/** `3 days late`, `today`, `in 7 days` */
export function daysWords(days: number): string {
  if (days < 0) return days === -1 ? '1 day late' : `${-days} days late`;
  if (days === 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}

const ANSWERS: Readonly<Record<string, string>> = {
  granted: 'is approved',
  refused: 'was refused',
  void: 'changed, so its approval is void',
};

/** One sentence of what happened; the record's name stands beside it. */
export function noticeWords(notice: Pick<Notice, 'kind' | 'detail' | 'days'>, who: string): string {
  switch (notice.kind) {
    case 'mention':
      return `${who} named you`;
    case 'reply':
      return `${who} answered you`;
    case 'assigned':
      return `${who} assigned it to you`;
    case 'due':
      return `Due ${daysWords(notice.days ?? 0)}`;
    case 'overdue':
      return `Due date passed, ${daysWords(notice.days ?? 0)}`;
    case 'approval_asked':
      return `${who} asks for your approval`;
    case 'approval_done':
      return `It ${ANSWERS[notice.detail ?? ''] ?? 'was decided'}`;
    case 'changed':
      return `${who} changed it`;
  }
}

/** The tab of the record that the notice is about; null for the overview. */
export function tabOf(kind: NoticeKind): string | null {
  if (kind === 'mention' || kind === 'reply') return 'discussion';
  return kind === 'changed' ? 'history' : null;
}
