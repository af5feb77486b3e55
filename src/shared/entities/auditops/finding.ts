/** Findings and the actions that settle them. */
import { defineEntity } from '../define';
import { choice, date, instant, longText, person, reference, tags, text } from '../fields';
import { ACTION_ACCESS, AUDIT_ACCESS } from './access';
import { ACTION_STATUS, FINDING_KIND, FINDING_SETTLED, FINDING_STATUS, SEVERITY } from './options';

export const finding = defineEntity({
  name: 'findings',
  table: 'findings',
  domain: 'auditops',
  label: { one: 'Finding', many: 'Findings' },
  icon: 'flag',
  purpose:
    'A finding starts from a control test that did not hold, or from what you saw on site. It keeps its criteria, condition, cause and effect together until it is verified.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Finding', required: true, max: 255 }),
    kind: choice({ label: 'Kind', options: FINDING_KIND, required: true, merge: 'ask' }),
    severity: choice({ label: 'Severity', options: SEVERITY, required: true, merge: 'ask' }),
    status: choice({ label: 'State', options: FINDING_STATUS, required: true, merge: 'state' }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans' }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests' }),
    controlId: reference({ label: 'Control', target: 'controls' }),
    ownerId: person({ label: 'Owner' }),
    dueDate: date({ label: 'Due' }),
    criteria: longText({ label: 'Criteria', help: 'What should be' }),
    condition: longText({ label: 'Condition', help: 'What is' }),
    cause: longText({ label: 'Cause', help: 'Why it is so' }),
    effect: longText({ label: 'Effect', help: 'What it may lead to' }),
    recommendation: longText({ label: 'Recommendation' }),
    tags: tags({ label: 'Tags' }),
    managementResponse: longText({ label: 'Management response' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'identified',
    steps: {
      identified: ['confirmed', 'dismissed'],
      confirmed: ['assigned', 'dismissed', 'risk_accepted'],
      assigned: ['in_progress', 'risk_accepted'],
      in_progress: ['resolved', 'assigned', 'risk_accepted'],
      resolved: ['verified', 'in_progress'],
      verified: ['closed', 'in_progress'],
      closed: [],
      dismissed: ['identified'],
      risk_accepted: ['assigned', 'closed'],
    },
    reasonFor: ['dismissed', 'risk_accepted'],
    locked: ['closed'],
  },
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 80 },
      { field: 'title' },
      { field: 'kind', width: 120 },
      { field: 'severity', width: 100 },
      { field: 'status', width: 130 },
      { field: 'ownerId', width: 140 },
      { field: 'dueDate', width: 120 },
    ],
    sort: [{ field: 'ref', dir: 'desc' }],
    search: ['ref', 'title', 'condition', 'recommendation'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Open', filter: [{ field: 'status', op: 'notIn', value: [...FINDING_SETTLED] }] },
      { key: 'mine', label: 'Mine', filter: [{ field: 'ownerId', op: 'eq', value: '@me' }] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'dueDate', op: 'lt', value: '@today' },
          { field: 'status', op: 'notIn', value: [...FINDING_SETTLED] },
        ],
      },
      { key: 'verify', label: 'Ready to verify', filter: [{ field: 'status', op: 'eq', value: 'resolved' }] },
    ],
  },
  form: [
    {
      title: 'What was found',
      fields: ['title', ['kind', 'severity'], 'criteria', 'condition', 'cause', 'effect', 'recommendation'],
    },
    { title: 'Who and when', reason: 'drives what is due', fields: [['ownerId', 'dueDate'], 'managementResponse', 'tags'] },
    { title: 'Where it came from', fields: ['auditPlanId', ['controlTestId', 'controlId']] },
    { title: 'State', reason: 'dismissing and accepting need a reason', fields: ['status'] },
  ],
  children: [
    { entity: 'actions', field: 'findingId', label: 'Actions' },
    { entity: 'auditEvidence', field: 'findingId', label: 'Evidence' },
  ],
  work: {
    assignee: ['ownerId'],
    due: 'dueDate',
    settled: FINDING_SETTLED,
    review: { states: ['resolved'], by: ['auditor'] },
  },
  copy: { afresh: ['dueDate', 'managementResponse'], children: ['actions.findingId'] },
});

export const action = defineEntity({
  name: 'actions',
  table: 'actions',
  domain: 'auditops',
  label: { one: 'Action', many: 'Actions' },
  icon: 'checkbox',
  purpose: 'An action is one thing that somebody does by a date to settle a finding.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Action', required: true, max: 255 }),
    description: longText({ label: 'Description' }),
    findingId: reference({ label: 'Finding', target: 'findings' }),
    ownerId: person({ label: 'Owner' }),
    dueDate: date({ label: 'Due' }),
    status: choice({ label: 'State', options: ACTION_STATUS, required: true, merge: 'state' }),
    tags: tags({ label: 'Tags' }),
    completedAt: instant({ label: 'Completed', writable: 'never' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'to_do',
    steps: {
      to_do: ['in_progress', 'done', 'cancelled'],
      in_progress: ['to_do', 'done', 'cancelled'],
      done: ['in_progress'],
      cancelled: ['to_do'],
    },
    reasonFor: ['cancelled'],
  },
  access: ACTION_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 80 },
      { field: 'title' },
      { field: 'findingId', width: 240 },
      { field: 'ownerId', width: 140 },
      { field: 'status', width: 120 },
      { field: 'dueDate', width: 120 },
    ],
    sort: [
      { field: 'dueDate', dir: 'asc' },
      { field: 'ref', dir: 'asc' },
    ],
    search: ['ref', 'title', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'mine', label: 'Mine', filter: [{ field: 'ownerId', op: 'eq', value: '@me' }] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'dueDate', op: 'lt', value: '@today' },
          { field: 'status', op: 'in', value: ['to_do', 'in_progress'] },
        ],
      },
    ],
  },
  form: [
    { title: 'What is to be done', fields: ['title', 'description', 'findingId'] },
    { title: 'Who and when', fields: [['ownerId', 'dueDate'], 'tags'] },
    { title: 'State', fields: ['status'] },
  ],
  children: [],
  work: { assignee: ['ownerId'], due: 'dueDate', settled: ['done', 'cancelled'] },
  copy: { afresh: ['dueDate'] },
});
