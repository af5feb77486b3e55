/**
 * Acknowledgement of policies: a round puts the version in force to people, and each of them answers for themselves. The answer is
 * bound to the hash of the text that was read, and the database writes person, time and workstation to it.
 */
import { defineEntity } from '../define';
import { choice, date, hash, instant, integer, longText, person, reference, tags, text } from '../fields';
import { COMPLIANCE_ACCESS, EVERYONE } from './access';
import { ACKNOWLEDGEMENT_STATUS, AUDIENCE, ROUND_STATUS } from './policy-options';

export const policyRound = defineEntity({
  name: 'policyRounds',
  table: 'policy_rounds',
  domain: 'regops',
  label: { one: 'Acknowledgement round', many: 'Acknowledgement rounds' },
  icon: 'send',
  purpose: 'A round asks people to read the version in force by a day. A new major version asks the same people again.',
  fields: {
    title: text({ label: 'Version', max: 300, writable: 'never' }),
    policyId: reference({ label: 'Policy', target: 'policies', writable: 'never' }),
    versionId: reference({ label: 'Policy version', target: 'policyVersions', required: true, merge: 'immutable' }),
    audience: choice({ label: 'Asked', options: AUDIENCE, required: true, merge: 'immutable' }),
    functions: tags({ label: 'Functions', merge: 'immutable' }),
    people: tags({ label: 'People', merge: 'immutable' }),
    dueDate: date({ label: 'Due', required: true, merge: 'immutable' }),
    note: longText({ label: 'Note to the people', max: 4_000 }),
    status: choice({ label: 'State', options: ROUND_STATUS, required: true, merge: 'state' }),
    asked: integer({ label: 'People asked', writable: 'never' }),
    acknowledged: integer({ label: 'Acknowledged', writable: 'never' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: [],
  states: { field: 'status', initial: 'open', steps: { open: ['closed'], closed: [] }, locked: ['closed'] },
  access: { ...COMPLIANCE_ACCESS, archive: [] },
  list: {
    columns: [
      { field: 'title' },
      { field: 'audience', width: 120 },
      { field: 'asked', width: 100 },
      { field: 'acknowledged', width: 120 },
      { field: 'dueDate', width: 120 },
      { field: 'status', width: 100 },
    ],
    sort: [{ field: 'dueDate', dir: 'asc' }],
    search: ['title', 'note'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Open', filter: [{ field: 'status', op: 'eq', value: 'open' }] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'dueDate', op: 'lt', value: '@today' },
        ],
      },
    ],
  },
  form: [
    { title: 'What and by when', fields: ['versionId', ['audience', 'dueDate'], 'functions', 'people', 'note'] },
    { title: 'State', reason: 'what is not acknowledged lapses', fields: ['status'] },
  ],
  children: [{ entity: 'policyAcknowledgements', field: 'roundId', label: 'Acknowledgements' }],
  copy: false,
});

export const policyAcknowledgement = defineEntity({
  name: 'policyAcknowledgements',
  table: 'policy_acknowledgements',
  domain: 'regops',
  label: { one: 'Acknowledgement', many: 'Acknowledgements' },
  icon: 'clipboard-check',
  purpose: 'Who read and acknowledged which version of a policy, when, and the hash of what they read.',
  fields: {
    title: text({ label: 'Policy version', max: 300, writable: 'never' }),
    personId: person({ label: 'Person', writable: 'never' }),
    status: choice({ label: 'State', options: ACKNOWLEDGEMENT_STATUS, required: true, merge: 'state', writable: 'update' }),
    dueDate: date({ label: 'Due', writable: 'never' }),
    acknowledgedAt: instant({ label: 'Acknowledged', writable: 'never' }),
    versionSha256: hash({ label: 'Hash of the version', writable: 'never' }),
    readSha256: hash({ label: 'Hash of what was read', writable: 'update', merge: 'replace' }),
    deviceId: text({ label: 'Workstation', max: 64, writable: 'never' }),
    roundId: reference({ label: 'Round', target: 'policyRounds', writable: 'never' }),
    policyId: reference({ label: 'Policy', target: 'policies', writable: 'never' }),
    versionId: reference({ label: 'Version', target: 'policyVersions', writable: 'never' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: ['roundId', 'personId'],
  states: {
    field: 'status',
    initial: 'open',
    steps: { open: ['acknowledged', 'lapsed'], acknowledged: [], lapsed: [] },
    locked: ['acknowledged', 'lapsed'],
  },
  access: { read: EVERYONE, create: [], update: EVERYONE, archive: [] },
  list: {
    columns: [
      { field: 'title' },
      { field: 'personId', width: 160 },
      { field: 'status', width: 140 },
      { field: 'dueDate', width: 120 },
      { field: 'acknowledgedAt', width: 150 },
      { field: 'versionSha256', width: 140 },
    ],
    sort: [{ field: 'dueDate', dir: 'asc' }],
    search: ['title'],
    views: [
      {
        key: 'mine',
        label: 'To be acknowledged by me',
        filter: [
          { field: 'personId', op: 'eq', value: '@me' },
          { field: 'status', op: 'eq', value: 'open' },
        ],
      },
      { key: 'all', label: 'All', filter: [] },
      {
        key: 'overdue',
        label: 'Overdue',
        filter: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'dueDate', op: 'lt', value: '@today' },
        ],
      },
      { key: 'done', label: 'Acknowledged', filter: [{ field: 'status', op: 'eq', value: 'acknowledged' }] },
    ],
  },
  form: [{ title: 'Acknowledgement', fields: ['readSha256', 'status'] }],
  children: [],
  work: { assignee: ['personId'], due: 'dueDate', settled: ['acknowledged', 'lapsed'], group: 'acknowledge' },
  copy: false,
});
