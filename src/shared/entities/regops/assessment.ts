/**
 * A compliance assessment, its answers (one a requirement, on separate axes), and the controls and evidence that an answer rests on.
 * What an assessment's score is made of is said in docs/compliance.md; the database keeps it.
 */
import { defineEntity } from '../define';
import { boolean, choice, date, hash, instant, integer, json, longText, person, reference, text } from '../fields';
import { COMPLIANCE_ACCESS } from './access';
import { ANSWER_RESULT, ANSWER_STATUS, ASSESSMENT_STATUS, EXTENDED_RESULT } from './options';

export const complianceAssessment = defineEntity({
  name: 'complianceAssessments',
  table: 'compliance_assessments',
  domain: 'regops',
  label: { one: 'Assessment', many: 'Assessments' },
  icon: 'checklist',
  purpose: 'An assessment answers, requirement by requirement, how far a regulation is met. Start one over a regulation.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    name: text({ label: 'Assessment', required: true, max: 255 }),
    regulationId: reference({ label: 'Regulation', target: 'regulations' }),
    assessmentDate: date({ label: 'Date', required: true, help: 'The day that the answers stand for' }),
    status: choice({ label: 'State', options: ASSESSMENT_STATUS, required: true, merge: 'state' }),
    score: integer({ label: 'Score', min: 0, max: 100, writable: 'never', help: 'Per cent, of what is assessed' }),
    targetScore: integer({ label: 'Target', min: 0, max: 5, help: '0 to 5, where a requirement says nothing else' }),
    leadId: person({ label: 'Lead' }),
    dueDate: date({ label: 'Due' }),
    scope: longText({ label: 'Scope', help: 'What is in, what is out', max: 10_000 }),
    conclusion: longText({ label: 'Conclusion' }),
    controlSetId: reference({ label: 'Control set', target: 'controlSets' }),
    previousId: reference({ label: 'Compared with', target: 'complianceAssessments' }),
    locked: boolean({ label: 'Locked', help: 'The answers stand as they are' }),
    answersSha256: hash({ label: 'Hash of the answers', writable: 'never' }),
    concludedBy: person({ label: 'Sent to review by', writable: 'never' }),
    concludedAt: instant({ label: 'Sent to review', writable: 'never' }),
    concludedSha256: hash({ label: 'Hash at review', writable: 'never' }),
    reviewedBy: person({ label: 'Closed by', writable: 'never' }),
    reviewedAt: instant({ label: 'Closed', writable: 'never' }),
    findings: json({ label: 'Findings', writable: 'never', heavy: true }),
    recommendations: json({ label: 'Recommendations', writable: 'never', heavy: true }),
    evidence: json({ label: 'Evidence', writable: 'never', heavy: true }),
  },
  refField: 'ref',
  titleField: 'name',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'planned',
    steps: {
      planned: ['in_progress', 'deprecated'],
      in_progress: ['planned', 'in_review', 'deprecated'],
      in_review: ['in_progress', 'done'],
      done: ['in_progress', 'deprecated'],
      deprecated: ['planned'],
    },
    reasonFor: ['deprecated', 'done>in_progress', 'deprecated>planned'],
    locked: ['done', 'deprecated'],
  },
  work: {
    assignee: ['leadId'],
    due: 'dueDate',
    settled: ['done', 'deprecated'],
    review: { states: ['in_review'], by: ['compliance'] },
  },
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'name' },
      { field: 'regulationId', width: 140 },
      { field: 'status', width: 120 },
      { field: 'score', width: 70 },
      { field: 'leadId', width: 130 },
      { field: 'assessmentDate', width: 110 },
      { field: 'dueDate', width: 126 },
    ],
    sort: [{ field: 'assessmentDate', dir: 'desc' }],
    search: ['ref', 'name', 'scope'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Open', filter: [{ field: 'status', op: 'in', value: ['planned', 'in_progress', 'in_review'] }] },
      { key: 'mine', label: 'I lead', filter: [{ field: 'leadId', op: 'eq', value: '@me' }] },
      { key: 'review', label: 'Ready for review', filter: [{ field: 'status', op: 'eq', value: 'in_review' }] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'dueDate', op: 'lt', value: '@today' },
          { field: 'status', op: 'in', value: ['planned', 'in_progress', 'in_review'] },
        ],
      },
    ],
  },
  form: [
    {
      title: 'What is assessed',
      reason: 'against which rules, and how much of them',
      fields: ['name', ['regulationId', 'controlSetId'], 'scope'],
    },
    {
      title: 'Who and when',
      fields: [
        ['leadId', 'assessmentDate'],
        ['dueDate', 'targetScore'],
      ],
    },
    { title: 'What came of it', fields: ['conclusion', 'previousId'] },
    {
      title: 'State',
      reason: 'somebody other than who sent it to review marks it done; that locks the answers',
      fields: ['status'],
    },
  ],
  children: [{ entity: 'requirementAssessments', field: 'assessmentId', label: 'Answers' }],
});

