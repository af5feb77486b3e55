/** Each operation once, whoever sends it how often, and what many writers at the same time make of one record. */
import { testKinds } from '@main/db/testing/databases';
import { AUDITOPS_HOOKS } from '@main/domains/auditops';
import type { ServiceScope, SqlClient } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, openDesk } from '@main/entities/testing/desk';
import { codeOf, makeFinding } from '@main/entities/testing/samples';
import { CodedError } from '@shared/errors';
import type { Operation } from '@shared/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const service = new EntityService(AUDITOPS_HOOKS);

describe.each(testKinds())('The ledger on %s', (kind) => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await openDesk(kind);
  });
  afterAll(async () => {
    await desk?.close();
  });

  const createdFinding = async (patch: Operation['patch'] = {}) => makeFinding(service, await desk.ctx('auditor'), patch);

  it('applies an operation once, however often it is sent, and answers alike', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('findings', { title: 'Once', kind: 'observation', severity: 'low' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.apply(ctx, operation)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(ctx.changed).toHaveLength(1);
    const row = (await service.get(ctx, 'findings', operation.entityId)).row;
    const update = change('findings', row, { title: 'Twice' });
    const first = await service.apply(ctx, update);
    expect(first).toMatchObject({ status: 'applied', rowVersion: 2 });
    expect(await service.apply(ctx, update)).toEqual(first);
    expect(await service.history(ctx, 'findings', operation.entityId)).toHaveLength(2);
    expect(await codeOf(service.apply(ctx, { ...update, patch: { title: 'Other' } }))).toBe('OPERATION_REUSED');
    const other = await desk.ctx('compliance', { claims: ['compliance'] });
    const foreign = { ...creation('actions', { title: 'A' }), opId: update.opId };
    expect(await codeOf(service.apply(other, foreign))).toBe('OPERATION_REUSED');
  });

  it('goes on where a restored laptop counts from an old number', async () => {
    const ctx = await desk.ctx('auditor');
    await service.apply(ctx, creation('findings', { title: '1', kind: 'observation', severity: 'low' }));
    await service.apply(ctx, creation('findings', { title: '2', kind: 'observation', severity: 'low' }));
    let sequence = 0;
    const restored = { ...ctx, device: { id: ctx.device.id, nextSeq: () => ++sequence } };
    const operation = creation('findings', { title: '3', kind: 'observation', severity: 'low' });
    expect(await service.apply(restored, operation)).toMatchObject({ status: 'applied' });
    expect(sequence).toBe(3);
  });

  it('keeps the operation when the server commits and the reply is lost', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('findings', { title: 'Reply lost', kind: 'observation', severity: 'low' });
    const lossy = {
      ...ctx,
      database: {
        withTenant: async <T>(scope: ServiceScope, work: (tx: SqlClient) => Promise<T>): Promise<T> => {
          await ctx.database.withTenant(scope, work);
          throw new CodedError('SERVER_CLOSED');
        },
      },
    };
    expect(await codeOf(service.apply(lossy, operation))).toBe('SERVER_CLOSED');
    expect(ctx.changed).toEqual([]);
    expect(await service.apply(ctx, operation)).toEqual({ status: 'applied', entityId: operation.entityId, rowVersion: 1 });
    expect(await service.history(ctx, 'findings', operation.entityId)).toHaveLength(1);
  });

  it('leaves nothing, not even its ledger row, when it dies before the commit', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('findings', { title: 'Dies', kind: 'observation', severity: 'low' });
    const dying = new EntityService({
      findings: {
        after() {
          throw new CodedError('INTERNAL', { reference: 'power cut' });
        },
      },
    });
    expect(await codeOf(dying.apply(ctx, operation))).toBe('INTERNAL');
    const count = (table: string, key: string) =>
      desk.look<{ n: number }>(`SELECT count(*)::integer AS n FROM ${desk.a.schema}.${table} WHERE ${key} = $1::uuid`, [
        table === 'sync_ops' ? operation.opId : operation.entityId,
      ]);
    expect(await count('findings', 'id')).toEqual([{ n: 0 }]);
    expect(await count('sync_ops', 'op_id')).toEqual([{ n: 0 }]);
    expect(await service.apply(ctx, operation)).toMatchObject({ status: 'applied' });
  });

  it('merges changes of different fields and of different lines, and asks about the same one', async () => {
    const one = await desk.ctx('auditor');
    const seen = await createdFinding({ condition: 'first\nsecond\nthird', title: 'Both', cause: 'c' });
    await service.apply(one, change('findings', seen, { title: 'Theirs', condition: 'FIRST\nsecond\nthird' }));
    const mine = change('findings', seen, { cause: 'mine', condition: 'first\nsecond\nTHIRD' });
    expect(await service.apply(one, mine)).toMatchObject({ status: 'merged', rowVersion: 3 });
    const merged = (await service.get(one, 'findings', seen.id)).row;
    expect(merged).toMatchObject({ title: 'Theirs', cause: 'mine', condition: 'FIRST\nsecond\nTHIRD' });

    const late = change('findings', seen, { title: 'Mine', effect: 'not written either' });
    const conflict = await service.apply(one, late);
    expect(conflict).toMatchObject({
      status: 'conflict',
      rowVersion: 3,
      conflicts: [{ field: 'title', base: 'Both', mine: 'Mine', theirs: 'Theirs' }],
      changedBy: one.session.personId,
    });
    expect((await service.get(one, 'findings', seen.id)).row).toEqual(merged);
    // Solved meanwhile or not: the same operation has the same answer.
    await service.apply(one, change('findings', merged, { title: 'Mine' }));
    expect(await service.apply(one, late)).toEqual(conflict);
    expect(await service.apply(one, change('findings', seen, { title: 'Both' }))).toMatchObject({ status: 'unchanged' });
  });

  it('lets two writers at the same moment lose nothing', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding({ title: 'Start' });
    const fields = ['criteria', 'condition', 'cause', 'effect', 'recommendation', 'managementResponse'];
    const answers = await Promise.all(
      [
        ...fields.map((field) => change('findings', seen, { [field]: field })),
        change('findings', seen, { title: 'A' }),
        change('findings', seen, { title: 'B' }),
      ].map((operation) => service.apply(ctx, operation)),
    );
    const now = (await service.get(ctx, 'findings', seen.id)).row;
    expect(now).toMatchObject(Object.fromEntries(fields.map((field) => [field, field])));
    expect(answers.filter((answer) => answer.status === 'conflict')).toHaveLength(1);
    expect(['A', 'B']).toContain(now.title);
  });

  it('keeps to the state machine and asks for reasons', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding();
    const refused = await service.apply(ctx, change('findings', seen, { status: 'closed' })).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'TRANSITION_REFUSED',
      details: { from: 'identified', to: 'closed', allowed: ['confirmed', 'dismissed'] },
    });
    expect(await codeOf(service.apply(ctx, change('findings', seen, { status: 'dismissed' })))).toBe('REASON_REQUIRED');
    const done = change('findings', seen, { status: 'dismissed' }, 'a false alarm');
    expect(await service.apply(ctx, done)).toMatchObject({ status: 'applied' });
    expect((await service.history(ctx, 'findings', seen.id))[0]).toMatchObject({ reason: 'a false alarm' });
    expect((await service.get(ctx, 'findings', seen.id)).steps).toEqual(['identified']);
    expect(
      await codeOf(
        service.apply(ctx, creation('findings', { title: 'x', kind: 'observation', severity: 'low', status: 'closed' })),
      ),
    ).toBe('TRANSITION_REFUSED');
  });
});
