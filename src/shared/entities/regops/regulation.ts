/** A regulation: a law, standard or framework whose requirements are assessed and audited. */
import { defineEntity } from '../define';
import { choice, hash, json, longText, reference, text } from '../fields';
import { CATALOG_ACCESS } from './access';
import { REGULATION_STATUS, REGULATION_TYPE } from './options';

export const regulation = defineEntity({
  name: 'regulations',
  table: 'regulations',
  domain: 'regops',
  label: { one: 'Regulation', many: 'Regulations' },
  icon: 'book',
  purpose: 'A regulation is a law, standard or framework with its requirements. Import a catalogue to have all of them at once.',
  fields: {
    name: text({ label: 'Name', required: true, max: 255 }),
    shortName: text({ label: 'Short name', max: 60, help: 'How people quote it, for example NIST 800-53' }),
    version: text({ label: 'Version', max: 50 }),
    type: choice({ label: 'Type', options: REGULATION_TYPE }),
    jurisdiction: text({ label: 'Jurisdiction', max: 100 }),
    status: choice({ label: 'State', options: REGULATION_STATUS, required: true, merge: 'state' }),
    description: longText({ label: 'Description' }),
    supersedesId: reference({ label: 'Supersedes', target: 'regulations', help: 'The version that this one follows' }),
    documentUrl: text({ label: 'Document', max: 500, help: 'Where the official text is' }),
    parsedContent: json({ label: 'Parsed content', writable: 'never', heavy: true }),
    sourceFormat: text({ label: 'Source', max: 20, writable: 'never' }),
    sourceUuid: text({ label: 'Source id', max: 64, writable: 'never' }),
    sourceSha256: hash({ label: 'Source hash', writable: 'never' }),
  },
  refField: 'shortName',
  titleField: 'name',
  naturalKey: ['name', 'version'],
  states: {
    field: 'status',
    initial: 'active',
    steps: {
      draft: ['active', 'retired'],
      active: ['superseded', 'retired'],
      superseded: ['active', 'retired'],
      retired: ['active'],
    },
    reasonFor: ['retired'],
  },
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'shortName', width: 150 },
      { field: 'name' },
      { field: 'version', width: 90 },
      { field: 'type', width: 110 },
      { field: 'status', width: 120 },
      { field: 'updatedAt', width: 150 },
    ],
    sort: [{ field: 'name', dir: 'asc' }],
    search: ['name', 'shortName', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'active', label: 'Active', filter: [{ field: 'status', op: 'eq', value: 'active' }] },
    ],
  },
  form: [
    {
      title: 'What it is',
      reason: 'as its publisher names it',
      fields: ['name', ['shortName', 'version'], ['type', 'jurisdiction'], 'description', 'documentUrl'],
    },
    { title: 'State', reason: 'a version that becomes active ends the one it supersedes', fields: ['status', 'supersedesId'] },
  ],
  children: [
    { entity: 'requirements', field: 'regulationId', label: 'Requirements' },
    { entity: 'regulations', field: 'supersedesId', label: 'Later versions' },
    { entity: 'controlSets', field: 'regulationId', label: 'Control sets' },
    { entity: 'complianceAssessments', field: 'regulationId', label: 'Assessments' },
    { entity: 'auditPlans', field: 'regulationId', label: 'Audit plans' },
  ],
  copy: false,
});
