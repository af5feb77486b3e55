/**
 * Rounds by the services of the window: whom one asks, who answers, reminders that end with the answer, and a proof that names the hash of
 * the text; as the people themselves, a wrong role, another tenant, and twice.
 */
import { createHash } from 'node:crypto';
import { askApproval, decideApproval } from '@main/collab/approvals';
import { readWork } from '@main/collab/work';
import { testKinds } from '@main/db/testing/databases';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import { toCsvFile } from '@main/reports/table-file';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofDocument, proofTable, readProof, readVersion, remind, roundAudience, roundsOf, versionDocument } from '.';

const service = new EntityService(ENTITY_HOOKS);
const TEXT = '# Access\n\nEverybody reads **this**.\n';
const HASH = createHash('sha256').update(TEXT).digest('hex');

describe.each(testKinds())('rounds of policies on %s', (kind) => {
  let desk: Desk;
  const [policyId, versionId, roundId] = [newId(), newId(), newId()];
  const opReminded = newOpId();

  beforeAll(async () => {
    desk = await openDesk(kind);
    const writer = await desk.ctx('compliance');
    await service.apply(writer, creation('policies', { name: 'Access' }, policyId));
    await service.apply(writer, creation('policyVersions', { policyId, content: TEXT }, versionId));
    await step('in_review');
    const opId = newOpId();
    const record = { entity: 'policyVersions', recordId: versionId } as const;
    await askApproval(writer, {
      ...record,
      opId,
      approvalId: opId,
      step: 'approved',
      baseVersion: (await version()).rowVersion,
      note: '',
    });
    const [asked] = await desk.look<{ sha256: string }>(
      `SELECT content_sha256 AS sha256 FROM ${schema()}.approvals WHERE id = $1`,
      [opId],
    );
    for (const fn of ['privacy', 'risk'] as const)
      await decideApproval(await desk.ctx(fn), {
        ...record,
        opId: newOpId(),
        approvalId: opId,
        decision: 'approve',
        sha256: asked?.sha256 ?? '',
        reason: '',
      });
    await step('approved');
    await step('active');
    // who is suspended cannot answer and is not asked
    await desk.look("UPDATE public.users SET status = 'suspended' WHERE id = $1", [desk.a.people.auditor.id]);
  });
  afterAll(() => desk?.close());

  const schema = () => `tenant_${desk.a.id.replaceAll('-', '')}`;
  const version = async () => (await service.get(await desk.ctx('compliance'), 'policyVersions', versionId)).row;
  const step = async (status: 'in_review' | 'approved' | 'active') => {
    const ctx = await desk.ctx('compliance');
    return service.apply(ctx, change('policyVersions', await version(), { status }));
  };
  const asked = async (fn: TenantFunction) => {
    const ctx = await desk.ctx(fn);
    const { rows } = await service.list(ctx, 'policyAcknowledgements', {
      filter: [{ field: 'personId', op: 'eq', value: desk.a.people[fn].id }],
    });
    return rows[0];
  };
  const acknowledge = async (fn: TenantFunction, of: TenantFunction = fn, hash = HASH) => {
    const row = await asked(of);
    if (row === undefined) throw new TypeError('nobody asked');
    return service.apply(await desk.ctx(fn), change('policyAcknowledgements', row, { status: 'acknowledged', readSha256: hash }));
  };

  it('ask whom the preview named, and nobody who is suspended', async () => {
    const ctx = await desk.ctx('compliance');
    const all = await roundAudience(ctx, { versionId, audience: 'everyone' });
    expect(all.asked.map(({ id }) => id)).not.toContain(desk.a.people.auditor.id);
    const some = await roundAudience(ctx, { versionId, audience: 'functions', functions: ['viewer', 'auditor'] });
    expect(some.asked.map(({ id }) => id)).toEqual([desk.a.people.viewer.id]);
    const stranger = await roundAudience(ctx, { versionId, audience: 'people', people: [desk.b.people.viewer.id] });
    expect(stranger.asked).toEqual([]);
    const values = { versionId, audience: 'everyone', functions: [], people: [], dueDate: '2026-02-20', note: 'Please' };
    expect(await codeOf(service.apply(await desk.ctx('viewer'), creation('policyRounds', values)))).toBe('ROLE_FORBIDS');
    await service.apply(ctx, creation('policyRounds', values, roundId));
    const [progress] = await roundsOf(ctx, policyId);
    expect(progress).toMatchObject({
      versionLabel: '1.0',
      versionSha256: HASH,
      acknowledged: 0,
      open: all.asked.length,
      overdue: all.asked.length,
    });
    expect(new Set(progress?.waiting.map(({ personId }) => personId))).toEqual(new Set(all.asked.map(({ id }) => id)));
    expect(await roundAudience(ctx, { versionId, audience: 'everyone' })).toEqual({ asked: [], already: all.asked.length });
    expect(
      await codeOf(roundAudience(await desk.ctx('compliance', { tenant: desk.b }), { versionId, audience: 'everyone' })),
    ).toBe('NOT_FOUND');
    expect(await codeOf(roundsOf(await desk.ctx('compliance', { tenant: desk.b }), policyId))).toBe('NOT_FOUND');
  });

  it('stand in the work of each who is asked, in a group of their own', async () => {
    const { lines, counts } = await readWork(await desk.ctx('viewer'));
    expect(counts.acknowledge).toBe(1);
    expect(lines).toMatchObject([{ group: 'acknowledge', entity: 'policyAcknowledgements', title: 'Access 1.0' }]);
  });

  it('remind who is late, once for one operation, and only by who may ask', async () => {
    const words = 'Please read it';
    expect(await codeOf(remind(await desk.ctx('viewer'), { opId: newOpId(), roundId, whom: 'overdue', words }))).toBe(
      'ROLE_FORBIDS',
    );
    expect(
      await codeOf(remind(await desk.ctx('compliance'), { opId: newOpId(), roundId: newId(), whom: 'overdue', words })),
    ).toBe('NOT_FOUND');
    const ctx = await desk.ctx('compliance');
    const first = await remind(ctx, { opId: opReminded, roundId, whom: 'overdue', words });
    expect(first.reminded).toBeGreaterThan(3);
    expect(await remind(ctx, { opId: opReminded, roundId, whom: 'overdue', words })).toEqual(first);
    const [progress] = await roundsOf(ctx, policyId);
    expect(progress?.waiting.every(({ remindedAt }) => remindedAt !== null)).toBe(true);
    const { counts } = await readWork(await desk.ctx('viewer'));
    expect(counts.mentions).toBe(1);
  });

  it('take the answer of the person asked, to this very text, and settle the reminder with it', async () => {
    expect(await codeOf(acknowledge('compliance', 'viewer'))).toBe('ROLE_FORBIDS');
    expect(
      await codeOf(
        acknowledge(
          'viewer',
          'viewer',
          HASH.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
        ),
      ),
    ).toBe('CONTENT_CHANGED');
    expect((await acknowledge('viewer')).status).toBe('applied');
    const { counts } = await readWork(await desk.ctx('viewer'));
    expect([counts.acknowledge, counts.mentions]).toEqual([0, 0]);
    const [progress] = await roundsOf(await desk.ctx('viewer'), policyId);
    expect(progress).toMatchObject({ acknowledged: 1, round: { acknowledged: 1 } });
  });

  it('are proven by lines that name the hash of the version and of what was read', async () => {
    const proof = await readProof(await desk.ctx('compliance'), versionId, roundId);
    const viewer = await desk.look<{ email: string }>('SELECT email FROM public.users WHERE id = $1', [desk.a.people.viewer.id]);
    const line = proof.lines.find(({ email }) => email === viewer[0]?.email);
    expect(line).toMatchObject({ status: 'acknowledged', readSha256: HASH });
    const csv = Buffer.from(toCsvFile(proofTable(proof))).toString('utf8');
    expect(csv.split('\r\n').filter((row) => row.split(HASH).length === 3)).toHaveLength(1);
    const document = proofDocument(proof, { tenant: 'Nordhaven', madeAt: '2026-03-01T12:00:00.000Z' });
    expect(document.blocks[0]).toMatchObject({ kind: 'facts' });
    expect(JSON.stringify(document)).toContain(HASH);
    expect(proof.approvers).toHaveLength(2);
    expect(await codeOf(readProof(await desk.ctx('compliance'), versionId, newId()))).toBe('NOT_FOUND');
    expect(await codeOf(readProof(await desk.ctx('compliance', { tenant: desk.b }), versionId, null))).toBe('NOT_FOUND');
    const file = versionDocument(await readVersion(await desk.ctx('viewer'), versionId), 'Nordhaven');
    expect(file).toMatchObject({ title: 'Access 1.0', blocks: [{ kind: 'facts' }, { kind: 'markdown', text: TEXT, top: 1 }] });
  });

  it('end when they are closed: nobody is reminded, what was not answered lapses', async () => {
    const ctx = await desk.ctx('compliance');
    const { row } = await service.get(ctx, 'policyRounds', roundId);
    await service.apply(ctx, change('policyRounds', row, { status: 'closed' }));
    expect(await codeOf(remind(ctx, { opId: newOpId(), roundId, whom: 'open', words: 'x' }))).toBe('STATE_FORBIDS');
    expect((await asked('risk'))?.status).toBe('lapsed');
    const { counts } = await readWork(await desk.ctx('risk'));
    expect([counts.acknowledge, counts.mentions]).toEqual([0, 0]);
  });
});
