/** A composed report as the values of a Word template's placeholders: words and dates as the screens show them, Markdown as plain lines. */
import { plainText } from '@main/reports/plain-text';
import { isTextSection, layoutOf, type SectionKey } from '@shared/reports/layout';

import type { TemplateData } from '@shared/reports/placeholders';
import type { ComposedReport } from './compose';
import { day, extended, responseOf, shownFindings, word } from './document';

const said = (text: string | null) => (text === null ? '' : plainText(text));

/** A section that the layout leaves out stays empty, whatever the template asks for. */
export function templateData({ report, body, replaces }: ComposedReport, tenant: string): TemplateData {
  const layout = layoutOf(report.layout, body.blocks);
  const shown = (key: SectionKey) => layout.sections.some((section) => section.key === key && section.shown);
  const section = (key: SectionKey) => (isTextSection(key) && shown(key) ? said(report[key]) : '');
  const findings = shown('findingsTable') || shown('findingsDetail') ? shownFindings(body, layout) : [];
  const blocks = layout.sections.flatMap(({ key, shown: printed }) => {
    const block = body.blocks.find(({ id }) => key === `block:${id}`);
    return block && printed ? [{ title: block.title, text: said(block.content) }] : [];
  });
  return {
    tenant,
    report: {
      ref: report.ref ?? '',
      title: report.title,
      version: String(report.versionNumber),
      kind: report.reportType ?? '',
      period: [day(report.periodFrom), day(report.periodTo)].filter(Boolean).join(' to '),
      rating: word('auditReports', 'overallRating', report.overallRating),
      state: word('auditReports', 'status', report.status),
      distribution: report.distribution ?? '',
      replaces: replaces?.ref ?? '',
    },
    plan: {
      ref: body.plan?.ref ?? '',
      title: body.plan?.name ?? '',
      lead: body.plan?.lead ?? '',
      scope: body.plan?.scope ?? '',
      objective: body.plan?.objective ?? '',
    },
    executiveSummary: section('executiveSummary'),
    opinion: section('opinion'),
    scopeObjectives: section('scopeObjectives'),
    methodology: section('methodology'),
    positiveObservations: section('positiveObservations'),
    blocks,
    findings: findings.map((f) => ({
      ref: f.ref,
      title: f.title,
      kind: word('findings', 'kind', f.kind),
      severity: word('findings', 'severity', f.severity),
      status: word('findings', 'status', f.status),
      owner: f.owner ?? '',
      due: day(f.dueDate),
      extensions: extended(f.extensions),
      repeats: f.repeats ?? '',
      criteria: f.criteria ?? '',
      condition: f.condition ?? '',
      cause: f.cause ?? '',
      effect: f.effect ?? '',
      recommendation: f.recommendation ?? '',
      response: responseOf(f),
      actions: f.actions.map((a) => ({
        ref: a.ref,
        title: a.title,
        owner: a.owner ?? '',
        due: day(a.dueDate),
        status: word('actions', 'status', a.status),
      })),
      retests: f.retests.map((t) => ({ ref: t.ref, date: day(t.date), result: word('controlTests', 'testResult', t.result) })),
    })),
    tests: !shown('programme')
      ? []
      : body.tests.map((t) => ({
          control: t.control ?? '',
          title: t.title,
          design: word('controlTests', 'designEffectiveness', t.design),
          operating: word('controlTests', 'operatingEffectiveness', t.operating),
          result: word('controlTests', 'testResult', t.result),
          testedBy: t.testedBy ?? '',
          date: day(t.date),
        })),
    samples: !shown('samples')
      ? []
      : body.samples.map((s) => ({
          ref: s.ref,
          test: s.test,
          method: word('samples', 'method', s.method),
          size: String(s.size),
          rows: String(s.rows),
          exceptions: String(s.exceptions),
          seed: s.seed,
          sha256: s.sha256,
        })),
    evidence: !shown('evidence')
      ? []
      : body.evidence.map((e) => ({
          ref: e.ref,
          title: e.title,
          status: word('auditEvidence', 'status', e.status),
          fileName: e.fileName ?? '',
          sha256: e.sha256 ?? '',
        })),
    signOffs: !shown('signOffs')
      ? []
      : body.signOffs.map((s) => ({
          what: s.what,
          kind: s.kind.charAt(0).toUpperCase() + s.kind.slice(1),
          by: s.by ?? '',
          date: day(s.at),
          sha256: s.sha256,
        })),
  };
}
