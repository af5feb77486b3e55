/**
 * Audit reports on real databases: composed, approved, issued with files that stand, and what the same people try with raw SQL.
 */
import { askApproval, decideApproval } from '@main/collab/approvals';
import { testKinds } from '@main/db/testing/databases';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../hooks';
import { composeReport, issuedFile, issueReport, type MadeFile, reportSections, reviseReport } from '.';

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
