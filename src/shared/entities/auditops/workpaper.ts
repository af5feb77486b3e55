/** What a workpaper carries beside its texts: references to other papers, tick marks, and the reviewer's notes. */
import { defineEntity } from '../define';
import { boolean, choice, instant, longText, person, reference, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { NOTE_STATUS, SHEET_PLACE } from './options';

export const crossReference = defineEntity({
  name: 'crossReferences',
  table: 'cross_references',
  domain: 'auditops',
  label: { one: 'Cross-reference', many: 'Cross-references' },
  icon: 'link',
  purpose: 'A cross-reference leads from one workpaper to another, by a mark that stays the same throughout an audit.',
  fields: {
    mark: text({ label: 'Mark', max: 12, writable: 'never' }),
    controlTestId: reference({ label: 'On the sheet of', target: 'controlTests', required: true, merge: 'immutable' }),
    place: choice({ label: 'Beside', options: SHEET_PLACE, required: true, merge: 'immutable' }),
    toTestId: reference({ label: 'Control test', target: 'controlTests', merge: 'immutable' }),
    toEvidenceId: reference({ label: 'Evidence', target: 'auditEvidence', merge: 'immutable' }),
    toRequirementId: reference({ label: 'Requirement', target: 'requirements', merge: 'immutable' }),
    toFindingId: reference({ label: 'Finding', target: 'findings', merge: 'immutable' }),
    toSampleId: reference({ label: 'Sample', target: 'samples', merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'mark',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'mark', width: 80 },
      { field: 'controlTestId' },
      { field: 'place', width: 110 },
      { field: 'note', width: 260 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['mark', 'note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [
    { title: 'From', fields: [['controlTestId', 'place'], 'note'] },
    {
      title: 'To',
      reason: 'to one of these',
      fields: ['toTestId', ['toEvidenceId', 'toRequirementId'], ['toFindingId', 'toSampleId']],
    },
  ],
  children: [],
});

export const tickMark = defineEntity({
  name: 'tickMarks',
  table: 'tick_marks',
  domain: 'auditops',
  label: { one: 'Tick mark', many: 'Tick marks' },
  icon: 'check',
  purpose: 'The legend of tick marks: a short sign and what it says wherever it stands on a sheet.',
  fields: {
    symbol: text({ label: 'Sign', required: true, max: 4 }),
    meaning: text({ label: 'Meaning', required: true, max: 255 }),
  },
  refField: null,
  titleField: 'symbol',
  naturalKey: ['symbol'],
  access: AUDIT_ACCESS,
  list: {
    columns: [{ field: 'symbol', width: 80 }, { field: 'meaning' }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['symbol', 'meaning'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'Sign and meaning', fields: ['symbol', 'meaning'] }],
  children: [{ entity: 'ticks', field: 'tickMarkId', label: 'Where it stands' }],
});

export const tick = defineEntity({
  name: 'ticks',
  table: 'ticks',
  domain: 'auditops',
  label: { one: 'Tick', many: 'Ticks' },
  icon: 'check',
  purpose: 'A tick mark that stands beside a text or an item of a workpaper.',
  fields: {
    controlTestId: reference({ label: 'On the sheet of', target: 'controlTests', required: true, merge: 'immutable' }),
    tickMarkId: reference({ label: 'Tick mark', target: 'tickMarks', required: true, merge: 'immutable' }),
    place: choice({ label: 'Beside', options: SHEET_PLACE, required: true, merge: 'immutable' }),
    sampleItemId: reference({ label: 'Sample item', target: 'sampleItems', merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'tickMarkId', width: 90 },
      { field: 'controlTestId' },
      { field: 'place', width: 110 },
      { field: 'sampleItemId', width: 200 },
      { field: 'note', width: 200 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'Where it stands', fields: ['controlTestId', ['tickMarkId', 'place'], 'sampleItemId', 'note'] }],
  children: [],
});

export const reviewNote = defineEntity({
  name: 'reviewNotes',
  table: 'review_notes',
  domain: 'auditops',
  label: { one: 'Review note', many: 'Review notes' },
  icon: 'eye',
  purpose: 'A review note is what a reviewer asks about an audit, a test or a finding. While one is open, nothing is approved.',
  fields: {
    note: longText({ label: 'Note', required: true, writable: 'create', max: 10_000 }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans', merge: 'immutable' }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests', merge: 'immutable' }),
    findingId: reference({ label: 'Finding', target: 'findings', merge: 'immutable' }),
    status: choice({ label: 'State', options: NOTE_STATUS, required: true, writable: 'never' }),
    answer: longText({ label: 'Answer', max: 10_000 }),
    answeredBy: person({ label: 'Answered by', writable: 'never' }),
    answeredAt: instant({ label: 'Answered', writable: 'never' }),
    cleared: boolean({ label: 'Cleared' }),
    clearedBy: person({ label: 'Cleared by', writable: 'never' }),
    clearedAt: instant({ label: 'Cleared at', writable: 'never' }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'note' },
      { field: 'status', width: 110 },
      { field: 'controlTestId', width: 220 },
      { field: 'findingId', width: 180 },
      { field: 'answeredBy', width: 150 },
      { field: 'createdAt', width: 150 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note', 'answer'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'Not cleared', filter: [{ field: 'cleared', op: 'eq', value: false }] },
      {
        key: 'mine',
        label: 'Raised by me',
        filter: [
          { field: 'createdBy', op: 'eq', value: '@me' },
          { field: 'cleared', op: 'eq', value: false },
        ],
      },
    ],
  },
  form: [
    { title: 'What is asked', fields: ['note', 'auditPlanId', ['controlTestId', 'findingId']] },
    { title: 'What came of it', fields: ['answer', 'cleared'] },
  ],
  children: [],
});
