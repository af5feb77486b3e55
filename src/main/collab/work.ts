/** My work: everything that waits for the person, across all kinds of record, in groups; each record in its most pressing group. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { together } from '@main/entities/together';
import type { Entity } from '@shared/entities/define';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import type { Work, WorkGroup, WorkLine } from '@shared/wire/collab';
import { WORK_GROUPS } from '@shared/wire/collab';
import { byFunction, readingAs } from './command';
import {
  approvalQuestion,
  assignedQuestion,
  changedQuestion,
  commentQuestion,
  type Facts,
  type Question,
  reviewQuestion,
  type Waiting,
} from './waiting';

/** A group shows this many at most; its number is exact. */
const MAX_A_GROUP = 200;
/** What is due within a month counts as due; beyond it is merely assigned. */
export const DUE_DAYS = 30;

export type Asked = Waiting & { readonly total: number };

export async function ask<Row extends Asked = Asked>(tx: SqlClient, question: Question | null): Promise<readonly Row[]> {
  return question === null ? [] : (await tx.query<Row>(question.text, question.values)).rows;
}

export async function readWork(ctx: EntityContext): Promise<Work> {
  const facts: Facts = { me: ctx.session.personId, today: ctx.clock.today(), functions: ctx.session.functions };
  const lines: WorkLine[] = [];
  const counts: Record<WorkGroup, number> = {
    acknowledge: 0,
    overdue: 0,
    due: 0,
    approvals: 0,
    review: 0,
    changed: 0,
    mentions: 0,
    assigned: 0,
  };
  for (const [fn, names] of byFunction(ctx, ENTITY_NAMES)) {
    const [assigned, review, changed, approvals, mentions] = await ctx.database.withTenant(readingAs(ctx, fn), (tx) =>
      together(
        ask(tx, assignedQuestion(names, facts, 3 * MAX_A_GROUP)),
        ask(tx, reviewQuestion(names, facts, MAX_A_GROUP)),
        ask(tx, changedQuestion(names, facts, MAX_A_GROUP)),
        ask(tx, approvalQuestion(names, facts, MAX_A_GROUP)),
        ask(tx, commentQuestion(names, facts, MAX_A_GROUP, true)),
      ),
    );
    const put = (group: WorkGroup, rows: readonly Asked[]) => {
      counts[group] += rows[0]?.total ?? 0;
      lines.push(...rows.map((row) => lineOf(group, row)));
    };
    put('review', review);
    put('changed', changed);
    put('approvals', approvals);
    put('mentions', mentions);
    for (const row of assigned) {
      const entity: Entity = entityOf(row.entity);
      const group = entity.work?.group ?? groupOf(row.days);
      counts[group] += 1;
      lines.push(lineOf(group, row));
    }
    // what lies beyond the page is ordered by date, so it is due later than all of these
    counts.assigned += Math.max(0, (assigned[0]?.total ?? 0) - assigned.length);
  }
  return { lines: sorted(lines), counts };
}

export function groupOf(days: number | null): 'overdue' | 'due' | 'assigned' {
  if (days === null || days > DUE_DAYS) return 'assigned';
  return days < 0 ? 'overdue' : 'due';
}

function lineOf(group: WorkGroup, row: Asked): WorkLine {
  const { entity, id, ref, title, state, due, days, person, at, detail } = row;
  return { group, entity, id, ref, title, state, dueDate: due, days, personId: person, at, detail };
}

function sorted(lines: readonly WorkLine[]): WorkLine[] {
  return [...lines].sort((a, b) => WORK_GROUPS.indexOf(a.group) - WORK_GROUPS.indexOf(b.group));
}
