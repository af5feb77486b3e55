/**
 * Assessments on every kind of server: started by one command, figures that equal a plain recomputation after whatever happened,
 * answers that stand once they are locked (for psql too), two people at once, carrying over and comparing, and who may do what.
 */
import { testKinds } from '@main/db/testing';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import type { EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { creation, type Desk, newId, openDesk, change as recordChange } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import { addFigures, figuresOf, NO_FIGURES, type Scored, scoreOf } from '@shared/assessments/score';
import type { Operation } from '@shared/operations';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerMany,
  answerSheet,
  applicability,
  assessmentScope,
  assessmentWork,
  compareAssessments,
  startAssessment,
  statementDocument,
  statementTable,
} from '.';

const service = new EntityService(ENTITY_HOOKS);
const FAMILIES = ['AC', 'IA', 'PE'];

describe.each(testKinds())('assessments on %s', (kind) => {
  let desk: Desk;
  const regulation = newId();
  const newer = newId();
  const set = newId();
  const control = newId();

  beforeAll(async () => {
    desk = await openDesk(kind);
    const ctx = await desk.ctx('compliance');
    await service.apply(ctx, creation('regulations', { name: 'Rules', version: '1' }, regulation));
    await service.apply(ctx, creation('regulations', { name: 'Rules', version: '2' }, newer));
    const schema = desk.a.schema;
    // twelve requirements, one with a weight of three, one that is not assessable; version 2 has lost the last and gained one
    await desk.look(
      `INSERT INTO ${schema}.requirements (regulation_id, ref_id, title, kind, family, assessable, order_index, depth, weight, source_id)
       SELECT v.id, f || '-' || n, 'Requirement ' || n, 'control', f, n <> 5, (ordinality * 10 + n)::integer, 1, CASE WHEN f = 'AC' AND n = 1 THEN 3 END,
         lower(f) || '-' || n
       FROM (VALUES ($1::uuid, 1), ($2::uuid, 2)) v (id, version)
       CROSS JOIN unnest($3::text[]) WITH ORDINALITY AS u (f, ordinality) CROSS JOIN generate_series(1, 5) n
       WHERE v.version = 1 OR (f, n) <> ('PE', 4)`,
      [regulation, newer, FAMILIES],
    );
    await desk.look(
      `INSERT INTO ${schema}.requirements (regulation_id, ref_id, title, kind, family, assessable, order_index, depth)
       VALUES ($1::uuid, 'PE-9', 'New', 'control', 'PE', true, 99, 1)`,
      [newer],
    );
    await service.apply(ctx, creation('controlSets', { name: 'Set', regulationId: regulation }, set));
    await service.apply(
      ctx,
      creation('controls', { ref: 'AC-1', name: 'Access', controlSetId: set, frequency: 'monthly' }, control),
    );
    const [first] = await desk.look<{ id: string }>(
      `SELECT id FROM ${schema}.requirements WHERE regulation_id = $1::uuid AND ref_id = 'AC-1'`,
      [regulation],
    );
    const mapping = { controlId: control, requirementId: first?.id ?? '', relation: 'equal', strength: 8 };
    await service.apply(ctx, creation('controlRequirements', mapping));
  });
  afterAll(() => desk?.close());

  const start = async (more: Partial<Parameters<typeof startAssessment>[2]> = {}, fields: Operation['patch'] = {}) => {
    const ctx = await desk.ctx('compliance');
    const input = {
      opId: uuidv7(),
      assessmentId: newId(),
      fields: { name: 'Yearly', regulationId: regulation, assessmentDate: '2026-03-01', status: 'in_progress', ...fields },
      ...more,
    };
    return { input, ctx, made: await startAssessment(ctx, ENTITY_HOOKS, input) };
  };
  const linesOf = async (assessmentId: string) => {
    const work = await assessmentWork(await desk.ctx('compliance'), assessmentId);
    return {
      work,
      lines: work.families.flatMap(({ answers }) => answers),
      of: (ref: string) => work.families.flatMap(({ answers }) => answers).find((line) => line.ref === ref)?.id ?? '',
    };
  };
  const change = async (id: string, patch: Operation['patch'], reason?: string): Promise<Operation> => {
    const { row } = await service.get(await desk.ctx('compliance'), 'requirementAssessments', id);
    const base = Object.fromEntries(
      Object.keys(patch).map((key) => [key, (row as Record<string, unknown>)[key] ?? null]),
    ) as Operation['base'];
    return {
      opId: uuidv7(),
      entity: 'requirementAssessments',
      entityId: id,
      kind: 'update',
      baseVersion: row.rowVersion,
      base,
      patch,
      ...(reason ? { reason } : {}),
    };
  };
  const answer = async (id: string, patch: Operation['patch']) =>
    service.apply(await desk.ctx('compliance'), await change(id, patch));
  const step = async (id: string, to: string, reason?: string) => {
    const ctx = await desk.ctx('compliance');
    const { row } = await service.get(ctx, 'complianceAssessments', id);
    return service.apply(ctx, {
      opId: uuidv7(),
      entity: 'complianceAssessments',
      entityId: id,
      kind: 'update',
      baseVersion: row.rowVersion,
      base: { status: row.status },
      patch: { status: to },
      ...(reason ? { reason } : {}),
    });
  };
  const answerAll = async (assessmentId: string, result: string) => {
    const { lines } = await linesOf(assessmentId);
    const answers = lines.map((line) => ({ id: line.id, base: { result: line.result } }));
    return answerMany(await desk.ctx('compliance'), {
      opId: uuidv7(),
      assessmentId,
      answers,
      patch: { result },
      reason: 'all alike',
    });
  };

  it('one answer for each assessable requirement, once, however often the command comes', async () => {
    const { input, ctx, made } = await start();
    expect(made).toMatchObject({ created: 12, present: 0, carried: 0 });
    expect(await startAssessment(ctx, ENTITY_HOOKS, input)).toEqual(made);
    expect(await startAssessment(ctx, ENTITY_HOOKS, { opId: uuidv7(), assessmentId: made.assessmentId })).toMatchObject({
      created: 0,
      present: 12,
    });
    const { work } = await linesOf(made.assessmentId);
    expect(work.families.map(({ family, answers }) => [family, answers.length])).toEqual(FAMILIES.map((family) => [family, 4]));
    expect(work).toMatchObject({ why: null, figures: { requirements: 12, notAssessed: 12, toDo: 12, weight: 0 } });
    expect(work.assessment.row).toMatchObject({ status: 'in_progress', score: null, locked: false });
    expect((await start({ families: ['AC'] })).made.created).toBe(4);
    expect((await start({ controlSetId: set })).made.created).toBe(1);
    const scope = await assessmentScope(ctx, regulation);
    expect(scope.families.map(({ requirements }) => requirements)).toEqual([4, 4, 4]);
    expect(scope.sets).toEqual([{ id: set, name: 'Set', requirements: 1 }]);
  });

  it('refuses an assessment of nothing, and leaves nothing of it', async () => {
    expect(await codeOf(start({ families: ['ZZ'] }))).toBe('INPUT_INVALID');
    expect(await codeOf(start({}, { regulationId: newId() }))).toBe('REFERENCE_MISSING');
    const [row] = await desk.look<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${desk.a.schema}.compliance_assessments a
       WHERE NOT EXISTS (SELECT FROM ${desk.a.schema}.requirement_assessments r WHERE r.assessment_id = a.id)`,
    );
    expect(row?.n).toBe(0);
  });

  it('thousands of answers in one statement', async () => {
    const many = newId();
    // the embedded server is the same SQL at a tenth of the speed; one server shows the size
    const size = kind === 'server' ? 5000 : 500;
    await service.apply(await desk.ctx('compliance'), creation('regulations', { name: 'Many', version: '1' }, many));
    await desk.look(
      `INSERT INTO ${desk.a.schema}.requirements (regulation_id, ref_id, kind, family, assessable, order_index, depth)
       SELECT $1::uuid, 'R-' || n, 'control', 'F' || n % 20, true, n, 1 FROM generate_series(1, $2::integer) n`,
      [many, size],
    );
    const { made } = await start({}, { regulationId: many });
    expect(made.created).toBe(size);
    expect(await answerAll(made.assessmentId, 'compliant')).toMatchObject({ changed: size, conflicts: [], refused: [] });
    const { work } = await linesOf(made.assessmentId);
    expect([work.families.length, work.figures.compliant, work.assessment.row.score]).toEqual([20, size, 100]);
  });

  it('figures equal a plain recomputation, whatever was written', async () => {
    const { made } = await start();
    const { lines } = await linesOf(made.assessmentId);
    const schema = desk.a.schema;
    const act = fc.record({
      nth: fc.nat(lines.length - 1),
      many: fc.boolean(),
      result: fc.constantFrom('compliant', 'partially_compliant', 'non_compliant', 'not_applicable', 'not_assessed'),
      score: fc.option(fc.integer({ min: 0, max: 5 })),
      target: fc.option(fc.integer({ min: 0, max: 5 })),
      status: fc.constantFrom('to_do', 'in_progress'),
      archived: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 6 }), async (acts) => {
        for (const { nth, many, result, score, target, status, archived } of acts) {
          await desk.look(
            `UPDATE ${schema}.requirement_assessments SET result = $2, score = $3, target_score = $4, status = $5,
               archived_at = CASE WHEN $6 THEN now() END
             WHERE assessment_id = $1::uuid AND ${many ? `order_index >= (SELECT order_index FROM ${schema}.requirement_assessments WHERE id = $7::uuid)` : 'id = $7::uuid'}`,
            [made.assessmentId, result, score, target, status, archived, lines[nth]?.id],
          );
        }
        const rows = await desk.look<Scored & { family: string } & Record<string, unknown>>(
          `SELECT result, status, score, target_score AS "targetScore", weight, carried_over AS "carriedOver", family
           FROM ${schema}.requirement_assessments WHERE assessment_id = $1::uuid AND archived_at IS NULL`,
          [made.assessmentId],
        );
        const { work } = await linesOf(made.assessmentId);
        for (const family of FAMILIES) {
          const kept = work.families.find((one) => one.family === family)?.figures ?? NO_FIGURES;
          expect([family, kept]).toEqual([family, figuresOf(rows.filter((row) => row.family === family))]);
        }
        expect(work.figures).toEqual(addFigures(work.families.map(({ figures }) => figures)));
        expect(work.assessment.row.score).toBe(scoreOf(figuresOf(rows)));
      }),
      { numRuns: 12 },
    );
  });

  it('the first thing written begins an answer; what is missing keeps it from being done', async () => {
    const { made } = await start();
    const { of } = await linesOf(made.assessmentId);
    expect(await answer(of('AC-2'), { observation: 'seen' })).toMatchObject({ automatic: { status: 'in_progress' } });
    expect(await codeOf(answer(of('AC-3'), { status: 'done' }))).toBe('INPUT_INVALID');
    expect(await codeOf(answer(of('AC-3'), { status: 'done', result: 'not_applicable' }))).toBe('INPUT_INVALID');
    await answer(of('AC-3'), { status: 'done', result: 'not_applicable', justification: 'No such site' });
    await answer(of('AC-1'), { result: 'compliant' });
    await answer(of('AC-2'), { result: 'non_compliant' });
    // AC-1 counts three times
    expect((await linesOf(made.assessmentId)).work.assessment.row.score).toBe(75);
    const statement = await applicability(await desk.ctx('viewer'), made.assessmentId);
    expect(statement.lines.slice(0, 4).map(({ applicable, implementation }) => [applicable, implementation])).toEqual([
      [true, 'implemented'],
      [true, 'not_implemented'],
      [false, 'excluded'],
      [null, 'open'],
    ]);
    expect(statementTable(statement).rows).toHaveLength(12);
    expect(statementDocument(statement, 'Nordhaven').blocks.filter(({ kind: one }) => one === 'table')).toHaveLength(3);
  });

  it('two people: other requirements and other axes never collide, the same axis is asked', async () => {
    const { made } = await start();
    const { of } = await linesOf(made.assessmentId);
    const [one, two] = await Promise.all([desk.ctx('compliance'), desk.ctx('compliance')]);
    const changes = await Promise.all([
      change(of('AC-1'), { result: 'compliant' }),
      change(of('AC-2'), { result: 'non_compliant' }),
      change(of('AC-1'), { score: 4 }),
      change(of('AC-1'), { result: 'partially_compliant' }),
    ]);
    const [first, second, third, fourth] = changes;
    if (!first || !second || !third || !fourth) throw new TypeError('four changes');
    const both = await Promise.all([service.apply(one, first), service.apply(two, second)]);
    expect(both.map(({ status }) => status)).toEqual(['applied', 'applied']);
    expect((await service.apply(two, third)).status).toBe('merged');
    expect(await service.apply(two, fourth)).toMatchObject({
      status: 'conflict',
      conflicts: [{ field: 'result', theirs: 'compliant' }],
    });
    // for many at once: who collides stays as it is, the others are written
    const many = await answerMany(two, {
      opId: uuidv7(),
      assessmentId: made.assessmentId,
      answers: ['AC-1', 'AC-3', 'AC-4'].map((ref) => ({ id: of(ref), base: { result: 'not_assessed' } })),
      patch: { result: 'non_compliant' },
      reason: 'walk-through',
    });
    expect(many).toEqual({ changed: 2, unchanged: 0, conflicts: [of('AC-1')], refused: [] });
  });

  it('is done when everything is answered; then answers, controls and evidence stand, for psql too, until somebody says why', async () => {
    const { made } = await start();
    const { lines, of } = await linesOf(made.assessmentId);
    const ctx = await desk.ctx('compliance');
    const link = creation('assessmentControls', { requirementAssessmentId: of('AC-1'), controlId: control });
    await service.apply(ctx, link);
    await step(made.assessmentId, 'in_review');
    expect(await codeOf(step(made.assessmentId, 'done'))).toBe('ASSESSMENT_OPEN');
    expect(await codeOf(rawStep('done'))).toBe('STATE_FORBIDS');
    await answerAll(made.assessmentId, 'partially_compliant');
    // nobody else holds the function here: a reason is asked, by the database too
    expect(await codeOf(step(made.assessmentId, 'done'))).toBe('REASON_REQUIRED');
    expect(await codeOf(rawStep('done'))).toBe('REASON_REQUIRED');
    await step(made.assessmentId, 'done', 'Nobody else is in compliance');
    const { row } = await service.get(ctx, 'complianceAssessments', made.assessmentId);
    expect(row).toMatchObject({ locked: true, score: 50, answersSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(row.findings).toHaveLength(12);

    expect(await codeOf(answer(of('AC-1'), { score: 1 }))).toBe('STATE_FORBIDS');
    expect(await codeOf(answerAll(made.assessmentId, 'compliant'))).toBe('STATE_FORBIDS');
    expect(
      await codeOf(
        service.apply(ctx, creation('assessmentControls', { requirementAssessmentId: of('AC-2'), controlId: control })),
      ),
    ).toBe('STATE_FORBIDS');
    expect(
      await codeOf(startAssessment(ctx, ENTITY_HOOKS, { opId: uuidv7(), assessmentId: made.assessmentId, families: ['AC'] })),
    ).toBe('done'); // nothing to add
    const raw = [
      `UPDATE requirement_assessments SET score = 1 WHERE id = '${of('AC-1')}'`,
      `UPDATE requirement_assessments SET archived_at = now() WHERE assessment_id = '${made.assessmentId}'`,
      `UPDATE assessment_controls SET archived_at = now() WHERE id = '${link.entityId}'`,
      `UPDATE compliance_assessments SET locked = false WHERE id = '${made.assessmentId}'`,
    ];
    for (const sql of raw) expect([sql, await codeOf(run(sql))]).toEqual([sql, 'STATE_FORBIDS']);
    for (const column of ['carried_over', 'weight', 'ref']) {
      expect(await codeOf(run(`UPDATE requirement_assessments SET ${column} = ${column} WHERE id = '${of('AC-1')}'`))).not.toBe(
        'done',
      );
    }
    expect(await codeOf(run(`UPDATE assessment_scores SET points = 0`))).not.toBe('done');
    expect(await codeOf(step(made.assessmentId, 'in_progress'))).toBe('REASON_REQUIRED');
    expect(await codeOf(rawStep('in_progress'))).toBe('REASON_REQUIRED');
    await step(made.assessmentId, 'in_progress', 'A branch was left out');
    await answer(of('AC-1'), { score: 1 });
    expect((await service.get(ctx, 'complianceAssessments', made.assessmentId)).row).toMatchObject({
      locked: false,
      answersSha256: null,
      findings: null,
    });
    expect(lines).toHaveLength(12);

    async function run(sql: string): Promise<void> {
      const { tenantId, personId } = ctx.session;
      await ctx.database.withTenant({ tenantId, personId, function: 'compliance', source: 'psql' }, (tx) => tx.query(sql));
    }
    async function rawStep(to: string): Promise<void> {
      await run(`UPDATE compliance_assessments SET status = '${to}' WHERE id = '${made.assessmentId}'`);
    }
  });

  it('is closed by another than who concluded it, as it was concluded, while there is another', async () => {
    const { made } = await start();
    await answerAll(made.assessmentId, 'compliant');
    await step(made.assessmentId, 'in_review');
    const { people } = desk.a;
    const review = async (ctx: EntityContext) => (await assessmentWork(ctx, made.assessmentId)).review;
    const first = await desk.ctx('compliance');
    expect(await review(first)).toEqual({ concludedBy: people.compliance.id, standing: 'alone' });
    expect(await review(await desk.ctx('viewer'))).toMatchObject({ standing: 'reads' });
    await desk.look(`SELECT public.grant_membership($1::uuid, $2::uuid, 'compliance')`, [people.risk.id, desk.a.id]);
    const second = await desk.ctx('risk', { claims: ['compliance'] });
    const close = async (ctx: EntityContext, reason?: string) => {
      const { row } = await service.get(ctx, 'complianceAssessments', made.assessmentId);
      return service.apply(ctx, recordChange('complianceAssessments', row, { status: 'done' }, reason));
    };
    const raw = (ctx: EntityContext, sql: string) => {
      const { tenantId, personId } = ctx.session;
      const scope = { tenantId, personId, function: 'compliance', source: 'psql', reason: 'because' } as const;
      return codeOf(ctx.database.withTenant(scope, (tx) => tx.query(sql)));
    };
    const set = (column: string) => `UPDATE compliance_assessments SET ${column} WHERE id = '${made.assessmentId}'`;

    // a reason does not help who concluded it, nor does psql, nor naming somebody else
    expect(await review(first)).toMatchObject({ standing: 'own' });
    expect(await codeOf(close(first, 'in a hurry'))).toBe('FOUR_EYES');
    expect(await raw(first, set(`status = 'done'`))).toBe('FOUR_EYES');
    for (const column of [`concluded_by = '${people.risk.id}'`, 'concluded_sha256 = NULL', `reviewed_by = '${people.risk.id}'`])
      expect([column, await raw(first, set(column))]).not.toEqual([column, 'done']);

    // what moved since is not what was concluded: the answers, what they rest on, the conclusion
    expect(await review(second)).toMatchObject({ standing: 'ready' });
    const { of } = await linesOf(made.assessmentId);
    await service.apply(first, creation('assessmentControls', { requirementAssessmentId: of('AC-1'), controlId: control }));
    expect(await review(second)).toMatchObject({ standing: 'changed' });
    expect(await codeOf(close(second))).toBe('ASSESSMENT_CHANGED');
    expect(await raw(second, set(`status = 'done'`))).toBe('ASSESSMENT_CHANGED');
    expect(await raw(second, set(`status = 'done', conclusion = 'All well'`))).toBe('ASSESSMENT_CHANGED');
    await step(made.assessmentId, 'in_progress');
    await step(made.assessmentId, 'in_review');
    await close(second);
    const { row } = await service.get(second, 'complianceAssessments', made.assessmentId);
    expect(row).toMatchObject({ locked: true, concludedBy: people.compliance.id, reviewedBy: people.risk.id });
    expect(await review(second)).toBeNull();
    await step(made.assessmentId, 'in_progress', 'A branch was left out');
    expect((await service.get(second, 'complianceAssessments', made.assessmentId)).row).toMatchObject({
      ...{ concludedBy: null, concludedSha256: null, reviewedBy: null },
    });

    // who is suspended reviews nothing, nor who has left
    await step(made.assessmentId, 'in_review');
    await desk.look(`UPDATE public.users SET status = 'suspended' WHERE id = $1::uuid`, [people.risk.id]);
    expect(await review(first)).toMatchObject({ standing: 'alone' });
    await desk.look(`UPDATE public.users SET status = 'active' WHERE id = $1::uuid`, [people.risk.id]);
    expect(await codeOf(close(first, 'again'))).toBe('FOUR_EYES');
    await desk.look(`SELECT public.revoke_membership($1::uuid, $2::uuid, 'compliance')`, [people.risk.id, desk.a.id]);
    await close(first, 'They left');
    const [noted] = await desk.look<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${desk.a.schema}.audit_log WHERE resource_id = $1::uuid AND reason = 'They left'`,
      [made.assessmentId],
    );
    expect(noted?.n).toBe(1);
  });

  it('an answer that comes while the assessment is being closed waits, and is refused', async () => {
    const { made } = await start({ families: ['AC'] });
    const { of } = await linesOf(made.assessmentId);
    await answerAll(made.assessmentId, 'compliant');
    await step(made.assessmentId, 'in_review');
    const late = await change(of('AC-1'), { score: 5 });
    const outcomes = await Promise.all([
      codeOf(step(made.assessmentId, 'done', 'alone')),
      codeOf(desk.ctx('compliance').then((ctx) => service.apply(ctx, late))),
    ]);
    expect(outcomes[0]).toBe('done');
    const { row } = await service.get(await desk.ctx('compliance'), 'complianceAssessments', made.assessmentId);
    const [hash] = await desk.look<{ sha: string }>(`SELECT ${desk.a.schema}.answers_sha256($1::uuid) AS sha`, [
      made.assessmentId,
    ]);
    // either the answer came first and is in the hash, or it was refused; never past it
    expect(row.answersSha256).toBe(hash?.sha);
    expect(['done', 'STATE_FORBIDS']).toContain(outcomes[1]);
  });

  it('carries over by requirement, and by reference into another version, to be confirmed; and tells what changed', async () => {
    const { made: old } = await start({}, { assessmentDate: '2025-03-01', name: 'Before' });
    const before = await linesOf(old.assessmentId);
    await answerAll(old.assessmentId, 'partially_compliant');
    await service.apply(
      await desk.ctx('compliance'),
      creation('assessmentControls', { requirementAssessmentId: before.of('AC-1'), controlId: control }),
    );
    const { made } = await start({ carryFromId: old.assessmentId }, { regulationId: newer, name: 'After' });
    expect(made).toMatchObject({ created: 12, carried: 11 });
    const { of, work } = await linesOf(made.assessmentId);
    expect(work.figures).toMatchObject({ carriedOver: 11, notAssessed: 1 });
    const sheet = await answerSheet(await desk.ctx('auditor'), of('AC-1'));
    expect(sheet).toMatchObject({
      controls: [{ control: { id: control } }],
      previous: [{ assessmentName: 'Before', result: 'partially_compliant' }],
    });

    await answer(of('PE-9'), { result: 'compliant' });
    await step(made.assessmentId, 'in_review');
    expect(await codeOf(step(made.assessmentId, 'done'))).toBe('ASSESSMENT_OPEN'); // eleven wait for confirmation
    await answer(of('AC-1'), { result: 'compliant' });
    await answer(of('AC-2'), { result: 'non_compliant' });
    await answer(of('AC-3'), { status: 'done' });
    expect((await linesOf(made.assessmentId)).work.figures.carriedOver).toBe(8);

    const comparison = await compareAssessments(await desk.ctx('viewer'), { assessmentId: made.assessmentId });
    expect(comparison.with).toMatchObject({ id: old.assessmentId, otherVersion: '1' });
    const kinds = Object.fromEntries(comparison.answers.map(({ ref, kind: one }) => [ref, one]));
    expect(kinds).toMatchObject({ 'AC-1': 'better', 'AC-2': 'worse', 'AC-3': 'same', 'PE-9': 'new', 'PE-4': 'gone' });
    expect(comparison.answers).toHaveLength(13);
    expect(await codeOf(compareAssessments(await desk.ctx('viewer'), { assessmentId: made.assessmentId, withId: newId() }))).toBe(
      'NOT_FOUND',
    );
  });

  it('compliance writes, everybody reads, another tenant sees nothing', async () => {
    const { input, made } = await start();
    const { of } = await linesOf(made.assessmentId);
    for (const fn of ['viewer', 'auditor', 'privacy', 'risk', 'admin'] as const) {
      const ctx = await desk.ctx(fn);
      expect((await assessmentWork(ctx, made.assessmentId)).why).toBe('ROLE_FORBIDS');
      expect(await codeOf(startAssessment(ctx, ENTITY_HOOKS, { ...input, opId: uuidv7(), assessmentId: newId() }))).toBe(
        'ROLE_FORBIDS',
      );
      const forged = await desk.ctx(fn, { claims: ['compliance'] });
      const update = await change(of('AC-1'), { result: 'compliant' });
      if (kind !== 'embedded') expect(await codeOf(service.apply(forged, update))).not.toBe('done');
    }
    const stranger = await desk.ctx('compliance', { tenant: desk.b });
    expect(await codeOf(assessmentWork(stranger, made.assessmentId))).toBe('NOT_FOUND');
    expect(await codeOf(answerSheet(stranger, of('AC-1')))).toBe('NOT_FOUND');
    const answers = [{ id: of('AC-1'), base: { result: 'not_assessed' } }];
    expect(
      await answerMany(stranger, {
        opId: uuidv7(),
        assessmentId: made.assessmentId,
        answers,
        patch: { result: 'compliant' },
        reason: 'x',
      }),
    ).toMatchObject({
      changed: 0,
      refused: [of('AC-1')],
    });
    expect(
      await codeOf(
        answerMany(stranger, { opId: uuidv7(), assessmentId: made.assessmentId, answers, patch: { weight: 9 }, reason: 'x' }),
      ),
    ).toBe('INPUT_INVALID');
  });

  it('a control is tested again when its rhythm says so, unless somebody planned it later', async () => {
    const auditor = await desk.ctx('auditor');
    const test = (testDate: string) =>
      creation('controlTests', {
        controlId: control,
        title: 'T',
        testDate,
        designEffectiveness: 'effective',
        operatingEffectiveness: 'effective',
      });
    const next = async () => (await service.get(auditor, 'controls', control)).row.nextTest;
    await service.apply(auditor, test('2026-01-31'));
    expect(await next()).toBe('2026-02-28');
    await service.apply(auditor, test('2026-03-15'));
    expect(await next()).toBe('2026-04-15');
    const { row } = await service.get(auditor, 'controls', control);
    const planned = {
      opId: uuidv7(),
      entity: 'controls',
      entityId: control,
      kind: 'update',
      baseVersion: row.rowVersion,
    } as const;
    await service.apply(auditor, { ...planned, base: { nextTest: row.nextTest }, patch: { nextTest: '2026-12-01' } });
    await service.apply(auditor, test('2026-04-20'));
    expect(await next()).toBe('2026-12-01');
  });
});
