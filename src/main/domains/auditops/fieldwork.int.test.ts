/**
 * Samples, teams, sign-offs, requests and notes on real databases: what the screens do by the commands, and what the same people
 * try with raw SQL.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKinds } from '@main/db/testing/databases';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import type { TenantFunction } from '@shared/roles';
import type { Drawing } from '@shared/wire/sampling';
import type { SignedEntity, SignKind } from '@shared/wire/sign-offs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from './hooks';
import { auditProgress, auditTimeline } from './progress';
import { raiseFinding } from './raise-finding';
import { answerRequest, askForEvidence, decideRequest, suggestRequests } from './requests';
import { lookIntoPopulation, proveSample, readManifest, samplesOfTest } from './sampling';
import { drawSample } from './sampling/draw-sample';
import { readSignOffs, signRecord, withdrawSignOff } from './sign-offs';

const service = new EntityService(AUDITOPS_HOOKS);
const SEED = '5eed'.repeat(16);
const DENIED = 'ROLE_FORBIDS';

describe.each(testKinds())('Fieldwork on %s', (kind) => {
  let desk: Desk;
  let folder: string;
  /** A second auditor of tenant a, beside the one who tests: somebody has to review. */
  let reviewerId: string;
  const invoices = () => ({ path: join(folder, 'invoices.csv'), name: 'invoices.csv' });

  beforeAll(async () => {
    desk = await openDesk(kind);
    folder = await mkdtemp(join(tmpdir(), 'kompl-fieldwork-'));
    const rows = Array.from({ length: 300 }, (_, at) => `INV-${1000 + at},${at === 7 ? 90_000 : (at % 40) * 10},${at % 3}`);
    await writeFile(join(folder, 'invoices.csv'), `no,amount,unit\n${rows.join('\n')}\n`);
    await writeFile(
      join(folder, 'turned.csv'),
      `unit;no;amount\n${rows
        .reverse()
        .map((row) => row.split(','))
        .map(([no, amount, unit]) => `${unit};${no};${amount}`)
        .join('\n')}\n`,
    );
    await writeFile(
      join(folder, 'forged.csv'),
      `no,amount,unit\n${rows.map((row) => row.replace('INV-1100', 'INV-9100')).join('\n')}\n`,
    );
    // The compliance officer audits too, so that two auditors stand in one tenant.
    reviewerId = desk.a.people.compliance.id;
    await desk.look(`SELECT public.join_tenant($1::uuid, $2::uuid, 'auditor')`, [reviewerId, desk.a.id]);
  });
  afterAll(async () => {
    await desk?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  const tester = () => desk.ctx('auditor');
  const reviewer = () => desk.ctx('compliance', { claims: ['auditor'] });
  const make = async (entity: Parameters<typeof creation>[0], patch: Parameters<typeof creation>[1], ctx = tester()) => {
    const operation = creation(entity, patch);
    await service.apply(await ctx, operation);
    return operation.entityId;
  };
  const patch = async (entity: Parameters<typeof change>[0], id: string, values: Parameters<typeof change>[2], ctx = tester()) =>
    service.apply(await ctx, change(entity, (await service.get(await ctx, entity, id)).row, values));
  /** A statement of a person's own, as with psql, in the role of one of their functions. */
  const sql = async (fn: TenantFunction, role: TenantFunction, text: string, values: readonly unknown[] = []) => {
    const ctx = await desk.ctx(fn);
    const { tenantId, personId } = ctx.session;
    return codeOf(
      ctx.database.withTenant({ tenantId, personId, function: role, source: 'psql' }, (tx) => tx.query(text, [...values])),
    );
  };

  /** A plan with a test that is done by the tester. */
  async function audit(team?: { readonly tester: string; readonly reviewer: string }) {
    const planId = await make('auditPlans', { auditName: 'Audit', status: 'fieldwork' });
    if (team) {
      await make('auditTeam', { auditPlanId: planId, personId: desk.a.people.auditor.id, teamRole: team.tester });
      // the tester who made the first row is of the team by then, and only a lead adds to it
      await desk.look(
        `INSERT INTO ${desk.a.schema}.audit_team (audit_plan_id, person_id, team_role) VALUES ($1::uuid, $2::uuid, $3)`,
        [planId, reviewerId, team.reviewer],
      );
    }
    const testId = newId();
    await desk.look(
      `INSERT INTO ${desk.a.schema}.control_tests (id, audit_plan_id, title, test_date, status, tested_by, design_effectiveness, operating_effectiveness)
       VALUES ($1::uuid, $2::uuid, 'Test', '2026-03-01', 'in_progress', $3::uuid, 'effective', 'effective')`,
      [testId, planId, desk.a.people.auditor.id],
    );
    return { planId, testId };
  }

  const drawing = (more: Partial<Drawing> = {}): Drawing => ({
    method: 'random',
    seed: SEED,
    sheet: null,
    keyColumn: 'no',
    amountColumn: 'amount',
    stratumColumn: null,
    decimalMark: null,
    size: 25,
    confidence: 95,
    tolerableRate: null,
    expectedRate: null,
    tolerableAmount: null,
    expectedAmount: null,
    ...more,
  });

  describe('a sample', () => {
    it('is drawn once, whole, by one operation, and again from any order of the same population', async () => {
      const { testId } = await audit();
      const input = { opId: newOpId(), sampleId: newId(), controlTestId: testId, title: 'Invoices', drawing: drawing() };
      const answers = await Promise.all([1, 2, 3].map(async () => drawSample(await tester(), input, invoices())));
      expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
      const [drawn] = await samplesOfTest(await desk.ctx('viewer'), testId);
      expect(drawn?.items).toHaveLength(25);
      expect(drawn?.sample).toMatchObject({ algorithm: 'kompl-sample-1', populationRows: 300, populationName: 'invoices.csv' });
      const [stored] = await desk.look<{ n: number }>(
        `SELECT count(*)::integer AS n FROM ${desk.a.schema}.sample_items WHERE sample_id = $1::uuid`,
        [input.sampleId],
      );
      expect(stored?.n).toBe(25);
      // what was not drawn is nowhere in the database
      const keys = new Set(drawn?.items.map((item) => item.itemKey));
      const left = Array.from({ length: 300 }, (_, at) => `INV-${1000 + at}`).find((key) => !keys.has(key)) ?? '';
      const [seen] = await desk.look(
        `SELECT EXISTS (SELECT FROM ${desk.a.schema}.audit_log l WHERE l.new_values::text LIKE $1) OR EXISTS (SELECT FROM ${desk.a.schema}.sync_ops o WHERE o.result::text LIKE $1) AS seen`,
        [`%${left}"%`],
      );
      expect(seen).toEqual({ seen: false });
      const ctx = await desk.ctx('viewer');
      expect(await proveSample(ctx, input.sampleId, invoices())).toMatchObject({
        fileAgrees: true,
        contentAgrees: true,
        itemsAgree: true,
      });
      expect(await proveSample(ctx, input.sampleId, { path: join(folder, 'turned.csv'), name: 'turned.csv' })).toMatchObject({
        fileAgrees: false,
        contentAgrees: true,
        itemsAgree: true,
      });
      const forged = { path: join(folder, 'forged.csv'), name: 'invoices.csv' };
      expect(await proveSample(ctx, input.sampleId, forged)).toMatchObject({ fileAgrees: false, contentAgrees: false });
      expect(await lookIntoPopulation(ctx, forged, null)).toMatchObject({ rows: 300, otherBytes: { ref: drawn?.sample.ref } });
      expect((await readManifest(ctx, input.sampleId)).items).toHaveLength(25);
    });

    it('follows from what the method asks for, and names the field of what cannot be', async () => {
      const { testId } = await audit();
      const run = async (more: Partial<Drawing>) =>
        drawSample(
          await tester(),
          { opId: newOpId(), sampleId: newId(), controlTestId: testId, title: 'S', drawing: drawing(more) },
          invoices(),
        );
      expect(await run({ method: 'attribute', size: null, tolerableRate: 5, expectedRate: 0 })).toMatchObject({ items: 59 });
      expect(
        (await run({ method: 'monetary_unit', size: null, tolerableAmount: '10000', expectedAmount: '0' })).items,
      ).toBeGreaterThan(10);
      expect((await run({ method: 'stratified', stratumColumn: 'unit', size: 9 })).items).toBe(9);
      const samples = await samplesOfTest(await tester(), testId);
      const money = samples.find(({ sample }) => sample.method === 'monetary_unit');
      expect(money?.items[0]).toMatchObject({ itemKey: 'INV-1007', stratum: 'high value' });
      const fault = async (more: Partial<Drawing>) => run(more).catch((error) => error.faults[0]?.path ?? error.code);
      expect(await fault({ size: 301 })).toBe('drawing.size');
      expect(await fault({ method: 'monetary_unit', amountColumn: null, size: 5 })).toBe('drawing.amountColumn');
      expect(await fault({ method: 'attribute', size: null })).toBe('drawing.tolerableRate');
      expect(await fault({ keyColumn: 'none' })).toBe('POPULATION_REFUSED');
      expect(
        await codeOf(
          drawSample(
            await desk.ctx('compliance'),
            { opId: newOpId(), sampleId: newId(), controlTestId: testId, title: 'S', drawing: drawing() },
            invoices(),
          ),
        ),
      ).toBe(DENIED);
      const foreign = { opId: newOpId(), sampleId: newId(), controlTestId: testId, title: 'S', drawing: drawing() };
      expect(await codeOf(drawSample(await desk.ctx('auditor', { tenant: desk.b }), foreign, invoices()))).toBe(
        'REFERENCE_MISSING',
      );
    });

    it('stands as it was drawn, also for its own auditor with psql', async () => {
      const { testId } = await audit();
      const sampleId = newId();
      await drawSample(
        await tester(),
        { opId: newOpId(), sampleId, controlTestId: testId, title: 'S', drawing: drawing({ size: 3 }) },
        invoices(),
      );
      const attempts = [
        `UPDATE samples SET seed = repeat('0', 64)`,
        `UPDATE samples SET sample_size = 2`,
        `UPDATE samples SET parameters = '{}'`,
        `UPDATE sample_items SET item_key = 'INV-1'`,
        `UPDATE sample_items SET amount = '1'`,
        `UPDATE sample_items SET position = position + 1`,
        `UPDATE sample_items SET archived_at = now()`,
        `DELETE FROM sample_items`,
        `DELETE FROM samples`,
        `INSERT INTO sample_items (sample_id, control_test_id, position, item_key) VALUES ('${sampleId}', '${testId}', 4, 'mine')`,
        `INSERT INTO samples (control_test_id) VALUES ('${testId}')`,
      ];
      for (const attempt of attempts) expect(await sql('auditor', 'auditor', attempt), attempt).toBe(DENIED);
      const draws = (items: string) =>
        `SELECT draw_sample(jsonb_build_object('id', gen_random_uuid(), 'control_test_id', '${testId}', 'title', 'x', 'method', 'random',
          'algorithm', 'kompl-sample-1', 'seed', repeat('a', 64), 'population_name', 'p', 'population_sha256', repeat('a', 64),
          'content_sha256', repeat('a', 64), 'population_rows', 3, 'key_column', 'k', 'sample_size', 2, 'parameters', '{}'::jsonb), '${items}')`;
      expect(await sql('auditor', 'auditor', draws('[{"position":1,"item_key":"a"}]'))).toBe('VALUE_REFUSED');
      for (const fn of ['viewer', 'compliance', 'privacy', 'risk', 'admin'] as const)
        expect(await sql(fn, fn, draws('[]'))).toBe(DENIED);
      // its results are filled in, until the test is approved
      const [item] = (await samplesOfTest(await tester(), testId))[0]?.items ?? [];
      expect(
        await patch('sampleItems', item?.id ?? '', { result: 'exception', note: 'late', auditedAmount: '12.5' }),
      ).toMatchObject({ status: 'applied' });
      expect(await codeOf(patch('sampleItems', item?.id ?? '', { auditedAmount: '12,5' }))).toBe('VALUE_REFUSED');
      expect(await codeOf(patch('sampleItems', item?.id ?? '', { itemKey: 'x' }))).toBe('FIELD_FORBIDDEN');
      const exception = { title: 'Late', kind: 'late', controlTestId: testId, sampleItemId: item?.id ?? null };
      await make('testExceptions', exception);
      const elsewhere = await audit();
      expect(await codeOf(make('testExceptions', { ...exception, controlTestId: elsewhere.testId }))).toBe('VALUE_REFUSED');
    });
  });

  describe('an exception', () => {
    it('is part of what is signed, its effect too, and leads to a finding of its own test, once', async () => {
      const { testId } = await audit();
      const elsewhere = await audit();
      const signed = async () => (await readSignOffs(await tester(), 'controlTests', testId)).contentSha256;
      const [first, second] = [
        await make('testExceptions', { title: 'Late', kind: 'late', controlTestId: testId }),
        await make('testExceptions', { title: 'No ticket', kind: 'not_performed', controlTestId: testId, cause: 'an e-mail' }),
      ];
      const other = await make('testExceptions', { title: 'Late', kind: 'late', controlTestId: elsewhere.testId });
      const before = await signed();
      await patch('testExceptions', first, { effect: 'Nine days of access' });
      const after = await signed();
      expect(after).not.toBe(before);
      await patch('testExceptions', first, { effect: null });
      expect(await signed()).toBe(before);

      const raise = async (exceptionIds: readonly string[], given: object = {}, ctx = tester()) =>
        raiseFinding(await ctx, AUDITOPS_HOOKS, {
          opId: newOpId(),
          findingId: newId(),
          controlTestId: testId,
          finding: { title: 'Leavers', kind: 'minor_nonconformity', severity: 'medium' },
          exceptionIds: [...exceptionIds],
          ...given,
        });
      const findings = async () => (await service.list(await tester(), 'findings', { limit: 1 })).total;
      const none = await findings();
      // one of another test, or one that is nowhere, takes the finding along
      for (const wrong of [other, newId()]) expect(await codeOf(raise([first, wrong]))).toBe('REFERENCE_MISSING');
      expect(await codeOf(raise([first], {}, desk.ctx('compliance')))).toBe(DENIED);
      expect(await findings()).toBe(none);
      const operation = { opId: newOpId(), findingId: newId() };
      const raised = await raise([first, second, first], operation);
      expect(await raise([first, second, first], operation)).toEqual(raised);
      for (const id of [first, second])
        expect((await service.get(await tester(), 'testExceptions', id)).row).toMatchObject({ findingId: raised.findingId });
      expect(await codeOf(raise([first]))).toBe('REFERENCE_MISSING');
      expect(await findings()).toBe(none + 1);
      // nobody else's role links or describes one, in psql either
      for (const fn of ['viewer', 'privacy', 'risk', 'admin'] as const)
        expect(await sql(fn, fn, `UPDATE test_exceptions SET effect = 'none' WHERE id = '${first}'`)).toBe(DENIED);
    });
  });

  describe('a team', () => {
    it('lets observers read, auditors work, leads and reviewers review', async () => {
      const { planId, testId } = await audit({ tester: 'lead', reviewer: 'observer' });
      const asReviewer = (text: string) => sql('compliance', 'auditor', text);
      const attempts = [
        `UPDATE control_tests SET test_notes = 'x' WHERE id = '${testId}'`,
        `UPDATE audit_plans SET objective = 'x' WHERE id = '${planId}'`,
        `INSERT INTO findings (title, kind, severity, audit_plan_id) VALUES ('x', 'observation', 'low', '${planId}')`,
        `INSERT INTO findings (title, kind, severity, control_test_id) VALUES ('x', 'observation', 'low', '${testId}')`,
        `INSERT INTO audit_evidence (title, control_test_id) VALUES ('x', '${testId}')`,
        `INSERT INTO audit_milestones (audit_plan_id, title, due_date) VALUES ('${planId}', 'x', '2026-04-01')`,
        `INSERT INTO time_entries (audit_plan_id, person_id, spent_on, minutes) VALUES ('${planId}', '${reviewerId}', '2026-04-01', 5)`,
        `INSERT INTO evidence_requests (title, asked_of, due_date, audit_plan_id) VALUES ('x', '${reviewerId}', '2026-04-01', '${planId}')`,
        `INSERT INTO review_notes (note, control_test_id) VALUES ('x', '${testId}')`,
        `UPDATE audit_team SET team_role = 'lead' WHERE audit_plan_id = '${planId}'`,
        `UPDATE audit_team SET archived_at = now() WHERE audit_plan_id = '${planId}'`,
        `UPDATE audit_plans SET lead_id = '${reviewerId}' WHERE id = '${planId}'`,
        `SELECT sign_off('control_tests', '${testId}', 'prepared')`,
      ];
      for (const attempt of attempts) expect(await asReviewer(attempt), attempt).toBe('TEAM_FORBIDS');
      expect((await service.get(await reviewer(), 'controlTests', testId)).row.id).toBe(testId);
      // the lead makes an auditor of them: they work, but neither review nor change the team
      await desk.look(
        `UPDATE ${desk.a.schema}.audit_team SET team_role = 'auditor' WHERE audit_plan_id = $1::uuid AND person_id = $2::uuid`,
        [planId, reviewerId],
      );
      expect(await asReviewer(attempts[0] ?? '')).toBe('done');
      expect(await asReviewer(attempts[8] ?? '')).toBe('TEAM_FORBIDS');
      expect(await asReviewer(attempts[9] ?? '')).toBe('TEAM_FORBIDS');
      expect(await asReviewer(attempts[11] ?? '')).toBe('TEAM_FORBIDS');
      expect(await asReviewer(`SELECT sign_off('control_tests', '${testId}', 'reviewed')`)).toBe('TEAM_FORBIDS');
      // somebody else's time is not theirs to write down
      expect(
        await asReviewer(
          `INSERT INTO time_entries (audit_plan_id, person_id, spent_on, minutes) VALUES ('${planId}', '${desk.a.people.auditor.id}', '2026-04-01', 5)`,
        ),
      ).toBe('TEAM_FORBIDS');
      // who is not of the team at all reads
      const [outsider] = await desk.look<{ id: string }>(
        `UPDATE ${desk.a.schema}.audit_team SET archived_at = now() WHERE audit_plan_id = $1::uuid AND person_id = $2::uuid RETURNING id`,
        [planId, reviewerId],
      );
      expect(outsider).toBeDefined();
      expect(await asReviewer(attempts[0] ?? '')).toBe('TEAM_FORBIDS');
    });
  });

  describe('sign-offs', () => {
    const sign = async (entity: SignedEntity, id: string, signKind: SignKind, ctx = tester()) => {
      const { contentSha256 } = await readSignOffs(await ctx, entity, id);
      return signRecord(await ctx, { opId: newOpId(), entity, id, kind: signKind, contentSha256 });
    };
    const state = async (testId: string) => (await service.get(await tester(), 'controlTests', testId)).row.signState;

    it('are of the content that was seen, four eyes, and show what changed since', async () => {
      const { testId } = await audit({ tester: 'auditor', reviewer: 'reviewer' });
      await sign('controlTests', testId, 'prepared');
      expect(await codeOf(sign('controlTests', testId, 'reviewed'))).toBe('TEAM_FORBIDS');
      await sign('controlTests', testId, 'reviewed', reviewer());
      expect(await state(testId)).toBe('reviewed');
      const stale = (await readSignOffs(await tester(), 'controlTests', testId)).contentSha256;
      await patch('controlTests', testId, { operatingNotes: 'Looked at three more.' });
      expect(await state(testId)).toBe('changed');
      const page = await service.list(await tester(), 'controlTests', {
        filter: [{ field: 'signState', op: 'eq', value: 'changed' }],
      });
      expect(page.rows.map((row) => row.id)).toEqual([testId]);
      const { signOffs, refused } = await readSignOffs(await reviewer(), 'controlTests', testId);
      expect(refused).toEqual({ prepared: 'FOUR_EYES', reviewed: null, approved: 'STATE_FORBIDS' });
      expect(signOffs.find((one) => one.kind === 'reviewed')).toMatchObject({
        state: 'changed',
        changes: [{ label: 'Operating notes', signed: null, present: 'Looked at three more.' }],
      });
      const late = { opId: newOpId(), entity: 'controlTests', id: testId, kind: 'reviewed', contentSha256: stale } as const;
      expect(await codeOf(signRecord(await reviewer(), late))).toBe('CONTENT_CHANGED');
      const again = {
        ...late,
        opId: newOpId(),
        contentSha256: (await readSignOffs(await reviewer(), 'controlTests', testId)).contentSha256,
      };
      const first = await signRecord(await reviewer(), again);
      expect(await signRecord(await reviewer(), again)).toEqual(first);
      expect(await state(testId)).toBe('reviewed');
      expect(await codeOf(sign('controlTests', testId, 'reviewed', reviewer()))).toBe('DUPLICATE');
      expect((await readSignOffs(await tester(), 'controlTests', testId)).signOffs.map((one) => one.state)).toEqual([
        'stands',
        'superseded',
        'changed',
      ]);
    });

    it('cover what the test rests on: evidence, samples and their results, marks', async () => {
      const { testId } = await audit();
      await sign('controlTests', testId, 'reviewed', reviewer());
      const sampleId = newId();
      await drawSample(
        await tester(),
        { opId: newOpId(), sampleId, controlTestId: testId, title: 'S', drawing: drawing({ size: 2 }) },
        invoices(),
      );
      expect(await state(testId)).toBe('changed');
      await sign('controlTests', testId, 'reviewed', reviewer());
      const [item] = (await samplesOfTest(await tester(), testId))[0]?.items ?? [];
      await patch('sampleItems', item?.id ?? '', { result: 'exception', note: 'late' });
      const { signOffs } = await readSignOffs(await tester(), 'controlTests', testId);
      expect(signOffs[0]?.changes).toEqual([
        { label: expect.stringMatching(/^Samples › SA-\d+ › items › 1$/), signed: null, present: 'exception · late' },
      ]);
      await sign('controlTests', testId, 'reviewed', reviewer());
      const evidence = await make('auditEvidence', { title: 'Photo', controlTestId: testId });
      expect(await state(testId)).toBe('changed');
      await sign('controlTests', testId, 'reviewed', reviewer());
      const reference = await make('crossReferences', { controlTestId: testId, place: 'procedure', toEvidenceId: evidence });
      expect((await service.get(await tester(), 'crossReferences', reference)).row.mark).toBe('E-1');
      expect(await state(testId)).toBe('changed');
    });

    it('lock what is approved, wait for open notes, and are withdrawn with a reason', async () => {
      const { planId, testId } = await audit({ tester: 'auditor', reviewer: 'lead' });
      await patch('controlTests', testId, { status: 'done' });
      expect(await codeOf(make('reviewNotes', { note: 'Which period?', controlTestId: testId }))).toBe('TEAM_FORBIDS');
      const noteId = await make('reviewNotes', { note: 'Which period?', controlTestId: testId }, reviewer());
      expect(await codeOf(sign('controlTests', testId, 'approved', reviewer()))).toBe('NOTES_OPEN');
      await patch('reviewNotes', noteId, { answer: 'The whole year.' });
      expect(await codeOf(patch('reviewNotes', noteId, { cleared: true }))).toBe('TEAM_FORBIDS');
      expect(await codeOf(patch('reviewNotes', noteId, { answer: null, cleared: true }))).toBe('TEAM_FORBIDS');
      await patch('reviewNotes', noteId, { cleared: true }, reviewer());
      expect((await service.get(await tester(), 'reviewNotes', noteId)).row).toMatchObject({
        status: 'cleared',
        clearedBy: reviewerId,
        answeredBy: desk.a.people.auditor.id,
      });
      const { signOffId } = await sign('controlTests', testId, 'approved', reviewer());
      expect(await state(testId)).toBe('approved');
      expect(await codeOf(patch('controlTests', testId, { testNotes: 'x' }))).toBe('STATE_FORBIDS');
      const locked = [
        `INSERT INTO test_exceptions (control_test_id, title, kind) VALUES ('${testId}', 'x', 'late')`,
        `INSERT INTO cross_references (control_test_id, place, to_test_id) VALUES ('${testId}', 'notes', '${(await audit()).testId}')`,
      ];
      for (const attempt of locked) expect(await sql('auditor', 'auditor', attempt), attempt).toBe('STATE_FORBIDS');
      expect(
        await codeOf(
          drawSample(
            await tester(),
            { opId: newOpId(), sampleId: newId(), controlTestId: testId, title: 'S', drawing: drawing() },
            invoices(),
          ),
        ),
      ).toBe('STATE_FORBIDS');
      const withdraw = (reason: string) => ({ opId: newOpId(), entity: 'controlTests', id: testId, signOffId, reason }) as const;
      expect(await codeOf(withdrawSignOff(await tester(), withdraw('mine')))).toBe('TEAM_FORBIDS');
      expect(await codeOf(withdrawSignOff(await reviewer(), withdraw(' ')))).toBe('INPUT_INVALID');
      await withdrawSignOff(await reviewer(), withdraw('One file was missing'));
      expect(await state(testId)).toBe('unsigned');
      await patch('controlTests', testId, { testNotes: 'x' });
      for (const text of [
        `INSERT INTO sign_offs (resource_type, resource_id, kind, content_sha256) VALUES ('control_tests', '${testId}', 'approved', repeat('a', 64))`,
        `UPDATE sign_offs SET withdrawn_at = NULL, withdrawn_reason = NULL`,
        `UPDATE control_tests SET sign_state = 'approved'`,
      ])
        expect(await sql('auditor', 'auditor', text), text).toBe(DENIED);
      const plan = await readSignOffs(await reviewer(), 'auditPlans', planId);
      expect(plan.refused.approved).toBeNull();
    });

    it('hold findings, whose follow-up goes on', async () => {
      const { planId } = await audit();
      const findingId = await make('findings', { title: 'F', kind: 'observation', severity: 'low', auditPlanId: planId });
      await sign('findings', findingId, 'approved', reviewer());
      expect(await codeOf(patch('findings', findingId, { condition: 'other' }))).toBe('STATE_FORBIDS');
      await patch('findings', findingId, { managementResponse: 'agreed', status: 'confirmed' });
      expect((await service.get(await tester(), 'findings', findingId)).row.signState).toBe('approved');
    });
  });

  describe('a request', () => {
    const answered = (requestId: string, more: object = {}) => ({
      opId: newOpId(),
      requestId,
      answer: 'Here it is.',
      evidenceId: newId(),
      submit: true,
      ...more,
    });
    const file = (sha: string) => ({
      fileId: newId(),
      fileName: 'log.txt',
      mediaType: 'text/plain',
      sizeBytes: 3,
      sha256: sha.repeat(64),
      deviceId: 'laptop',
    });

    it('is answered by the person asked alone, a viewer like anybody, and decided by another', async () => {
      const { planId, testId } = await audit();
      const viewerId = desk.a.people.viewer.id;
      const suggestions = await suggestRequests(await tester(), planId);
      expect(suggestions).toEqual([expect.objectContaining({ testId, requests: 0 })]);
      const id = newId();
      const ask = {
        opId: newOpId(),
        requests: [{ id, title: 'Log of March', askedOf: viewerId, dueDate: '2026-02-20', controlTestId: testId }],
      };
      expect(await askForEvidence(await tester(), AUDITOPS_HOOKS, ask)).toEqual(
        await askForEvidence(await tester(), AUDITOPS_HOOKS, ask),
      );
      const twoOrNone = {
        opId: newOpId(),
        requests: [
          { ...ask.requests[0], id: newId() },
          { ...ask.requests[0], id: newId(), askedOf: desk.b.people.viewer.id },
        ],
      };
      expect(await codeOf(askForEvidence(await tester(), AUDITOPS_HOOKS, twoOrNone as typeof ask))).toBe('REFERENCE_MISSING');
      expect((await service.counts(await desk.ctx('viewer'), 'evidenceRequests')).mine).toBe(1);
      expect((await service.counts(await tester(), 'evidenceRequests')).overdue).toBeGreaterThan(0);
      for (const fn of ['auditor', 'compliance', 'admin', 'risk'] as const)
        expect(await codeOf(answerRequest(await desk.ctx(fn), answered(id))), fn).toBe(DENIED);
      expect(await codeOf(answerRequest(await desk.ctx('viewer', { tenant: desk.b }), answered(id)))).toBe('NOT_FOUND');
      const draft = answered(id, { submit: false, answer: 'not yet', files: [file('a')] });
      const first = await answerRequest(await desk.ctx('viewer'), draft);
      expect(await answerRequest(await desk.ctx('viewer'), draft)).toEqual(first);
      const viewer = await desk.ctx('viewer');
      await answerRequest(viewer, answered(id, { files: [file('a'), file('b')] }));
      expect((await service.get(await tester(), 'evidenceRequests', id)).row).toMatchObject({
        status: 'in_review',
        answer: 'Here it is.',
        evidenceId: first.evidenceId,
      });
      const [evidence] = await desk.look(
        `SELECT uploaded_by, control_test_id, (SELECT count(*)::integer FROM ${desk.a.schema}.evidence_files f WHERE f.evidence_id = e.id) AS files FROM ${desk.a.schema}.audit_evidence e WHERE id = $1::uuid`,
        [first.evidenceId],
      );
      expect(evidence).toEqual({ uploaded_by: viewerId, control_test_id: testId, files: 2 });
      expect(await codeOf(answerRequest(viewer, answered(id)))).toBe('STATE_FORBIDS');
      const decide = (decision: 'accepted' | 'rejected', reason: string | null = null) => ({
        opId: newOpId(),
        requestId: id,
        decision,
        reason,
      });
      expect(await codeOf(decideRequest(await tester(), decide('rejected')))).toBe('REASON_REQUIRED');
      await decideRequest(await tester(), decide('rejected', 'Of April, not March'));
      expect((await service.get(await tester(), 'evidenceRequests', id)).row).toMatchObject({
        status: 'rejected',
        decisionReason: 'Of April, not March',
      });
      await answerRequest(viewer, answered(id, { answer: 'Now of March' }));
      await decideRequest(await tester(), decide('accepted'));
      const [accepted] = await desk.look(`SELECT status FROM ${desk.a.schema}.audit_evidence WHERE id = $1::uuid`, [
        first.evidenceId,
      ]);
      expect(accepted).toEqual({ status: 'accepted' });
    });

    it('yields to no raw SQL', async () => {
      const { testId } = await audit();
      const mine = newId();
      await askForEvidence(await tester(), AUDITOPS_HOOKS, {
        opId: newOpId(),
        requests: [{ id: mine, title: 'Mine', askedOf: desk.a.people.auditor.id, dueDate: '2026-03-20', controlTestId: testId }],
      });
      const attempts: readonly (readonly [TenantFunction, string])[] = [
        ['viewer', `UPDATE evidence_requests SET answer = 'x' WHERE id = '${mine}'`],
        ['viewer', `SELECT answer_request('${mine}', 'x', gen_random_uuid(), '[]', true)`],
        ['auditor', `UPDATE evidence_requests SET answer = 'x' WHERE id = '${mine}'`],
        ['auditor', `UPDATE evidence_requests SET status = 'accepted' WHERE id = '${mine}'`],
        [
          'auditor',
          `INSERT INTO evidence_requests (title, asked_of, due_date, status) VALUES ('x', '${mine}', '2026-03-20', 'accepted')`,
        ],
        ['compliance', `SELECT decide_request('${mine}', 'expired')`],
        ['viewer', `INSERT INTO audit_evidence (title) VALUES ('x')`],
      ];
      for (const [fn, text] of attempts) expect(await sql(fn, fn, text), text).toBe(DENIED);
      expect(await sql('auditor', 'auditor', `SELECT answer_request('${mine}', ' ', gen_random_uuid(), '[]', true)`)).toBe(
        'VALUE_REFUSED',
      );
      await answerRequest(await tester(), answered(mine));
      // who was asked does not decide, though they are an auditor
      expect(await sql('auditor', 'auditor', `SELECT decide_request('${mine}', 'accepted')`)).toBe('FOUR_EYES');
      expect(
        await sql('auditor', 'auditor', `UPDATE evidence_requests SET asked_of = '${reviewerId}' WHERE id = '${mine}'`),
      ).toBe('STATE_FORBIDS');
      expect(await sql('compliance', 'auditor', `SELECT decide_request('${mine}', 'accepted')`)).toBe('done');
      expect(await sql('compliance', 'auditor', `SELECT decide_request('${mine}', 'requested')`)).toBe('TRANSITION_REFUSED');
    });
  });

  it('marks stay the same throughout an audit, and are found from both sides', async () => {
    const { planId, testId } = await audit();
    const other = await make('controlTests', { title: 'Other', auditPlanId: planId, testDate: '2026-03-01' });
    const third = await make('controlTests', { title: 'Third', auditPlanId: planId, testDate: '2026-03-01' });
    const markOf = async (from: string, to: string) =>
      (
        await service.get(
          await tester(),
          'crossReferences',
          await make('crossReferences', { controlTestId: from, place: 'notes', toTestId: to }),
        )
      ).row.mark;
    expect([
      await markOf(testId, other),
      await markOf(testId, third),
      await markOf(third, other),
      await markOf(other, testId),
    ]).toEqual(['W-1', 'W-2', 'W-1', 'W-3']);
    expect(await codeOf(make('crossReferences', { controlTestId: testId, place: 'notes', toTestId: testId }))).toBe(
      'VALUE_REFUSED',
    );
    expect(await codeOf(make('crossReferences', { controlTestId: testId, place: 'notes' }))).toBe('VALUE_REFUSED');
    expect(await codeOf(make('crossReferences', { controlTestId: testId, place: 'notes', toTestId: other }))).toBe('DUPLICATE');
    const back = await service.list(await tester(), 'crossReferences', {
      filter: [{ field: 'toTestId', op: 'eq', value: other }],
    });
    expect(back.rows.map((row) => row.controlTestId).sort()).toEqual([testId, third].sort());
  });

  it('keeps a restricted audit to the people named, with all its parts and their history', async () => {
    const { planId, testId } = await audit();
    const sampleId = newId();
    await drawSample(
      await tester(),
      { opId: newOpId(), sampleId, controlTestId: testId, title: 'Secret', drawing: drawing({ size: 2 }) },
      invoices(),
    );
    await make('reviewNotes', { note: 'secret', controlTestId: testId });
    await make('auditMilestones', { auditPlanId: planId, title: 'secret', dueDate: '2026-04-01' });
    expect(await sql('auditor', 'auditor', `SELECT restrict_record('audit_plans', '${planId}', '{}', 'confidential')`)).toBe(
      'done',
    );
    await make('reviewNotes', { note: 'later secret', controlTestId: testId });
    for (const name of ['samples', 'sampleItems', 'reviewNotes', 'auditMilestones'] as const) {
      const field = name === 'auditMilestones' ? 'auditPlanId' : 'controlTestId';
      const filter = [{ field, op: 'eq' as const, value: name === 'auditMilestones' ? planId : testId }];
      expect((await service.list(await desk.ctx('admin'), name, { filter })).rows, name).toEqual([]);
      expect((await service.list(await tester(), name, { filter })).rows.length, name).toBeGreaterThan(0);
    }
    expect(await codeOf(service.history(await desk.ctx('risk'), 'samples', sampleId))).toBe('NOT_FOUND');
    expect(await codeOf(readSignOffs(await desk.ctx('risk'), 'controlTests', testId))).toBe('NOT_FOUND');
  });

  it('counts how far an audit is, by person, week and state', async () => {
    const { planId, testId } = await audit({ tester: 'lead', reviewer: 'reviewer' });
    const me = desk.a.people.auditor.id;
    await patch('controlTests', testId, { budgetMinutes: 60 });
    await make('timeEntries', { auditPlanId: planId, controlTestId: testId, personId: me, spentOn: '2026-03-01', minutes: 90 });
    await make('auditMilestones', { auditPlanId: planId, title: 'Closing', dueDate: '2026-04-01' });
    const progress = await auditProgress(await desk.ctx('viewer'), planId);
    expect(progress).toMatchObject({
      total: { total: 1, effective: 1, toDo: 0, inProgress: 1, inReview: 0, done: 0 },
      weeks: [{ week: '2026-02-23', spentMinutes: 90, tested: 1 }], // a Sunday belongs to the week before
      spentMinutes: 90,
      tests: [{ testId, budgetMinutes: 60, spentMinutes: 90 }],
      signed: { unsigned: 1 },
      requests: { waiting: 0, overdue: 0 },
      milestones: [{ title: 'Closing' }],
    });
    expect(progress.people.map(({ personId, teamRole, spentMinutes }) => [personId, teamRole, spentMinutes])).toEqual([
      [me, 'lead', 90],
      [reviewerId, 'reviewer', 0],
    ]);
    expect(await codeOf(auditProgress(await desk.ctx('viewer', { tenant: desk.b }), planId))).toBe('NOT_FOUND');
    const timeline = await auditTimeline(await desk.ctx('viewer'));
    expect(timeline.find((plan) => plan.id === planId)).toMatchObject({
      tests: 1,
      tested: 1,
      spentMinutes: 90,
      milestones: [{ title: 'Closing', done: false }],
    });
  });
});
