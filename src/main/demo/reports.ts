/**
 * The demonstration's audit reports: one issued for an audit that has ended, approved by the second auditor, and one drafted while the
 * audit runs. Issuing takes a printer; where there is none (the command line), that report stays in review.
 */
import { askApproval, decideApproval } from '@main/collab/approvals';
import { readCircle } from '@main/collab/circle';
import { type ComposedReport, composeReport, issueReport, reportDocument } from '@main/domains/auditops/reports';
import type { EntityContext } from '@main/entities/context';
import type { PdfPrinter } from '@main/reports/document';
import type { EntityRow } from '@shared/entities/registry';
import { v7 as uuidv7 } from 'uuid';
import type { Records, Wanted } from './records';

const WORDS: Wanted = {
  reportType: 'Final',
  distribution: 'Management board\nHead of information security\nAudit committee',
  methodology:
    'We tested each control for its **design** and for its **operation**:\n\n- interviews with those who run it,\n- inspection of records,\n- samples drawn at random, with their seed on record, so that anybody can draw them again.',
};

const CLOSED: Wanted = {
  ...WORDS,
  overallRating: 'needs_improvement',
  executiveSummary:
    'The controls of the baseline are in place and were run through the year. **Two of them need the board:** systems that nobody supports any more have no date of replacement, and rules of the firewalls are reviewed too late. Each point has an owner and a date.',
  opinion:
    'In our opinion the controls tested were **suitably designed and operated effectively** in the period, but for the points below, of which one is of high severity.',
  positiveObservations: 'Access reviews were complete and on time in every quarter.',
};

const RUNNING: Wanted = {
  ...WORDS,
  reportType: 'Draft for discussion',
  executiveSummary:
    'Fieldwork at the branch is under way. Joiners and movers are handled well; *leavers keep access too long*, and changes reach production without a second pair of eyes.',
};

const LIMITS: Wanted = {
  title: 'Limits of our work',
  content:
    'Two systems of the branch could not be seen, for their supplier was not there:\n\n1. the **key cabinet** of the vault,\n2. the archive of the old telephone system.\n\nWe shall look at both in the next audit.',
};

/** Reports on an audit that will come to `status`, before it does: a closed audit takes no report any more. */
export async function makeReport(
  ctx: EntityContext,
  records: Records,
  plan: EntityRow<'auditPlans'>,
  status: string,
): Promise<string | null> {
  const ended = status === 'reported' || status === 'closed';
  if (!ended && status !== 'fieldwork') return null;
  const there = await records.page(ctx, 'auditReports', [{ field: 'auditPlanId', op: 'eq', value: plan.id }]);
  const before = there.rows[0];
  if (before) return before.id;
  const wanted: Wanted = {
    ...(ended ? CLOSED : RUNNING),
    title: `Audit report: ${plan.auditName}`,
    auditPlanId: plan.id,
    periodFrom: plan.startDate,
    periodTo: plan.endDate,
    scopeObjectives: [plan.objective, plan.scope].filter(Boolean).join('\n\n'),
  };
  const id = await records.create(ctx, 'auditReports', wanted, ended ? 'in_review' : 'draft');
  if (!ended) await records.create(ctx, 'reportBlocks', { ...LIMITS, auditReportId: id });
  return id;
}

export interface Issuing {
  readonly tenant: string;
  readonly printer: PdfPrinter | null;
  readonly lead: EntityContext;
  readonly approver: EntityContext;
}

/**
 * Begins to print a report that is in review, and gives what issues it once it is printed: printing is another process's work, and the rest
 * of the demonstration is made meanwhile.
 */
export async function beginIssue(reportId: string, { tenant, printer, lead, approver }: Issuing): Promise<() => Promise<void>> {
  const composed = await composeReport(lead, reportId);
  if (printer === null || composed.report.status !== 'in_review') return async () => undefined;
  const asIssued: ComposedReport = { ...composed, report: { ...composed.report, status: 'issued' } };
  const document = reportDocument(asIssued, tenant);
  const [{ toPdf }, { toDocx }] = await Promise.all([import('@main/reports/pdf'), import('@main/reports/docx')]);
  const printing = toPdf(document, printer).catch(() => null);
  return async () => {
    const pdf = await printing;
    // without its PDF it is not issued, and stays in review
    if (pdf === null) return;
    const { contentSha256, report, body } = await composeReport(lead, reportId);
    const approvalId = uuidv7();
    const on = { opId: uuidv7(), entity: 'auditReports' as const, recordId: reportId, approvalId };
    await askApproval(lead, { ...on, step: 'issued', baseVersion: report.rowVersion, note: '' });
    const asked = (await readCircle(approver, { entity: 'auditReports', id: reportId })).approvals.find(
      ({ id }) => id === approvalId,
    );
    await decideApproval(approver, { ...on, opId: uuidv7(), decision: 'approve', sha256: asked?.sha256 ?? '', reason: '' });
    const name = `${tenant}_${report.ref ?? ''}_v${report.versionNumber}`.replaceAll(' ', '-');
    await issueReport(lead, { opId: uuidv7(), reportId, contentSha256 }, [
      { format: 'pdf', fileName: `${name}.pdf`, bytes: pdf },
      { format: 'docx', fileName: `${name}.docx`, bytes: await toDocx(document) },
      { format: 'json', fileName: `${name}.json`, bytes: new TextEncoder().encode(JSON.stringify(body)) },
    ]);
  };
}
