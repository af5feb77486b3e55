/** Evidence records and the files they hold; the bytes lie sealed in the vault, never in these rows. */
import { defineEntity } from '../define';
import { choice, date, hash, instant, integer, longText, person, reference, tags, text } from '../fields';
import { AUDIT_ACCESS } from './access';
import { EVIDENCE_STATUS, EVIDENCE_TYPE } from './options';

export const auditEvidence = defineEntity({
  name: 'auditEvidence',
  table: 'audit_evidence',
  domain: 'auditops',
  label: { one: 'Evidence', many: 'Evidence' },
  icon: 'paperclip',
  purpose: 'Evidence shows what a test saw: photos, documents and exports, each with the hash of its bytes.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    title: text({ label: 'Title', required: true, max: 255 }),
    evidenceType: choice({ label: 'Type', options: EVIDENCE_TYPE }),
    description: longText({ label: 'Description' }),
    status: choice({ label: 'State', options: EVIDENCE_STATUS, required: true, merge: 'state' }),
    effectiveDate: date({ label: 'Effective', help: 'The day the evidence speaks of, apart from the day it was filed' }),
    auditPlanId: reference({ label: 'Audit plan', target: 'auditPlans' }),
    controlTestId: reference({ label: 'Control test', target: 'controlTests' }),
    findingId: reference({ label: 'Finding', target: 'findings' }),
    tags: tags({ label: 'Tags' }),
    filePath: text({ label: 'Vault path', max: 500, writable: 'never' }),
    uploadedBy: person({ label: 'Filed by', writable: 'never' }),
    uploadedAt: instant({ label: 'Filed', writable: 'never' }),
  },
  refField: 'ref',
  titleField: 'title',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'draft',
    steps: {
      requested: ['draft'],
      draft: ['in_review', 'accepted', 'rejected'],
      in_review: ['accepted', 'rejected', 'draft'],
      accepted: ['expired', 'in_review'],
      rejected: ['draft'],
      expired: ['draft'],
    },
    reasonFor: ['rejected'],
  },
  access: AUDIT_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'title' },
      { field: 'evidenceType', width: 120 },
      { field: 'status', width: 120 },
      { field: 'controlTestId', width: 220 },
      { field: 'uploadedBy', width: 140 },
      { field: 'uploadedAt', width: 150 },
    ],
    sort: [{ field: 'uploadedAt', dir: 'desc' }],
    search: ['ref', 'title', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'review', label: 'In review', filter: [{ field: 'status', op: 'eq', value: 'in_review' }] },
    ],
  },
  form: [
    { title: 'What it shows', fields: ['title', ['evidenceType', 'effectiveDate'], 'description', 'tags'] },
    { title: 'Where it belongs', fields: ['auditPlanId', ['controlTestId', 'findingId']] },
    { title: 'State', fields: ['status'] },
  ],
  children: [
    { entity: 'evidenceFiles', field: 'evidenceId', label: 'Files' },
    { entity: 'crossReferences', field: 'toEvidenceId', label: 'Referred to by' },
  ],
  work: { review: { states: ['in_review'], by: ['auditor'] } },
  copy: false,
});

export const evidenceFile = defineEntity({
  name: 'evidenceFiles',
  table: 'evidence_files',
  domain: 'auditops',
  label: { one: 'File', many: 'Files' },
  icon: 'file',
  purpose: 'A file of an evidence record: its name, size and hash. The bytes lie sealed in the vault of the laptop that took it.',
  fields: {
    evidenceId: reference({ label: 'Evidence', target: 'auditEvidence', required: true, merge: 'immutable' }),
    fileName: text({ label: 'Name', required: true, max: 255, writable: 'create' }),
    mediaType: text({ label: 'Media type', required: true, max: 127, writable: 'create' }),
    sizeBytes: integer({ label: 'Size', required: true, min: 0, max: Number.MAX_SAFE_INTEGER, writable: 'create' }),
    sha256: hash({ label: 'SHA-256', required: true, writable: 'create' }),
    versionNumber: integer({ label: 'Version', required: true, min: 1, writable: 'create' }),
    deviceId: text({ label: 'Device', required: true, max: 64, writable: 'create' }),
    capturedAt: instant({ label: 'Taken', writable: 'create' }),
  },
  refField: null,
  titleField: 'fileName',
  naturalKey: ['evidenceId', 'sha256'],
  access: { ...AUDIT_ACCESS, update: [], archive: [] },
  list: {
    columns: [
      { field: 'fileName' },
      { field: 'sizeBytes', width: 100 },
      { field: 'sha256', width: 140 },
      { field: 'createdAt', width: 150 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['fileName', 'sha256'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [],
  children: [],
});
