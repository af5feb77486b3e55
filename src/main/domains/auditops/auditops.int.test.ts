/** Programmes, workpapers, findings and evidence against real databases. */
import { testKinds } from '@main/db/testing/databases';
import { readPosture } from '@main/domains/home/posture';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk, TODAY } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import { searchAll } from '@main/search/search';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS, AuditOps } from '.';

const service = new EntityService(AUDITOPS_HOOKS);
const auditOps = new AuditOps();

describe.each(testKinds())('AuditOps on %s', (kind) => {
  let desk: Desk;
  const regulationId = newId();
  const setId = newId();
  const planId = newId();
  /** Controls by reference. */
  const controls: Record<string, string> = {};
  const requirements: Record<string, string> = {};

  beforeAll(async () => {
    desk = await openDesk(kind);
    const ctx = await desk.ctx('compliance');
    const make = (...args: Parameters<typeof creation>) => service.apply(ctx, creation(...args));
    await make('regulations', { name: 'Catalogue', shortName: 'CAT' }, regulationId);
    await make('controlSets', { name: 'Baseline', regulationId }, setId);
    let order = 0;
    const requirement = async (refId: string, values: Parameters<typeof creation>[1]) => {
      const id = newId();
      requirements[refId] = id;
      order += 1;
      await make('requirements', { regulationId, refId, orderIndex: order, depth: 0, kind: 'control', ...values }, id);
      return id;
    };
    for (const [family, title] of [
      ['AC', 'Access Control'],
      ['AU', 'Audit'],
    ] as const) {
      await requirement(family, { kind: 'group', family, title });
    }
    for (const [ref, family] of [
      ['AC-10', 'AC'],
      ['AC-2', 'AC'],
      ['AU-1', 'AU'],
    ] as const) {
      const id = await requirement(ref, { family, title: `About ${ref}`, text: `Text of ${ref}`, assessable: true });
      const statement = await requirement(`${ref} statement`, { kind: 'part', parentId: id, title: 'Statement', family });
      for (const item of ['a.', 'b.']) {
        await requirement(`${ref}${item}`, { kind: 'part', parentId: statement, title: item, text: `do ${item}`, family });
      }
      const control = newId();
      controls[ref] = control;
      const keyControl = ref === 'AC-2';
      await make('controls', { ref, name: `Control ${ref}`, family, controlSetId: setId, keyControl, status: 'active' }, control);
      await make('controlRequirements', { controlId: control, requirementId: id, relation: 'equal', strength: 10 });
    }
    const auditor = await desk.ctx('auditor');
    const plan = {
      auditName: 'Audit',
      regulationId,
      startDate: '2026-03-01',
      endDate: '2026-03-10',
      leadId: auditor.session.personId,
    };
    await service.apply(auditor, creation('auditPlans', plan, planId));
  });
  afterAll(async () => {
    await desk?.close();
  });

  it('shows what could be in scope', async () => {
    expect(await auditOps.scope(await desk.ctx('viewer'), regulationId)).toEqual([
      { family: 'AC', title: 'Access Control', controls: 2 },
      { family: 'AU', title: 'Audit', controls: 1 },
    ]);
    const narrow = { keyOnly: true, maxPriority: null, frequencies: [], lastResults: ['not_tested'] };
    expect((await auditOps.scope(await desk.ctx('viewer'), regulationId, narrow)).map((one) => one.controls)).toEqual([1]);
    expect(await auditOps.scope(await desk.ctx('viewer'), regulationId, { ...narrow, lastResults: ['ineffective'] })).toEqual([]);
    expect(await auditOps.scope(await desk.ctx('viewer'), regulationId, { ...narrow, frequencies: ['daily'] })).toEqual([]);
    expect(await auditOps.scope(await desk.ctx('viewer', { tenant: desk.b }), regulationId)).toEqual([]);
  });

  it('plans a programme once, however often it is asked, and adds only what is missing', async () => {
    const ctx = await desk.ctx('auditor');
    const first = { opId: newOpId(), planId, families: ['AC'], startFieldwork: true };
    const answers = await Promise.all(Array.from({ length: 5 }, () => auditOps.planProgramme(ctx, first)));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ planId, created: 2, present: 0 })));
    expect(ctx.changed).toEqual([['controlTests', 'auditPlans']]);
    // Two people who plan the whole audit at the same moment make each test once.
    const both = await Promise.all([1, 2].map(() => auditOps.planProgramme(ctx, { opId: newOpId(), planId })));
    expect(both.map((result) => result.created).sort()).toEqual([0, 1]);
    const programme = await auditOps.programme(ctx, planId);
    expect(programme).toMatchObject({ total: 3, notTested: 3, effective: 0 });
    expect(programme.plan.row.status).toBe('fieldwork');
    expect(programme.families.map(({ family, title, tests }) => [family, title, tests.map((test) => test.controlRef)])).toEqual([
      ['AC', 'Access Control', ['AC-2', 'AC-10']],
      ['AU', 'Audit', ['AU-1']],
    ]);
    expect(programme.families[0]?.tests[0]).toMatchObject({
      title: 'Control AC-2',
      status: 'to_do',
      evidenceFiles: 0,
      openFindings: 0,
    });
    const refs = programme.families.flatMap((family) => family.tests.map((test) => test.ref));
    expect(refs).toEqual(['CT-0001', 'CT-0002', 'CT-0003']);
  });

  it('refuses programmes of closed plans, without a scope, by the wrong function, of nothing', async () => {
    const ctx = await desk.ctx('auditor');
    const bare = newId();
    await service.apply(ctx, creation('auditPlans', { auditName: 'Bare' }, bare));
    expect(await codeOf(auditOps.planProgramme(ctx, { opId: newOpId(), planId: bare }))).toBe('INPUT_INVALID');
    const none = { keyOnly: false, maxPriority: 1, frequencies: [], lastResults: [] };
    const narrowed = { opId: newOpId(), planId: bare, regulationId, narrow: none };
    expect(await auditOps.planProgramme(ctx, narrowed)).toEqual({ planId: bare, created: 0, present: 0 });
    expect(await codeOf(auditOps.planProgramme(ctx, { opId: newOpId(), planId: newId() }))).toBe('NOT_FOUND');
    expect(await codeOf(auditOps.planProgramme(await desk.ctx('compliance'), { opId: newOpId(), planId }))).toBe('ROLE_FORBIDS');
    expect(await codeOf(auditOps.planProgramme(await desk.ctx('auditor', { tenant: desk.b }), { opId: newOpId(), planId }))).toBe(
      'NOT_FOUND',
    );
    const seen = (await service.get(ctx, 'auditPlans', bare)).row;
    await service.apply(ctx, change('auditPlans', seen, { status: 'cancelled' }, 'no time'));
    const one = { planId: bare, controlIds: [controls['AC-2'] ?? ''] };
    expect(await codeOf(auditOps.planProgramme(ctx, { opId: newOpId(), ...one }))).toBe('STATE_FORBIDS');
    const cancelled = (await service.get(ctx, 'auditPlans', bare)).row;
    await service.apply(ctx, change('auditPlans', cancelled, { status: 'planned' }));
    expect(await auditOps.planProgramme(ctx, { opId: newOpId(), ...one })).toEqual({ planId: bare, created: 1, present: 0 });
  });

  const testOf = async (ref: string) => {
    const programme = await auditOps.programme(await desk.ctx('auditor'), planId);
    const found = programme.families.flatMap((family) => family.tests).find((test) => test.controlRef === ref);
    if (!found) throw new Error(`no test of ${ref}`);
    return found;
  };

  it('shows the whole sheet of a test', async () => {
    const ctx = await desk.ctx('auditor');
    const { id } = await testOf('AC-10');
    const sheet = await auditOps.workpaper(ctx, id);
    expect(sheet.test.row).toMatchObject({
      title: 'AC-10 Control AC-10',
      testDate: '2026-03-10',
      testedBy: ctx.session.personId,
    });
    expect(sheet.test.row.procedure?.split('\n').slice(1)).toEqual(['1. AC-10a: do a.', '2. AC-10b: do b.']);
    expect(sheet.test.labels[controls['AC-10'] ?? '']).toBe('AC-10 Control AC-10');
    expect(sheet.plan?.id).toBe(planId);
    expect(sheet.control?.ref).toBe('AC-10');
    expect(sheet.requirements.map(({ requirement, relation }) => [requirement.refId, relation])).toEqual([['AC-10', 'equal']]);
    expect(sheet.requirements[0]?.parts.map((part) => part.refId)).toEqual(['AC-10 statement', 'AC-10a.', 'AC-10b.']);
    expect(sheet.previous?.title).toBe('AC-2 Control AC-2');
    expect(sheet.next?.title).toBe('AU-1 Control AU-1');
    expect((await auditOps.workpaper(ctx, (await testOf('AC-2')).id)).previous).toBeNull();
    expect(await codeOf(auditOps.workpaper(await desk.ctx('auditor', { tenant: desk.b }), id))).toBe('NOT_FOUND');
  });

  const fact = (sha: string) => ({
    fileId: newId(),
    fileName: 'door.jpg',
    mediaType: 'image/jpeg',
    sizeBytes: 7,
    sha256: sha.repeat(64),
    deviceId: 'laptop',
  });

  it('files evidence once, gives further files versions, and never files the same bytes twice', async () => {
    const ctx = await desk.ctx('auditor');
    const { id: controlTestId } = await testOf('AC-2');
    const evidenceId = newId();
    const input = { opId: newOpId(), evidenceId, controlTestId, file: fact('a') };
    const first = await auditOps.attachEvidence(ctx, input);
    expect(first.evidence).toMatchObject({
      title: 'door.jpg',
      evidenceType: 'photo',
      auditPlanId: planId,
      uploadedBy: ctx.session.personId,
    });
    expect(first.file).toMatchObject({ id: input.file.fileId, versionNumber: 1, sha256: 'a'.repeat(64) });
    // The vault sealed the bytes anew for the second attempt: same attachment, first file.
    const again = await auditOps.attachEvidence(ctx, { ...input, file: { ...input.file, fileId: newId() } });
    expect(again.file.id).toBe(input.file.fileId);
    expect(await codeOf(auditOps.attachEvidence(ctx, { ...input, title: 'Other' }))).toBe('OPERATION_REUSED');
    const second = await auditOps.attachEvidence(ctx, { opId: newOpId(), evidenceId, file: fact('b') });
    expect(second.file.versionNumber).toBe(2);
    const same = await auditOps.attachEvidence(ctx, { opId: newOpId(), evidenceId, file: fact('a') });
    expect(same.file.id).toBe(input.file.fileId);
    const sheet = await auditOps.workpaper(ctx, controlTestId);
    expect(sheet.evidence.map((entry) => [entry.evidence.id, entry.files.map((file) => file.versionNumber)])).toEqual([
      [evidenceId, [1, 2]],
    ]);
    expect((await testOf('AC-2')).evidenceFiles).toBe(2);
    expect(ctx.changed).toHaveLength(3);
  });

  it('leaves no record where the file is refused', async () => {
    const ctx = await desk.ctx('auditor');
    const evidenceId = newId();
    const refused = { opId: newOpId(), evidenceId, controlTestId: newId(), file: fact('c') };
    expect(await codeOf(auditOps.attachEvidence(ctx, refused))).toBe('REFERENCE_MISSING');
    expect(await codeOf(auditOps.attachEvidence(ctx, { opId: newOpId(), evidenceId, file: { ...fact('c'), sha256: 'x' } }))).toBe(
      'INPUT_INVALID',
    );
    const nul = { opId: newOpId(), evidenceId, title: 'ok', file: { ...fact('c'), fileName: 'a\u0000b' } };
    expect(await codeOf(auditOps.attachEvidence(ctx, nul))).toBe('INPUT_INVALID');
    expect(await codeOf(service.get(ctx, 'auditEvidence', evidenceId))).toBe('NOT_FOUND');
    expect(await codeOf(auditOps.attachEvidence(await desk.ctx('risk'), { opId: newOpId(), evidenceId, file: fact('c') }))).toBe(
      'ROLE_FORBIDS',
    );
  });

  it('raises a finding with its action in one step, or neither', async () => {
    const ctx = await desk.ctx('auditor');
    const { id: controlTestId } = await testOf('AC-2');
    const finding = { title: 'Doors open', kind: 'major_nonconformity', severity: 'high', dueDate: '2026-02-27' };
    const bad = { opId: newOpId(), findingId: newId(), controlTestId, finding, action: { id: newId(), fields: {} } };
    const refused = await auditOps.raiseFinding(ctx, bad).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'INPUT_INVALID', faults: [{ path: 'action.title', message: 'needs a value' }] });
    expect(await codeOf(service.get(ctx, 'findings', bad.findingId))).toBe('NOT_FOUND');

    const ownerId = desk.a.people.compliance.id;
    const good = { ...bad, finding: { ...finding, ownerId }, action: { id: newId(), fields: { title: 'Close them' } } };
    const raised = await auditOps.raiseFinding(ctx, good);
    expect(await auditOps.raiseFinding(ctx, good)).toEqual(raised);
    expect(raised).toMatchObject({ findingId: good.findingId, actionId: good.action.id });
    expect(raised.findingRef).toMatch(/^F-\d{3}$/);
    const sheet = await auditOps.workpaper(ctx, controlTestId);
    expect(sheet.findings).toHaveLength(1);
    expect(sheet.findings[0]).toMatchObject({ auditPlanId: planId, controlId: controls['AC-2'], controlTestId, ownerId });
    expect(sheet.findings[0]?.actions).toMatchObject([{ title: 'Close them', ownerId, dueDate: '2026-02-27' }]);
    expect((await testOf('AC-2')).openFindings).toBe(1);
    expect(await codeOf(auditOps.raiseFinding(ctx, { ...good, opId: newOpId(), controlTestId: newId() }))).toBe(
      'REFERENCE_MISSING',
    );
    expect(await codeOf(auditOps.raiseFinding(await desk.ctx('compliance'), { ...good, opId: newOpId() }))).toBe('ROLE_FORBIDS');
  });

  it('shows posture, findings, what is due and the person’s own work', async () => {
    const ctx = await desk.ctx('auditor');
    const { id } = await testOf('AC-2');
    const test = (await service.get(ctx, 'controlTests', id)).row;
    const axes = { designEffectiveness: 'effective', operatingEffectiveness: 'effective' };
    await service.apply(ctx, change('controlTests', test, axes));
    await desk.look(`UPDATE ${desk.a.schema}.findings SET created_at = created_at RETURNING 1 AS n`);
    const posture = await readPosture(ctx);
    const none = { effective: 0, partial: 0, ineffective: 0, notTested: 0, notApplicable: 0, total: 0 };
    expect(posture.families).toEqual([
      { family: 'AC', title: 'Access Control', ...none, effective: 1, notTested: 1, total: 2 },
      { family: 'AU', title: 'Audit', ...none, notTested: 1, total: 1 },
    ]);
    expect(posture.totals).toEqual({ ...none, effective: 1, notTested: 2, total: 3 });
    expect(posture.keyControls).toEqual({ ...none, effective: 1, total: 1 });
    expect(posture.requirements).toEqual({ total: 3, met: 1 });
    expect(posture.findings).toMatchObject({ total: 1, major: 1, late: 1, medianAgeDays: 0, verifiedThisQuarter: 0 });
    expect(posture.findings.bands.map((band) => [band.band, band.total])).toEqual([
      ['upTo30', 1],
      ['upTo60', 0],
      ['upTo90', 0],
      ['over90', 0],
    ]);
    expect(posture.due.map((item) => [item.entity, item.daysLeft])).toEqual([
      ['actions', -2],
      ['findings', -2],
      ['controlTests', 0],
      ['auditPlans', 9],
      ['controlTests', 9],
      ['controlTests', 9],
      ['controlTests', 9],
    ]);
    expect(posture.due[0]).toMatchObject({ title: 'Close them', dueDate: '2026-02-27', ownerId: desk.a.people.compliance.id });
    expect(posture.myWork).toEqual({ findings: 0, actions: 0, tests: 3, readyForReview: 0 });
    expect(posture.audits.map((audit) => [audit.title, audit.tests, audit.tested])).toEqual([
      ['Audit', 3, 1],
      ['Bare', 1, 0],
    ]);
    expect((await readPosture(await desk.ctx('compliance'))).myWork).toEqual({
      findings: 1,
      actions: 1,
      tests: 0,
      readyForReview: 0,
    });
    const empty = await readPosture(await desk.ctx('viewer', { tenant: desk.b }));
    expect(empty).toMatchObject({
      families: [],
      totals: none,
      due: [],
      audits: [],
      findings: { total: 0, medianAgeDays: null, oldest: null },
    });
  });

  it('finds the very reference first, then beginnings, then words', async () => {
    const ctx = await desk.ctx('viewer');
    const hits = await searchAll(ctx, 'ac-2');
    expect(hits.slice(0, 2).map((hit) => [hit.entity, hit.ref])).toEqual([
      ['requirements', 'AC-2'],
      ['controls', 'AC-2'],
    ]);
    const titles = (await searchAll(ctx, 'control ac')).map((hit) => hit.title);
    expect(titles.slice(0, 2)).toEqual(['Control AC-2', 'Control AC-10']);
    expect((await searchAll(ctx, 'doors')).map((hit) => [hit.entity, hit.title, hit.status])).toEqual([
      ['findings', 'Doors open', 'identified'],
    ]);
    expect(await searchAll(ctx, '%')).toEqual([]);
    expect(await searchAll(ctx, `'; DROP TABLE findings; --`)).toEqual([]);
    expect(await searchAll(await desk.ctx('viewer', { tenant: desk.b }), 'ac-2')).toEqual([]);
    await desk.look(
      `INSERT INTO ${desk.a.schema}.controls (ref, name, family, status)
       SELECT 'ZZ-' || n, 'Bulk ' || n, 'ZZ', 'deprecated' FROM generate_series(1, 10000) n RETURNING 1 AS n`,
    );
    const bulk = await searchAll(ctx, 'zz');
    expect(bulk.map((hit) => hit.ref)).toEqual(Array.from({ length: 8 }, (_, at) => `ZZ-${at + 1}`));
  });

  it('dates follow the clock that is passed in', async () => {
    const ctx = await desk.ctx('auditor');
    const later = { ...ctx, clock: { now: () => new Date('2126-03-01T12:00:00Z'), today: () => '2126-03-01' } };
    const posture = await readPosture(later);
    expect(posture.findings.bands.map((band) => band.total)).toEqual([0, 0, 0, 1]);
    expect(posture.due.every((item) => item.daysLeft < 0)).toBe(true);
    expect(TODAY < '2126').toBe(true);
  });
});
