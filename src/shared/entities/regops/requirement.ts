/** A requirement: one node of a regulation's tree (family, requirement, enhancement or part). */
import { defineEntity } from '../define';
import { boolean, choice, integer, json, longText, reference, text } from '../fields';
import { CATALOG_ACCESS } from './access';
import { REQUIREMENT_KIND } from './options';

export const requirement = defineEntity({
  name: 'requirements',
  table: 'requirements',
  domain: 'regops',
  label: { one: 'Requirement', many: 'Requirements' },
  icon: 'list-tree',
  purpose: 'Requirements are the sentences that a regulation asks to be met. They come in with its catalogue.',
  fields: {
    regulationId: reference({ label: 'Regulation', target: 'regulations', required: true, merge: 'immutable' }),
    parentId: reference({ label: 'Part of', target: 'requirements' }),
    refId: text({ label: 'Ref', required: true, max: 100 }),
    title: text({ label: 'Title', max: 500 }),
    text: longText({ label: 'Text' }),
    guidance: longText({ label: 'Guidance', heavy: true }),
    kind: choice({ label: 'Kind', options: REQUIREMENT_KIND, required: true }),
    family: text({ label: 'Family', max: 60 }),
    assessable: boolean({ label: 'Assessable' }),
    weight: integer({ label: 'Weight', min: 1, max: 100, help: 'How much it counts in an assessment; empty is 1' }),
    orderIndex: integer({ label: 'Order', required: true, min: 0 }),
    depth: integer({ label: 'Depth', required: true, min: 0, max: 20 }),
    sourceId: text({ label: 'Source id', max: 255, writable: 'never' }),
    sourcePlace: text({ label: 'Place in the source', max: 100, writable: 'never' }),
    params: json({ label: 'Parameters', writable: 'never', heavy: true }),
  },
  refField: 'refId',
  titleField: 'title',
  naturalKey: ['regulationId', 'sourceId'],
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'refId', width: 110 },
      { field: 'title' },
      { field: 'kind', width: 120 },
      { field: 'family', width: 90 },
      { field: 'regulationId', width: 180 },
    ],
    sort: [{ field: 'orderIndex', dir: 'asc' }],
    search: ['refId', 'title', 'text'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'assessable', label: 'Assessable', filter: [{ field: 'assessable', op: 'eq', value: true }] },
    ],
  },
  form: [
    { title: 'What it asks', fields: [['refId', 'kind'], 'title', 'text', 'guidance'] },
    {
      title: 'Where it stands',
      fields: ['regulationId', 'parentId', ['family', 'orderIndex'], ['depth', 'assessable'], 'weight'],
    },
  ],
  children: [
    { entity: 'requirements', field: 'parentId', label: 'Parts' },
    { entity: 'controlRequirements', field: 'requirementId', label: 'Mapped controls' },
    { entity: 'requirementMappings', field: 'sourceRequirementId', label: 'Crosswalk from here' },
    { entity: 'requirementMappings', field: 'targetRequirementId', label: 'Crosswalk to here' },
    { entity: 'requirementAssessments', field: 'requirementId', label: 'Assessments' },
  ],
  copy: false,
});
