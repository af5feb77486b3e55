/** Approvals without drawing: whose turn it is, what stands, what changed. */
import type { ApprovalRule } from '@shared/entities/define';
import { entityOf } from '@shared/entities/registry';
import type { Approval, ApprovalVote } from '@shared/wire/collab';
import { describe, expect, it } from 'vitest';
import { differencesTo, givenVotes, isGranted, ruleWords, standing, whyNotDecide } from './approval';

const rule: ApprovalRule = { to: 'confirmed', by: ['compliance', 'admin'], quorum: 2 };
const vote = (personId: string, over: Partial<ApprovalVote> = {}): ApprovalVote => ({
  ...{ personId, decision: 'approve', function: 'compliance', reason: null, at: '', withdrawnAt: null, withdrawnReason: null },
  ...over,
});
const approval = (over: Partial<Approval> = {}): Approval => ({
  ...{ id: 'a', step: 'confirmed', status: 'open', quorum: 2, note: null, sha256: '', content: {}, recordVersion: 1 },
  ...{ askedBy: 'asker', askedAt: '', closedAt: null, closedBy: null, closedReason: null, votes: [] },
  ...over,
});
const me = { id: 'me', functions: ['compliance'] as const };

describe('approvals', () => {
  it.each([
    [me, approval(), [], null],
    [{ ...me, functions: ['auditor'] as const }, approval(), [], 'Compliance or Administrator approve it.'],
    [me, approval({ askedBy: 'me' }), [], 'You asked for it, so somebody else approves it.'],
    [me, approval(), ['me'], 'You wrote this, so somebody else approves it.'],
    [me, approval({ votes: [vote('me')] }), [], 'You approved it.'],
    [me, approval({ votes: [vote('me', { withdrawnAt: 'x' })] }), [], null],
  ])('decides or says why not', (who, of, authors, why) => expect(whyNotDecide(rule, of, authors, who)).toBe(why));

  it('counts votes that stand, and takes the newest request of the step', () => {
    expect(givenVotes(approval({ votes: [vote('a'), vote('b', { withdrawnAt: 'x' }), vote('c', { decision: 'refuse' })] }))).toBe(
      1,
    );
    const all = [approval({ id: 'new' }), approval({ id: 'old', status: 'granted' }), approval({ id: 'other', step: 'closed' })];
    expect(standing(all, 'confirmed')).toMatchObject({ last: { id: 'new' }, granted: { id: 'old' } });
    expect([isGranted(all, 'confirmed'), isGranted(all.slice(1), 'confirmed'), isGranted([], 'confirmed')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(ruleWords(rule)).toBe('2 people of Compliance or Administrator, not who wrote it');
  });

  it('shows what differs from what was approved, by the columns that were kept', () => {
    const row = {
      id: 'x',
      rowVersion: 1,
      createdAt: '',
      updatedAt: '',
      createdBy: null,
      updatedBy: null,
      title: 'b',
      dueDate: null,
    };
    const kept = approval({ content: { title: 'a', due_date: null, severity: 'low' } });
    expect(differencesTo(entityOf('findings'), kept, { ...row, severity: 'low' })).toEqual([
      { field: 'title', before: 'a', after: 'b' },
    ]);
  });
});
