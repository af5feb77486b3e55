/** Controls, the sets they are kept in, and the requirements they meet (n to n, with relation, strength and rationale). */

import { TEST_RESULT } from '../auditops/options';
import { defineEntity } from '../define';
import { boolean, choice, date, integer, json, longText, person, reference, tags, text } from '../fields';
import { CATALOG_ACCESS } from './access';
import {
  CONTROL_CATEGORY,
  CONTROL_EFFORT,
  CONTROL_FREQUENCY,
  CONTROL_MATURITY,
  CONTROL_SET_STATUS,
  CONTROL_STATUS,
  CONTROL_TYPE,
  MAPPING_RELATION,
} from './options';

export const controlSet = defineEntity({
  name: 'controlSets',
  table: 'control_sets',
  domain: 'regops',
  label: { one: 'Control set', many: 'Control sets' },
  icon: 'stack',
  purpose: 'A control set keeps the controls that belong together, for example those of one baseline.',
  fields: {
    name: text({ label: 'Name', required: true, max: 255 }),
    version: text({ label: 'Version', max: 50 }),
    description: longText({ label: 'Description' }),
    regulationId: reference({ label: 'Made from', target: 'regulations' }),
    status: choice({ label: 'State', options: CONTROL_SET_STATUS, required: true, merge: 'state' }),
  },
  refField: null,
  titleField: 'name',
  naturalKey: ['name', 'version'],
  states: { field: 'status', initial: 'active', steps: { draft: ['active'], active: ['retired'], retired: ['active'] } },
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'name' },
      { field: 'version', width: 90 },
      { field: 'regulationId', width: 220 },
      { field: 'status', width: 120 },
    ],
    sort: [{ field: 'name', dir: 'asc' }],
    search: ['name', 'description'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [
    { title: 'What it is', fields: ['name', ['version', 'regulationId'], 'description'] },
    { title: 'State', fields: ['status'] },
  ],
  children: [{ entity: 'controls', field: 'controlSetId', label: 'Controls' }],
});

