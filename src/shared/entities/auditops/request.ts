/** Requests for evidence to people. Whoever is asked answers; the state moves by the commands of `requests` alone. */
import { defineEntity } from '../define';
import { choice, date, instant, longText, person, reference, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { EVIDENCE_STATUS } from './options';

/** A request in one of these still waits for the person asked. */
export const REQUEST_WAITING = ['requested', 'draft', 'rejected'] as const;
/** Days before the due date on which the person asked is reminded. */
export const REMINDER_DAYS = [30, 7, 1] as const;

export const evidenceRequest = defineEntity({
  name: 'evidenceRequests',
  table: 'evidence_requests',
  domain: 'auditops',
  label: { one: 'Evidence request', many: 'Evidence requests' },
  icon: 'send',
  purpose: 'A request asks one person for evidence by a day. That person alone answers it, with text or files.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Asked for', required: true, max: 255 }),
    description: longText({ label: 'Description', help: 'What exactly is needed, and of which period' }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', merge: 'immutable' }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests', merge: 'immutable' }),
    askedOf: person({ label: 'Asked of', required: true }),
    dueDate: date({ label: 'Due', required: true }),
    status: choice({ label: 'State', options: EVIDENCE_STATUS, required: true, writable: 'never' }),
    answer: longText({ label: 'Answer', writable: 'never' }),
    answeredAt: instant({ label: 'Answered', writable: 'never' }),
    evidenceId: reference({ label: 'Evidence', target: 'auditEvidence', writable: 'never' }),
    decidedBy: person({ label: 'Decided by', writable: 'never' }),
    decidedAt: instant({ label: 'Decided', writable: 'never' }),
    decisionReason: longText({ label: 'Reason', writable: 'never' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'title' },
      { field: 'askedOf', width: 150 },
      { field: 'status', width: 120 },
      { field: 'dueDate', width: 120 },
      { field: 'controlTestId', width: 220 },
    ],
    sort: [{ field: 'dueDate', dir: 'asc' }],
    search: ['ref', 'title', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      {
        key: 'mine',
        label: 'Asked of me',
        filter: [
          { field: 'askedOf', op: 'eq', value: '@me' },
          { field: 'status', op: 'in', value: [...REQUEST_WAITING] },
        ],
      },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'dueDate', op: 'lt', value: '@today' },
          { field: 'status', op: 'in', value: [...REQUEST_WAITING] },
        ],
      },
      {
        key: 'soon',
        label: 'Due in 7 days',
        filter: [
          { field: 'dueDate', op: 'gte', value: '@today' },
          { field: 'dueDate', op: 'lte', value: '@today+7' },
          { field: 'status', op: 'in', value: [...REQUEST_WAITING] },
        ],
      },
      { key: 'review', label: 'To decide', filter: [{ field: 'status', op: 'eq', value: 'in_review' }] },
    ],
  },
  form: [
    { title: 'What is asked for', fields: ['title', 'description'] },
    { title: 'Of whom and until when', fields: [['askedOf', 'dueDate']] },
    { title: 'Where it belongs', fields: [['auditPlanId', 'controlTestId']] },
  ],
  children: [],
  work: {
    assignee: ['askedOf'],
    due: 'dueDate',
    state: 'status',
    settled: ['in_review', 'accepted', 'expired'],
    review: { states: ['in_review'], by: ['auditor'] },
  },
  copy: false,
});
