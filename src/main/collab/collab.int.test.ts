/**
 * What people do together, by the service over every kind of server: said, kept, approved, copied, and what then waits for whom. Every
 * command twice, as the wrong person, for the wrong tenant, and from two laptops.
 */

import { testKinds } from '@main/db/testing/databases';
import type { ApprovalRule } from '@shared/entities/define';
import { ENTITIES } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EntityService } from '../entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk, TODAY } from '../entities/testing/desk';
import { codeOf, makeFinding } from '../entities/testing/samples';
import { askApproval, decideApproval, withdrawApproval } from './approvals';
import { readCircle } from './circle';
import { comment } from './comments';
import { copyRecord } from './copy';
import { attachFile, attachLink, attachmentFile, detach, readNotices, watch } from './keep';
import { reachedReminder, readNoticeList } from './notices';
import { suggestTags } from './tags';
import { dropTemplate, keepTemplate, readTemplates } from './templates';
import { groupOf, readWork } from './work';

describe.each(testKinds())('together on %s', (kind) => {
  const service = new EntityService();
  let desk: Desk;
  const as = (fn: TenantFunction) => desk.ctx(fn);
  const idOf = (fn: TenantFunction) => desk.a.people[fn].id;
  const on = (recordId: string) => ({ opId: newOpId(), entity: 'findings' as const, recordId });
  const say = (recordId: string, over: object = {}) =>
    ({
      ...on(recordId),
      kind: 'say',
      commentId: newId(),
      parentId: null,
      body: 'See this',
      mentions: [] as string[],
      ...over,
    }) as const;

  beforeAll(async () => {
    desk = await openDesk(kind);
  });
  afterAll(() => desk?.close());

  it('comments are said once, edited by their author at the version they saw, settled and taken back', async () => {
    const auditor = await as('auditor');
    const finding = await makeFinding(service, auditor);
    const first = say(finding.id, { mentions: [idOf('viewer')] });
    await comment(auditor, first);
    await comment(auditor, first);
    expect(await codeOf(comment(auditor, { ...first, body: 'Another' }))).toBe('OPERATION_REUSED');
    const risk = await as('risk');
    await comment(risk, say(finding.id, { parentId: first.commentId, body: 'Seen' }));
    expect(await codeOf(comment(await as('viewer'), say(finding.id)))).toBe('ROLE_FORBIDS');
    expect(await codeOf(comment(auditor, say(newId())))).toBe('NOT_FOUND');
    expect(await codeOf(comment(await desk.ctx('auditor', { tenant: desk.b }), say(finding.id)))).toBe('NOT_FOUND');
    expect(await codeOf(comment(auditor, say(finding.id, { mentions: [desk.b.people.viewer.id] })))).toBe('REFERENCE_MISSING');
    const edit = {
      ...on(finding.id),
      kind: 'edit',
      commentId: first.commentId,
      baseVersion: 1,
      body: 'See that',
      mentions: first.mentions,
    } as const;
    expect(await codeOf(comment(risk, edit))).toBe('ROLE_FORBIDS');
    await comment(auditor, edit);
    expect(await codeOf(comment(auditor, { ...edit, opId: newOpId() }))).toBe('CONTENT_CHANGED');
    await comment(risk, { ...on(finding.id), kind: 'settle', commentId: first.commentId, resolved: true });
    const circle = await readCircle(await as('viewer'), { entity: 'findings', id: finding.id });
    expect(circle.comments.map(({ body, resolved, parentId }) => [body, resolved, parentId])).toEqual([
      ['See that', true, null],
      ['Seen', false, first.commentId],
    ]);
    expect(circle.comments[0]?.editedAt).not.toBeNull();
    expect(circle.watching).toBe(true); // mentioned
    expect(circle.watchers.map(({ why }) => why).sort()).toEqual(['author', 'mentioned']);
    await comment(auditor, { ...on(finding.id), kind: 'take_back', commentId: first.commentId });
    expect((await readCircle(auditor, { entity: 'findings', id: finding.id })).comments[0]).toMatchObject({
      body: '',
      takenBack: true,
    });
  });

  it('a person watches and stops, files and links are kept once', async () => {
    const auditor = await as('auditor');
    const viewer = await as('viewer');
    const finding = await makeFinding(service, auditor);
    const look = () => readCircle(viewer, { entity: 'findings', id: finding.id });
    await watch(viewer, { ...on(finding.id), watching: true });
    expect((await look()).watching).toBe(true);
    await watch(viewer, { ...on(finding.id), watching: false });
    expect((await look()).watching).toBe(false);
    const link = { ...on(finding.id), attachmentId: newId(), name: 'Ticket', url: 'https://tickets.example/1' };
    await attachLink(auditor, link);
    await attachLink(auditor, link);
    expect(await codeOf(attachLink(auditor, { ...link, opId: newOpId(), url: 'javascript:alert(1)' }))).toBe('INPUT_INVALID');
    expect(await codeOf(attachLink(await as('risk'), { ...link, opId: newOpId(), attachmentId: newId() }))).toBe('ROLE_FORBIDS');
    const file = (fileId: string) => ({
      ...{ fileId, fileName: 'a.png', mediaType: 'image/png', sizeBytes: 3, sha256: 'a'.repeat(64), deviceId: auditor.device.id },
      capturedAt: '2026-03-01T10:00:00.000Z',
    });
    const filed = await attachFile(auditor, { ...on(finding.id), attachmentId: newId() }, file(newId()));
    expect(await attachFile(auditor, { ...on(finding.id), attachmentId: newId() }, file(newId()))).toBe(filed);
    expect(await attachmentFile(viewer, filed)).toEqual({ sha256: 'a'.repeat(64) });
    expect(await attachmentFile(await desk.ctx('viewer', { tenant: desk.b }), filed)).toBeNull();
    expect(
      (await readCircle(auditor, { entity: 'findings', id: finding.id })).attachments.map(({ name, here }) => [name, here]),
    ).toEqual([
      ['Ticket', false],
      ['a.png', true],
    ]);
    await detach(auditor, { ...on(finding.id), attachmentId: filed });
    expect((await look()).attachments).toHaveLength(1);
  });

  it('a copy begins with what its kind says, with its parts where they are asked for, once', async () => {
    const auditor = await as('auditor');
    const finding = await makeFinding(service, auditor, { condition: 'as it was', dueDate: '2026-05-01' });
    await service.apply(auditor, creation('actions', { title: 'Fix', findingId: finding.id, dueDate: '2026-04-01' }));
    const asked = { ...on(finding.id), copyId: newId(), title: 'Another', children: ['actions.findingId'] };
    const hooks = () => undefined;
    expect(await copyRecord(auditor, hooks, asked)).toEqual({ id: asked.copyId, children: 1 });
    expect(await copyRecord(auditor, hooks, asked)).toEqual({ id: asked.copyId, children: 1 });
    const copy = (await service.get(auditor, 'findings', asked.copyId)).row;
    expect(copy).toMatchObject({
      title: 'Another',
      condition: 'as it was',
      dueDate: null,
      status: 'identified',
      severity: 'low',
    });
    expect(copy.ref).not.toBe(finding.ref);
    const parts = await service.list(auditor, 'actions', { filter: [{ field: 'findingId', op: 'eq', value: asked.copyId }] });
    expect(parts.rows.map(({ title, dueDate }) => [title, dueDate])).toEqual([['Fix', null]]);
    const other = { ...asked, opId: newOpId(), copyId: newId() };
    expect(await codeOf(copyRecord(auditor, hooks, { ...other, children: ['auditEvidence.findingId'] }))).toBe('INPUT_INVALID');
    expect(await codeOf(copyRecord(await as('viewer'), hooks, other))).toBe('ROLE_FORBIDS');
    const circle = await readCircle(auditor, { entity: 'findings', id: finding.id });
    expect(circle.referredBy).toEqual([
      {
        entity: 'actions',
        field: 'findingId',
        total: 1,
        examples: [{ id: expect.any(String), label: expect.stringMatching(/Fix$/) }],
      },
    ]);
  });

  it('a template is kept under a name, by whoever makes such records', async () => {
    const auditor = await as('auditor');
    const finding = await makeFinding(service, auditor, { criteria: 'Passwords have 14 characters' });
    const asked = { ...on(finding.id), templateId: newId(), name: 'Weak passwords' };
    await keepTemplate(auditor, asked);
    await keepTemplate(auditor, asked);
    expect(await codeOf(keepTemplate(auditor, { ...asked, opId: newOpId(), templateId: newId(), name: 'weak PASSWORDS' }))).toBe(
      'DUPLICATE',
    );
    expect(await codeOf(keepTemplate(await as('risk'), { ...asked, opId: newOpId(), templateId: newId() }))).toBe('ROLE_FORBIDS');
    const [template] = await readTemplates(await as('viewer'), 'findings');
    expect(template).toMatchObject({
      name: 'Weak passwords',
      values: { criteria: 'Passwords have 14 characters', severity: 'low' },
    });
    expect(template?.values).not.toHaveProperty('ref');
    expect(await readTemplates(await desk.ctx('auditor', { tenant: desk.b }), 'findings')).toEqual([]);
    await dropTemplate(auditor, { opId: newOpId(), entity: 'findings', templateId: asked.templateId });
    expect(await readTemplates(auditor, 'findings')).toEqual([]);
  });

  it('what waits for whom: assigned, due, for review, mentioned; told once, read once, on two laptops', async () => {
    const auditor = await as('auditor');
    const compliance = await desk.ctx('compliance', { deviceId: 'first' });
    const make = (title: string, patch: object) =>
      makeFinding(service, auditor, { title, ownerId: idOf('compliance'), ...patch });
    const late = await make('late', { dueDate: '2026-02-20' });
    const soon = await make('soon', { dueDate: '2026-03-07' });
    await make('far', { dueDate: '2027-01-01' });
    await comment(auditor, say(soon.id, { mentions: [idOf('compliance')] }));
    const work = await readWork(compliance);
    const of = (group: string) => work.lines.filter((line) => line.group === group).map((line) => line.title);
    expect([of('overdue'), of('due'), of('mentions')]).toEqual([['late'], ['soon'], ['soon']]);
    expect(of('assigned')).toContain('far');
    expect(work.counts).toMatchObject({ overdue: 1, due: 1, mentions: 1 });
    const told = await readNoticeList(compliance);
    const kinds = (id: string) => told.items.filter((notice) => notice.id === id).map((notice) => notice.kind);
    expect(kinds(late.id).sort()).toEqual(['assigned', 'overdue']);
    expect(kinds(soon.id).sort()).toEqual(['assigned', 'due', 'mention']);
    expect(new Set(told.items.map(({ key }) => key)).size).toBe(told.items.length);
    const other = await desk.ctx('compliance', { deviceId: 'second' });
    expect((await readNoticeList(other)).items).toEqual(told.items);
    const keys = told.items.map(({ key }) => key);
    await Promise.all([compliance, other].map((ctx) => readNotices(ctx, { opId: newOpId(), keys })));
    expect((await readNoticeList(other)).unread).toBe(0);
    // a finding that its owner reports as resolved waits for an auditor, not for whoever resolved it
    for (const status of ['confirmed', 'assigned', 'in_progress', 'resolved']) {
      const { row } = await service.get(auditor, 'findings', late.id);
      await service.apply(auditor, change('findings', row, { status }));
    }
    expect((await readWork(auditor)).lines.filter((line) => line.group === 'review').map((line) => line.title)).not.toContain(
      'late',
    );
    expect(await suggestTags(auditor, '')).toEqual([]);
  });

  it('what I signed and somebody changed comes back to me', async () => {
    const auditor = await as('auditor');
    const finding = await makeFinding(service, auditor, { title: 'signed', condition: 'as it was' });
    const { tenantId, personId } = auditor.session;
    const scope = { tenantId, personId, function: 'auditor', source: auditor.source } as const;
    await auditor.database.withTenant(scope, (tx) => tx.query("SELECT sign_off('findings', $1::uuid, 'reviewed')", [finding.id]));
    const changed = async () =>
      (await readWork(auditor)).lines.filter((line) => line.group === 'changed').map((line) => line.title);
    expect(await changed()).toEqual([]);
    const { row } = await service.get(auditor, 'findings', finding.id);
    await service.apply(auditor, change('findings', row, { tags: ['later'] }));
    expect(await changed()).toEqual([]);
    const again = (await service.get(auditor, 'findings', finding.id)).row;
    await service.apply(auditor, change('findings', again, { condition: 'another' }));
    expect(await changed()).toEqual(['signed']);
    expect(await suggestTags(auditor, 'la')).toEqual([{ tag: 'later', uses: 1 }]);
  });

  it('an approval is asked, given and bound, by the service too', async () => {
    const auditor = await as('auditor');
    // a kind that needs approval, for this test alone
    const rule: ApprovalRule = { to: 'dismissed', by: ['compliance'], quorum: 1, free: ['settledAt'] };
    const definition: { approval?: readonly ApprovalRule[] } = ENTITIES.findings;
    await desk.look(`SELECT private.guard_approval($1, $2::uuid, 'findings', $3::jsonb)`, [
      desk.a.schema,
      desk.a.id,
      JSON.stringify([
        {
          field: 'status',
          to: 'dismissed',
          by: ['compliance'],
          quorum: 1,
          free: ['settled_at'],
          back: 'identified',
          parts: null,
        },
      ]),
    ]);
    definition.approval = [rule];
    try {
      const finding = await makeFinding(service, auditor, { title: 'gated' });
      const step = async () =>
        codeOf(
          service.apply(
            auditor,
            change('findings', (await service.get(auditor, 'findings', finding.id)).row, { status: 'dismissed' }, 'no longer'),
          ),
        );
      expect(await step()).toBe('APPROVAL_MISSING');
      const request = {
        ...on(finding.id),
        approvalId: newId(),
        step: 'dismissed',
        baseVersion: finding.rowVersion,
        note: 'please',
      };
      expect(await codeOf(askApproval(auditor, { ...request, baseVersion: 99 }))).toBe('CONTENT_CHANGED');
      await askApproval(auditor, request);
      await askApproval(auditor, request);
      const compliance = await as('compliance');
      expect(
        (await readWork(compliance)).lines.filter((line) => line.group === 'approvals').map((line) => [line.title, line.detail]),
      ).toEqual([['gated', 'dismissed']]);
      const [approval] = (await readCircle(compliance, { entity: 'findings', id: finding.id })).approvals;
      const decision = {
        ...on(finding.id),
        approvalId: request.approvalId,
        decision: 'approve',
        sha256: approval?.sha256 ?? '',
        reason: '',
      } as const;
      expect(await codeOf(decideApproval(auditor, decision))).toBe('ROLE_FORBIDS');
      expect(await codeOf(decideApproval(compliance, { ...decision, decision: 'refuse' }))).toBe('REASON_REQUIRED');
      await decideApproval(compliance, decision);
      expect(await step()).toBe('done');
      expect(
        (await readNoticeList(auditor)).items.some(({ kind: what, id }) => what === 'approval_done' && id === finding.id),
      ).toBe(true);
      const { row } = await service.get(auditor, 'findings', finding.id);
      await service.apply(auditor, change('findings', row, { condition: 'another' }));
      expect((await service.get(auditor, 'findings', finding.id)).row.status).toBe('identified');
      expect((await readCircle(auditor, { entity: 'findings', id: finding.id })).approvals[0]?.status).toBe('void');
      expect((await readWork(compliance)).lines.filter((line) => line.group === 'changed').map((line) => line.title)).toEqual([
        'gated',
      ]);
      expect(await codeOf(withdrawApproval(auditor, { ...on(finding.id), approvalId: request.approvalId, reason: 'no' }))).toBe(
        'STATE_FORBIDS',
      );
    } finally {
      definition.approval = undefined;
    }
  });
});

it.each([
  [31, null],
  [30, 30],
  [8, 30],
  [7, 7],
  [2, 7],
  [1, 1],
  [0, 1],
])('%d days before: the reminder of %s days', (days, reminder) => expect(reachedReminder(days)).toBe(reminder));

it('groups by date', () => {
  expect([null, 31, 30, 0, -1].map(groupOf)).toEqual(['assigned', 'assigned', 'due', 'due', 'overdue']);
  expect(TODAY).toBe('2026-03-01');
  expect(new CodedError('APPROVAL_OWN').class).toBe('forbidden');
});
