/**
 * What a person should know, computed from the records whenever it is asked: no server process writes notices. A notice's key says
 * what it is about (a comment, a version, a date and how near it is), so two laptops compute the same one, and reading it once is enough.
 */
import type { EntityContext } from '@main/entities/context';
import { together } from '@main/entities/together';
import { ENTITY_NAMES } from '@shared/entities/registry';
import type { Notice, NoticeKind, Notices } from '@shared/wire/collab';
import { byFunction, readingAs } from './command';
import {
  answeredQuestion,
  approvalQuestion,
  assignedQuestion,
  commentQuestion,
  type Facts,
  type Waiting,
  watchedQuestion,
} from './waiting';
import { type Asked, ask } from './work';

const MAX_NOTICES = 200;
const MAX_A_KIND = 100;
/** News grows old: after this many days it is told no more. What is due stays until it is done. */
const NEWS_DAYS = 60;
const WATCHED_DAYS = 30;
/** Days before the due date on which somebody is reminded. */
export const REMINDERS = [30, 7, 1] as const;

type Fresh = Omit<Notice, 'read'>;

export async function readNoticeList(ctx: EntityContext): Promise<Notices> {
  const facts: Facts = { me: ctx.session.personId, today: ctx.clock.today(), functions: ctx.session.functions };
  const found: Fresh[] = [];
  const seen = new Set<string>();
  for (const [fn, names] of byFunction(ctx, ENTITY_NAMES)) {
    const [reads, assigned, approvals, answered, comments, watched] = await ctx.database.withTenant(readingAs(ctx, fn), (tx) =>
      together(
        tx.query<{ key: string }>('SELECT notice_key AS key FROM notice_reads'),
        ask<Asked & { maker: string | null }>(tx, assignedQuestion(names, facts, MAX_NOTICES)),
        ask<Asked & { approval: string }>(tx, approvalQuestion(names, facts, MAX_A_KIND)),
        ask<Asked & { approval: string }>(tx, answeredQuestion(names, facts, MAX_A_KIND, NEWS_DAYS)),
        ask<Asked & { comment: string; kind: string }>(tx, commentQuestion(names, facts, MAX_A_KIND, false)),
        ask(tx, watchedQuestion(names, facts, MAX_A_KIND, WATCHED_DAYS)),
      ),
    );
    for (const { key } of reads.rows) seen.add(key);
    for (const row of assigned) found.push(...reminderOf(row), ...assignmentOf(row, facts));
    for (const row of approvals) found.push(noticeOf('approval_asked', `asked:${row.approval}`, row));
    for (const row of answered) found.push(noticeOf('approval_done', `answered:${row.approval}:${row.detail}`, row));
    for (const row of comments) found.push(noticeOf(row.kind === 'reply' ? 'reply' : 'mention', `said:${row.comment}`, row));
    for (const row of watched) found.push(noticeOf('changed', `changed:${row.id}:${row.version}`, row));
  }
  const items = [...new Map(found.map((notice) => [notice.key, { ...notice, read: seen.has(notice.key) }])).values()]
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.key.localeCompare(b.key)))
    .slice(0, MAX_NOTICES);
  return { items, unread: items.filter((notice) => !notice.read).length };
}

/** The reminder that is reached and nearest to the date; the earlier ones are past. */
export function reachedReminder(days: number): number | null {
  return [...REMINDERS].reverse().find((before) => days <= before) ?? null;
}

function reminderOf(row: Waiting): Fresh[] {
  if (row.due === null || row.days === null) return [];
  if (row.days < 0)
    return [
      { ...noticeOf('overdue', `overdue:${row.id}:${row.due}`, row), at: endOf(row.due, 1), personId: null, detail: row.due },
    ];
  const before = reachedReminder(row.days);
  if (before === null) return [];
  return [
    {
      ...noticeOf('due', `due:${row.id}:${row.due}:${before}`, row),
      at: endOf(row.due, -before),
      personId: null,
      detail: row.due,
    },
  ];
}

/** Given to the person by somebody else. */
function assignmentOf(row: Waiting & { readonly maker: string | null }, { me }: Facts): Fresh[] {
  if (row.maker === me && row.person === me) return [];
  return [noticeOf('assigned', `assigned:${row.id}:${me}`, { ...row, person: row.maker === me ? row.person : row.maker })];
}

function noticeOf(kind: NoticeKind, key: string, row: Waiting): Fresh {
  const label = [row.ref, row.title].filter((part) => part !== null && part !== '').join(' ');
  const { entity, id, person, at, detail, days } = row;
  return { key, kind, entity, id, label, personId: person, at, detail, days };
}

/** Midnight (UTC) of a date and some days after it, for the order of the list. */
function endOf(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00.000Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString();
}