export const requirementAssessment = defineEntity({
  name: 'requirementAssessments',
  table: 'requirement_assessments',
  domain: 'regops',
  label: { one: 'Answer', many: 'Answers' },
  icon: 'list-check',
  purpose:
    'An answer says how far one requirement is met in one assessment. Start an assessment to have one for each requirement.',
  fields: {
    assessmentId: reference({ label: 'Assessment', target: 'complianceAssessments', required: true, merge: 'immutable' }),
    requirementId: reference({ label: 'Requirement', target: 'requirements', required: true, merge: 'immutable' }),
    ref: text({ label: 'Ref', required: true, max: 100, writable: 'never' }),
    title: text({ label: 'Title', max: 500, writable: 'never' }),
    family: text({ label: 'Family', max: 60, writable: 'never' }),
    orderIndex: integer({ label: 'Order', required: true, min: 0, writable: 'never' }),
    weight: integer({
      label: 'Weight',
      required: true,
      min: 1,
      max: 100,
      writable: 'never',
      help: 'How much it counts in the score',
    }),
    status: choice({ label: 'State', options: ANSWER_STATUS, required: true, merge: 'state' }),
    result: choice({ label: 'Result', options: ANSWER_RESULT, required: true, defaulted: true, merge: 'ask' }),
    extendedResult: choice({ label: 'Finding', options: EXTENDED_RESULT, merge: 'ask' }),
    score: integer({ label: 'Score', min: 0, max: 5, merge: 'ask', help: '0 nothing to 5 optimised' }),
    targetScore: integer({ label: 'Target', min: 0, max: 5 }),
    observation: longText({ label: 'Observation', help: 'What was seen, and where' }),
    justification: longText({ label: 'Justification', max: 10_000, help: 'Why it applies, or why it does not' }),
    assigneeId: person({ label: 'Assigned to' }),
    dueDate: date({ label: 'Due' }),
    carriedFromId: reference({ label: 'Carried over from', target: 'requirementAssessments', merge: 'immutable' }),
    carriedOver: boolean({ label: 'To be confirmed', writable: 'never' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['assessmentId', 'requirementId'],
  states: {
    field: 'status',
    initial: 'to_do',
    steps: {
      to_do: ['in_progress', 'done'],
      in_progress: ['to_do', 'in_review', 'done'],
      in_review: ['in_progress', 'done'],
      done: ['in_progress'],
    },
  },
  work: { assignee: ['assigneeId'], due: 'dueDate', settled: ['done'], review: { states: ['in_review'], by: ['compliance'] } },
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 100 },
      { field: 'title' },
      { field: 'assessmentId', width: 200 },
      { field: 'result', width: 160 },
      { field: 'status', width: 120 },
      { field: 'score', width: 70 },
      { field: 'assigneeId', width: 140 },
      { field: 'dueDate', width: 126 },
    ],
    sort: [{ field: 'orderIndex', dir: 'asc' }],
    search: ['ref', 'title', 'observation'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      {
        key: 'mine',
        label: 'Assigned to me',
        filter: [
          { field: 'assigneeId', op: 'eq', value: '@me' },
          { field: 'status', op: 'ne', value: 'done' },
        ],
      },
      { key: 'open', label: 'Not assessed', filter: [{ field: 'result', op: 'eq', value: 'not_assessed' }] },
      { key: 'gaps', label: 'Gaps', filter: [{ field: 'result', op: 'in', value: ['non_compliant', 'partially_compliant'] }] },
      { key: 'carried', label: 'To be confirmed', filter: [{ field: 'carriedOver', op: 'eq', value: true }] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'dueDate', op: 'lt', value: '@today' },
          { field: 'status', op: 'ne', value: 'done' },
        ],
      },
    ],
  },
  form: [
    { title: 'What is answered', fields: [['assessmentId', 'requirementId']] },
    {
      title: 'The answer',
      reason: 'each on its own axis',
      fields: [['result', 'extendedResult'], ['score', 'targetScore'], 'observation', 'justification'],
    },
    { title: 'Who and when', fields: [['assigneeId', 'dueDate'], 'status'] },
  ],
  children: [
    { entity: 'assessmentControls', field: 'requirementAssessmentId', label: 'Controls' },
    { entity: 'assessmentEvidence', field: 'requirementAssessmentId', label: 'Evidence' },
  ],
});

export const assessmentControl = defineEntity({
  name: 'assessmentControls',
  table: 'assessment_controls',
  domain: 'regops',
  label: { one: 'Control of an answer', many: 'Controls of answers' },
  icon: 'shield',
  purpose: 'The controls that an answer rests on.',
  fields: {
    requirementAssessmentId: reference({ label: 'Answer', target: 'requirementAssessments', required: true, merge: 'immutable' }),
    controlId: reference({ label: 'Control', target: 'controls', required: true, merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: ['requirementAssessmentId', 'controlId'],
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [{ field: 'controlId' }, { field: 'requirementAssessmentId' }, { field: 'note', width: 220 }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What rests on what', fields: [['requirementAssessmentId', 'controlId'], 'note'] }],
  children: [],
});

export const assessmentEvidence = defineEntity({
  name: 'assessmentEvidence',
  table: 'assessment_evidence',
  domain: 'regops',
  label: { one: 'Evidence of an answer', many: 'Evidence of answers' },
  icon: 'paperclip',
  purpose: 'The evidence that shows what an answer says.',
  fields: {
    requirementAssessmentId: reference({ label: 'Answer', target: 'requirementAssessments', required: true, merge: 'immutable' }),
    evidenceId: reference({ label: 'Evidence', target: 'auditEvidence', required: true, merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: ['requirementAssessmentId', 'evidenceId'],
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [{ field: 'evidenceId' }, { field: 'requirementAssessmentId' }, { field: 'note', width: 220 }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What shows what', fields: [['requirementAssessmentId', 'evidenceId'], 'note'] }],
  children: [],
});
