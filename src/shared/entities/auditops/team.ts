/** Who works on an audit, its days, and the time that it takes. */
import { defineEntity } from '../define';
import { choice, date, integer, longText, person, reference, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { TEAM_ROLE } from './options';

export const auditTeam = defineEntity({
  name: 'auditTeam',
  table: 'audit_team',
  domain: 'auditops',
  label: { one: 'Team member', many: 'Team members' },
  icon: 'people',
  purpose: 'The team of an audit says who leads, works, reviews and observes. Without a team every auditor works on it.',
  fields: {
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', required: true, merge: 'immutable' }),
    personId: person({ label: 'Person', required: true, merge: 'immutable' }),
    teamRole: choice({
      label: 'Role',
      help: 'Leads and reviewers review and approve; observers only read',
      options: TEAM_ROLE,
      required: true,
      merge: 'ask',
    }),
    budgetHours: integer({ label: 'Hours planned', min: 0, max: 100_000 }),
    note: text({ label: 'Note', max: 255 }),
  },
  refField: null,
  titleField: 'teamRole',
  naturalKey: ['auditPlanId', 'personId'],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'personId', width: 200 },
      { field: 'teamRole', width: 120 },
      { field: 'budgetHours', width: 120 },
      { field: 'auditPlanId', width: 260 },
      { field: 'note' },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'mine', label: 'Mine', filter: [{ field: 'personId', op: 'eq', value: '@me' }] },
    ],
  },
  form: [{ title: 'Who, as what', fields: ['auditPlanId', ['personId', 'teamRole'], ['budgetHours', 'note']] }],
  children: [],
});

export const auditMilestone = defineEntity({
  name: 'auditMilestones',
  table: 'audit_milestones',
  domain: 'auditops',
  label: { one: 'Milestone', many: 'Milestones' },
  icon: 'flag',
  purpose: 'A milestone is a day that an audit is planned by: a kick-off, a closing meeting, a draft that is due.',
  fields: {
    title: text({ label: 'Milestone', required: true, max: 255 }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', required: true, merge: 'immutable' }),
    dueDate: date({ label: 'Due', required: true }),
    doneOn: date({ label: 'Done on' }),
    note: longText({ label: 'Note' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: ['auditPlanId', 'title'],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'title' },
      { field: 'auditPlanId', width: 260 },
      { field: 'dueDate', width: 120 },
      { field: 'doneOn', width: 120 },
    ],
    sort: [{ field: 'dueDate', dir: 'asc' }],
    search: ['title', 'note'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Open', filter: [{ field: 'doneOn', op: 'empty' }] },
    ],
  },
  form: [{ title: 'What is due', fields: ['title', 'auditPlanId', ['dueDate', 'doneOn'], 'note'] }],
  children: [],
});

export const timeEntry = defineEntity({
  name: 'timeEntries',
  table: 'time_entries',
  domain: 'auditops',
  label: { one: 'Time entry', many: 'Time entries' },
  icon: 'clock',
  purpose: 'A time entry says how long somebody worked on an audit or one of its tests on a day.',
  fields: {
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', required: true, merge: 'immutable' }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests', merge: 'immutable' }),
    personId: person({ label: 'Person', required: true, merge: 'immutable' }),
    spentOn: date({ label: 'Day', required: true }),
    minutes: integer({ label: 'Minutes', required: true, min: 1, max: 1440 }),
    note: text({ label: 'Note', max: 255 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'spentOn', width: 120 },
      { field: 'personId', width: 160 },
      { field: 'minutes', width: 90 },
      { field: 'auditPlanId', width: 240 },
      { field: 'controlTestId', width: 240 },
      { field: 'note' },
    ],
    sort: [{ field: 'spentOn', dir: 'desc' }],
    search: ['note'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'mine', label: 'Mine', filter: [{ field: 'personId', op: 'eq', value: '@me' }] },
    ],
  },
  form: [
    {
      title: 'When and how long',
      fields: [
        ['spentOn', 'minutes'],
        ['personId', 'note'],
        ['auditPlanId', 'controlTestId'],
      ],
    },
  ],
  children: [],
});
