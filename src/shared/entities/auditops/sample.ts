/**
 * Samples of a control test and their items. Drawn by one command, from a population whose bytes stay with the auditor; what was
 * drawn never changes, only what the test of each item showed (docs/sampling.md).
 */
import { TENANT_FUNCTIONS } from '../../roles';
import { type Access, defineEntity } from '../define';
import { choice, hash, integer, json, longText, reference, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { EXCEPTION_KIND, ITEM_RESULT, SAMPLE_METHOD } from './options';

/** Drawn by `draw_sample` alone, so nobody creates one otherwise. */
const DRAWN_ACCESS: Access = { read: TENANT_FUNCTIONS, create: [], update: ['auditor'], archive: ['auditor'] };

export const sample = defineEntity({
  name: 'samples',
  table: 'samples',
  domain: 'auditops',
  label: { one: 'Sample', many: 'Samples' },
  icon: 'list-check',
  purpose: 'A sample holds the items that a test looks at, and what another machine needs to draw the same ones again.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Sample', required: true, max: 255, writable: 'update' }),
    controlTestId: reference({
      label: 'Control test',
      target: 'controlTests',
      required: true,
      writable: 'never',
      merge: 'immutable',
    }),
    method: choice({ label: 'Method', options: SAMPLE_METHOD, required: true, writable: 'never', merge: 'immutable' }),
    sampleSize: integer({ label: 'Items', required: true, min: 1, max: 10_000, writable: 'never', merge: 'immutable' }),
    populationName: text({ label: 'Population', required: true, max: 255, writable: 'never', merge: 'immutable' }),
    populationRows: integer({ label: 'Population rows', required: true, min: 1, writable: 'never', merge: 'immutable' }),
    populationTotal: text({ label: 'Population total', max: 30, writable: 'never', merge: 'immutable' }),
    populationSha256: hash({ label: 'Hash of the file', required: true, writable: 'never' }),
    contentSha256: hash({ label: 'Hash of the items', required: true, writable: 'never' }),
    sheet: text({ label: 'Sheet', max: 255, writable: 'never', merge: 'immutable' }),
    keyColumn: text({ label: 'Key column', required: true, max: 255, writable: 'never', merge: 'immutable' }),
    amountColumn: text({ label: 'Amount column', max: 255, writable: 'never', merge: 'immutable' }),
    stratumColumn: text({ label: 'Stratum column', max: 255, writable: 'never', merge: 'immutable' }),
    algorithm: text({ label: 'Algorithm', required: true, max: 40, writable: 'never', merge: 'immutable' }),
    seed: hash({ label: 'Seed', required: true, writable: 'never' }),
    parameters: json({ label: 'Parameters', required: true, writable: 'never', merge: 'immutable' }),
    conclusion: longText({ label: 'Conclusion', writable: 'update' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  access: DRAWN_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'title' },
      { field: 'method', width: 150 },
      { field: 'sampleSize', width: 80 },
      { field: 'populationRows', width: 120 },
      { field: 'controlTestId', width: 240 },
      { field: 'createdAt', width: 150 },
    ],
    sort: [{ field: 'createdAt', dir: 'desc' }],
    search: ['ref', 'title', 'populationName'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What it showed', reason: 'what was drawn stands', fields: ['title', 'conclusion'] }],
  children: [
    { entity: 'sampleItems', field: 'sampleId', label: 'Items' },
    { entity: 'crossReferences', field: 'toSampleId', label: 'Referred to by' },
  ],
});