export const control = defineEntity({
  name: 'controls',
  table: 'controls',
  domain: 'regops',
  label: { one: 'Control', many: 'Controls' },
  icon: 'shield',
  purpose: 'A control is what the organisation does to meet its requirements: it has an owner, a rhythm and a last test.',
  fields: {
    ref: text({ label: 'Ref', max: 60 }),
    name: text({ label: 'Control', required: true, max: 255 }),
    description: longText({ label: 'Description' }),
    family: text({ label: 'Family', max: 60 }),
    status: choice({ label: 'State', options: CONTROL_STATUS, required: true, merge: 'state' }),
    type: choice({ label: 'Type', options: CONTROL_TYPE }),
    category: choice({ label: 'Category', options: CONTROL_CATEGORY }),
    keyControl: boolean({ label: 'Key control' }),
    controlSetId: reference({ label: 'Control set', target: 'controlSets' }),
    ownerId: person({ label: 'Owner' }),
    frequency: choice({ label: 'Frequency', options: CONTROL_FREQUENCY }),
    nextTest: date({ label: 'Next test', help: 'Follows from the frequency once the date is reached' }),
    expiresOn: date({ label: 'Ends' }),
    priority: integer({ label: 'Priority', min: 1, max: 4, help: '1 is the most urgent' }),
    effort: choice({ label: 'Effort', options: CONTROL_EFFORT }),
    maturity: choice({ label: 'Maturity', options: CONTROL_MATURITY, merge: 'ask' }),
    validationCriteria: json({ label: 'Validation criteria', heavy: true }),
    tags: tags({ label: 'Tags' }),
    lastResult: choice({ label: 'Last result', options: TEST_RESULT, whenEmpty: 'not_tested', writable: 'never' }),
    lastTested: date({ label: 'Last tested', writable: 'never' }),
  },
  refField: 'ref',
  titleField: 'name',
  naturalKey: ['controlSetId', 'ref'],
  states: {
    field: 'status',
    initial: 'to_do',
    steps: {
      to_do: ['in_progress', 'on_hold', 'active', 'deprecated'],
      in_progress: ['to_do', 'on_hold', 'active', 'deprecated'],
      on_hold: ['to_do', 'in_progress', 'active', 'deprecated'],
      active: ['in_progress', 'on_hold', 'degraded', 'deprecated'],
      degraded: ['in_progress', 'on_hold', 'active', 'deprecated'],
      deprecated: ['to_do'],
    },
    reasonFor: ['degraded', 'deprecated'],
  },
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'name' },
      { field: 'status', width: 120 },
      { field: 'lastResult', width: 150 },
      { field: 'ownerId', width: 140 },
      { field: 'nextTest', width: 120 },
      { field: 'family', width: 70 },
    ],
    sort: [{ field: 'ref', dir: 'asc' }],
    search: ['ref', 'name', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'mine', label: 'My controls', filter: [{ field: 'ownerId', op: 'eq', value: '@me' }] },
      {
        key: 'due',
        label: 'Due for test',
        filter: [
          { field: 'nextTest', op: 'lte', value: '@today+30' },
          { field: 'status', op: 'ne', value: 'deprecated' },
        ],
      },
      { key: 'degraded', label: 'Degraded', filter: [{ field: 'status', op: 'eq', value: 'degraded' }] },
      { key: 'ineffective', label: 'Ineffective', filter: [{ field: 'lastResult', op: 'eq', value: 'ineffective' }] },
    ],
  },
  form: [
    {
      title: 'What it is',
      reason: 'as in the control library',
      fields: [['ref', 'family'], 'name', ['type', 'category'], 'description', ['controlSetId', 'keyControl']],
    },
    {
      title: 'Who and when',
      reason: 'drives what is due',
      fields: [
        ['ownerId', 'frequency'],
        ['nextTest', 'expiresOn'],
      ],
    },
    {
      title: 'How far it is',
      fields: [
        ['maturity', 'priority'],
        ['effort', 'tags'],
      ],
    },
    { title: 'State', reason: 'degraded and deprecated need a reason', fields: ['status'] },
  ],
  children: [
    { entity: 'controlRequirements', field: 'controlId', label: 'Meets requirements' },
    { entity: 'controlTests', field: 'controlId', label: 'Tests' },
    { entity: 'findings', field: 'controlId', label: 'Findings' },
  ],
  work: { assignee: ['ownerId'], due: 'nextTest', settled: ['deprecated'] },
  copy: { afresh: ['nextTest', 'expiresOn', 'maturity'], children: ['controlRequirements.controlId'] },
});

export const controlRequirement = defineEntity({
  name: 'controlRequirements',
  table: 'control_requirements',
  domain: 'regops',
  label: { one: 'Mapping', many: 'Mappings' },
  icon: 'arrows-join',
  purpose: 'A mapping says which requirement a control meets, how closely, and why.',
  fields: {
    controlId: reference({ label: 'Control', target: 'controls', required: true, merge: 'immutable' }),
    requirementId: reference({ label: 'Requirement', target: 'requirements', required: true, merge: 'immutable' }),
    relation: choice({ label: 'Relation', options: MAPPING_RELATION, required: true, merge: 'ask' }),
    strength: integer({ label: 'Strength', required: true, min: 0, max: 10 }),
    rationale: longText({ label: 'Rationale', max: 10_000 }),
  },
  refField: null,
  titleField: 'relation',
  naturalKey: ['controlId', 'requirementId'],
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'controlId' },
      { field: 'requirementId' },
      { field: 'relation', width: 110 },
      { field: 'strength', width: 80 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['rationale'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What meets what', fields: [['controlId', 'requirementId'], ['relation', 'strength'], 'rationale'] }],
  children: [],
});
