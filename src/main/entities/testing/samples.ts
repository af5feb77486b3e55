/** For tests only: values that make one record of each entity, a change of it, and who writes it. */
import { createHash } from 'node:crypto';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { Operation } from '@shared/operations';
import type { TenantFunction } from '@shared/roles';
import type { EntityContext } from '../context';
import type { EntityService } from '../service';
import { creation, newId } from './desk';

/** By entity; `people` is the person who writes. */
export type Ids = Record<EntityName | 'people', string>;

/** Runs one statement as a person of that function; gives its rows. */
type Act = (
  fn: TenantFunction,
  text: string,
  values: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

interface Sample {
  readonly create: (ids: Ids) => Operation['patch'];
  readonly update?: Operation['patch'];
  /** What must be there first beside the samples of the entities before. */
  readonly before?: (ids: Ids) => readonly Operation[];
  /** What other functions do before: statements, each as whom. */
  readonly prepare?: (ids: Ids, act: Act) => Promise<void>;
  /** For what only a command of the database makes: the statement that does, with `ids` holding the new record's id too. */
  readonly statement?: (ids: Ids) => { readonly text: string; readonly values: readonly unknown[] } | null;
}

/** An id that goes with another, the same every time: a mapping needs two requirements, and there is one sample of each. */
const beside = (id: string): string => id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

/** Of the text “read”. */
const READ_SHA256 = createHash('sha256').update('read').digest('hex');

/** Values that make one record of each entity; `ids` holds records made before. */
export const SAMPLES: Record<EntityName, Sample> = {
  regulations: {
    create: () => ({ name: 'GDPR', version: '2016', type: 'law' }),
    update: { jurisdiction: 'EU', description: 'a\nb' },
  },
  requirements: {
    create: (ids) => ({
      regulationId: ids.regulations,
      refId: 'Art. 32',
      kind: 'control',
      orderIndex: 1,
      depth: 0,
      assessable: true,
    }),
    update: { title: 'Security of processing', text: 'Keep it safe' },
  },
  controlSets: {
    create: (ids) => ({ name: 'Core', regulationId: ids.regulations, status: 'draft' }),
    update: { status: 'active' },
  },
  controls: {
    create: (ids) => ({
      ref: 'AC-1',
      name: 'Access',
      controlSetId: ids.controlSets,
      tags: ['b', 'a', 'a'],
      validationCriteria: { any: [1, null] },
    }),
    update: { tags: ['a', 'c'], priority: 2, nextTest: '2026-02-28', keyControl: true, status: 'active' },
  },
  controlRequirements: {
    create: (ids) => ({ controlId: ids.controls, requirementId: ids.requirements, relation: 'equal', strength: 10 }),
    update: { strength: 7, rationale: 'close enough' },
  },
  requirementMappings: {
    before: (ids) => [
      creation('regulations', { name: 'Another', version: '1' }, beside(ids.regulations)),
      creation(
        'requirements',
        { regulationId: beside(ids.regulations), refId: '1.1', kind: 'control', orderIndex: 1, depth: 0 },
        beside(ids.requirements),
      ),
    ],
    create: (ids) => ({
      sourceRequirementId: ids.requirements,
      targetRequirementId: beside(ids.requirements),
      relation: 'subset',
      strength: 6,
    }),
    update: { relation: 'intersect', rationale: 'both ask for it', source: 'Our own reading' },
  },
  auditPlans: {
    create: (ids) => ({ auditName: 'Spring audit', regulationId: ids.regulations, startDate: '2026-03-01' }),
    update: { status: 'fieldwork' },
  },
  controlTests: {
    create: (ids) => ({ auditPlanId: ids.auditPlans, controlId: ids.controls, title: 'Test access', testDate: '2026-03-10' }),
    update: { designEffectiveness: 'effective', designNotes: 'as designed' },
  },
  auditEvidence: {
    create: (ids) => ({ title: 'Screenshot', controlTestId: ids.controlTests, evidenceType: 'photo' }),
    update: { description: 'seen' },
  },
  evidenceFiles: {
    create: (ids) => ({
      evidenceId: ids.auditEvidence,
      fileName: 'a.png',
      mediaType: 'image/png',
      sizeBytes: 5_000_000_000,
      sha256: 'a'.repeat(64),
      versionNumber: 1,
      deviceId: 'laptop',
      capturedAt: '2026-03-01T10:00:00+01:00',
    }),
  },
  findings: {
    create: (ids) => ({ title: 'Weak passwords', kind: 'observation', severity: 'low', controlTestId: ids.controlTests }),
    update: { severity: 'high', dueDate: '2026-02-01', status: 'confirmed' },
  },
  savedViews: {
    create: () => ({ list: 'findings', name: 'Mine', definition: { filter: [] }, sharing: 'private', place: 1 }),
    update: { sharing: 'functions', functions: ['auditor', 'risk'] },
  },
  // written when the agreed date of a finding moves
  findingExtensions: {
    prepare: async (ids, act) => {
      const id = newId();
      await act(
        'auditor',
        `INSERT INTO findings (id, title, kind, severity, due_date) VALUES ($1::uuid, 'Late', 'observation', 'high', '2026-03-01')`,
        [id],
      );
      for (const status of ['confirmed', 'assigned'])
        await act('auditor', 'UPDATE findings SET status = $2::text WHERE id = $1::uuid', [id, status]);
      await act(
        'auditor',
        `WITH why AS (SELECT set_config('app.reason', 'waits for a part', true)) UPDATE findings SET due_date = '2026-04-01' FROM why WHERE findings.id = $1::uuid`,
        [id],
      );
      const [row] = await act('auditor', 'SELECT id FROM finding_extensions WHERE finding_id = $1::uuid', [id]);
      ids.findingExtensions = String(row?.id);
    },
    create: () => ({}),
    statement: () => null,
  },
  actions: { create: (ids) => ({ title: 'Fix it', findingId: ids.findings }), update: { status: 'done' } },
  complianceAssessments: {
    create: (ids) => ({ name: 'GDPR 2026', regulationId: ids.regulations, assessmentDate: '2026-03-01', targetScore: 4 }),
    update: { status: 'in_progress', scope: 'Head office' },
  },
  requirementAssessments: {
    create: (ids) => ({ assessmentId: ids.complianceAssessments, requirementId: ids.requirements }),
    update: {
      result: 'partially_compliant',
      extendedResult: 'observation',
      score: 2,
      observation: 'Half of it',
      status: 'in_progress',
    },
  },
  assessmentControls: {
    create: (ids) => ({ requirementAssessmentId: ids.requirementAssessments, controlId: ids.controls }),
    update: { note: 'covers the first half' },
  },
  assessmentEvidence: {
    create: (ids) => ({ requirementAssessmentId: ids.requirementAssessments, evidenceId: ids.auditEvidence }),
    update: { note: 'page 3' },
  },
  samples: {
    create: () => ({ title: 'Drawn' }),
    statement: (ids) => ({
      text: 'SELECT draw_sample($1::jsonb, $2::jsonb)',
      values: [
        JSON.stringify(drawnSample(ids)),
        JSON.stringify([{ id: ids.sampleItems, position: 1, item_key: 'INV-1', amount: '12.50' }]),
      ],
    }),
    update: { conclusion: 'as expected' },
  },
  // drawn together with its sample
  sampleItems: { create: () => ({ itemKey: 'x' }), statement: () => null, update: { result: 'exception', note: 'late' } },
  testExceptions: {
    create: (ids) => ({ title: 'Late', kind: 'late', controlTestId: ids.controlTests, sampleItemId: ids.sampleItems }),
    update: { kind: 'unauthorised', description: 'nobody signed' },
  },
  evidenceRequests: {
    create: (ids) => ({ title: 'Log of March', controlTestId: ids.controlTests, askedOf: ids.people, dueDate: '2026-03-20' }),
    update: { description: 'all systems', dueDate: '2026-03-21' },
  },
  auditTeam: {
    create: (ids) => ({ auditPlanId: ids.auditPlans, personId: ids.people, teamRole: 'lead' }),
    update: { note: 'since spring', budgetHours: 40 },
  },
  auditMilestones: {
    create: (ids) => ({ auditPlanId: ids.auditPlans, title: 'Kick-off', dueDate: '2026-03-02' }),
    update: { note: 'room 2', doneOn: '2026-03-02' },
  },
  timeEntries: {
    create: (ids) => ({ auditPlanId: ids.auditPlans, personId: ids.people, spentOn: '2026-03-01', minutes: 90 }),
    update: { note: 'walk-through', minutes: 95 },
  },
  crossReferences: {
    create: (ids) => ({ controlTestId: ids.controlTests, place: 'procedure', toEvidenceId: ids.auditEvidence }),
    update: { note: 'the photo' },
  },
  tickMarks: { create: () => ({ symbol: '✓', meaning: 'Agreed to the source' }), update: { meaning: 'Agreed to the ledger' } },
  ticks: {
    create: (ids) => ({ controlTestId: ids.controlTests, tickMarkId: ids.tickMarks, place: 'notes' }),
    update: { note: 'page 3' },
  },
  auditReports: {
    create: (ids) => ({ title: 'Report', auditPlanId: ids.auditPlans }),
    update: { overallRating: 'satisfactory', executiveSummary: 'a\nb', layout: { sections: [] } },
  },
  reportBlocks: {
    create: (ids) => ({ title: 'Limits of the work', auditReportId: ids.auditReports, content: 'a\nb' }),
    update: { content: 'a\n\n- b' },
  },
  reviewNotes: {
    create: (ids) => ({ note: 'Which period?', controlTestId: ids.controlTests }),
    update: { answer: 'the whole year' },
  },
  policies: {
    create: () => ({ name: 'Access policy', type: 'security' }),
    update: { scope: 'everybody', reviewDate: '2026-12-01' },
  },
  policyVersions: {
    create: (ids) => ({ policyId: ids.policies, change: 'major', content: '# Access' }),
    update: { content: '# Access\n\nOne account a person.', changeNote: 'said more' },
  },
  policyRequirements: {
    create: (ids) => ({ policyId: ids.policies, requirementId: ids.requirements }),
    update: { note: 'in part' },
  },
  policyControls: { create: (ids) => ({ policyId: ids.policies, controlId: ids.controls }), update: { note: 'in part' } },
  policyRounds: {
    prepare: putInForce,
    create: (ids) => ({ versionId: beside(ids.policyVersions), audience: 'everyone', dueDate: '2026-12-01' }),
    update: { note: 'Please read it' },
  },
  policyAcknowledgements: {
    // asked for together with its round
    prepare: async (ids, act) => {
      const [row] = await act(
        'compliance',
        'SELECT id FROM policy_acknowledgements WHERE person_id = public.current_person()',
        [],
      );
      ids.policyAcknowledgements = String(row?.id);
    },
    create: () => ({}),
    statement: () => null,
    update: { readSha256: READ_SHA256, status: 'acknowledged' },
  },
};

/** A policy beside the sample whose version is in force: written by one person, approved by two others. */
async function putInForce(ids: Ids, act: Act): Promise<void> {
  const [policy, version, approval] = [beside(ids.policies), beside(ids.policyVersions), newId()];
  await act('compliance', `INSERT INTO policies (id, name) VALUES ($1::uuid, 'Read policy')`, [policy]);
  await act('compliance', `INSERT INTO policy_versions (id, policy_id, content) VALUES ($1::uuid, $2::uuid, 'read')`, [
    version,
    policy,
  ]);
  await act('compliance', `UPDATE policy_versions SET status = 'in_review' WHERE id = $1::uuid`, [version]);
  await act('compliance', `SELECT request_approval($1::uuid, 'policy_versions', $2::uuid, 'approved', 2)`, [approval, version]);
  for (const fn of ['privacy', 'risk'] as const)
    await act(fn, `SELECT decide_approval($1::uuid, 'approve', a.content_sha256) FROM approvals a WHERE a.id = $1::uuid`, [
      approval,
    ]);
  for (const status of ['approved', 'active'])
    await act('compliance', 'UPDATE policy_versions SET status = $2::text WHERE id = $1::uuid', [version, status]);
}

/** What `draw_sample` takes. */
function drawnSample(ids: Ids) {
  const hash = 'a'.repeat(64);
  return {
    id: ids.samples,
    control_test_id: ids.controlTests,
    title: 'Invoices of March',
    method: 'random',
    algorithm: 'kompl-sample-1',
    seed: hash,
    population_name: 'invoices.csv',
    population_sha256: hash,
    content_sha256: hash,
    population_rows: 9,
    key_column: 'no',
    amount_column: 'amount',
    population_total: '900.00',
    sample_size: 1,
    parameters: {},
  };
}

export const writerOf = (name: EntityName): TenantFunction => (entityOf(name).domain === 'regops' ? 'compliance' : 'auditor');

/** An id for each entity; of nothing until its record is made. */
export const noIds = (): Ids => Object.fromEntries([...ENTITY_NAMES, 'people'].map((name) => [name, newId()])) as Ids;

/** One record of each entity, made in the order of the registry so that references are there. */
export async function makeSamples(service: EntityService, ctxOf: (fn: TenantFunction) => Promise<EntityContext>): Promise<Ids> {
  const ids = noIds();
  ids.people = (await ctxOf('auditor')).session.personId;
  for (const name of ENTITY_NAMES) await makeSample(service, await ctxOf(writerOf(name)), name, ids, ctxOf);
  return ids;
}

/** The record of one entity under `ids[name]`, by an operation, or by the command that alone makes such records. */
export async function makeSample(
  service: EntityService,
  ctx: EntityContext,
  name: EntityName,
  ids: Ids,
  ctxOf: (fn: TenantFunction) => Promise<EntityContext>,
): Promise<void> {
  const { before, prepare, create, statement } = SAMPLES[name];
  await prepare?.(ids, async (fn, text, values) => {
    const { database, session, source } = await ctxOf(fn);
    const { tenantId, personId } = session;
    const run = { tenantId, personId, function: fn, source };
    return (await database.withTenant(run, (tx) => tx.query<Record<string, unknown>>(text, [...values]))).rows;
  });
  for (const operation of before?.(ids) ?? []) await service.apply({ ...ctx, onChanged: () => undefined }, operation);
  if (!statement) {
    const made = await service.apply(ctx, creation(name, create(ids), ids[name]));
    if (made.status !== 'applied' || made.rowVersion !== 1) throw new Error(`${name}: ${made.status}`);
    return;
  }
  const command = statement(ids);
  if (command === null) return;
  const { tenantId, personId } = ctx.session;
  const scope = { tenantId, personId, function: writerOf(name), source: ctx.source };
  await ctx.database.withTenant(scope, (tx) => tx.query(command.text, [...command.values]));
}

/** A new finding of the auditor, as it then stands. */
export async function makeFinding(service: EntityService, ctx: EntityContext, patch: Operation['patch'] = {}) {
  const operation = creation('findings', { title: 'F', kind: 'observation', severity: 'low', ...patch });
  await service.apply(ctx, operation);
  return (await service.get(ctx, 'findings', operation.entityId)).row;
}

/** The code of the refusal that a call ends in; fails where it is done. */
export async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'done';
}
