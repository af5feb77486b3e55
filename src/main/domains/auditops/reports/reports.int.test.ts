/**
 * Audit reports on real databases: composed, approved, issued with files that stand, and what the same people try with raw SQL.
 */
import { askApproval, decideApproval } from '@main/collab/approvals';
import { testKinds } from '@main/db/testing/databases';
import type { EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import { defaultTemplate } from '@main/reports/template/default';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../hooks';
import { auditStory } from '../story';
import {
  composeReport,
  issuedFile,
  issueReport,
  type MadeFile,
  reportSections,
  reviseReport,
  setTemplate,
  templateBytes,
  templateInUse,
} from '.';
import type { TemplateFile } from './templates';

const service = new EntityService(AUDITOPS_HOOKS);
const bytes = (text: string) => new TextEncoder().encode(text);
const PDF = bytes('%PDF-1.7 report');

describe.each(testKinds())('Audit reports on %s', (kind) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(kind);
    // The compliance officer audits too: somebody else has to approve.
    await desk.look(`SELECT public.join_tenant($1::uuid, $2::uuid, 'auditor')`, [desk.a.people.compliance.id, desk.a.id]);
  });
  afterAll(() => desk?.close());

  const auditor = () => desk.ctx('auditor');
  const approver = () => desk.ctx('compliance', { claims: ['auditor'] });
  const make = async (entity: Parameters<typeof creation>[0], values: Parameters<typeof creation>[1]) => {
    const operation = creation(entity, values);
    await service.apply(await auditor(), operation);
    return operation.entityId;
  };
  const patch = async (
    entity: Parameters<typeof change>[0],
    id: string,
    values: Parameters<typeof change>[2],
    reason?: string,
  ) => {
    const ctx = await auditor();
    const operation = change(entity, (await service.get(ctx, entity, id)).row, values);
    return service.apply(ctx, reason === undefined ? operation : { ...operation, reason });
  };
  const sql = async (fn: TenantFunction, text: string, values: readonly unknown[] = [], role = fn) => {
    const ctx = await desk.ctx(fn);
    const { tenantId, personId } = ctx.session;
    return codeOf(
      ctx.database.withTenant({ tenantId, personId, function: role, source: 'psql' }, (tx) => tx.query(text, [...values])),
    );
  };
  const draft = async () => {
    const planId = await make('auditPlans', { auditName: 'Żółw straße', status: 'fieldwork' });
    const findingId = await make('findings', {
      title: 'Doors stand open',
      kind: 'major_nonconformity',
      severity: 'high',
      auditPlanId: planId,
      condition: 'Seen open',
    });
    const reportId = await make('auditReports', {
      title: 'Report',
      auditPlanId: planId,
      overallRating: 'needs_improvement',
      executiveSummary: 'All **well**',
    });
    return { planId, findingId, reportId };
  };
  const approve = async (reportId: string) => {
    const version = (await service.get(await auditor(), 'auditReports', reportId)).row.rowVersion;
    const approvalId = newId();
    await askApproval(await auditor(), {
      opId: newOpId(),
      approvalId,
      entity: 'auditReports',
      recordId: reportId,
      step: 'issued',
      baseVersion: version,
      note: '',
    });
    const [asked] = await desk.look<{ sha256: string }>(
      `SELECT content_sha256 AS sha256 FROM ${desk.a.schema}.approvals WHERE id = $1::uuid`,
      [approvalId],
    );
    await decideApproval(await approver(), {
      opId: newOpId(),
      entity: 'auditReports',
      recordId: reportId,
      approvalId,
      decision: 'approve',
      sha256: asked?.sha256 ?? '',
      reason: '',
    });
  };
  const filesOf = async (reportId: string): Promise<{ sha: string; files: MadeFile[] }> => {
    const composed = await composeReport(await auditor(), reportId);
    return {
      sha: composed.contentSha256,
      files: [
        { format: 'pdf', fileName: 'r.pdf', bytes: PDF },
        { format: 'json', fileName: 'r.json', bytes: bytes(JSON.stringify(composed.body)) },
      ],
    };
  };
  const issue = async (reportId: string, opId = newOpId()) => {
    const { sha, files } = await filesOf(reportId);
    return issueReport(await auditor(), { opId, reportId, contentSha256: sha }, files);
  };

  it('is composed of its words and the audit’s records, for everybody who reads it', async () => {
    const { reportId, findingId } = await draft();
    const composed = await composeReport(await desk.ctx('viewer'), reportId);
    expect(composed.body.findings).toMatchObject([{ id: findingId, title: 'Doors stand open' }]);
    expect(composed.body.plan?.name).toBe('Żółw straße');
    expect(composed.suggestion.rating).toBe('needs_improvement');
    expect(composed.report.overallRating).toBe('needs_improvement');
    expect(reportSections(composed).find(({ key }) => key === 'findingsTable')?.blocks).toMatchObject([{ kind: 'table' }]);
    expect(await codeOf(composeReport(await desk.ctx('auditor', { tenant: desk.b }), reportId))).toBe('NOT_FOUND');
  });

  it('is issued once, approved, with files whose hash the server takes, and never changes again', async () => {
    const { reportId, findingId, planId } = await draft();
    expect(await codeOf(issue(reportId))).toBe('TRANSITION_REFUSED');
    await patch('auditReports', reportId, { status: 'in_review' });
    expect(await codeOf(issue(reportId))).toBe('APPROVAL_MISSING');
    await approve(reportId);
    // what was approved is that content with those findings
    await patch('findings', findingId, { condition: 'Seen open twice' });
    expect(await codeOf(issue(reportId))).toBe('APPROVAL_MISSING');
    await approve(reportId);
    const stale = await filesOf(reportId);
    expect(
      await codeOf(issueReport(await auditor(), { opId: newOpId(), reportId, contentSha256: 'a'.repeat(64) }, stale.files)),
    ).toBe('CONTENT_CHANGED');
    const bad = [{ format: 'pdf' as const, fileName: 'x.pdf', bytes: bytes('MZ no pdf') }, ...stale.files.slice(1)];
    expect(await codeOf(issueReport(await auditor(), { opId: newOpId(), reportId, contentSha256: stale.sha }, bad))).toBe(
      'REPORT_FILES_MISSING',
    );
    expect(
      await codeOf(issueReport(await auditor(), { opId: newOpId(), reportId, contentSha256: stale.sha }, stale.files.slice(1))),
    ).toBe('REPORT_FILES_MISSING');
    const opId = newOpId();
    const first = await issue(reportId, opId);
    expect(await issueReport(await auditor(), { opId, reportId, contentSha256: stale.sha }, [])).toEqual(first);
    expect(first.files.map(({ format }) => format)).toEqual(['pdf', 'json']);
    const kept = await issuedFile(await desk.ctx('viewer'), reportId, 'pdf');
    expect(kept?.bytes).toEqual(PDF);

    const attempts = [
      `UPDATE audit_reports SET executive_summary = 'x' WHERE id = '${reportId}'`,
      `UPDATE audit_reports SET overall_rating = 'satisfactory' WHERE id = '${reportId}'`,
      `UPDATE audit_reports SET layout = '{}' WHERE id = '${reportId}'`,
      `UPDATE audit_reports SET archived_at = now() WHERE id = '${reportId}'`,
      `UPDATE audit_reports SET status = 'draft' WHERE id = '${reportId}'`,
    ];
    const answers: string[] = [];
    for (const attempt of attempts) answers.push(await sql('auditor', attempt));
    expect(answers.every((code) => code === 'STATE_FORBIDS' || code === 'TRANSITION_REFUSED')).toBe(true);
    for (const attempt of [
      `UPDATE report_files SET bytes = '\\x00' WHERE audit_report_id = '${reportId}'`,
      `DELETE FROM report_files WHERE audit_report_id = '${reportId}'`,
      `UPDATE audit_reports SET content_sha256 = repeat('b', 64) WHERE id = '${reportId}'`,
      `UPDATE audit_reports SET findings = '[]' WHERE id = '${reportId}'`,
      `DELETE FROM audit_reports WHERE id = '${reportId}'`,
    ])
      expect(await sql('auditor', attempt)).toBe('ROLE_FORBIDS');
    expect(await sql('viewer', `SELECT issue_report('${reportId}', repeat('a', 64), '[]')`)).toBe('ROLE_FORBIDS');

    // what happens to the findings later shows, and the report still says what it said
    await patch('findings', findingId, { condition: 'Closed by now' });
    const late = await make('findings', { title: 'Late', kind: 'observation', severity: 'low', auditPlanId: planId });
    const after = await composeReport(await desk.ctx('viewer'), reportId);
    expect(after.body.findings).toMatchObject([{ condition: 'Seen open twice' }]);
    expect(after.changes.map(({ findingId: id, change: what }) => [id, what]).sort()).toEqual(
      [
        [findingId, 'changed'],
        [late, 'new'],
      ].sort(),
    );

    // a byte turned by somebody above the guards is seen
    await desk.look(
      `UPDATE ${desk.a.schema}.report_files SET bytes = '\\x2550444600' WHERE audit_report_id = $1::uuid AND format = 'pdf' RETURNING 1 AS n`,
      [reportId],
    );
    expect(await codeOf(issuedFile(await auditor(), reportId, 'pdf'))).toBe('REPORT_FILE_DAMAGED');

    // the next version names the one that it replaces, once
    const revision = { opId: newOpId(), reportId, newReportId: newId() };
    const [a, b] = [
      await reviseReport(await auditor(), AUDITOPS_HOOKS, revision),
      await reviseReport(await auditor(), AUDITOPS_HOOKS, revision),
    ];
    expect(a).toEqual(b);
    const next = await composeReport(await auditor(), revision.newReportId);
    expect(next.report).toMatchObject({
      versionNumber: 2,
      replacesId: reportId,
      status: 'draft',
      executiveSummary: 'All **well**',
    });
    expect((await composeReport(await auditor(), reportId)).replacedBy?.id).toBe(revision.newReportId);
    expect(await codeOf(reviseReport(await auditor(), AUDITOPS_HOOKS, { opId: newOpId(), reportId, newReportId: newId() }))).toBe(
      'DUPLICATE',
    );
  });

  it('has text blocks that stand with it', async () => {
    const { reportId } = await draft();
    const before = (await filesOf(reportId)).sha;
    const blockId = await make('reportBlocks', { auditReportId: reportId, title: 'Limits', content: '- one' });
    const composed = await composeReport(await desk.ctx('viewer'), reportId);
    expect(composed.contentSha256).not.toBe(before);
    const keys = reportSections(composed).map(({ key }) => key);
    expect(keys.indexOf(`block:${blockId}`)).toBe(keys.indexOf('programme') - 1);
    expect(reportSections(composed).find(({ title }) => title === 'Limits')?.blocks).toEqual([
      { kind: 'markdown', text: '- one' },
    ]);
    await patch('auditReports', reportId, { status: 'in_review' });
    await approve(reportId);
    await patch('reportBlocks', blockId, { content: '- two' });
    expect(await codeOf(issue(reportId))).toBe('APPROVAL_MISSING');
    await approve(reportId);
    await issue(reportId);
    expect(await codeOf(patch('reportBlocks', blockId, { content: '- three' }))).toBe('STATE_FORBIDS');
    for (const attempt of [
      `UPDATE report_blocks SET content = 'x' WHERE id = '${blockId}'`,
      `UPDATE report_blocks SET archived_at = now() WHERE id = '${blockId}'`,
      `INSERT INTO report_blocks (audit_report_id, title) VALUES ('${reportId}', 'late')`,
    ])
      expect(await sql('auditor', attempt)).toBe('STATE_FORBIDS');
    expect(await sql('viewer', `UPDATE report_blocks SET content = 'x' WHERE id = '${blockId}'`)).toBe('ROLE_FORBIDS');
    const revised = await reviseReport(await auditor(), AUDITOPS_HOOKS, { opId: newOpId(), reportId, newReportId: newId() });
    const next = await composeReport(await auditor(), revised.reportId);
    expect(next.body.blocks).toMatchObject([{ title: 'Limits', content: '- two' }]);
    expect(reportSections(next).map(({ title }) => title)).toEqual(reportSections(composed).map(({ title }) => title));
  });

  it('has the tenant’s template, set by an administrator or a lead', async () => {
    const bytes = await defaultTemplate();
    const set = (ctx: EntityContext, file: TemplateFile | null) =>
      setTemplate(ctx, { opId: newOpId(), templateId: newId() }, file);
    const file = { fileName: 'own.docx', bytes };
    expect(await codeOf(set(await desk.ctx('viewer'), file))).toBe('ROLE_FORBIDS');
    expect(await codeOf(set(await auditor(), file))).toBe('ROLE_FORBIDS');
    expect((await templateInUse(await auditor())).maySet).toBe(false);
    await set(await desk.ctx('admin'), file);
    expect((await templateBytes(await desk.ctx('viewer')))?.bytes).toEqual(bytes);
    await make('auditPlans', { auditName: 'Led', leadId: desk.a.people.auditor.id });
    expect((await templateInUse(await auditor())).maySet).toBe(true);
    await set(await auditor(), { ...file, fileName: 'newer.docx' });
    expect((await templateInUse(await desk.ctx('viewer'))).template).toMatchObject({ fileName: 'newer.docx' });
    expect(await templateBytes(await desk.ctx('viewer', { tenant: desk.b }))).toBeNull();
    expect(await codeOf(set(await auditor(), { fileName: 'x.docx', bytes: PDF }))).toBe('VALUE_REFUSED');
    for (const attempt of [
      `INSERT INTO report_templates (file_name, size_bytes, sha256, bytes) VALUES ('x', 1, repeat('a', 64), '\\x50')`,
      `UPDATE report_templates SET bytes = '\\x50'`,
      'DELETE FROM report_templates',
    ])
      expect(await sql('admin', attempt)).toBe('ROLE_FORBIDS');
    expect(await sql('risk', `SELECT set_report_template(gen_random_uuid(), 'x', NULL)`)).toBe('ROLE_FORBIDS');
    await set(await auditor(), null);
    expect(await templateBytes(await auditor())).toBeNull();
    const [kept] = await desk.look<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${desk.a.schema}.report_templates WHERE id IS NOT NULL`,
    );
    expect(kept?.n).toBe(2);
  });

  const assigned = async (values: Parameters<typeof creation>[1] = {}) => {
    const { findingId } = await draft();
    await patch('findings', findingId, { dueDate: '2026-03-01', ...values });
    for (const status of ['confirmed', 'assigned']) await patch('findings', findingId, { status });
    return findingId;
  };
  const finding = async (id: string) => (await service.get(await auditor(), 'findings', id)).row;

  it('a finding’s agreed date moves later with a reason, is counted, and nobody gets round it', async () => {
    const id = await assigned();
    expect(await codeOf(patch('findings', id, { dueDate: '2026-04-01' }))).toBe('DATE_AGREED');
    expect(await codeOf(patch('findings', id, { dueDate: null }, 'no date'))).toBe('DATE_AGREED');
    expect(await sql('auditor', `UPDATE findings SET due_date = '2026-04-01' WHERE id = '${id}'`)).toBe('DATE_AGREED');
    await patch('findings', id, { dueDate: '2026-04-01' }, 'waits for a part');
    await patch('findings', id, { dueDate: '2026-03-15' });
    // psql with a reason is counted alike
    const why = `SELECT set_config('app.reason', 'by hand', true)`;
    const byHand = `WITH why AS (${why}) UPDATE findings SET due_date = '2026-05-01' FROM why WHERE findings.id = '${id}'`;
    expect(await sql('auditor', byHand)).toBe('done');
    expect((await finding(id)).extensionCount).toBe(2);
    const { rows } = await service.list(await desk.ctx('viewer'), 'findingExtensions', {
      filter: [{ field: 'findingId', op: 'eq', value: id }],
    });
    expect(rows).toMatchObject([
      { number: 1, fromDate: '2026-03-01', toDate: '2026-04-01', reason: 'waits for a part' },
      { number: 2, fromDate: '2026-03-15', toDate: '2026-05-01', reason: 'by hand' },
    ]);
    for (const attempt of [
      `UPDATE findings SET extension_count = 0 WHERE id = '${id}'`,
      `UPDATE findings SET settled_at = now() WHERE id = '${id}'`,
      `UPDATE finding_extensions SET reason = 'x' WHERE finding_id = '${id}'`,
      `UPDATE finding_extensions SET archived_at = now() WHERE finding_id = '${id}'`,
      `DELETE FROM finding_extensions WHERE finding_id = '${id}'`,
      `INSERT INTO finding_extensions (finding_id, number, from_date, to_date, reason) VALUES ('${id}', 3, '2026-01-01', '2026-01-02', 'x')`,
    ])
      expect(await sql('auditor', attempt)).toBe('ROLE_FORBIDS');
  });

  it('management answers with kind, person and date; what is not agreed in full needs words', async () => {
    const owner = desk.a.people.risk.id;
    const id = await assigned({ ownerId: owner });
    expect(await codeOf(patch('findings', id, { responseKind: 'disagreed' }))).toBe('VALUE_REFUSED');
    expect(await codeOf(patch('findings', id, { respondedOn: '2026-02-01' }))).toBe('VALUE_REFUSED');
    await patch('findings', id, {
      responseKind: 'disagreed',
      managementResponse: 'We see it otherwise',
      respondedOn: '2026-02-01',
    });
    expect(await finding(id)).toMatchObject({ respondedBy: owner, respondedOn: '2026-02-01' });
    await patch('findings', id, { responseKind: null });
    expect(await finding(id)).toMatchObject({ respondedBy: null, respondedOn: null });
  });

  it('a finding repeats an earlier one, never itself or in a circle', async () => {
    const [first, second] = [await assigned(), await assigned()];
    expect(await codeOf(patch('findings', first, { repeatOfId: first }))).toBe('VALUE_REFUSED');
    expect(await codeOf(patch('findings', first, { repeatOfId: second }))).toBe('VALUE_REFUSED');
    expect(await sql('auditor', `UPDATE findings SET repeat_of_id = '${second}' WHERE id = '${first}'`)).toBe('VALUE_REFUSED');
    await patch('findings', second, { repeatOfId: first });
    expect((await composeReport(await auditor(), (await draft()).reportId)).body.findings[0]?.repeats ?? '').toBe('');
  });

  it('a retest decides its finding, and what it decided stands', async () => {
    const id = await assigned({ ownerId: desk.a.people.risk.id });
    const { findingId: early } = await draft();
    const retest = (of: string) => make('controlTests', { title: 'Retest', testDate: '2026-03-05', retestOfId: of });
    const conclude = async (test: string, result: string) => {
      await patch('controlTests', test, { designEffectiveness: 'effective', operatingEffectiveness: result });
      return patch('controlTests', test, { status: 'done' });
    };
    expect(await codeOf(retest(early))).toBe('FINDING_NOT_RESOLVED');
    const first = await retest(id);
    expect(await codeOf(retest(id))).toBe('DUPLICATE');
    expect(await codeOf(conclude(first, 'ineffective'))).toBe('FINDING_NOT_RESOLVED');
    for (const status of ['in_progress', 'resolved']) await patch('findings', id, { status });
    expect(await codeOf(patch('findings', id, { status: 'verified' }))).toBe('RETEST_DECIDES');
    expect(await sql('auditor', `UPDATE findings SET status = 'verified' WHERE id = '${id}'`)).toBe('RETEST_DECIDES');
    await patch('controlTests', first, { status: 'done' });
    expect(await finding(id)).toMatchObject({ status: 'in_progress', settledAt: null });
    const history = await service.history(await auditor(), 'findings', id);
    expect(history[0]?.reason).toMatch(/^Retest CT-\d+: ineffective$/);
    // what it decided stands, in psql too
    expect(await codeOf(patch('controlTests', first, { status: 'in_progress' }))).toBe('STATE_FORBIDS');
    for (const attempt of [
      `UPDATE control_tests SET operating_effectiveness = 'effective' WHERE id = '${first}'`,
      `UPDATE control_tests SET archived_at = now() WHERE id = '${first}'`,
    ])
      expect(await sql('auditor', attempt)).toBe('STATE_FORBIDS');
    expect(await sql('auditor', `UPDATE control_tests SET retest_of_id = NULL WHERE id = '${first}'`)).toBe('ROLE_FORBIDS');
    await patch('findings', id, { status: 'resolved' });
    expect(await codeOf(patch('findings', id, { status: 'verified' }))).toBe('RETEST_DECIDES');
    const second = await retest(id);
    await conclude(second, 'effective');
    const done = await finding(id);
    expect(done.status).toBe('verified');
    expect(done.settledAt).not.toBeNull();
    // a later change is no later settlement
    await patch('findings', id, { tags: ['x'] });
    expect((await finding(id)).settledAt).toBe(done.settledAt);
    await patch('findings', id, { status: 'in_progress' });
    expect((await finding(id)).settledAt).toBeNull();
    // nobody verifies their own remedy
    const own = await assigned({ ownerId: desk.a.people.auditor.id });
    for (const status of ['in_progress', 'resolved']) await patch('findings', own, { status });
    expect(await codeOf(conclude(await retest(own), 'effective'))).toBe('FOUR_EYES');
  });

  it('what hangs on a restricted finding is seen by whoever sees the finding', async () => {
    const id = await assigned({ ownerId: desk.a.people.risk.id });
    await patch('findings', id, { dueDate: '2026-04-01' }, 'somebody is ill');
    const retest = await make('controlTests', { title: 'Retest', testDate: '2026-03-05', retestOfId: id });
    const seen = async (fn: TenantFunction) => {
      const ctx = await desk.ctx(fn);
      const { total } = await service.list(ctx, 'findingExtensions', { filter: [{ field: 'findingId', op: 'eq', value: id }] });
      return [total, await codeOf(service.get(ctx, 'controlTests', retest))];
    };
    expect(await seen('viewer')).toEqual([1, 'done']);
    expect(await sql('auditor', `SELECT restrict_record('findings', '${id}', '{}'::uuid[], 'names a person')`)).toBe('done');
    expect(await seen('viewer')).toEqual([0, 'NOT_FOUND']);
    expect(await seen('auditor')).toEqual([1, 'done']);
    expect(await sql('auditor', `SELECT lift_restriction('${id}', 'over')`)).toBe('done');
    expect(await seen('viewer')).toEqual([1, 'done']);
  });

  it('the story of an audit tells what happened, to whom may read it', async () => {
    const { planId, findingId } = await draft();
    await patch('auditPlans', planId, { startDate: '2026-01-05', endDate: '2026-02-05' });
    const story = await auditStory(await desk.ctx('viewer'), planId);
    expect(story).toMatchObject({ from: '2026-01-05', cut: false });
    expect(story.events.map(({ kind, what }) => [kind, what])).toEqual(
      expect.arrayContaining([
        ['plan', 'Planned to begin'],
        ['finding', 'Raised'],
        ['report', 'Report begun'],
      ]),
    );
    expect(story.events.find(({ kind }) => kind === 'finding')).toMatchObject({
      entity: 'findings',
      id: findingId,
      weighs: true,
    });
    expect([...story.events].sort((a, b) => a.day.localeCompare(b.day)).map(({ day }) => day)).toEqual(
      story.events.map(({ day }) => day),
    );
    expect(await codeOf(auditStory(await desk.ctx('auditor', { tenant: desk.b }), planId))).toBe('NOT_FOUND');
  });

  it('a finding is closed when nobody has to do anything for it any more', async () => {
    const { findingId } = await draft();
    const actionId = await make('actions', { title: 'Lock', findingId });
    for (const status of ['confirmed', 'assigned', 'in_progress', 'resolved', 'verified'])
      await patch('findings', findingId, { status });
    expect(await codeOf(patch('findings', findingId, { status: 'closed' }))).toBe('ACTIONS_OPEN');
    expect(await sql('auditor', `UPDATE findings SET status = 'closed' WHERE id = '${findingId}'`)).toBe('ACTIONS_OPEN');
    await patch('actions', actionId, { status: 'done' });
    await patch('findings', findingId, { status: 'closed' });
    expect(await codeOf(patch('actions', actionId, { status: 'in_progress' }))).toBe('STATE_FORBIDS');
    expect(await codeOf(make('actions', { title: 'Another', findingId }))).toBe('STATE_FORBIDS');
  });
});
