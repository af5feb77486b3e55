/** What the guards of the database look like from the service: the same refusals, rights that say so, and personal data in the clear. */
import { testKinds } from '@main/db/testing/databases';
import { AUDITOPS_HOOKS } from '@main/domains/auditops';
import type { ServiceScope } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import type { EntityName } from '@shared/entities/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revealPersonal } from './reveal';

const service = new EntityService(AUDITOPS_HOOKS);

describe.each(testKinds())('the guards behind the service on %s', (kind) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(kind);
  });
  afterAll(async () => {
    await desk?.close();
  });

  const auditor = () => desk.ctx('auditor');
  const get = async (name: EntityName, id: string) => service.get(await auditor(), name, id);
  /** Changes the record as it stands; the code of the refusal, or 'done'. */
  const set = async (name: EntityName, id: string, patch: Parameters<typeof change>[2], reason?: string) =>
    codeOf(service.apply(await auditor(), change(name, (await get(name, id)).row, patch, reason)));

  it('a reported audit says so before anybody writes, and moves on by its state', async () => {
    const [plan, test] = [newId(), newId()];
    await service.apply(await auditor(), creation('auditPlans', { auditName: 'Spring' }, plan));
    const values = { auditPlanId: plan, title: 'Doors', testDate: '2026-03-01' };
    await service.apply(await auditor(), creation('controlTests', values, test));
    await set('controlTests', test, { designEffectiveness: 'effective', operatingEffectiveness: 'effective' });
    for (const status of ['fieldwork', 'review', 'reported']) expect(await set('auditPlans', plan, { status })).toBe('done');
    expect(await get('auditPlans', plan)).toMatchObject({
      may: { update: false, why: 'STATE_FORBIDS' },
      steps: ['review', 'closed'],
    });
    // The app refuses what its definition locks; the database what it alone can see.
    expect(await set('auditPlans', plan, { objective: 'other' })).toBe('STATE_FORBIDS');
    expect(await set('auditPlans', plan, { objective: 'other', status: 'review' })).toBe('STATE_FORBIDS');
    expect(await set('controlTests', test, { testNotes: 'other' })).toBe('STATE_FORBIDS');
    expect(await set('auditPlans', plan, { status: 'closed' })).toBe('STATE_FORBIDS'); // its test is not done
    expect(await codeOf(service.apply(await auditor(), creation('controlTests', { ...values, title: 'Windows' })))).toBe(
      'STATE_FORBIDS',
    );
    expect(await set('auditPlans', plan, { status: 'review' })).toBe('done');
    expect(await get('auditPlans', plan)).toMatchObject({ may: { update: true } });
    expect(await set('controlTests', test, { status: 'done' })).toBe('done');
    for (const status of ['reported', 'closed']) expect(await set('auditPlans', plan, { status })).toBe('done');
  });

  it('restricted work is not there for whoever is not named', async () => {
    const ctx = await auditor();
    const id = newId();
    await service.apply(ctx, creation('findings', { title: 'Delicate', kind: 'observation', severity: 'low' }, id));
    const scope: ServiceScope = { tenantId: desk.a.id, function: 'auditor', personId: ctx.session.personId, source: ctx.source };
    await ctx.database.withTenant(scope, (tx) =>
      tx.query("SELECT restrict_record('findings', $1::uuid, '{}', 'a named person')", [id]),
    );
    expect((await service.list(ctx, 'findings', {})).total).toBe(1);
    expect(await set('findings', id, { title: 'Very delicate' })).toBe('done');
    const viewer = await desk.ctx('viewer');
    expect(await service.list(viewer, 'findings', {})).toMatchObject({ total: 0, rows: [] });
    expect(await service.counts(viewer, 'findings')).toMatchObject({ all: 0 });
    expect(await codeOf(service.get(viewer, 'findings', id))).toBe('NOT_FOUND');
    expect(await codeOf(service.history(viewer, 'findings', id))).toBe('NOT_FOUND');
    const risk = await desk.ctx('risk');
    expect(await codeOf(service.apply(risk, creation('actions', { title: 'x', findingId: id })))).toBe('REFERENCE_MISSING');
  });

  it('personal data comes after its record, for the privacy function, with a reason', async () => {
    const ctx = await desk.ctx('privacy');
    const { tenantId, personId } = ctx.session;
    const scope = { tenantId, personId, source: ctx.source };
    const id = newId();
    await ctx.database.withTenant({ ...scope, function: 'privacy' }, (tx) =>
      tx.query(
        `INSERT INTO dsr_requests (id, request_type, data_subject_id, request_details)
         VALUES ($1::uuid, 'erasure', 'jane@example.org', '{"all": true}')`,
        [id],
      ),
    );
    const ask = (reason: string, of = id) => revealPersonal(ctx.database, scope, 'dsrRequests', of, reason);
    expect(await codeOf(ask('why'))).toBe('REASON_REQUIRED');
    expect(await codeOf(ask('to answer the request', newId()))).toBe('NOT_FOUND');
    const seen = { dataSubjectId: 'jane@example.org', requestDetails: { all: true } };
    expect(await ask('to answer the request')).toMatchObject(seen);
    expect(await ask('to answer the request')).toMatchObject(seen);
    const records = await desk.look(
      `SELECT actor, reason FROM ${desk.a.schema}.audit_log WHERE action = 'reveal' AND resource_id = $1`,
      [id],
    );
    expect(records).toEqual([{ actor: personId, reason: 'to answer the request' }]);
    const risk = await desk.ctx('risk');
    const theirs = { tenantId, personId: risk.session.personId, source: risk.source };
    // On a server the login may not take that function on; the embedded one believes the app.
    if (kind !== 'embedded') {
      expect(await codeOf(revealPersonal(risk.database, theirs, 'dsrRequests', id, 'out of curiosity'))).toBe('ROLE_FORBIDS');
    }
  });
});
