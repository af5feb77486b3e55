/**
 * Policies, the versions of what they say, and what they are linked to. A policy's state follows from its versions: nobody sets it,
 * but for retiring it with a reason. A version that was approved stays as it is for ever.
 */
import { defineEntity } from '../define';
import { choice, date, hash, integer, json, longText, person, reference, text } from '../fields';
import { COMPLIANCE_ACCESS } from './access';
import { POLICY_STATUS, VERSION_CHANGE, VERSION_STATUS } from './policy-options';

/** Longest text of a version, in characters; the table has the same. */
export const POLICY_TEXT_MAX = 400_000;

export const policy = defineEntity({
  name: 'policies',
  table: 'policies',
  domain: 'regops',
  label: { one: 'Policy', many: 'Policies' },
  icon: 'document',
  purpose:
    'A policy says what people hold to. Its text is kept in versions: one is in force, the next one is worked on beside it, and people acknowledge what is in force.',
  fields: {
    ref: text({ label: 'Ref', max: 30, writable: 'never' }),
    name: text({ label: 'Policy', required: true, max: 255 }),
    description: longText({ label: 'Purpose', help: 'What it is for, in a sentence or two' }),
    type: text({ label: 'Category', max: 50 }),
    scope: longText({ label: 'Scope', help: 'Whom and what it binds' }),
    ownerId: person({ label: 'Owner' }),
    reviewDate: date({ label: 'Next review' }),
    status: choice({ label: 'State', options: POLICY_STATUS, required: true, writable: 'never' }),
    versionInForce: text({ label: 'In force', max: 20, writable: 'never' }),
    inForceSince: date({ label: 'In force since', writable: 'never' }),
    retiredReason: longText({
      label: 'Retired because',
      max: 4_000,
      help: 'Saying why retires the policy; empty again, it begins anew',
      merge: 'replace',
    }),
    // of the library's template that it came from
    version: text({ label: 'Template version', max: 50 }),
    content: json({ label: 'Template', heavy: true }),
  },
  refField: 'ref',
  titleField: 'name',
  naturalKey: ['ref'],
  states: {
    field: 'status',
    initial: 'draft',
    steps: {
      draft: ['in_review', 'approved', 'active', 'retired'],
      in_review: ['draft', 'approved', 'active', 'retired'],
      approved: ['draft', 'in_review', 'active', 'retired'],
      active: ['draft', 'in_review', 'approved', 'retired'],
      retired: ['draft'],
    },
    reasonFor: ['retired'],
  },
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [
      { field: 'ref', width: 90 },
      { field: 'name' },
      { field: 'type', width: 120 },
      { field: 'status', width: 110 },
      { field: 'versionInForce', width: 80 },
      { field: 'ownerId', width: 150 },
      { field: 'reviewDate', width: 120 },
    ],
    sort: [{ field: 'ref', dir: 'asc' }],
    search: ['ref', 'name', 'description'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'mine', label: 'Mine', filter: [{ field: 'ownerId', op: 'eq', value: '@me' }] },
      { key: 'approval', label: 'Awaiting approval', filter: [{ field: 'status', op: 'eq', value: 'in_review' }] },
      { key: 'in-force', label: 'In force', filter: [{ field: 'versionInForce', op: 'notEmpty' }] },
      {
        key: 'review',
        label: 'Due for review',
        filter: [
          { field: 'reviewDate', op: 'lte', value: '@today+30' },
          { field: 'status', op: 'ne', value: 'retired' },
        ],
      },
    ],
  },
  form: [
    { title: 'What it is', fields: ['name', 'description', 'type', 'scope'] },
    { title: 'Who and when', reason: 'the owner is reminded of the review', fields: [['ownerId', 'reviewDate']] },
    { title: 'End', reason: 'nothing is in force afterwards', fields: ['retiredReason'] },
  ],
  children: [
    { entity: 'policyVersions', field: 'policyId', label: 'Versions' },
    { entity: 'policyRequirements', field: 'policyId', label: 'Requirements' },
    { entity: 'policyControls', field: 'policyId', label: 'Controls' },
    { entity: 'policyRounds', field: 'policyId', label: 'Rounds' },
    { entity: 'policyAcknowledgements', field: 'policyId', label: 'Answers' },
  ],
  work: { assignee: ['ownerId'], due: 'reviewDate', settled: ['retired'] },
  copy: { afresh: ['reviewDate', 'retiredReason'] },
});