export const sampleItem = defineEntity({
  name: 'sampleItems',
  table: 'sample_items',
  domain: 'auditops',
  label: { one: 'Sample item', many: 'Sample items' },
  icon: 'list-check',
  purpose: 'An item of a sample: what was drawn, and what its test showed.',
  fields: {
    sampleId: reference({ label: 'Sample', target: 'samples', required: true, writable: 'never', merge: 'immutable' }),
    controlTestId: reference({
      label: 'Control test',
      target: 'controlTests',
      required: true,
      writable: 'never',
      merge: 'immutable',
    }),
    position: integer({ label: 'No.', required: true, min: 1, writable: 'never', merge: 'immutable' }),
    itemKey: text({ label: 'Key', required: true, max: 500, writable: 'never', merge: 'immutable' }),
    amount: text({ label: 'Amount', max: 30, writable: 'never', merge: 'immutable' }),
    stratum: text({ label: 'Stratum', max: 255, writable: 'never', merge: 'immutable' }),
    details: json({ label: 'Row of the population', writable: 'never', merge: 'immutable', heavy: true }),
    result: choice({ label: 'Result', options: ITEM_RESULT, required: true, writable: 'update', merge: 'ask' }),
    auditedAmount: text({
      label: 'Audited amount',
      help: 'What the amount should be, where the item is an exception',
      max: 30,
      writable: 'update',
      merge: 'ask',
    }),
    note: longText({ label: 'Note', max: 10_000, writable: 'update' }),
    evidenceId: reference({ label: 'Evidence', target: 'auditEvidence', writable: 'update' }),
  },
  refField: null,
  titleField: 'itemKey',
  naturalKey: ['sampleId', 'itemKey'],
  access: { ...DRAWN_ACCESS, archive: [] },
  list: {
    columns: [
      { field: 'position', width: 60 },
      { field: 'itemKey' },
      { field: 'amount', width: 120 },
      { field: 'result', width: 120 },
      { field: 'auditedAmount', width: 130 },
      { field: 'note', width: 260 },
      { field: 'sampleId', width: 200 },
    ],
    sort: [{ field: 'position', dir: 'asc' }],
    search: ['itemKey', 'note'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'open', label: 'To test', filter: [{ field: 'result', op: 'eq', value: 'open' }] },
      { key: 'exceptions', label: 'Exceptions', filter: [{ field: 'result', op: 'eq', value: 'exception' }] },
    ],
  },
  form: [{ title: 'What the test showed', fields: [['result', 'auditedAmount'], 'note', 'evidenceId'] }],
  children: [{ entity: 'testExceptions', field: 'sampleItemId', label: 'Exceptions' }],
});

export const testException = defineEntity({
  name: 'testExceptions',
  table: 'test_exceptions',
  domain: 'auditops',
  label: { one: 'Exception', many: 'Exceptions' },
  icon: 'alert',
  purpose: 'An exception is one case in which a control did not do what it should, in a sample or elsewhere in a test.',
  fields: {
    title: text({ label: 'Exception', required: true, max: 255 }),
    kind: choice({ label: 'Kind', help: 'In what way the control failed', options: EXCEPTION_KIND, required: true }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests', required: true, merge: 'immutable' }),
    sampleItemId: reference({
      label: 'Sample item',
      help: 'One that is marked as an exception, or none',
      target: 'sampleItems',
      merge: 'immutable',
      among: [
        { field: 'controlTestId', from: 'controlTestId' },
        { field: 'result', is: 'exception' },
      ],
    }),
    findingId: reference({ label: 'Finding', target: 'findings' }),
    description: longText({ label: 'What was found' }),
    cause: longText({ label: 'Cause' }),
    effect: longText({ label: 'Effect' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: [],
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'title' },
      { field: 'kind', width: 140 },
      { field: 'controlTestId', width: 240 },
      { field: 'sampleItemId', width: 160 },
      { field: 'findingId', width: 200 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['title', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'loose', label: 'Without a finding', filter: [{ field: 'findingId', op: 'empty' }] },
    ],
  },
  form: [
    { title: 'Where', fields: ['controlTestId', ['sampleItemId', 'kind']] },
    { title: 'What happened', fields: ['title', 'description', ['cause', 'effect']] },
    { title: 'What it led to', fields: ['findingId'] },
  ],
  children: [],
});
