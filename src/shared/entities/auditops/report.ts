/** Audit reports: what an audit comes to, written as a draft, reviewed, approved, and issued with files that never change. */
import { defineEntity } from '../define';
import { choice, date, hash, instant, integer, json, longText, person, reference, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { REPORT_RATING, REPORT_STATUS } from './options';

export const auditReport = defineEntity({
  name: 'auditReports',
  table: 'audit_reports',
  domain: 'auditops',
  label: { one: 'Audit report', many: 'Audit reports' },
  icon: 'document',
  purpose:
    'A report says what an audit came to: its opinion and rating, its findings, and the work and evidence behind them. It is drafted here, reviewed, approved and issued as PDF and Word.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Title', required: true, max: 255 }),
    status: choice({ label: 'State', options: REPORT_STATUS, required: true, merge: 'state' }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', merge: 'immutable' }),
    reportType: text({ label: 'Kind', help: 'For example final, interim, follow-up', max: 50 }),
    overallRating: choice({ label: 'Overall rating', options: REPORT_RATING, merge: 'ask' }),
    periodFrom: date({ label: 'Period from' }),
    periodTo: date({ label: 'Period to' }),
    distribution: longText({ label: 'Distribution', help: 'One recipient a line', max: 10_000 }),
    executiveSummary: longText({ label: 'Executive summary' }),
    scopeObjectives: longText({ label: 'Scope and objectives' }),
    methodology: longText({ label: 'Methodology' }),
    opinion: longText({ label: 'Overall opinion' }),
    positiveObservations: longText({ label: 'Positive observations' }),
    layout: json({ label: 'Layout' }),
    versionNumber: integer({ label: 'Version of the report', required: true, defaulted: true, min: 1, merge: 'immutable' }),
    replacesId: reference({ label: 'Takes the place of', target: 'auditReports', merge: 'immutable' }),
    issuedAt: instant({ label: 'Issued', writable: 'never' }),
    issuedBy: person({ label: 'Issued by', writable: 'never' }),
    contentSha256: hash({ label: 'Hash of the content', writable: 'never' }),
    findings: json({ label: 'Findings as issued', writable: 'never', heavy: true }),
    recommendations: json({ label: 'Recommendations as issued', writable: 'never', heavy: true }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'draft',
    steps: { draft: ['in_review'], in_review: ['draft', 'issued'], issued: [] },
    locked: ['issued'],
  },
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'title' },
      { field: 'auditPlanId', width: 240 },
      { field: 'overallRating', width: 150 },
      { field: 'status', width: 110 },
      { field: 'versionNumber', width: 90 },
      { field: 'issuedAt', width: 130 },
    ],
    sort: [{ field: 'createdAt', dir: 'desc' }],
    search: ['ref', 'title', 'executiveSummary'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Not issued', filter: [{ field: 'status', op: 'ne', value: 'issued' }] },
      { key: 'issued', label: 'Issued', filter: [{ field: 'status', op: 'eq', value: 'issued' }] },
    ],
  },
  form: [
    { title: 'Report', fields: ['title', ['auditPlanId', 'reportType'], ['periodFrom', 'periodTo'], 'distribution'] },
    {
      title: 'What it says',
      reason: 'written more comfortably on its Report page',
      fields: ['overallRating', 'executiveSummary', 'scopeObjectives', 'methodology', 'opinion', 'positiveObservations'],
    },
    { title: 'State', reason: 'a report is issued on its Report page', fields: ['status'] },
  ],
  children: [{ entity: 'auditReports', field: 'replacesId', label: 'New versions' }],
  approval: [
    {
      to: 'issued',
      by: ['auditor', 'admin'],
      quorum: 1,
      free: ['findings', 'recommendations', 'issuedAt', 'issuedBy', 'contentSha256'],
      parts: 'report_parts',
    },
  ],
  work: { settled: ['issued'], review: { states: ['in_review'], by: ['auditor'] } },
  copy: { afresh: ['overallRating', 'versionNumber', 'replacesId', 'layout'] },
});

/** Where a block stands among the sections is said by the report's `layout`. */
export const reportBlock = defineEntity({
  name: 'reportBlocks',
  table: 'report_blocks',
  domain: 'auditops',
  label: { one: 'Text block', many: 'Text blocks' },
  icon: 'document',
  purpose: 'A text block is a section of a report that has a title and words of its own.',
  fields: {
    auditReportId: reference({ label: 'Report', target: 'auditReports', required: true, merge: 'immutable' }),
    title: text({ label: 'Title', required: true, max: 255 }),
    content: longText({ label: 'Text', help: 'Markdown' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [{ field: 'title' }, { field: 'auditReportId', width: 240 }, { field: 'updatedAt', width: 150 }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['title', 'content'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'Text', fields: ['title', 'auditReportId', 'content'] }],
  children: [],
  copy: false,
});