export const policyVersion = defineEntity({
  name: 'policyVersions',
  table: 'policy_versions',
  domain: 'regops',
  label: { one: 'Policy version', many: 'Policy versions' },
  icon: 'document',
  purpose: 'What a policy says, as it was, is, or is going to be. Two people who did not write it approve it.',
  fields: {
    policyId: reference({ label: 'Policy', target: 'policies', required: true, merge: 'immutable' }),
    title: text({ label: 'Version', max: 300, writable: 'never' }),
    change: choice({
      label: 'Change',
      options: VERSION_CHANGE,
      required: true,
      defaulted: true,
      help: 'A major version is acknowledged again',
    }),
    major: integer({ label: 'Major', writable: 'never' }),
    minor: integer({ label: 'Minor', writable: 'never' }),
    label: text({ label: 'Number', max: 20, writable: 'never' }),
    changeNote: longText({ label: 'What changes', max: 10_000 }),
    content: longText({ label: 'Text', required: true, defaulted: true, max: POLICY_TEXT_MAX, heavy: true }),
    contentSha256: hash({ label: 'Hash of the text', writable: 'never' }),
    status: choice({ label: 'State', options: VERSION_STATUS, required: true, merge: 'state' }),
    inForceFrom: date({ label: 'In force from', writable: 'never' }),
    inForceUntil: date({ label: 'In force until', writable: 'never' }),
  },
  refField: null,
  titleField: 'title',
  naturalKey: ['policyId', 'label'],
  states: {
    field: 'status',
    initial: 'draft',
    steps: {
      draft: ['in_review', 'withdrawn'],
      in_review: ['draft', 'approved', 'withdrawn'],
      approved: ['active', 'withdrawn'],
      active: ['superseded'],
      superseded: [],
      withdrawn: [],
    },
    reasonFor: ['withdrawn'],
    locked: ['approved', 'active', 'superseded', 'withdrawn'],
  },
  approval: [
    {
      to: 'approved',
      by: ['compliance', 'privacy', 'risk', 'admin'],
      quorum: 2,
      free: ['inForceFrom', 'inForceUntil'],
    },
  ],
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [
      { field: 'title' },
      { field: 'change', width: 90 },
      { field: 'status', width: 120 },
      { field: 'inForceFrom', width: 120 },
      { field: 'inForceUntil', width: 120 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['title', 'changeNote', 'content'],
    views: [
      { key: 'all', label: 'All', filter: [] },
      { key: 'review', label: 'Awaiting approval', filter: [{ field: 'status', op: 'eq', value: 'in_review' }] },
      { key: 'approved', label: 'Approved, not in force', filter: [{ field: 'status', op: 'eq', value: 'approved' }] },
      { key: 'force', label: 'In force', filter: [{ field: 'status', op: 'eq', value: 'active' }] },
    ],
  },
  form: [
    { title: 'What changes', fields: ['policyId', 'change', 'changeNote'] },
    { title: 'State', reason: 'withdrawing needs a reason', fields: ['status'] },
  ],
  children: [
    { entity: 'policyRounds', field: 'versionId', label: 'Rounds' },
    { entity: 'policyAcknowledgements', field: 'versionId', label: 'Answers' },
  ],
  work: { review: { states: ['in_review'], by: ['compliance', 'privacy', 'risk', 'admin'] } },
  copy: false,
});

export const policyRequirement = defineEntity({
  name: 'policyRequirements',
  table: 'policy_requirements',
  domain: 'regops',
  label: { one: 'Requirement of a policy', many: 'Requirements of policies' },
  icon: 'link',
  purpose: 'A requirement that a policy answers.',
  fields: {
    policyId: reference({ label: 'Policy', target: 'policies', required: true, merge: 'immutable' }),
    requirementId: reference({ label: 'Requirement', target: 'requirements', required: true, merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: ['policyId', 'requirementId'],
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [{ field: 'policyId', width: 280 }, { field: 'requirementId' }, { field: 'note', width: 240 }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What it answers', fields: [['policyId', 'requirementId'], 'note'] }],
  children: [],
});

export const policyControl = defineEntity({
  name: 'policyControls',
  table: 'policy_controls',
  domain: 'regops',
  label: { one: 'Control of a policy', many: 'Controls of policies' },
  icon: 'link',
  purpose: 'A control that carries a policy out.',
  fields: {
    policyId: reference({ label: 'Policy', target: 'policies', required: true, merge: 'immutable' }),
    controlId: reference({ label: 'Control', target: 'controls', required: true, merge: 'immutable' }),
    note: text({ label: 'Note', max: 500 }),
  },
  refField: null,
  titleField: 'note',
  naturalKey: ['policyId', 'controlId'],
  access: COMPLIANCE_ACCESS,
  list: {
    columns: [{ field: 'policyId', width: 280 }, { field: 'controlId' }, { field: 'note', width: 240 }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['note'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [{ title: 'What carries it out', fields: [['policyId', 'controlId'], 'note'] }],
  children: [],
});
